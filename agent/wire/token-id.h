/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who a token is: manufacturer, model, serial and label, never the slot or reader it is in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <p11-kit/pkcs11.h>

/* Room for any URI that pf_token_id_format() writes, with its NUL. */
#define PF_TOKEN_URI_SIZE 384u

/* Each field without its padding, then NULs to its end. A field may hold NULs inside: use the
 * functions below, not the str*() ones, wherever identity is decided. */
typedef struct {
    char manufacturer[33];
    char model[17];
    char serial[17];
    char label[33];
} PfTokenId;

/* Takes the four fields without their padding (blanks, or NULs as some tokens pad). Bytes are kept
 * as they are: they may be no valid text. */
void pf_token_id_from_info(PfTokenId *id, const CK_TOKEN_INFO *info);

/* Are all four fields the same bytes? */
bool pf_token_id_is_equal(const PfTokenId *a, const PfTokenId *b);

/* Has the token a serial at all? Without one it cannot be told from its sibling (DESIGN 6). */
bool pf_token_id_has_serial(const PfTokenId *id);

/* Writes the RFC 7512 URI, ASCII whatever the fields hold, as p11-kit's tools write it. */
void pf_token_id_format(const PfTokenId *id, char uri[PF_TOKEN_URI_SIZE]);
