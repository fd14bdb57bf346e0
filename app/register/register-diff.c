/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The common start and the common end are left out; what is between has changed. */
#include "register-diff.h"

static char **
split(GBytes *bytes)
{
    gsize len = 0;
    const char *data = bytes != NULL ? g_bytes_get_data(bytes, &len) : NULL;
    g_autofree char *text = g_utf8_make_valid(data != NULL ? data : "", (gssize)len);
    char **lines = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(lines);
    /* What comes after the last line's end is no line. */
    if (count > 0 && *lines[count - 1] == '\0')
        g_clear_pointer(&lines[count - 1], g_free);
    return lines;
}

static void
add(GStrvBuilder *lines, const char *mark, char **from, guint start, guint end)
{
    for (guint i = start; i < end; i++) {
        g_autofree char *line = g_strconcat(mark, from[i], NULL);
        g_strv_builder_add(lines, line);
    }
}

void
pf_register_diff_add(GStrvBuilder *lines, GBytes *before, GBytes *after)
{
    g_auto(GStrv) old = split(before);
    g_auto(GStrv) new = split(after);
    guint old_end = g_strv_length(old);
    guint new_end = g_strv_length(new);
    guint start = 0;
    while (start < old_end && start < new_end && g_str_equal(old[start], new[start]))
        start++;
    while (old_end > start && new_end > start && g_str_equal(old[old_end - 1], new[new_end - 1])) {
        old_end--;
        new_end--;
    }
    add(lines, "- ", old, start, old_end);
    add(lines, "+ ", new, start, new_end);
}
