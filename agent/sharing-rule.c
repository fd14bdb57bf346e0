/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The rule on sharing, without consent, which is asked for elsewhere. */
#include "sharing-rule.h"

#include "process-context.h"

PfSharing
pf_sharing_from_name(const char *name)
{
    if (g_strcmp0(name, "allow") == 0)
        return PF_SHARING_ALLOW;
    if (g_strcmp0(name, "same-program") == 0)
        return PF_SHARING_SAME_PROGRAM;
    return PF_SHARING_ASK;
}

/* The same file, and the same sandbox around it. */
static gboolean
is_same_program(const PfPeerIdentity *a, const PfPeerIdentity *b)
{
    return a->is_exe_known && b->is_exe_known && a->exe_device == b->exe_device &&
           a->exe_inode == b->exe_inode && g_strcmp0(a->sandbox, b->sandbox) == 0;
}

gboolean
pf_sharing_rule_lets_in(PfSharing sharing, const PfLoginDomain *domain,
                        const PfPeerIdentity *newcomer)
{
    if (!domain->is_shareable)
        return FALSE;
    if (sharing != PF_SHARING_SAME_PROGRAM)
        return sharing == PF_SHARING_ALLOW;
    /* All members are one program, or another one's PIN would be served. */
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if (!is_same_program(member->context->identity, newcomer))
            return FALSE;
    }
    return domain->members->len > 0;
}
