/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Public keys in files. */
#pragma once

#include <glib.h>

/* DER (SubjectPublicKeyInfo) as the name of a file wants it: the line that OpenSSH has, with
 * COMMENT at its end, where that ends with .pub, else PEM. NULL: it is no key that OpenSSH knows.
 */
GBytes *pf_public_key_encode(GBytes *der, const char *file_name, const char *comment);
