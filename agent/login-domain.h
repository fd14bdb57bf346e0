/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginDomain: (application ID, token): the one thing that holds a PIN. Main thread only.
 *
 * Every change is in the members' state pages when the function returns. */
#pragma once

#include <glib.h>

#include "secret.h"
#include "state-page.h"

struct PfProcessContext;

typedef struct {
    struct PfProcessContext *context; /* borrowed: it leaves before it is freed */
    unsigned entry;
} PfDomainMember;

typedef struct PfLoginDomain {
    char *token;
    guint64 app_id;
    PfSecret *pin; /* NULL unless state is PF_LOGIN_USER */
    PfLoginState state;
    guint64 serial;        /* of the present login */
    gboolean is_shareable; /* its ID was chosen, not drawn for one process */
    gboolean is_retired;   /* nobody new comes in: the rule on sharing has changed */
    gboolean is_open;      /* survives without sessions */
    gint64 since;          /* Unix seconds of the login, 0: never */
    gint64 last_used;      /* monotonic µs */
    GArray *members;       /* of PfDomainMember */
} PfLoginDomain;

PfLoginDomain *pf_login_domain_new(const char *token, guint64 app_id, gboolean is_shareable);
PfLoginDomain *pf_login_domain_ref(PfLoginDomain *domain);

/* NULL is fine; the last one wipes. */
void pf_login_domain_unref(PfLoginDomain *domain);

void pf_login_domain_add_member(PfLoginDomain *domain, struct PfProcessContext *context,
                                unsigned entry);
void pf_login_domain_remove_member(PfLoginDomain *domain, struct PfProcessContext *context,
                                   unsigned entry);
gboolean pf_login_domain_has_member(const PfLoginDomain *domain,
                                    const struct PfProcessContext *context);

/* Takes PIN; a serial that was never used before tells this login from any other. */
void pf_login_domain_log_in(PfLoginDomain *domain, PfSecret *pin, guint64 serial);

/* Wipes the PIN; the domain is asleep, or public. Returns whether there was a PIN. */
gboolean pf_login_domain_sleep(PfLoginDomain *domain);
gboolean pf_login_domain_log_out(PfLoginDomain *domain);

/* The PIN was used now. */
void pf_login_domain_touch(PfLoginDomain *domain);

/* Members take a new snapshot of the token's objects. */
void pf_login_domain_bump_objects(PfLoginDomain *domain);

/* Over all members, from their boards. */
guint64 pf_login_domain_count_sessions(const PfLoginDomain *domain);
