/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The last links on Pinfold's side: dialogs, and the icon. */
#include "doctor-app.h"

#include <glib/gi18n.h>

#include "ctl-bus.h"
#include "wire-names.h"

#define WATCHER_NAME "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"

/* The agent takes no other app for its prompter than the one beside this program. */
static gboolean
is_installed(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = own != NULL ? g_path_get_dirname(own) : NULL;
    g_autofree char *app = folder != NULL ? g_build_filename(folder, "pinfold", NULL) : NULL;
    return app != NULL && g_file_test(app, G_FILE_TEST_IS_EXECUTABLE);
}

static void
check_app(PfDoctor *doctor)
{
    gboolean is_prompter =
        doctor->has_agent &&
        pf_ctl_bus_get_boolean(doctor->session_bus, PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH,
                               PF_WIRE_AGENT_INTERFACE, "PrompterPresent", FALSE);
    if (!is_installed())
        pf_doctor_report_problem(doctor->report, "app", PF_DOCTOR_PROBLEM_APP_MISSING,
                                 _("Pinfold's app is not installed."));
    else if (pf_ctl_bus_can_activate(doctor->session_bus, PF_WIRE_APP_NAME))
        pf_doctor_report_ok(doctor->report, "app",
                            _("Pinfold's app is installed, and can be started."));
    else if (is_prompter)
        pf_doctor_report_problem(doctor->report, "app", PF_DOCTOR_PROBLEM_APP_NOT_RESTARTABLE,
                                 _("Pinfold's dialogs are ready, but the session bus would not "
                                   "know how to start the app again."));
    else
        pf_doctor_report_problem(doctor->report, "app", PF_DOCTOR_PROBLEM_APP_NOT_ACTIVATABLE,
                                 _("Pinfold's app is not running, and the session bus does not "
                                   "know how to start it: nobody can be asked for a PIN."));
}

/* A watcher can be there without any panel, as KDE's is. One that does not say is taken for one. */
static void
check_tray(PfDoctor *doctor)
{
    if (pf_ctl_bus_has_owner(doctor->session_bus, WATCHER_NAME) &&
        pf_ctl_bus_get_boolean(doctor->session_bus, WATCHER_NAME, WATCHER_PATH, WATCHER_NAME,
                               "IsStatusNotifierHostRegistered", TRUE))
        pf_doctor_report_ok(doctor->report, "tray", _("The panel shows Pinfold's icon."));
    else
        pf_doctor_report_problem(doctor->report, "tray", PF_DOCTOR_PROBLEM_TRAY_NONE,
                                 _("This desktop has no place for Pinfold's icon."));
}

void
pf_doctor_app_check(PfDoctor *doctor)
{
    if (doctor->session_bus == NULL)
        return;
    check_app(doctor);
    check_tray(doctor);
}
