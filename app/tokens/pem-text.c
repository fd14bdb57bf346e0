/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PEM by OpenSSL, which does not ask what is in it. */
#include "pem-text.h"

#include <openssl/pem.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)

GBytes *
pf_pem_text_encode(const char *label, GBytes *der)
{
    g_autoptr(BIO) memory = BIO_new(BIO_s_mem());
    gsize size;
    const unsigned char *bytes = g_bytes_get_data(der, &size);
    char *text = NULL;
    PEM_write_bio(memory, label, "", bytes, (long)size);
    long length = BIO_get_mem_data(memory, &text);
    return g_bytes_new(text, (gsize)length);
}
