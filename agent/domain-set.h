/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomainSet: all domains of one application ID on one token (DESIGN 5).
 *
 * At most one of them is logged in or asleep: `login`. It is where everybody who names the ID goes
 * while nobody is logged in, and whoever has the right to it then. The others are islands: public
 * domains of processes without that right, which end with the login. Main thread only. */
#pragma once

#include "login-domain.h"

typedef struct PfDomainSet {
    char *token;
    guint64 app_id;
    gboolean is_shareable; /* the ID was chosen; one drawn for a process is nobody else's to name */
    gboolean is_open;      /* CA_OpenApplicationID */
    PfLoginDomain *login;  /* borrowed; NULL: none yet */
    GPtrArray *domains;    /* of PfLoginDomain, borrowed, `login` among them */
} PfDomainSet;

PfDomainSet *pf_domain_set_new(const char *token, guint64 app_id, gboolean is_shareable);
void pf_domain_set_free(PfDomainSet *set);

/* For a GHashTable of sets by themselves: token, ID and is_shareable are the key. */
guint pf_domain_set_hash(gconstpointer set);
gboolean pf_domain_set_equal(gconstpointer a, gconstpointer b);

/* A new public domain of the set; the caller's reference. */
PfLoginDomain *pf_domain_set_add(PfDomainSet *set);
void pf_domain_set_remove(PfDomainSet *set, PfLoginDomain *domain);

/* The domain that somebody is logged in to, or was until its PIN was forgotten. NULL: none. */
PfLoginDomain *pf_domain_set_get_closed(const PfDomainSet *set);
