/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Shows everything that a certificate says, and lets it be written to a file. */
#pragma once

#include <gtk/gtk.h>

#include "certificate-item.h"

#define PF_TYPE_CERTIFICATE_DIALOG (pf_certificate_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfCertificateDialog, pf_certificate_dialog, PF, CERTIFICATE_DIALOG, GtkDialog)

/* A window above PARENT about ITEM, which has_detail; owned by GTK: closing it ends it. */
GtkWindow *pf_certificate_dialog_new(GtkWindow *parent, PfCertificateItem *item);
