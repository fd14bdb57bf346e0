/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token label: as p11-kit reads URIs. */
#include "token-label.h"

#include <p11-kit/uri.h>

#include <glib.h>

#include "plain-text.h"

/* A field of CK_TOKEN_INFO: no end, but padding. */
static char *
dup_field(const unsigned char *field, gsize size)
{
    g_autofree char *text = g_strndup((const char *)field, size);
    return pf_plain_text_dup(text);
}

#define DUP_FIELD(info, name) dup_field((info)->name, sizeof(info)->name)

static P11KitUri *
parse(const char *uri)
{
    P11KitUri *parsed = p11_kit_uri_new();
    if (p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, parsed) == P11_KIT_URI_OK)
        return parsed;
    p11_kit_uri_free(parsed);
    return NULL;
}

char *
pf_token_label_dup(const char *uri)
{
    P11KitUri *parsed = parse(uri);
    char *label = parsed != NULL ? DUP_FIELD(p11_kit_uri_get_token_info(parsed), label) : NULL;
    p11_kit_uri_free(parsed);
    return label;
}

char *
pf_token_label_dup_serial(const char *uri)
{
    P11KitUri *parsed = parse(uri);
    char *serial =
        parsed != NULL ? DUP_FIELD(p11_kit_uri_get_token_info(parsed), serialNumber) : NULL;
    p11_kit_uri_free(parsed);
    return serial;
}

char *
pf_token_label_dup_model(const char *uri)
{
    P11KitUri *parsed = parse(uri);
    if (parsed == NULL)
        return NULL;
    const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(parsed);
    g_autofree char *model = DUP_FIELD(info, model);
    g_autofree char *manufacturer = DUP_FIELD(info, manufacturerID);
    p11_kit_uri_free(parsed);
    if (model == NULL || manufacturer == NULL)
        return model != NULL ? g_steal_pointer(&model) : g_steal_pointer(&manufacturer);
    return g_strdup_printf("%s (%s)", model, manufacturer);
}
