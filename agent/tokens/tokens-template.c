/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensTemplate: an array with room for all that is ever put into it. */
#include "tokens-template.h"

void
pf_tokens_template_add(PfTokensTemplate *template, CK_ATTRIBUTE_TYPE type, gconstpointer value,
                       gsize size)
{
    g_assert(template->count < PF_TOKENS_TEMPLATE_MAX);
    template->list[template->count++] = (CK_ATTRIBUTE){type, (CK_VOID_PTR)value, size};
}

void
pf_tokens_template_add_flag(PfTokensTemplate *template, CK_ATTRIBUTE_TYPE type, gboolean flag)
{
    static const CK_BBOOL yes = CK_TRUE;
    static const CK_BBOOL no = CK_FALSE;
    pf_tokens_template_add(template, type, flag ? &yes : &no, sizeof yes);
}

void
pf_tokens_template_add_all(PfTokensTemplate *template, const CK_ATTRIBUTE *attributes,
                           CK_ULONG count)
{
    for (CK_ULONG i = 0; i < count; i++)
        pf_tokens_template_add(template, attributes[i].type, attributes[i].pValue,
                               attributes[i].ulValueLen);
}
