/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1: logouts, IDs that stay, the security officer, and what becomes of tokens. */
#include "token-service.h"

#include "cache-error.h"
#include "service-call.h"
#include "service-message.h"
#include "token-uri.h"
#include "wire-names.h"

static int
handle_logout(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
        return 1;
    pf_cache_logout(connection->cache, context, &domain);
    return sd_bus_reply_method_return(message, NULL);
}

/* The pair that names an ID on a token, of which no session is needed. Without one the call is
 * answered already. */
static gboolean
read_id(sd_bus_message *message, const char **ret_token, guint64 *ret_app_id)
{
    PfTokenId id;
    if (sd_bus_message_read(message, "st", ret_token, ret_app_id) >= 0 &&
        pf_token_uri_parse(*ret_token, &id))
        return TRUE;
    pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not the URI of a token");
    return FALSE;
}

static int
handle_open_id(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    const char *token;
    guint64 app_id;
    if (pf_service_call_begin(connection, message, FALSE) == NULL ||
        !read_id(message, &token, &app_id))
        return 1;
    if (!pf_cache_open_id(connection->cache, token, app_id, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_close_id(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    const char *token;
    guint64 app_id;
    if (pf_service_call_begin(connection, message, FALSE) == NULL ||
        !read_id(message, &token, &app_id))
        return 1;
    pf_cache_close_id(connection->cache, token, app_id);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_begin_officer(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    PfCacheDomainArg domain;
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
        return 1;
    if (!pf_cache_begin_officer(connection->cache, context, &domain, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_end_officer(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
        return 1;
    pf_cache_end_officer(connection->cache, context, &domain);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_report_token(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfReportedToken report = {NULL};
    guint32 event;
    guint64 token_flags = G_MAXUINT64;
    PfTokenId id;
    const PfServiceField fields[] = {
        {"slot-description", "s", &report.slot_description},
        {"token-flags", "t", &token_flags},
        {"hardware", "b", &report.hardware},
    };
    PfProcessContext *context = pf_service_call_begin(connection, message, FALSE);
    if (context == NULL)
        return 1;
    int r = sd_bus_message_read(message, "su", &report.token_uri, &event);
    if (r >= 0)
        r = pf_service_read_dict(message, fields, G_N_ELEMENTS(fields));
    if (r < 0)
        return r;
    if (!pf_token_uri_parse(report.token_uri, &id) || event > PF_TOKEN_EVENT_OBJECTS_CHANGED)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS,
                                      "Not the URI of a token");
    report.event = (PfTokenEvent)event;
    report.has_token_flags = token_flags != G_MAXUINT64;
    report.token_flags = report.has_token_flags ? (CK_FLAGS)token_flags : 0;
    pf_cache_report_token(connection->cache, context, &report);
    return sd_bus_reply_method_return(message, NULL);
}

/* The certificates of ReportKeys, within limits; NULL: it is no such list. */
static GPtrArray *
read_certificates(sd_bus_message *message)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    int r = sd_bus_message_enter_container(message, 'a', "ay");
    while (r >= 0 && (r = sd_bus_message_at_end(message, FALSE)) == 0) {
        const void *data;
        size_t size;
        r = sd_bus_message_read_array(message, 'y', &data, &size);
        if (r < 0 || size > PF_WIRE_CERTIFICATE_MAX || list->len == PF_WIRE_CERTIFICATES_MAX)
            return NULL;
        g_ptr_array_add(list, g_bytes_new(data, size));
    }
    return r >= 0 && sd_bus_message_exit_container(message) >= 0 ? g_steal_pointer(&list) : NULL;
}

static int
handle_report_keys(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    PfCacheDomainArg domain;
    gboolean are_for_signatures;
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
        return 1;
    g_autoptr(GPtrArray) certificates = read_certificates(message);
    PfCacheKeysArg keys = {.certificates = certificates};
    if (certificates == NULL || sd_bus_message_read(message, "b", &keys.are_all) < 0)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not certificates");
    if (!pf_cache_report_keys(connection->cache, context, &domain, &keys, &are_for_signatures,
                              &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, "b", are_for_signatures);
}

static const sd_bus_vtable token_vtable[] = {
    SD_BUS_VTABLE_START(0),
    PF_SERVICE_METHOD("Logout", "stb", "", handle_logout),
    PF_SERVICE_METHOD("OpenId", "st", "", handle_open_id),
    PF_SERVICE_METHOD("CloseId", "st", "", handle_close_id),
    PF_SERVICE_METHOD("BeginOfficer", "stb", "", handle_begin_officer),
    PF_SERVICE_METHOD("EndOfficer", "stb", "", handle_end_officer),
    PF_SERVICE_METHOD("ReportToken", "sua{sv}", "", handle_report_token),
    PF_SERVICE_METHOD("ReportKeys", "stbaayb", "b", handle_report_keys),
    SD_BUS_VTABLE_END,
};

int
pf_token_service_add(PfPeerConnection *connection)
{
    return sd_bus_add_object_vtable(connection->bus, NULL, PF_WIRE_CACHE_PATH,
                                    PF_WIRE_CACHE_INTERFACE, token_vtable, connection);
}
