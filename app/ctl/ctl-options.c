/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Command lines by GOption. */
#include "ctl-options.h"

#include <glib/gi18n.h>

#include "ctl-text.h"

static gboolean
parse(int *argc, char ***argv, const char *summary, const GOptionEntry *entries, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(summary);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    return g_option_context_parse(context, argc, argv, error);
}

gboolean
pf_ctl_options_parse_json(int argc, char **argv, const char *summary, const char *usage,
                          gboolean *ret_json)
{
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, ret_json, N_("Print JSON, in a form that is stable"),
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    *ret_json = FALSE;
    if (parse(&argc, &argv, summary, entries, &error) && argc == 1)
        return TRUE;
    pf_ctl_text_print_error(error != NULL ? error->message : usage);
    return FALSE;
}

char *
pf_ctl_options_parse_one(int argc, char **argv, const char *summary, const char *all,
                         const char *usage)
{
    gboolean is_all = FALSE;
    g_auto(GStrv) rest = NULL;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &is_all, all, NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    gboolean parsed = parse(&argc, &argv, summary, entries, &error);
    guint count = rest != NULL ? g_strv_length(rest) : 0;
    if (parsed && is_all && count == 0)
        return g_strdup("");
    if (parsed && !is_all && count == 1 && *rest[0] != '\0')
        return g_strdup(rest[0]);
    pf_ctl_text_print_error(error != NULL ? error->message : usage);
    return NULL;
}
