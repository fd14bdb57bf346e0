/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The choosers for files that go to and come from tokens. */
#pragma once

#include <gtk/gtk.h>

/* For the file of a certificate, which is called NAME unless the person calls it otherwise. The
 * caller owns it, shows it, and hears its response. */
GtkFileChooserNative *pf_file_choosers_new_export(const char *name);

/* For the file of a public key; likewise. */
GtkFileChooserNative *pf_file_choosers_new_public_key(const char *name);

/* For the PKCS#12 file that is to be imported; likewise. */
GtkFileChooserNative *pf_file_choosers_new_import(void);
