/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1: the methods of modules. */
#include "cache-service.h"

#include <errno.h>

#include "cache-error.h"
#include "lease-reply.h"
#include "pin-page.h"
#include "prompter-service.h"
#include "service-message.h"
#include "token-uri.h"
#include "wire-names.h"

/* Puts the connection into the context of its process, a new one if CREATE. NULL with an error. */
static PfProcessContext *
join_context(PfPeerConnection *connection, gboolean create, GError **error)
{
    PfProcessContext *context = pf_cache_find_context(connection->cache, connection->identity);
    if (context == NULL && !create) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_DOMAIN, "No Hello before");
        return NULL;
    }
    if (context == NULL)
        context =
            pf_cache_add_context(connection->cache, g_steal_pointer(&connection->identity), error);
    if (context == NULL || !pf_cache_add_connection(connection->cache, context, connection, error))
        return NULL;
    g_clear_pointer(&connection->identity, pf_peer_identity_free);
    connection->context = context;
    return context;
}

/* The context for a client's call, with the checks that every one of them needs. Without one the
 * call is answered already. */
static PfProcessContext *
begin_call(PfPeerConnection *connection, sd_bus_message *message, gboolean create)
{
    g_autoptr(GError) error = NULL;
    const PfPeerIdentity *identity = pf_peer_connection_get_identity(connection);
    if (identity == NULL || pf_prompt_broker_is_prompter(connection->broker, identity)) {
        pf_service_answer_code(message, PF_CACHE_ERROR_ACCESS_DENIED, "Not for the prompter");
        return NULL;
    }
    if (!pf_peer_identity_is_unchanged(identity)) {
        pf_service_answer_code(message, PF_CACHE_ERROR_ACCESS_DENIED,
                               "The process runs another program now");
        /* Not flushed: who does not read would keep the agent waiting. */
        if (connection->context != NULL)
            pf_cache_end_context(connection->cache, connection->context);
        return NULL;
    }
    if (connection->context == NULL && join_context(connection, create, &error) == NULL) {
        pf_service_answer_error(message, error);
        return NULL;
    }
    return connection->context;
}

/* Reads the triple that names a domain. Without one the call is answered already. */
static gboolean
read_domain(sd_bus_message *message, PfCacheDomainArg *ret_domain)
{
    PfTokenId id;
    int is_explicit;
    if (sd_bus_message_read(message, "stb", &ret_domain->token, &ret_domain->app_id, &is_explicit) <
            0 ||
        !pf_token_uri_parse(ret_domain->token, &id)) {
        pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not the URI of a token");
        return FALSE;
    }
    ret_domain->is_explicit = is_explicit != 0;
    return TRUE;
}

static int
handle_hello(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint32 protocol;
    int r = sd_bus_message_read(message, "u", &protocol);
    if (r < 0)
        return r;
    /* The newest that the caller speaks; it speaks the older ones too. */
    if (protocol < PF_WIRE_PROTOCOL)
        return pf_service_answer_code(message, PF_CACHE_ERROR_PROTOCOL, "No common protocol");
    PfProcessContext *context = begin_call(connection, message, TRUE);
    if (context == NULL)
        return 1;
    if (connection->is_instance)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS,
                                      "Hello was said already");
    int board = pf_cache_add_instance(connection->cache, context, connection, &error);
    if (board < 0)
        return pf_service_answer_error(message, error);
    connection->is_instance = TRUE;
    return sd_bus_reply_method_return(message, "tthhh", context->number, context->default_id,
                                      pf_state_writer_get_fd(context->state), board,
                                      pf_cache_get_life_fd(connection->cache));
}

static int
handle_sessions_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    PfCacheDomainArg domain;
    guint32 count;
    guint32 entry;
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
        return 1;
    int r = sd_bus_message_read(message, "u", &count);
    if (r < 0)
        return r;
    if (!pf_cache_sessions_changed(connection->cache, context, &domain, count, &entry, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, "u", entry);
}

