/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The certificates of one token, as far as they have been read. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_CERTIFICATE_LIST (pf_certificate_list_get_type())
G_DECLARE_FINAL_TYPE(PfCertificateList, pf_certificate_list, PF, CERTIFICATE_LIST, GObject)

typedef enum {
    PF_CERTIFICATES_UNREAD,
    PF_CERTIFICATES_READING,
    PF_CERTIFICATES_READ,
    PF_CERTIFICATES_FAILED,
} PfCertificatesState;

/* Of the token URI, read with the backend at MODULE_PATH (NULL: it is looked for); reads nothing
 * yet. The caller owns it; so does what reads, until it is done or cancelled. Signals: "changed".
 * Main thread. */
PfCertificateList *pf_certificate_list_new(const char *uri, const char *module_path);

/* Reads them in another process; what was read before stays until it is done. Does nothing while
 * that is going on. */
void pf_certificate_list_read(PfCertificateList *self);

/* They are not what they were: there is something to read again, and what is being read now may be
 * from before. */
void pf_certificate_list_outdate(PfCertificateList *self);

/* Ends the reading, if it goes on, with nothing read. */
void pf_certificate_list_cancel(PfCertificateList *self);

PfCertificatesState pf_certificate_list_get_state(PfCertificateList *self);

/* What was in the way, a sentence; NULL unless the state is failed. Static. */
const char *pf_certificate_list_get_fault(PfCertificateList *self);

/* Are there more than were read? */
gboolean pf_certificate_list_is_truncated(PfCertificateList *self);

/* PfCertificateItem, in the token's order; the same object as long as the list lives. Borrowed. */
GListModel *pf_certificate_list_get_items(PfCertificateList *self);

/* Whom the token belongs to, by its certificates; NULL where they do not say. Borrowed. */
const char *pf_certificate_list_get_holder(PfCertificateList *self);
