/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Service call: who calls, what it may, and for which domain. */
#include "service-call.h"

#include "cache-error.h"
#include "service-message.h"
#include "token-uri.h"

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

PfProcessContext *
pf_service_call_begin(PfPeerConnection *connection, sd_bus_message *message, gboolean create)
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

/* One that the process has named before was looked at then. */
static gboolean
is_token(const PfProcessContext *context, const char *uri)
{
    PfTokenId id;
    return pf_process_context_knows_token(context, uri) || pf_token_uri_parse(uri, &id);
}

/* FALSE: MESSAGE is answered already. */
static gboolean
read_domain(const PfProcessContext *context, sd_bus_message *message, PfCacheDomainArg *ret_domain)
{
    int is_explicit;
    if (sd_bus_message_read(message, "stb", &ret_domain->token, &ret_domain->app_id, &is_explicit) <
            0 ||
        !is_token(context, ret_domain->token)) {
        pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not the URI of a token");
        return FALSE;
    }
    ret_domain->is_explicit = is_explicit != 0;
    return TRUE;
}

PfProcessContext *
pf_service_call_begin_for(PfPeerConnection *connection, sd_bus_message *message,
                          PfCacheDomainArg *ret_domain)
{
    PfProcessContext *context = pf_service_call_begin(connection, message, FALSE);
    return context != NULL && read_domain(context, message, ret_domain) ? context : NULL;
}
