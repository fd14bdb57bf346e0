/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensTemplate: the attributes of an object that is to be made. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

#define PF_TOKENS_TEMPLATE_MAX 28u

/* Empty when it is all zero. */
typedef struct {
    CK_ATTRIBUTE list[PF_TOKENS_TEMPLATE_MAX];
    CK_ULONG count;
} PfTokensTemplate;

/* VALUE is not copied: it stays until the object is made. */
void pf_tokens_template_add(PfTokensTemplate *template, CK_ATTRIBUTE_TYPE type, gconstpointer value,
                            gsize size);

void pf_tokens_template_add_flag(PfTokensTemplate *template, CK_ATTRIBUTE_TYPE type, gboolean flag);

void pf_tokens_template_add_all(PfTokensTemplate *template, const CK_ATTRIBUTE *attributes,
                                CK_ULONG count);
