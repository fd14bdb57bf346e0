/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: processes, their sessions, and the logins they bring. */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"
#include "pin-rules.h"
#include "process-policy.h"

/* Of one process; its threads need far fewer. */
#define CONNECTIONS_PER_CONTEXT_MAX 64u

PfProcessContext *
pf_cache_find_context(PfCache *self, const PfPeerIdentity *identity)
{
    return g_hash_table_lookup(self->identities, identity);
}

static void
on_process_end(PfProcessContext *context, gpointer user_data)
{
    pf_cache_end_context(user_data, context);
}

gboolean
pf_cache_has_display(PfCache *self)
{
    return pf_prompt_broker_has_prompter(self->broker) || g_getenv("DISPLAY") != NULL ||
           g_getenv("WAYLAND_DISPLAY") != NULL;
}

static gboolean
decide_protected_path(PfCache *self, const PfPeerIdentity *identity)
{
    PfProcessFacts facts;
    if (self->mode == PF_CACHE_MODE_OFF || !pf_agent_settings_is_prompt_by_agent(self->settings))
        return FALSE;
    pf_process_policy_find_facts(identity, self->config, pf_cache_has_display(self), &facts);
    return pf_process_policy_decide(&facts);
}

PfProcessContext *
pf_cache_add_context(PfCache *self, PfPeerIdentity *identity, GError **error)
{
    PfProcessContext *context = pf_process_context_new(identity, self->last_context + 1, error);
    if (context == NULL)
        return NULL;
    self->last_context++;
    context->may_show_protected_path = decide_protected_path(self, context->identity);
    pf_cache_renew_own_id(self, context);
    pf_cache_publish_policy(self, context);
    context->position = self->contexts->len;
    g_ptr_array_add(self->contexts, context);
    g_hash_table_insert(self->identities, context->identity, context);
    pf_process_context_watch_end(context, on_process_end, self);
    return context;
}

gboolean
pf_cache_add_connection(PfCache *self, PfProcessContext *context, gpointer connection,
                        GError **error)
{
    if (context->connections->len >= CONNECTIONS_PER_CONTEXT_MAX) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_LIMIT,
                            "Too many connections of one process");
        return FALSE;
    }
    g_ptr_array_add(context->connections, connection);
    return TRUE;
}

/* A context nobody is connected for any more: its sessions are closed, its entries leave. */
static void
remove_context(PfCache *self, PfProcessContext *context, PfForgetReason reason)
{
    g_autoptr(GPtrArray) left =
        g_ptr_array_new_with_free_func((GDestroyNotify)pf_login_domain_unref);
    pf_cache_drop_prompt_calls(self, context, NULL);
    pf_cache_drop_lease_calls(self, context, NULL);
    if (self->consent != NULL && self->consent->context_gone != NULL)
        self->consent->context_gone(self->consent_data, context);
    for (guint i = 0; i < context->entries->len; i++)
        g_ptr_array_add(left, pf_login_domain_ref(pf_process_context_get_domain(context, i)));
    g_array_set_size(context->instances, 0);
    pf_process_context_leave_domains(context);
    for (guint i = 0; i < left->len; i++)
        pf_cache_check_domain(self, g_ptr_array_index(left, i), reason);
    g_hash_table_remove(self->identities, context->identity);
    guint position = context->position;
    g_ptr_array_remove_index_fast(self->contexts, position);
    if (position < self->contexts->len)
        ((PfProcessContext *)g_ptr_array_index(self->contexts, position))->position = position;
    pf_cache_emit_changed(self);
}

void
pf_cache_connection_closed(PfCache *self, PfProcessContext *context, gpointer connection)
{
    /* As long as its board can be read. */
    pf_cache_settle_leases(self, NULL);
    g_ptr_array_remove_fast(context->connections, connection);
    if (context->connections->len == 0) {
        remove_context(self, context, PF_FORGET_PROCESS_GONE);
        return;
    }
    pf_cache_drop_prompt_calls(self, context, connection);
    pf_cache_drop_lease_calls(self, context, connection);
    if (!pf_process_context_remove_instance(context, connection))
        return;
    for (guint i = 0; i < context->entries->len; i++) {
        pf_cache_check_officer(self, context, i);
        pf_cache_check_domain(self, pf_process_context_get_domain(context, i),
                              PF_FORGET_LAST_SESSION);
    }
    pf_cache_emit_changed(self);
}

void
pf_cache_end_context(PfCache *self, PfProcessContext *context)
{
    /* Wiped before anything else happens to the connections. */
    g_autoptr(GPtrArray) connections = g_ptr_array_copy(context->connections, NULL, NULL);
    remove_context(self, context, PF_FORGET_PROCESS_GONE);
    for (guint i = 0; i < connections->len; i++)
        self->close_connection(g_ptr_array_index(connections, i));
}

