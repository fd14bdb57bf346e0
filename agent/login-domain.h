/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginDomain: (application ID, token): the one thing that holds a PIN. Main thread only.
 *
 * Every change is in the members' state pages when the function returns. */
#pragma once

#include <glib.h>

#include "history.h"
#include "peer-identity.h"
#include "secret.h"
#include "state-page.h"

struct PfDomainSet;
struct PfProcessContext;

/* How an entry came to be in its domain: what keeps it there while somebody is logged in. */
typedef enum {
    PF_ADMISSION_FREE, /* nobody was logged in when it came */
    PF_ADMISSION_RULE, /* the setting `sharing` */
    PF_ADMISSION_CONSENT,
    PF_ADMISSION_PROOF, /* its process brought a PIN that the token accepted */
} PfAdmission;

typedef struct {
    struct PfProcessContext *context; /* borrowed: it leaves before it is freed */
    unsigned entry;
    PfAdmission admission;
} PfDomainMember;

typedef struct PfLoginDomain {
    char *token;
    guint64 app_id;
    PfSecret *pin; /* NULL unless state is PF_LOGIN_USER */
    PfLoginState state;
    guint64 serial; /* of the present login */
    struct PfDomainSet
        *set;              /* of all domains of the ID and token; NULL: left it, without members */
    guint set_position;    /* in the set's array */
    guint position;        /* in the cache's array */
    gboolean is_shareable; /* its ID was chosen, not drawn for one process */
    gint64 since;          /* Unix seconds of the login, 0: never */
    gint64 entered;        /* µs of boot-timer.h's clock: when the PIN came */
    gint64 last_used;      /* the same clock */
    GArray *members;       /* of PfDomainMember */
    guint hint;            /* index of a member that had sessions when it was looked at last */
    PfHistoryProgram *program; /* owned reference: who brought the PIN last; NULL: nobody */
    GArray *suppliers;         /* of PfProgramMark: whose PIN it was in this login; else empty */
    GArray *officers;          /* of PfDomainMember: logged in to the token as security officers */
} PfLoginDomain;

PfLoginDomain *pf_login_domain_new(const char *token, guint64 app_id, gboolean is_shareable);
PfLoginDomain *pf_login_domain_ref(PfLoginDomain *domain);

/* NULL is fine; the last one wipes. */
void pf_login_domain_unref(PfLoginDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfLoginDomain, pf_login_domain_unref)

/* The member's index, good until another one leaves. */
guint pf_login_domain_add_member(PfLoginDomain *domain, struct PfProcessContext *context,
                                 unsigned entry, PfAdmission admission);

/* The member at POSITION leaves, also as an officer; the last one takes its place. */
void pf_login_domain_remove_member(PfLoginDomain *domain, guint position);

/* Takes PIN; a serial that was never used before tells this login from any other. */
void pf_login_domain_log_in(PfLoginDomain *domain, PfSecret *pin, guint64 serial);

/* Wipes the PIN; the domain is asleep, or public. Returns whether there was a PIN. */
gboolean pf_login_domain_sleep(PfLoginDomain *domain);
gboolean pf_login_domain_log_out(PfLoginDomain *domain);

/* CONTEXT's process brought the PIN of this login, or proved it. */
void pf_login_domain_add_supplier(PfLoginDomain *domain, const struct PfProcessContext *context);

/* A member is logged in to the token as security officer, or is not any more: the other processes'
 * pages say so. */
void pf_login_domain_add_officer(PfLoginDomain *domain, struct PfProcessContext *context,
                                 unsigned entry);
gboolean pf_login_domain_remove_officer(PfLoginDomain *domain,
                                        const struct PfProcessContext *context, unsigned entry);
void pf_login_domain_drop_officers(PfLoginDomain *domain);
gboolean pf_login_domain_has_officer(const PfLoginDomain *domain,
                                     const struct PfProcessContext *context, unsigned entry);

/* The PIN was used now. */
void pf_login_domain_touch(PfLoginDomain *domain);

/* Members take a new snapshot of the token's objects. */
void pf_login_domain_bump_objects(PfLoginDomain *domain);

/* Members see that the token was removed, or got another PIN. */
void pf_login_domain_bump_token_changes(PfLoginDomain *domain);

/* Members see that the sessions they have opened until now are closed. */
void pf_login_domain_bump_closings(PfLoginDomain *domain);

/* The token's card was reset by the agent, or the token removed: what that does to the members'
 * backend sessions (state-page.h). */
void pf_login_domain_note_reset(PfLoginDomain *domain);
void pf_login_domain_note_removal(PfLoginDomain *domain);

/* Has any member a session, as its board says now? */
gboolean pf_login_domain_has_sessions(PfLoginDomain *domain);
