/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Columns by what characters take of a terminal, not by bytes. */
#include "ctl-text.h"

#include <stdarg.h>

struct PfCtlTable {
    guint columns;
    GPtrArray *cells; /* row by row */
};

char *
pf_ctl_text_dup_safe(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *safe = g_string_new(NULL);
    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        g_string_append_unichar(safe, g_unichar_isprint(u) ? u : 0xFFFD);
    }
    return g_string_free(safe, FALSE);
}

char *
pf_ctl_text_dup_time(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
    return time != NULL ? g_date_time_format(time, "%F %R") : g_strdup("");
}

void
pf_ctl_text_print_error(const char *message)
{
    g_autofree char *safe = pf_ctl_text_dup_safe(message);
    g_printerr("pinfoldctl: %s\n", safe);
}

PfCtlTable *
pf_ctl_table_new(guint columns)
{
    PfCtlTable *table = g_new0(PfCtlTable, 1);
    table->columns = columns;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void
pf_ctl_table_add(PfCtlTable *table, ...)
{
    va_list args;
    va_start(args, table);
    for (guint i = 0; i < table->columns; i++)
        g_ptr_array_add(table->cells, pf_ctl_text_dup_safe(va_arg(args, const char *)));
    va_end(args);
}

/* How many places of a terminal it takes: a Chinese character takes two, a combining one none. */
static glong
measure(const char *cell)
{
    glong width = 0;
    for (; *cell != '\0'; cell = g_utf8_next_char(cell)) {
        gunichar u = g_utf8_get_char(cell);
        width += g_unichar_iszerowidth(u) ? 0 : g_unichar_iswide(u) ? 2 : 1;
    }
    return width;
}

static glong
get_width(const PfCtlTable *table, guint column)
{
    glong width = 0;
    for (guint i = column; i < table->cells->len; i += table->columns)
        width = MAX(width, measure(table->cells->pdata[i]));
    return width;
}

void
pf_ctl_table_print(PfCtlTable *table, guint indent)
{
    for (guint i = 0; i < table->cells->len; i++) {
        const char *cell = table->cells->pdata[i];
        guint column = i % table->columns;
        gboolean last = column + 1 == table->columns;
        glong pad = last ? 0 : get_width(table, column) + 2 - measure(cell);
        g_print("%*s%s%*s%s", column == 0 ? (int)indent : 0, "", cell, (int)pad, "",
                last ? "\n" : "");
    }
    g_ptr_array_unref(table->cells);
    g_free(table);
}
