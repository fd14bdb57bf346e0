/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The blank-padded text fields of PKCS#11 structures. */
#pragma once

#include <glib.h>

/* A blank- or NUL-padded field of SIZE bytes as valid UTF-8: JSON and D-Bus carry nothing else.
 * FIELD may be NULL where SIZE is 0. Free with g_free(). */
char *pf_tokens_field_dup(const unsigned char *field, gsize size);
