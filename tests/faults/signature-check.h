/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Is a signature that a client was given the right one? Nothing of a PKCS#11 module is asked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Does SIGNATURE of DATA belong to the key of the token with SERIAL? Public keys lie in FOLDER, as
 * SERIAL.pem; a token without such a file is a mock one, whose signatures can be calculated. */
bool signature_is_right(const char *folder, const char *serial, const unsigned char *data,
                        size_t data_size, const unsigned char *signature, size_t signature_size);

/* Likewise of any token whose public key is in FOLDER. */
bool signature_is_anybodys(const char *folder, const unsigned char *data, size_t data_size,
                           const unsigned char *signature, size_t signature_size);
