/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Time text: as the language writes it. */
#include "time-text.h"

#include <glib/gi18n.h>

char *
pf_time_text_dup(gint64 since)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(since);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    if (then == NULL)
        return g_strdup("");
    gboolean today = g_date_time_get_year(then) == g_date_time_get_year(now) &&
                     g_date_time_get_day_of_year(then) == g_date_time_get_day_of_year(now);
    /* Translators: time of today, and date with time, as strftime(3) formats. */
    return g_date_time_format(then, today ? _("%H:%M") : _("%x %H:%M"));
}
