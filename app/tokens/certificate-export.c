/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Certificates in files: PEM, which everything reads, unless the name says otherwise. */
#include "certificate-export.h"

#include <glib/gi18n.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "export-name.h"
#include "failure-note.h"
#include "pem-text.h"
#include "plain-text.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)

static char *
dup_common_name(GBytes *der)
{
    gsize size;
    const unsigned char *bytes = g_bytes_get_data(der, &size);
    g_autoptr(X509) certificate = d2i_X509(NULL, &bytes, (long)size);
    unsigned char *text = NULL;
    if (certificate == NULL)
        return NULL;
    X509_NAME *subject = X509_get_subject_name(certificate);
    int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (index < 0)
        return NULL;
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
    int length = ASN1_STRING_to_UTF8(&text, value);
    g_autofree char *copy = length > 0 ? g_strndup((const char *)text, (gsize)length) : NULL;
    OPENSSL_free(text);
    return copy != NULL ? pf_plain_text_dup(copy) : NULL;
}

char *
pf_certificate_export_dup_file_name(GBytes *der)
{
    g_autofree char *name = dup_common_name(der);
    if (name == NULL)
        /* Translators: the name of a file, without its ending. */
        name = g_strdup(_("certificate"));
    return pf_export_name_dup(name, ".pem");
}

GBytes *
pf_certificate_export_encode(GBytes *der, const char *file_name)
{
    g_autofree char *lower = g_ascii_strdown(file_name, -1);
    if (g_str_has_suffix(lower, ".der") || g_str_has_suffix(lower, ".cer"))
        return g_bytes_ref(der);
    return pf_pem_text_encode(PEM_STRING_X509, der);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GtkApplication) application = user_data;
    g_autoptr(GError) error = NULL;
    if (!g_file_replace_contents_finish(G_FILE(source), result, NULL, &error))
        pf_failure_note_show(application, _("The certificate was not saved"), error->message);
}

void
pf_certificate_export(GtkApplication *application, GFile *file, GBytes *der)
{
    g_autofree char *name = g_file_get_basename(file);
    g_autoptr(GBytes) contents = pf_certificate_export_encode(der, name);
    g_file_replace_contents_bytes_async(file, contents, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                        on_written, g_object_ref(application));
}
