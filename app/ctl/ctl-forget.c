/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* forget: checked here as the agent will check it, so that a slip is a usage error. */
#include "ctl-forget.h"

#include <glib/gi18n.h>

#include "app-id.h"
#include "ctl-agent.h"
#include "ctl-text.h"
#include "token-pattern.h"

/* What went wrong, or NULL. A URI is not repeated: it may hold a PIN by mistake. */
static char *
add_token(GVariantDict *filter, const char *uri)
{
    const char *reason = NULL;
    PfTokenPattern *pattern = pf_token_pattern_new(uri, &reason);
    if (pattern == NULL)
        return g_strdup_printf(_("the token URI %s"), reason);
    pf_token_pattern_free(pattern);
    g_variant_dict_insert(filter, "token-uri", "s", uri);
    return NULL;
}

static char *
add_app_id(GVariantDict *filter, const char *text)
{
    uint64_t app_id;
    if (!pf_app_id_parse(text, &app_id))
        return g_strdup(_("an application ID is two decimal numbers with a colon between"));
    g_variant_dict_insert(filter, "app-id", "s", text);
    return NULL;
}

static char *
add_pid(GVariantDict *filter, const char *text)
{
    guint64 pid;
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, &pid, NULL))
        return g_strdup_printf(_("“%s” is no process ID"), text);
    g_variant_dict_insert(filter, "pid", "u", (guint32)pid);
    return NULL;
}

static PfCtlExit
forget(GVariant *filter)
{
    g_autoptr(GError) error = NULL;
    guint count = 0;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL || !pf_dbus_agent1_call_forget_sync(agent, filter, &count, NULL, &error))
        return pf_ctl_agent_fail(error);
    g_print(ngettext("%u PIN forgotten.\n", "%u PINs forgotten.\n", count), count);
    return PF_CTL_OK;
}

PfCtlExit
pf_ctl_forget_run(int argc, char **argv)
{
    g_autofree char *app_id = NULL;
    g_autofree char *pid = NULL;
    g_auto(GStrv) rest = NULL;
    g_autofree char *problem = NULL;
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"app-id", 0, 0, G_OPTION_ARG_STRING, &app_id, N_("Only of this application ID"), "H:L"},
        {"pid", 0, 0, G_OPTION_ARG_STRING, &pid, N_("Only of this process"), "N"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(_("[TOKEN-URI] – forget cached PINs"));
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        pf_ctl_text_print_error(error->message);
        return PF_CTL_USAGE;
    }
    g_auto(GVariantDict) filter = G_VARIANT_DICT_INIT(NULL);
    if (rest != NULL && g_strv_length(rest) > 1)
        problem = g_strdup(_("only one token URI can be given"));
    if (problem == NULL && rest != NULL)
        problem = add_token(&filter, rest[0]);
    if (problem == NULL && app_id != NULL)
        problem = add_app_id(&filter, app_id);
    if (problem == NULL && pid != NULL)
        problem = add_pid(&filter, pid);
    if (problem != NULL) {
        pf_ctl_text_print_error(problem);
        return PF_CTL_USAGE;
    }
    return forget(g_variant_dict_end(&filter));
}
