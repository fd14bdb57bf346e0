/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The rule on sharing, without consent, which is asked for elsewhere. */
#include "sharing-rule.h"

PfSharing
pf_sharing_from_name(const char *name)
{
    if (g_strcmp0(name, "allow") == 0)
        return PF_SHARING_ALLOW;
    if (g_strcmp0(name, "same-program") == 0)
        return PF_SHARING_SAME_PROGRAM;
    return PF_SHARING_ASK;
}

gboolean
pf_sharing_rule_lets_in(PfSharing sharing, const PfLoginDomain *domain,
                        const PfPeerIdentity *newcomer)
{
    if (!domain->is_shareable)
        return FALSE;
    if (sharing != PF_SHARING_SAME_PROGRAM)
        return sharing == PF_SHARING_ALLOW;
    for (guint i = 0; i < domain->suppliers->len; i++) {
        if (pf_peer_identity_runs(newcomer, &g_array_index(domain->suppliers, PfProgramMark, i)))
            return TRUE;
    }
    return FALSE;
}