static int
handle_store_login(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    PfCacheDomainArg domain;
    int fd;
    guint64 token_flags;
    PfSecret *pin = NULL;
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
        return 1;
    int r = sd_bus_message_read(message, "ht", &fd, &token_flags);
    if (r < 0)
        return r;
    r = pf_pin_page_receive(fd, &pin);
    if (r == -EBADMSG)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not a PIN page");
    if (r < 0)
        return pf_service_answer_code(message, PF_CACHE_ERROR_NOT_CACHED,
                                      r == -ENODATA ? "An empty PIN is not kept"
                                                    : "No memory can be locked");
    if (!pf_cache_store_login(connection->cache, context, &domain, pin, token_flags, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

/* The beginning of a call about a use of a key. NULL: RET_R is what the handler returns. */
static PfProcessContext *
begin_use(PfPeerConnection *connection, sd_bus_message *message, PfCacheDomainArg *ret_domain,
          PfCacheUseArg *ret_use, int *ret_r)
{
    PfProcessContext *context = begin_call(connection, message, FALSE);
    *ret_r = 1;
    if (context == NULL || !read_domain(message, ret_domain))
        return NULL;
    int r = sd_bus_message_read(message, "ss", &ret_use->operation, &ret_use->key_label);
    if (r >= 0)
        return context;
    *ret_r = r;
    return NULL;
}

static int
handle_take_pin(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfCacheUseArg use;
    int r;
    PfProcessContext *context = begin_use(connection, message, &domain, &use, &r);
    if (context == NULL)
        return r;
    PfLeaseCall call = pf_lease_reply_new(PF_LEASE_REPLY_TAKE_PIN, message);
    pf_cache_take_pin(connection->cache, context, connection, &domain, &use, &call);
    return 1;
}

static int
handle_note_use(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfCacheUseArg use;
    int r;
    PfProcessContext *context = begin_use(connection, message, &domain, &use, &r);
    if (context == NULL)
        return r;
    pf_cache_note_use(connection->cache, context, &domain, &use);
    return sd_bus_reply_method_return(message, NULL);
}

/* Prompt and PromptChange. */
static int
begin_prompt(PfPeerConnection *connection, sd_bus_message *message, PfLeaseReplyKind kind)
{
    PfCacheDomainArg domain;
    PfPromptArg details = {.is_change = kind == PF_LEASE_REPLY_CHANGE};
    guint64 previous;
    const PfServiceField fields[] = {
        {"purpose", "s", &details.purpose},
        {"operation", "s", &details.operation},
        {"slot-description", "s", &details.slot_description},
        {"key-label", "s", &details.key_label},
        {"min-len", "u", &details.min_len},
        {"max-len", "u", &details.max_len},
        {"token-flags", "t", &details.token_flags},
    };
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
        return 1;
    int r = sd_bus_message_read(message, "t", &previous);
    if (r >= 0)
        r = pf_service_read_dict(message, fields, G_N_ELEMENTS(fields));
    if (r < 0)
        return r;
    PfLeaseCall call = pf_lease_reply_new(kind, message);
    pf_cache_prompt(connection->cache, context, connection, &domain, previous, &details, &call);
    return 1;
}

static int
handle_prompt(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return begin_prompt(userdata, message, PF_LEASE_REPLY_PROMPT);
}

static int
handle_prompt_change(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return begin_prompt(userdata, message, PF_LEASE_REPLY_CHANGE);
}

static int
handle_confirm_try(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfPromptArg details = {.purpose = "last-try"};
    const PfServiceField fields[] = {
        {"purpose", "s", &details.purpose},
        {"operation", "s", &details.operation},
        {"slot-description", "s", &details.slot_description},
        {"token-flags", "t", &details.token_flags},
    };
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
        return 1;
    int r = pf_service_read_dict(message, fields, G_N_ELEMENTS(fields));
    if (r < 0)
        return r;
    details.purpose = "last-try";
    PfLeaseCall call = pf_lease_reply_new(PF_LEASE_REPLY_TRY, message);
    pf_cache_confirm_try(connection->cache, context, connection, &domain, &details, &call);
    return 1;
}

static int
handle_end_lease(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint64 lease;
    guint32 result;
    guint64 token_flags;
    gboolean is_cached;
    if (begin_call(connection, message, FALSE) == NULL)
        return 1;
    int r = sd_bus_message_read(message, "tut", &lease, &result, &token_flags);
    if (r < 0)
        return r;
    if (result > PF_LEASE_REJECTED)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "No such result");
    if (!pf_cache_end_lease(connection->cache, connection, lease, (PfLeaseResult)result,
                            token_flags, &is_cached, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, "b", is_cached);
}

static int
handle_logout(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    PfCacheDomainArg domain;
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
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
    if (begin_call(connection, message, FALSE) == NULL || !read_id(message, &token, &app_id))
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
    if (begin_call(connection, message, FALSE) == NULL || !read_id(message, &token, &app_id))
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
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
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
    PfProcessContext *context = begin_call(connection, message, FALSE);
    if (context == NULL || !read_domain(message, &domain))
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
    PfProcessContext *context = begin_call(connection, message, FALSE);
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

static int
get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
            sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
    return sd_bus_message_append(reply, "u", (guint32)1);
}

static const sd_bus_vtable cache_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    PF_SERVICE_METHOD("Hello", "u", "tthhh", handle_hello),
    PF_SERVICE_METHOD("SessionsChanged", "stbu", "u", handle_sessions_changed),
    PF_SERVICE_METHOD("StoreLogin", "stbht", "", handle_store_login),
    PF_SERVICE_METHOD("TakePin", "stbss", "th", handle_take_pin),
    PF_SERVICE_METHOD("NoteUse", "stbss", "", handle_note_use),
    PF_SERVICE_METHOD("Prompt", "stbta{sv}", "thb", handle_prompt),
    PF_SERVICE_METHOD("PromptChange", "stbta{sv}", "tahh", handle_prompt_change),
    PF_SERVICE_METHOD("ConfirmTry", "stba{sv}", "", handle_confirm_try),
    PF_SERVICE_METHOD("EndLease", "tut", "b", handle_end_lease),
    PF_SERVICE_METHOD("Logout", "stb", "", handle_logout),
    PF_SERVICE_METHOD("OpenId", "st", "", handle_open_id),
    PF_SERVICE_METHOD("CloseId", "st", "", handle_close_id),
    PF_SERVICE_METHOD("BeginOfficer", "stb", "", handle_begin_officer),
    PF_SERVICE_METHOD("EndOfficer", "stb", "", handle_end_officer),
    PF_SERVICE_METHOD("ReportToken", "sua{sv}", "", handle_report_token),
    SD_BUS_SIGNAL("Waiting", "", 0),
    SD_BUS_VTABLE_END,
};

int
pf_cache_service_add(PfPeerConnection *connection)
{
    int r = sd_bus_add_object_vtable(connection->bus, NULL, PF_WIRE_CACHE_PATH,
                                     PF_WIRE_CACHE_INTERFACE, cache_vtable, connection);
    return r < 0 ? r : pf_prompter_service_add(connection);
}
