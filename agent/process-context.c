/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProcessContext: bookkeeping of one process; every decision is the cache's. */
#include "process-context.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void
clear_instance(gpointer data)
{
    PfModuleInstance *instance = data;
    close(instance->board_fd);
}

PfProcessContext *
pf_process_context_new(PfPeerIdentity *identity, guint64 number, GError **error)
{
    g_autoptr(PfPeerIdentity) owned = identity;
    PfStateWriter *state = pf_state_writer_new(error);
    if (state == NULL)
        return NULL;
    PfProcessContext *context = g_new0(PfProcessContext, 1);
    context->number = number;
    context->identity = g_steal_pointer(&owned);
    context->state = state;
    context->instances = g_array_new(FALSE, FALSE, sizeof(PfModuleInstance));
    g_array_set_clear_func(context->instances, clear_instance);
    context->entries = g_array_new(FALSE, FALSE, sizeof(PfContextEntry));
    context->connections = g_ptr_array_new();
    return context;
}

void
pf_process_context_free(PfProcessContext *context)
{
    pf_fd_watch_free(context->end_watch);
    pf_process_context_leave_domains(context);
    g_array_unref(context->entries);
    g_array_unref(context->instances);
    g_ptr_array_unref(context->connections);
    g_clear_pointer(&context->canceled, g_hash_table_unref);
    pf_state_writer_free(context->state);
    pf_program_key_free(context->program);
    pf_history_program_unref(context->history_program);
    pf_peer_identity_free(context->identity);
    g_free(context);
}

const PfProgramKey *
pf_process_context_get_program(PfProcessContext *context)
{
    if (context->program == NULL)
        context->program = pf_program_key_new(context->identity);
    return context->program;
}

static void
on_pidfd_ready(gpointer data)
{
    PfProcessContext *context = data;
    /* It stays readable. */
    pf_fd_watch_free(g_steal_pointer(&context->end_watch));
    context->on_end(context, context->end_data);
}

void
pf_process_context_watch_end(PfProcessContext *context, PfProcessContextEnd on_end,
                             gpointer user_data)
{
    static const PfFdWatchFuncs funcs = {.ready = on_pidfd_ready};
    if (context->identity->pidfd < 0)
        return;
    context->on_end = on_end;
    context->end_data = user_data;
    context->end_watch = pf_fd_watch_new(context->identity->pidfd, EPOLLIN, &funcs, context);
}

int
pf_process_context_add_instance(PfProcessContext *context, gconstpointer connection)
{
    int fd = pf_session_board_create();
    if (fd < 0)
        return fd;
    PfModuleInstance instance = {connection, fd};
    g_array_append_val(context->instances, instance);
    return fd;
}

gboolean
pf_process_context_remove_instance(PfProcessContext *context, gconstpointer connection)
{
    for (guint i = 0; i < context->instances->len; i++) {
        if (g_array_index(context->instances, PfModuleInstance, i).connection == connection) {
            g_array_remove_index_fast(context->instances, i);
            return TRUE;
        }
    }
    return FALSE;
}

int
pf_process_context_find_entry(PfProcessContext *context, const char *token, gboolean is_explicit,
                              guint64 app_id)
{
    for (guint i = 0; i < context->entries->len; i++) {
        const PfContextEntry *entry = &g_array_index(context->entries, PfContextEntry, i);
        if (entry->is_explicit == is_explicit && (!is_explicit || entry->app_id == app_id) &&
            strcmp(entry->token, token) == 0)
            return (int)i;
    }
    return -1;
}

gboolean
pf_process_context_knows_token(const PfProcessContext *context, const char *token)
{
    for (guint i = 0; i < context->entries->len; i++) {
        if (strcmp(g_array_index(context->entries, PfContextEntry, i).token, token) == 0)
            return TRUE;
    }
    return FALSE;
}

static PfContextEntry *
get_entry(const PfProcessContext *context, unsigned entry)
{
    return &g_array_index(context->entries, PfContextEntry, entry);
}

int
pf_process_context_add_entry(PfProcessContext *context, const char *token, gboolean is_explicit,
                             guint64 app_id, PfLoginDomain *domain, PfAdmission admission)
{
    if (context->entries->len >= PF_STATE_ENTRIES)
        return -1;
    unsigned index = context->entries->len;
    PfContextEntry entry = {
        .token = g_strdup(token),
        .is_explicit = is_explicit,
        .app_id = app_id,
        .domain = pf_login_domain_ref(domain),
        .position = pf_login_domain_add_member(domain, context, index, admission),
    };
    g_array_append_val(context->entries, entry);
    return (int)index;
}

