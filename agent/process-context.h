/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProcessContext: one process as the cache knows it: identity, state page, sessions, domains. */
#pragma once

#include <glib.h>

#include "fd-watch.h"
#include "login-domain.h"
#include "peer-identity.h"
#include "program-key.h"
#include "state-writer.h"

/* A (token, ID) pair that the process has named; its index is the same in state page and boards,
 * and is never given to another pair. */
typedef struct {
    char *token;
    gboolean is_explicit;
    guint64 app_id;         /* of an explicit entry */
    PfLoginDomain *domain;  /* owned reference */
    guint position;         /* among the domain's members */
    gboolean is_still_open; /* it had a window when its PIN was forgotten, and has not closed it */
} PfContextEntry;

/* One copy of the module in the process. */
typedef struct {
    gconstpointer connection; /* its primary one */
    int board_fd;
} PfModuleInstance;

struct PfProcessContext;
typedef void (*PfProcessContextEnd)(struct PfProcessContext *context, gpointer user_data);

typedef struct PfProcessContext {
    guint64 number;
    guint position; /* in the cache's array */
    PfPeerIdentity *identity;
    PfProgramKey *program;             /* made when first asked for */
    PfHistoryProgram *history_program; /* likewise; owned reference */
    guint64 own_id;                    /* drawn for it: nobody else's to name */
    guint64 default_id;      /* as its page says: of the configuration, of a group, or its own */
    gboolean is_group_known; /* of what the settings say now */
    gboolean has_group;
    guint64 group_id;
    gboolean may_show_protected_path; /* fixed for the process's life */
    PfStateWriter *state;
    GArray *instances;      /* of PfModuleInstance */
    GArray *entries;        /* of PfContextEntry */
    GPtrArray *connections; /* borrowed */
    GHashTable *canceled;   /* token -> gint64 *: until when a cancel is remembered; or NULL */
    PfFdWatch *end_watch;   /* the process has ended */
    PfProcessContextEnd on_end;
    gpointer end_data;
} PfProcessContext;

/* Takes IDENTITY over. */
PfProcessContext *pf_process_context_new(PfPeerIdentity *identity, guint64 number, GError **error);

/* Leaves its domains. */
void pf_process_context_free(PfProcessContext *context);

/* What decisions about its program go by. Borrowed. */
const PfProgramKey *pf_process_context_get_program(PfProcessContext *context);

/* Calls ON_END once when the process ends; it may free the context. */
void pf_process_context_watch_end(PfProcessContext *context, PfProcessContextEnd on_end,
                                  gpointer user_data);

/* A module instance with CONNECTION as its primary one. Returns its board's descriptor, the
 * context's, or -errno. */
int pf_process_context_add_instance(PfProcessContext *context, gconstpointer connection);

/* The instance of CONNECTION is gone, its sessions with it. Returns whether there was one. */
gboolean pf_process_context_remove_instance(PfProcessContext *context, gconstpointer connection);

/* The index of a pair, or -1. */
int pf_process_context_find_entry(PfProcessContext *context, const char *token,
                                  gboolean is_explicit, guint64 app_id);

/* Has the process named TOKEN before? */
gboolean pf_process_context_knows_token(const PfProcessContext *context, const char *token);

/* A new entry in DOMAIN; its index, or -1 when the page is full. */
int pf_process_context_add_entry(PfProcessContext *context, const char *token, gboolean is_explicit,
                                 guint64 app_id, PfLoginDomain *domain, PfAdmission admission);

/* Puts an entry into another domain; a security officer's login goes with it. */
void pf_process_context_move_entry(PfProcessContext *context, unsigned entry, PfLoginDomain *domain,
                                   PfAdmission admission);

/* Takes all entries out of their domains, which forget the context; they are of no use any more. */
void pf_process_context_leave_domains(PfProcessContext *context);

PfLoginDomain *pf_process_context_get_domain(PfProcessContext *context, unsigned entry);

/* The entry as a member of its domain. Good until a member leaves. */
PfDomainMember *pf_process_context_get_member(PfProcessContext *context, unsigned entry);

/* The domain's: where it keeps the entry. */
void pf_process_context_set_position(PfProcessContext *context, unsigned entry, guint position);

/* Sessions on ENTRY over all instances, as their boards say now; and the read-only ones. */
guint32 pf_process_context_count_sessions(PfProcessContext *context, unsigned entry);
guint32 pf_process_context_count_read_only(PfProcessContext *context, unsigned entry);

/* Windows that are open by the PIN of ENTRY, over all instances, as their boards say now. */
guint32 pf_process_context_count_windows(PfProcessContext *context, unsigned entry);

/* The PIN of ENTRY is forgotten: a window that is open by it has outlived it. Returns whether there
 * is one. */
gboolean pf_process_context_note_still_open(PfProcessContext *context, unsigned entry);

/* Looks whether windows that outlived their PIN are closed. Returns how many are open, and adds to
 * RET_CLOSED. */
guint pf_process_context_look_still_open(PfProcessContext *context, guint *ret_closed);
gboolean pf_process_context_is_still_open(PfProcessContext *context, unsigned entry);

/* Has an instance written to its board that LEASE, which ENTRY holds, has ended as ok? */
gboolean pf_process_context_has_ended_lease(PfProcessContext *context, unsigned entry,
                                            guint64 lease);

/* A cancel on TOKEN is remembered until UNTIL (monotonic µs); is one remembered at NOW? */
void pf_process_context_remember_cancel(PfProcessContext *context, const char *token, gint64 until);
gboolean pf_process_context_is_canceled(PfProcessContext *context, const char *token, gint64 now);
