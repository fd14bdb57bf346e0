/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl: Pinfold from the command line. This file finds the command. */
#include <glib.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "build-version.h"
#include "ctl-consent.h"
#include "ctl-doctor.h"
#include "ctl-forget.h"
#include "ctl-history.h"
#include "ctl-keyring.h"
#include "ctl-login.h"
#include "ctl-register.h"
#include "ctl-settings.h"
#include "ctl-status.h"
#include "ctl-text.h"
#include "text-domain.h"

static const struct {
    const char *name;
    PfCtlExit (*run)(int argc, char **argv);
    const char *usage;
    const char *summary;
    gboolean is_bare; /* it takes no options itself: its usage is its help */
} commands[] = {
    {"status", pf_ctl_status_run, "status [--json]", N_("show readers, tokens and logins")},
    {"forget", pf_ctl_forget_run, "forget [TOKEN-URI] [--app-id H:L] [--pid N]",
     N_("forget cached PINs")},
    {"login", pf_ctl_login_run, "login --token URI --app-id H:L [--pin-fd N]",
     N_("log in for every program of an application ID")},
    {"logout", pf_ctl_login_run_logout, "logout --token URI --app-id H:L",
     N_("end such a login, and the sessions of its programs")},
    {"consent", pf_ctl_consent_run, "consent list [--json] | revoke ID | revoke --all",
     N_("show or take back what was decided about programs"), TRUE},
    {"history", pf_ctl_history_run, "history [--json]", N_("show what was done with your PINs")},
    {"keyring", pf_ctl_keyring_run, "keyring list [--json] | remove TOKEN-URI | remove --all",
     N_("show or remove the PINs in your keyring"), TRUE},
    {"register", pf_ctl_register_run,
     "register NAME… | --list [--dry-run] [--replace] [--system] [--json]",
     N_("have Firefox, ssh and others use Pinfold")},
    {"unregister", pf_ctl_register_run_undo, "unregister NAME… [--dry-run] [--system] [--json]",
     N_("undo that")},
    {"get", pf_ctl_settings_run_get, "get KEY", N_("print a setting"), TRUE},
    {"set", pf_ctl_settings_run_set, "set KEY VALUE", N_("change a setting"), TRUE},
    {"doctor", pf_ctl_doctor_run,
     "doctor [--report] [--json] [--logout-test TOKEN-URI [--pin-fd N]]",
     N_("find out what is wrong")},
};

static void
print_help(void)
{
    PfCtlTable *table = pf_ctl_table_new(2);
    g_print("%s\n\n", _("Usage: pinfoldctl COMMAND [OPTION…]"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        pf_ctl_table_add(table, commands[i].usage, _(commands[i].summary));
    pf_ctl_table_add(table, "--help", _("print this"));
    pf_ctl_table_add(table, "--version", _("print the version"));
    pf_ctl_table_print(table, 2);
    g_print("\n%s\n", _("Exit status: 0 done, 1 failed, 2 wrong command, key or value."));
}

static gboolean
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static PfCtlExit
run_command(gsize i, int argc, char **argv)
{
    if (!commands[i].is_bare || argc != 2 || !is_help(argv[1]))
        return commands[i].run(argc, argv);
    g_autofree char *usage = g_strconcat("pinfoldctl ", commands[i].usage, NULL);
    g_print(_("usage: %s"), usage);
    g_print("\n");
    return PF_CTL_OK;
}

static PfCtlExit
run(int argc, char **argv)
{
    if (argc == 2 && is_help(argv[1])) {
        print_help();
        return PF_CTL_OK;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        g_print("pinfoldctl %s\n", PF_VERSION);
        return PF_CTL_OK;
    }
    for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return run_command(i, argc - 1, argv + 1);
    }
    if (argc > 1) {
        g_autofree char *message = g_strdup_printf(_("there is no command “%s”"), argv[1]);
        pf_ctl_text_print_error(message);
    }
    pf_ctl_text_print_error(_("try “pinfoldctl --help”"));
    return PF_CTL_USAGE;
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    pf_text_domain_init(PF_BINDIR, PF_LOCALEDIR);
    PfCtlExit status = run(argc, argv);
    /* A part of an answer is none: its disk may be full. */
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) && status == PF_CTL_OK) {
        pf_ctl_text_print_error(_("the output could not be written"));
        status = PF_CTL_FAILED;
    }
    return (int)status;
}
