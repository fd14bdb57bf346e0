/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfold: guards the process, sets the language, runs the application. */
#include <locale.h>
#include <stdlib.h>

#include <glib/gi18n.h>

#include "application.h"
#include "process-guard.h"
#include "sandbox-entry.h"
#include "text-domain.h"

int
main(int argc, char **argv)
{
    pf_process_guard_init();
    setlocale(LC_ALL, "");
    pf_text_domain_init(PF_BINDIR, PF_LOCALEDIR);
    g_set_application_name(_("Pinfold"));
    gboolean is_service = argc == 2 && g_str_equal(argv[1], "--gapplication-service");
    /* Otherwise this process goes on to tell the running one that the person wants it. */
    if ((argc == 1 || is_service) && pf_sandbox_entry_hand_over() && is_service)
        return EXIT_SUCCESS;

    g_autoptr(PfApplication) application = pf_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
