/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Looks at the brackets before json-glib does: its parser calls itself for each, and has no limit.
 */
#include "json-text.h"

#include <string.h>

#define DEPTH_MAX 32u

/* Outside strings. Nothing else is JSON; json-glib would take comments, which could hide a quote.
 */
static gboolean
is_plain(char c)
{
    return g_ascii_isalnum(c) || g_ascii_isspace(c) || (c != '\0' && strchr("+-.,:", c) != NULL);
}

static gboolean
is_shallow(const char *text, gsize len)
{
    guint depth = 0;
    gboolean is_in_string = FALSE;
    for (gsize i = 0; i < len; i++) {
        char c = text[i];
        if (is_in_string && c == '\\')
            i++;
        else if (c == '"')
            is_in_string = !is_in_string;
        else if (is_in_string)
            continue;
        else if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        else if (!is_plain(c))
            return FALSE;
        if (depth > DEPTH_MAX)
            return FALSE;
    }
    return TRUE;
}

JsonNode *
pf_json_text_parse(GBytes *text)
{
    gsize len;
    const char *data = g_bytes_get_data(text, &len);
    g_autoptr(JsonParser) parser = json_parser_new();
    if (len == 0 || !is_shallow(data, len) ||
        !json_parser_load_from_data(parser, data, (gssize)len, NULL))
        return NULL;
    JsonNode *root = json_parser_get_root(parser);
    return root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_parser_steal_root(parser) : NULL;
}
