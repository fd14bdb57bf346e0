/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* After the agent was started, which puts most of it right. */
#include "doctor-socket.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "socket-path.h"
#include "socket-peer.h"

static void
explain_folder(PfDoctor *doctor, const char *path)
{
    struct stat st;
    g_autofree char *folder = g_path_get_dirname(path);
    unsigned mode = lstat(folder, &st) == 0 ? st.st_mode & 07777u : 0;
    pf_doctor_report_problem(doctor->report, "private-socket", PF_DOCTOR_PROBLEM_SOCKET_FOLDER_OPEN,
                             /* Translators: the path of a folder, and its mode, as of chmod. */
                             _("The folder of the private socket (%s) is not a folder that is "
                               "yours and closed to others (mode %04o): programs do not use it."),
                             folder, mode);
}

static void
explain_listener(PfDoctor *doctor, int r)
{
    switch (r) {
    case 0:
    case -EAGAIN: /* it has much to do */
        pf_doctor_report_ok(doctor->report, "private-socket",
                            _("The agent's private socket is in place."));
        break;
    case -ECONNREFUSED:
        pf_doctor_report_problem(doctor->report, "private-socket", PF_DOCTOR_PROBLEM_SOCKET_STALE,
                                 _("The private socket was left by an agent that has ended: nobody "
                                   "listens there."));
        break;
    case -EACCES:
        pf_doctor_report_problem(doctor->report, "private-socket", PF_DOCTOR_PROBLEM_SOCKET_FOREIGN,
                                 _("Another user's program listens on the private socket."));
        break;
    case -ENOENT:
        pf_doctor_report_problem(doctor->report, "private-socket", PF_DOCTOR_PROBLEM_SOCKET_MISSING,
                                 _("There is no private socket: programs do not find the agent."));
        break;
    default:
        pf_doctor_report_problem(doctor->report, "private-socket", PF_DOCTOR_PROBLEM_SOCKET_MISSING,
                                 _("The agent's private socket is not usable: %s"), g_strerror(-r));
        break;
    }
}

void
pf_doctor_socket_check(PfDoctor *doctor)
{
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    pid_t listener;
    int r = pf_socket_path_get(path, sizeof path);
    if (r == -ENAMETOOLONG)
        pf_doctor_report_problem(doctor->report, "runtime-directory",
                                 PF_DOCTOR_PROBLEM_RUNTIME_DIR_TOO_LONG,
                                 _("The path of the runtime directory is too long for a socket."));
    else if (r < 0)
        pf_doctor_report_problem(doctor->report, "runtime-directory",
                                 PF_DOCTOR_PROBLEM_RUNTIME_DIR_UNSET,
                                 _("XDG_RUNTIME_DIR is not set: programs cannot find the agent."));
    else
        pf_doctor_report_ok(doctor->report, "runtime-directory",
                            _("There is a runtime directory."));
    if (r < 0)
        return;
    if (pf_socket_path_check(path) == -EACCES)
        explain_folder(doctor, path);
    else
        explain_listener(doctor, pf_socket_peer_get_pid(&listener));
}
