/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Looks at the text before json-glib does: its parser calls itself for each bracket, without a
 * limit, and makes of some escapes what is no text. */
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

/* Four digits after \u. json-glib takes whatever stands there, also halves of characters, and what
 * comes of that is no UTF-8. pinfold-tokens escapes neither. */
static gboolean
is_character(const char *digits, gsize len)
{
    guint value = 0;
    for (gsize i = 0; i < 4; i++) {
        int digit = i < len ? g_ascii_xdigit_value(digits[i]) : -1;
        if (digit < 0)
            return FALSE;
        value = value << 4 | (guint)digit;
    }
    return value < 0xd800 || value > 0xdfff;
}

/* What follows a backslash (RFC 8259, 7). json-glib also takes three digits for a byte, which is no
 * UTF-8 by itself. */
static gboolean
is_escape(const char *text, gsize len)
{
    if (len == 0 || text[0] == '\0' || strchr("\"\\/bfnrtu", text[0]) == NULL)
        return FALSE;
    return text[0] != 'u' || is_character(text + 1, len - 1);
}

static gboolean
is_acceptable(const char *text, gsize len)
{
    guint depth = 0;
    gboolean is_in_string = FALSE;
    for (gsize i = 0; i < len; i++) {
        char c = text[i];
        if (is_in_string && c == '\\') {
            i++;
            if (!is_escape(text + i, len - MIN(i, len)))
                return FALSE;
        } else if (c == '"')
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
    if (len == 0 || !is_acceptable(data, len) ||
        !json_parser_load_from_data(parser, data, (gssize)len, NULL))
        return NULL;
    JsonNode *root = json_parser_get_root(parser);
    return root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_parser_steal_root(parser) : NULL;
}
