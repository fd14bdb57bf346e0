/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Below a token: its certificates, or how far the reading of them is. */
#pragma once

#include <gtk/gtk.h>

#include "certificate-list.h"

#define PF_TYPE_CERTIFICATES_VIEW (pf_certificates_view_get_type())
G_DECLARE_FINAL_TYPE(PfCertificatesView, pf_certificates_view, PF, CERTIFICATES_VIEW, GtkBox)

/* Shows LIST, of the token URI; NULL for both: nothing. */
void pf_certificates_view_set(PfCertificatesView *self, PfCertificateList *list, const char *uri);
