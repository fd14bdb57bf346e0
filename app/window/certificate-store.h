/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The certificates of all tokens that are there: read once per token, insertion and change, and
 * only while somebody looks. */
#pragma once

#include "certificate-list.h"
#include "token-item.h"

typedef struct PfCertificateStore PfCertificateStore;

/* Follows TOKENS, a list of PfTokenItem: what goes from there is forgotten, and its reading ends.
 */
PfCertificateStore *pf_certificate_store_new(GListModel *tokens);

/* Ends all reading. NULL is fine. */
void pf_certificate_store_free(PfCertificateStore *store);

/* Is somebody looking? What was not read is read then. */
void pf_certificate_store_set_active(PfCertificateStore *store, gboolean active);

/* Of a token in the list; NULL where there is none that could be read. Borrowed. */
PfCertificateList *pf_certificate_store_get(PfCertificateStore *store, PfTokenItem *token);

/* Reads the token's certificates again: the person wants it. */
void pf_certificate_store_read_again(PfCertificateStore *store, const char *uri);

/* The token's certificates are not what they were: they are read again as soon as somebody looks.
 */
void pf_certificate_store_outdate(PfCertificateStore *store, const char *uri);
