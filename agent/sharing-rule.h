/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who may be served a PIN that it did not supply (DESIGN 5): a pure rule over who brought it. */
#pragma once

#include "login-domain.h"
#include "peer-identity.h"

/* The setting `sharing`. */
typedef enum {
    PF_SHARING_ASK, /* only with a person's consent */
    PF_SHARING_SAME_PROGRAM,
    PF_SHARING_ALLOW,
} PfSharing;

/* The value of the setting; what is none is the strictest. */
PfSharing pf_sharing_from_name(const char *name);

/* May a process that names the ID of DOMAIN, which is logged in, be a member without a question?
 * Never of a domain whose ID the agent drew for one process: that ID is nobody else's to name. The
 * same program is one that brought the PIN, whether or not its process is still there. */
gboolean pf_sharing_rule_lets_in(PfSharing sharing, const PfLoginDomain *domain,
                                 const PfPeerIdentity *newcomer);
