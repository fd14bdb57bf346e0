/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What json-glib leaves as it is, and g_print() does not. */
#include "ctl-json.h"

#include <stdio.h>

/* What is not in the first 65536 characters is written as two halves. */
static void
append_escaped(GString *text, gunichar u)
{
    if (u < 0x10000)
        g_string_append_printf(text, "\\u%04x", u);
    else
        g_string_append_printf(text, "\\u%04x\\u%04x", 0xd7c0 + (u >> 10), 0xdc00 + (u & 0x3ff));
}

/* json-glib does not escape U+001F, which JSON demands, nor U+0080 to U+009F, which terminals obey.
 * Both can only stand in strings; between them a line's end is all that cannot be printed. */
static char *
escape(const char *json)
{
    g_autofree char *valid = g_utf8_make_valid(json, -1);
    GString *text = g_string_new(NULL);
    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        if (u == '\n' || g_unichar_isprint(u))
            g_string_append_unichar(text, u);
        else
            append_escaped(text, u);
    }
    return g_string_free(text, FALSE);
}

/* Not by g_print(): it turns all into the locale's characters, or “?” where that has none. */
void
pf_ctl_json_print(JsonNode *root)
{
    g_autofree char *json = json_to_string(root, TRUE);
    g_autofree char *text = escape(json);
    fputs(text, stdout);
    fputc('\n', stdout);
    fflush(stdout);
}
