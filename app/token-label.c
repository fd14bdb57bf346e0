/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token label: as p11-kit reads URIs. */
#include "token-label.h"

#include <p11-kit/uri.h>

#include <glib.h>

char *
pf_token_label_dup(const char *uri)
{
    P11KitUri *parsed = p11_kit_uri_new();
    char *label = NULL;
    if (p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, parsed) == P11_KIT_URI_OK) {
        const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(parsed);
        label = g_strchomp(g_strndup((const char *)info->label, sizeof info->label));
    }
    p11_kit_uri_free(parsed);
    return label;
}