void
pf_process_context_move_entry(PfProcessContext *context, unsigned entry, PfLoginDomain *domain,
                              PfAdmission admission)
{
    PfContextEntry *moved = get_entry(context, entry);
    PfLoginDomain *old = moved->domain;
    gboolean is_officer = pf_login_domain_has_officer(old, context, entry);
    pf_login_domain_remove_member(old, moved->position);
    moved->domain = pf_login_domain_ref(domain);
    moved->position = pf_login_domain_add_member(domain, context, entry, admission);
    if (is_officer)
        pf_login_domain_add_officer(domain, context, entry);
    pf_login_domain_unref(old);
}

void
pf_process_context_leave_domains(PfProcessContext *context)
{
    for (guint i = 0; i < context->entries->len; i++) {
        PfContextEntry *entry = get_entry(context, i);
        pf_login_domain_remove_member(entry->domain, entry->position);
        pf_login_domain_unref(entry->domain);
        g_free(entry->token);
    }
    g_array_set_size(context->entries, 0);
}

PfLoginDomain *
pf_process_context_get_domain(PfProcessContext *context, unsigned entry)
{
    return get_entry(context, entry)->domain;
}

PfDomainMember *
pf_process_context_get_member(PfProcessContext *context, unsigned entry)
{
    const PfContextEntry *found = get_entry(context, entry);
    return &g_array_index(found->domain->members, PfDomainMember, found->position);
}

void
pf_process_context_set_position(PfProcessContext *context, unsigned entry, guint position)
{
    get_entry(context, entry)->position = position;
}

static guint32
sum_boards(const PfProcessContext *context, unsigned entry,
           uint32_t (*read_board)(int fd, unsigned entry))
{
    guint64 sum = 0;
    guint32 closings = pf_state_writer_get_closings(context->state, entry);
    for (guint i = 0; i < context->instances->len; i++) {
        int fd = g_array_index(context->instances, PfModuleInstance, i).board_fd;
        /* An idle process does not know yet that its sessions were closed with their ID. */
        if (pf_session_board_read_closings(fd, entry) == closings)
            sum += read_board(fd, entry);
    }
    return (guint32)MIN(sum, (guint64)G_MAXUINT32);
}

guint32
pf_process_context_count_sessions(PfProcessContext *context, unsigned entry)
{
    return sum_boards(context, entry, pf_session_board_read);
}

guint32
pf_process_context_count_read_only(PfProcessContext *context, unsigned entry)
{
    return sum_boards(context, entry, pf_session_board_read_read_only);
}

guint32
pf_process_context_count_windows(PfProcessContext *context, unsigned entry)
{
    guint64 sum = 0;
    for (guint i = 0; i < context->instances->len; i++)
        sum += pf_session_board_read_windows(
            g_array_index(context->instances, PfModuleInstance, i).board_fd, entry);
    return (guint32)MIN(sum, (guint64)G_MAXUINT32);
}

gboolean
pf_process_context_note_still_open(PfProcessContext *context, unsigned entry)
{
    gboolean is_open = pf_process_context_count_windows(context, entry) > 0;
    get_entry(context, entry)->is_still_open = is_open;
    return is_open;
}

guint
pf_process_context_look_still_open(PfProcessContext *context, guint *ret_closed)
{
    guint count = 0;
    for (guint i = 0; i < context->entries->len; i++) {
        if (!get_entry(context, i)->is_still_open)
            continue;
        if (pf_process_context_note_still_open(context, i))
            count++;
        else
            ++*ret_closed;
    }
    return count;
}

gboolean
pf_process_context_is_still_open(PfProcessContext *context, unsigned entry)
{
    return get_entry(context, entry)->is_still_open;
}

gboolean
pf_process_context_has_ended_lease(PfProcessContext *context, unsigned entry, guint64 lease)
{
    for (guint i = 0; i < context->instances->len; i++) {
        int board = g_array_index(context->instances, PfModuleInstance, i).board_fd;
        if (pf_session_board_read_ended_lease(board, entry) == lease)
            return TRUE;
    }
    return FALSE;
}

void
pf_process_context_remember_cancel(PfProcessContext *context, const char *token, gint64 until)
{
    if (context->canceled == NULL)
        context->canceled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gint64 *value = g_new(gint64, 1);
    *value = until;
    g_hash_table_replace(context->canceled, g_strdup(token), value);
}

gboolean
pf_process_context_is_canceled(PfProcessContext *context, const char *token, gint64 now)
{
    const gint64 *until =
        context->canceled != NULL ? g_hash_table_lookup(context->canceled, token) : NULL;
    return until != NULL && now < *until;
}
