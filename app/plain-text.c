/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Plain text: what somebody else wrote, without what could make it look like something else. */
#include "plain-text.h"

#include <glib.h>

/* Characters that would break the line, or turn its direction so that it reads as something else.
 */
static gboolean
is_unprintable(gunichar c)
{
    if (c == ' ')
        return FALSE;
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
        return TRUE;
    default:
        return FALSE;
    }
}

char *
pf_plain_text_dup(const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    GString *text = g_string_new(NULL);
    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(text, is_unprintable(c) ? 0xFFFD : c);
    }
    g_strstrip(text->str);
    if (text->str[0] == '\0') {
        g_string_free(text, TRUE);
        return NULL;
    }
    return g_string_free(text, FALSE);
}

char *
pf_plain_text_shorten(char *text, glong max_chars)
{
    g_autofree char *owned = text;
    if (text == NULL || g_utf8_strlen(text, -1) <= max_chars)
        return g_steal_pointer(&owned);
    g_autofree char *start = g_utf8_substring(text, 0, max_chars - 1);
    return g_strconcat(start, "…", NULL);
}
