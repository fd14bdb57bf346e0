/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenId: from CK_TOKEN_INFO to a comparable identity and its RFC 7512 URI. */
#include "token-id.h"

#include <string.h>

static void
copy_trimmed(char *to, const unsigned char *field, size_t size)
{
    size_t len = size;
    while (len > 0 && (field[len - 1] == ' ' || field[len - 1] == '\0'))
        len--;
    memset(to, 0, size + 1);
    memcpy(to, field, len);
}

/* A field may hold NULs (binary serials): it ends where its trimmed bytes end, not at the first. */
static size_t
trimmed_length(const char *field, size_t size)
{
    while (size > 0 && field[size - 1] == '\0')
        size--;
    return size;
}

_Static_assert(sizeof(PfTokenId) == 33 + 17 + 17 + 33, "identities are compared as bytes");

void
pf_token_id_from_info(PfTokenId *id, const CK_TOKEN_INFO *info)
{
    copy_trimmed(id->manufacturer, info->manufacturerID, sizeof info->manufacturerID);
    copy_trimmed(id->model, info->model, sizeof info->model);
    copy_trimmed(id->serial, info->serialNumber, sizeof info->serialNumber);
    copy_trimmed(id->label, info->label, sizeof info->label);
}

bool
pf_token_id_is_equal(const PfTokenId *a, const PfTokenId *b)
{
    /* NULs to the end of each field, and no padding between them. */
    return memcmp(a, b, sizeof *a) == 0;
}

bool
pf_token_id_has_serial(const PfTokenId *id)
{
    return trimmed_length(id->serial, sizeof id->serial) > 0;
}

static bool
is_verbatim(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_';
}

static char *
append_encoded(char *at, const char *name, const char *value, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    at = stpcpy(at, name);
    const unsigned char *end = (const unsigned char *)value + trimmed_length(value, size);
    for (const unsigned char *c = (const unsigned char *)value; c < end; c++) {
        if (is_verbatim(*c)) {
            *at++ = (char)*c;
        } else {
            *at++ = '%';
            *at++ = hex[*c >> 4];
            *at++ = hex[*c & 15];
        }
    }
    *at = '\0';
    return at;
}

_Static_assert(sizeof "pkcs11:model=;manufacturer=;serial=;token=" +
                       (size_t)3 * (32 + 16 + 16 + 32) <=
                   PF_TOKEN_URI_SIZE,
               "every field fully encoded fits");

void
pf_token_id_format(const PfTokenId *id, char uri[PF_TOKEN_URI_SIZE])
{
    char *at = append_encoded(uri, "pkcs11:model=", id->model, sizeof id->model);
    at = append_encoded(at, ";manufacturer=", id->manufacturer, sizeof id->manufacturer);
    at = append_encoded(at, ";serial=", id->serial, sizeof id->serial);
    append_encoded(at, ";token=", id->label, sizeof id->label);
}
