/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Writes a certificate to a file. */
#pragma once

#include <gtk/gtk.h>

/* A name for the file of the certificate DER, after whom it was issued to. The caller owns it. */
char *pf_certificate_export_dup_file_name(GBytes *der);

/* DER as the name of a file wants it: binary where that ends with .der or .cer, else PEM. */
GBytes *pf_certificate_export_encode(GBytes *der, const char *file_name);

/* Writes DER to FILE, in whose place of before it comes; says so in a message when that fails.
 * Main thread; returns at once. */
void pf_certificate_export(GtkApplication *application, GFile *file, GBytes *der);
