/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1: the methods of modules that are about PINs. */
#include "cache-service.h"

#include <errno.h>

#include "cache-error.h"
#include "lease-reply.h"
#include "pin-page.h"
#include "prompter-service.h"
#include "service-call.h"
#include "service-message.h"
#include "token-service.h"
#include "wire-names.h"

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
    PfProcessContext *context = pf_service_call_begin(connection, message, TRUE);
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
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
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
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
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
    PfProcessContext *context = pf_service_call_begin_for(connection, message, ret_domain);
    *ret_r = 1;
    if (context == NULL)
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
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
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
    PfProcessContext *context = pf_service_call_begin_for(connection, message, &domain);
    if (context == NULL)
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
    if (pf_service_call_begin(connection, message, FALSE) == NULL)
        return 1;
    int r = sd_bus_message_read(message, "tut", &lease, &result, &token_flags);
    if (r < 0)
        return r;
    if (result > PF_LEASE_REJECTED)
        return pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "No such result");
    /* The program takes its login for one without Pinfold, and would not end what it does not know.
     * (The page of StoreLogin is empty by then.) */
    if (pf_peer_connection_is_given_up(connection))
        pf_cache_void_lease(connection->cache, connection, lease);
    if (!pf_cache_end_lease(connection->cache, connection, lease, (PfLeaseResult)result,
                            token_flags, &is_cached, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, "b", is_cached);
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
    SD_BUS_SIGNAL("Waiting", "", 0),
    SD_BUS_VTABLE_END,
};

int
pf_cache_service_add(PfPeerConnection *connection)
{
    int r = sd_bus_add_object_vtable(connection->bus, NULL, PF_WIRE_CACHE_PATH,
                                     PF_WIRE_CACHE_INTERFACE, cache_vtable, connection);
    if (r >= 0)
        r = pf_token_service_add(connection);
    return r < 0 ? r : pf_prompter_service_add(connection);
}
