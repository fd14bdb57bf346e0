/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token URIs: decode, encode again, compare. */
#include "token-uri.h"

#include <string.h>

/* Takes "NAME=VALUE" apart into FIELD of SIZE. */
static gboolean
read_attribute(const char *text, const char *name, char *field, gsize size)
{
    gsize name_len = strlen(name);
    if (strncmp(text, name, name_len) != 0 || text[name_len] != '=')
        return FALSE;
    const char *value = text + name_len + 1;
    g_autoptr(GBytes) bytes = g_uri_unescape_bytes(value, -1, NULL, NULL);
    if (bytes == NULL || g_bytes_get_size(bytes) >= size)
        return FALSE;
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    if (len > 0)
        memcpy(field, data, len);
    field[len] = '\0';
    return TRUE;
}

gboolean
pf_token_uri_parse(const char *uri, PfTokenId *ret_id)
{
    PfTokenId id = {0};
    char again[PF_TOKEN_URI_SIZE];
    if (!g_str_has_prefix(uri, "pkcs11:") || strlen(uri) >= PF_TOKEN_URI_SIZE)
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(uri + strlen("pkcs11:"), ";", -1);
    if (g_strv_length(parts) != 4 ||
        !read_attribute(parts[0], "model", id.model, sizeof id.model) ||
        !read_attribute(parts[1], "manufacturer", id.manufacturer, sizeof id.manufacturer) ||
        !read_attribute(parts[2], "serial", id.serial, sizeof id.serial) ||
        !read_attribute(parts[3], "token", id.label, sizeof id.label))
        return FALSE;
    pf_token_id_format(&id, again);
    if (strcmp(again, uri) != 0)
        return FALSE;
    *ret_id = id;
    return TRUE;
}