int
pf_cache_add_instance(PfCache *self, PfProcessContext *context, gpointer connection, GError **error)
{
    int fd = pf_process_context_add_instance(context, connection);
    if (fd < 0)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-fd), "no session board: %s",
                    g_strerror(-fd));
    return fd;
}

int
pf_cache_find_entry(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain,
                    GError **error)
{
    int entry =
        pf_process_context_find_entry(context, domain->token, domain->is_explicit, domain->app_id);
    if (entry < 0)
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_DOMAIN,
                            "No session was announced for this token and ID");
    return entry;
}

/* The ID that sessions on DOMAIN have, and whether others may name it. A process that sets the ID
 * that was drawn for it means that one. */
static guint64
get_app_id(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain,
           gboolean *ret_shareable)
{
    if (!domain->is_explicit)
        return pf_cache_get_default_id(self, context, domain->token, ret_shareable);
    *ret_shareable = domain->app_id != context->own_id;
    return domain->app_id;
}

/* A pair that the process has not named before; -1: its page is full. */
static int
add_entry(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain)
{
    gboolean is_shareable;
    PfAdmission admission;
    guint64 app_id = get_app_id(self, context, domain, &is_shareable);
    if (context->entries->len >= PF_STATE_ENTRIES)
        return -1;
    PfLoginDomain *place =
        pf_cache_find_place(self, context, domain->token, app_id, is_shareable, &admission);
    pf_cache_record_admission(self, context, place, admission);
    return pf_process_context_add_entry(context, domain->token, domain->is_explicit, domain->app_id,
                                        place, admission);
}

/* Sessions are opened by an entry whose ID may be logged in without it: it comes in if it has the
 * right by now, else the person can be offered to let it in. */
static void
knock(PfCache *self, PfProcessContext *context, unsigned entry)
{
    PfLoginDomain *closed = pf_cache_find_closed_login(self, context, entry);
    PfAdmission admission;
    if (closed == NULL)
        return;
    if (pf_cache_has_right(self, context, closed, &admission))
        pf_cache_admit(self, context, entry, closed, admission);
    else if (self->consent != NULL && self->consent->offer != NULL)
        self->consent->offer(self->consent_data, context, entry, closed);
}

gboolean
pf_cache_sessions_changed(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain,
                          guint32 count, guint32 *ret_entry, GError **error)
{
    int entry =
        pf_process_context_find_entry(context, domain->token, domain->is_explicit, domain->app_id);
    if (entry < 0)
        entry = add_entry(self, context, domain);
    if (entry < 0) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_LIMIT,
                            "Too many tokens and IDs for one process");
        return FALSE;
    }
    if (count > 0) {
        /* A program that had given the agent up comes again: the sessions that it logged in are
         * gone, and the connection that would say so need not have been read yet. */
        pf_cache_check_domain(self, pf_process_context_get_domain(context, (unsigned)entry),
                              PF_FORGET_LAST_SESSION);
        knock(self, context, (unsigned)entry);
    } else {
        pf_cache_check_officer(self, context, (unsigned)entry);
        pf_cache_check_domain(self, pf_process_context_get_domain(context, (unsigned)entry),
                              PF_FORGET_LAST_SESSION);
    }
    *ret_entry = (guint32)entry;
    pf_cache_emit_changed(self);
    return TRUE;
}

/* Nothing of an ID is kept while it has a security officer. */
static gboolean
has_officer(PfProcessContext *context, unsigned entry)
{
    const PfLoginDomain *own = pf_process_context_get_domain(context, entry);
    return own->officers->len > 0 ||
           (own->set->login != NULL && own->set->login->officers->len > 0);
}

gboolean
pf_cache_store_login(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain,
                     PfSecret *pin, guint64 token_flags, GError **error)
{
    PF_AUTO_SECRET owned = pin;
    int entry = pf_cache_find_entry(self, context, domain, error);
    if (entry < 0)
        return FALSE;
    if (self->rejected != NULL)
        pf_rejected_pins_forget(self->rejected, domain->token);
    pf_pin_warnings_note_login(self->warnings, domain->token, (CK_FLAGS)token_flags);
    pf_cache_emit_pin_presented(self, domain->token, TRUE);
    if (!pf_cache_may_keep(self, domain->token) || !pf_pin_rule_may_present_cached(token_flags)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NOT_CACHED,
                            "This PIN is not kept");
        return FALSE;
    }
    if (has_officer(context, (unsigned)entry)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NOT_CACHED,
                            "A security officer is logged in");
        return FALSE;
    }
    pf_cache_log_in(self, context, (unsigned)entry, g_steal_pointer(&owned), "program");
    return TRUE;
}

void
pf_cache_logout(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain)
{
    int entry = pf_cache_find_entry(self, context, domain, NULL);
    if (entry >= 0)
        pf_cache_log_out_domain(self, pf_process_context_get_domain(context, (unsigned)entry),
                                PF_FORGET_LOGOUT);
}
