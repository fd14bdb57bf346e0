/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenPattern: p11-kit's URI parser, held to tokens. */
#include "token-pattern.h"

#include <stdlib.h>
#include <string.h>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "token-id.h"

struct PfTokenPattern {
    P11KitUri *uri;
};

PfTokenPattern *
pf_token_pattern_new(const char *uri, const char **ret_reason)
{
    PfTokenPattern *pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL || (pattern->uri = p11_kit_uri_new()) == NULL) {
        *ret_reason = "out of memory";
        free(pattern);
        return NULL;
    }
    if (p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, pattern->uri) != P11_KIT_URI_OK)
        *ret_reason = "is no PKCS#11 URI";
    else if (p11_kit_uri_get_pin_value(pattern->uri) != NULL ||
             p11_kit_uri_get_pin_source(pattern->uri) != NULL)
        *ret_reason = "must not hold a PIN";
    else if (p11_kit_uri_any_unrecognized(pattern->uri) != 0)
        *ret_reason = "names something that is not a token";
    else
        return pattern;
    pf_token_pattern_free(pattern);
    return NULL;
}

bool
pf_token_pattern_matches(const PfTokenPattern *pattern, const char *token_uri)
{
    P11KitUri *token = p11_kit_uri_new();
    bool matches =
        token != NULL &&
        p11_kit_uri_parse(token_uri, P11_KIT_URI_FOR_TOKEN, token) == P11_KIT_URI_OK &&
        p11_kit_uri_match_token_info(pattern->uri, p11_kit_uri_get_token_info(token)) != 0;
    p11_kit_uri_free(token);
    return matches;
}

char *
pf_token_pattern_dup_label(const char *token_uri)
{
    P11KitUri *token = p11_kit_uri_new();
    PfTokenId id = {0};
    if (token != NULL &&
        p11_kit_uri_parse(token_uri, P11_KIT_URI_FOR_TOKEN, token) == P11_KIT_URI_OK)
        pf_token_id_from_info(&id, p11_kit_uri_get_token_info(token));
    p11_kit_uri_free(token);
    return strdup(id.label);
}

void
pf_token_pattern_free(PfTokenPattern *pattern)
{
    if (pattern == NULL)
        return;
    p11_kit_uri_free(pattern->uri);
    free(pattern);
}
