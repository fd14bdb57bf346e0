/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The table of problems. */
#include "doctor-problem.h"

#include <glib/gi18n.h>

static const struct {
    const char *id;
    gboolean is_error;
    const char *fix;
} problems[] = {
    [PF_DOCTOR_PROBLEM_HELPER_FAILS] = {"helper-fails", TRUE, N_("Reinstall Pinfold.")},
    [PF_DOCTOR_PROBLEM_PCSCD_ABSENT] =
        {"pcscd-absent", FALSE,
         N_("Install pcscd and start it (systemctl enable --now pcscd.socket). Software "
            "tokens work without it.")},
    [PF_DOCTOR_PROBLEM_PCSCD_OFF] =
        {"pcscd-off", FALSE,
         N_("Start it, now and at each boot: systemctl enable --now pcscd.socket.")},
    [PF_DOCTOR_PROBLEM_PCSCD_MASKED] =
        {"pcscd-masked", FALSE,
         N_("Allow it again and start it: systemctl unmask pcscd.socket pcscd.service, "
            "then systemctl enable --now pcscd.socket.")},
    [PF_DOCTOR_PROBLEM_PCSCD_STALE] = {"pcscd-stale", TRUE,
                                       N_("Start it anew: systemctl restart pcscd.socket.")},
    [PF_DOCTOR_PROBLEM_PCSCD_CLOSED] =
        {"pcscd-closed", TRUE,
         N_("Correct the permissions of its socket: its unit has SocketMode=0666 "
            "(systemctl cat pcscd.socket).")},
    [PF_DOCTOR_PROBLEM_PCSCD_REFUSES] =
        {"pcscd-refuses", TRUE,
         N_("Work at the screen of this computer, not over ssh, or have a polkit rule "
            "made that allows you org.debian.pcsc-lite.access_pcsc and access_card.")},
    [PF_DOCTOR_PROBLEM_PCSCD_HANGS] =
        {"pcscd-hangs", TRUE,
         N_("Start it anew: systemctl restart pcscd. If it hangs again, pull the "
            "readers one by one.")},
    [PF_DOCTOR_PROBLEM_PCSCD_FAILS] =
        {"pcscd-fails", TRUE,
         N_("Look into its journal (journalctl -u pcscd), and start it anew: systemctl "
            "restart pcscd.")},
    [PF_DOCTOR_PROBLEM_POLKIT_DENIES] =
        {"polkit-denies", TRUE,
         N_("Work at the screen of this computer, not over ssh, or have a polkit rule "
            "made that allows you org.debian.pcsc-lite.access_pcsc and access_card.")},
    [PF_DOCTOR_PROBLEM_READER_NONE] =
        {"reader-none", FALSE,
         N_("Connect one. If it is connected, try another socket or cable. Software "
            "tokens work without it.")},
    [PF_DOCTOR_PROBLEM_READER_NO_DRIVER] =
        {"reader-no-driver", FALSE,
         N_("Install the reader's driver: libccid knows most of them, others are the "
            "maker's. Then restart pcscd.")},
    [PF_DOCTOR_PROBLEM_READER_TAKEN] =
        {"reader-taken", FALSE,
         N_("End that program, or make it share: GnuPG does with “pcsc-shared” in "
            "scdaemon.conf.")},
    [PF_DOCTOR_PROBLEM_CARD_NONE] = {"card-none", FALSE, N_("Insert your card.")},
    [PF_DOCTOR_PROBLEM_CARD_MUTE] =
        {"card-mute", FALSE,
         N_("Turn the card round, clean its contacts, and push it in to the end.")},
    [PF_DOCTOR_PROBLEM_CARD_UNKNOWN] =
        {"card-unknown", FALSE,
         N_("Install the card's PKCS#11 module and name it in [Modules] of "
            "pinfold.conf.")},
    [PF_DOCTOR_PROBLEM_MODULE_NONE] =
        {"module-none", TRUE, N_("Install OpenSC for cards or SoftHSM for software tokens.")},
    [PF_DOCTOR_PROBLEM_MODULE_MISSING] =
        {"module-missing", TRUE,
         N_("Correct its path in [Modules] of pinfold.conf, or remove it there by an "
            "empty path.")},
    [PF_DOCTOR_PROBLEM_MODULE_UNREADABLE] =
        {"module-unreadable", TRUE,
         N_("Let everybody read the file, and enter the folders above it: chmod a+r, "
            "chmod a+x.")},
    [PF_DOCTOR_PROBLEM_MODULE_NOT_LIBRARY] =
        {"module-not-library", TRUE,
         N_("Name the PKCS#11 module itself in [Modules] of pinfold.conf: a file whose "
            "name ends with .so.")},
    [PF_DOCTOR_PROBLEM_MODULE_WRONG_MACHINE] =
        {"module-wrong-machine", TRUE,
         N_("Install the module for this computer's processor: the 64-bit one on a "
            "64-bit system.")},
    [PF_DOCTOR_PROBLEM_MODULE_NEEDS_LIBRARY] =
        {"module-needs-library", TRUE,
         N_("Install the package with that library. “ldd FILE” lists everything that a "
            "module needs.")},
    [PF_DOCTOR_PROBLEM_MODULE_IS_PINFOLD] =
        {"module-is-pinfold", TRUE,
         N_("Name in [Modules] of pinfold.conf the module of your card, not Pinfold's "
            "own.")},
    [PF_DOCTOR_PROBLEM_MODULE_IS_PROXY] =
        {"module-is-proxy", FALSE,
         N_("Name in [Modules] of pinfold.conf the modules behind p11-kit one by one: "
            "with Pinfold among them it would stand in front of itself.")},
    [PF_DOCTOR_PROBLEM_MODULE_HANGS] =
        {"module-hangs", TRUE,
         N_("Pull the card and restart pcscd. If it hangs still, ask its maker, and "
            "remove it from [Modules] of pinfold.conf until then.")},
    [PF_DOCTOR_PROBLEM_MODULE_ENDS] =
        {"module-ends", TRUE,
         N_("Update it, or ask its maker. Programs that load it would crash, too: "
            "remove it from [Modules] of pinfold.conf until then.")},
    [PF_DOCTOR_PROBLEM_MODULE_FAILS] =
        {"module-fails", TRUE,
         N_("Look into the module's own documentation and settings, or remove it by an "
            "empty path in [Modules] of pinfold.conf.")},
    [PF_DOCTOR_PROBLEM_MODULE_WRITABLE] =
        {"module-writable", FALSE,
         N_("Let nobody but root change it: chown root:root, chmod go-w.")},
    [PF_DOCTOR_PROBLEM_LOGOUT_IS_A_MARK] =
        {"logout-is-a-mark", FALSE,
         N_("Have the card reset whenever its PIN is forgotten (pinfoldctl set "
            "reset-card always), and pull it when you leave.")},
    [PF_DOCTOR_PROBLEM_LOGOUT_UNKNOWN] =
        {"logout-unknown", FALSE,
         N_("Measure it: pinfoldctl doctor --logout-test TOKEN-URI. It needs the PIN.")},
    [PF_DOCTOR_PROBLEM_TOKEN_DOUBLED] =
        {"token-doubled", FALSE,
         N_("Leave it to one of the modules: remove the other by an empty path in "
            "[Modules] of pinfold.conf.")},
    [PF_DOCTOR_PROBLEM_PIN_LOCKED] =
        {"pin-locked", TRUE,
         N_("Unblock it with the PUK, in the token window or with the maker's tool. "
            "Without the PUK the issuer must help.")},
    [PF_DOCTOR_PROBLEM_PIN_LAST_TRY] =
        {"pin-last-try", FALSE,
         N_("Be sure of the PIN before you type it: another wrong one blocks it. "
            "Pinfold presents no cached PIN to this token now.")},
    [PF_DOCTOR_PROBLEM_PIN_FEW_TRIES] =
        {"pin-few-tries", FALSE, N_("Log in once with the right PIN: that gives all tries back.")},
    [PF_DOCTOR_PROBLEM_PIN_TO_BE_CHANGED] = {"pin-to-be-changed", FALSE,
                                             N_("Change it: “Change PIN…” in the token window.")},
    [PF_DOCTOR_PROBLEM_PIN_NOT_SET] =
        {"pin-not-set", FALSE,
         N_("Set one: “Set PIN…” in the token window, with the PUK or the security "
            "officer's PIN.")},
    [PF_DOCTOR_PROBLEM_CONFIGURATION_FAULT] =
        {"configuration-fault", TRUE,
         N_("Correct the file; until then the built-in default is used.")},
    [PF_DOCTOR_PROBLEM_CACHING_OFF] = {"caching-off", FALSE,
                                       N_("Set P11_EnableCachePIN = 1 if that is not meant.")},
    [PF_DOCTOR_PROBLEM_APP_ID_SHARED] =
        {"app-id-shared", FALSE, N_("Remove AppIdMajor and AppIdMinor if that is not meant.")},
    [PF_DOCTOR_PROBLEM_SETTINGS_MISSING] =
        {"settings-missing", TRUE,
         N_("Reinstall Pinfold, or run glib-compile-schemas on its schema directory.")},
    [PF_DOCTOR_PROBLEM_SETTINGS_IN_MEMORY] =
        {"settings-in-memory", FALSE,
         N_("Install dconf, or set GSETTINGS_BACKEND=keyfile for the whole session.")},
    [PF_DOCTOR_PROBLEM_SESSION_BUS_NONE] = {"session-bus-none", TRUE,
                                            N_("Run this within the desktop session.")},
    [PF_DOCTOR_PROBLEM_SESSION_BUS_DEAD] =
        {"session-bus-dead", TRUE,
         N_("Log out and in again. In a session without a desktop, start one with "
            "dbus-run-session.")},
    [PF_DOCTOR_PROBLEM_AGENT_MASKED] =
        {"agent-masked", TRUE,
         N_("Allow it again: systemctl --user unmask pinfold-agent.service "
            "pinfold-agent.socket.")},
    [PF_DOCTOR_PROBLEM_AGENT_NOT_ACTIVATABLE] =
        {"agent-not-activatable", TRUE,
         N_("Reinstall Pinfold, so that org.pinfold.Agent.service is where the session "
            "bus looks for services, and log in again.")},
    [PF_DOCTOR_PROBLEM_AGENT_NOT_RESTARTABLE] =
        {"agent-not-restartable", FALSE,
         N_("Reinstall Pinfold, so that org.pinfold.Agent.service is where the session "
            "bus looks for services, and log in again.")},
    [PF_DOCTOR_PROBLEM_AGENT_FAILS] =
        {"agent-fails", TRUE,
         N_("Look into the journal (journalctl --user -u pinfold-agent). What is wrong "
            "below may be the reason.")},
    [PF_DOCTOR_PROBLEM_AGENT_IMPOSTOR] =
        {"agent-impostor", TRUE,
         N_("Find out what it is, and end it. It can answer for the agent and read what "
            "is asked on the session bus, where no PIN ever is; programs do not ask it "
            "for PINs.")},
    [PF_DOCTOR_PROBLEM_AGENT_HANGS] =
        {"agent-hangs", TRUE,
         N_("Restart it (systemctl --user restart pinfold-agent). PINs are asked for "
            "again.")},
    [PF_DOCTOR_PROBLEM_AGENT_OTHER_VERSION] =
        {"agent-other-version", FALSE,
         N_("Log out and in again, or restart the agent (systemctl --user restart "
            "pinfold-agent).")},
    [PF_DOCTOR_PROBLEM_AGENT_WITHOUT_READERS] =
        {"agent-without-readers", FALSE,
         N_("Restart the agent (systemctl --user restart pinfold-agent).")},
    [PF_DOCTOR_PROBLEM_MEMORY_NOT_LOCKED] =
        {"memory-not-locked", TRUE,
         N_("Raise the limit of locked memory (LimitMEMLOCK=, ulimit -l).")},
    [PF_DOCTOR_PROBLEM_SCREEN_LOCK_UNSEEN] =
        {"screen-lock-unseen", FALSE,
         N_("Set idle-timeout, so that PINs are forgotten all the same.")},
    [PF_DOCTOR_PROBLEM_SUSPEND_UNSEEN] = {"suspend-unseen", FALSE,
                                          N_("Set max-lifetime, whose clock runs during sleep.")},
    [PF_DOCTOR_PROBLEM_CARD_NOT_RESET] =
        {"card-not-reset", FALSE,
         N_("Other programs may still have it unlocked: pull the card, or end them.")},
    [PF_DOCTOR_PROBLEM_RUNTIME_DIR_UNSET] =
        {"runtime-dir-unset", TRUE,
         N_("Log in through a session manager that sets it (pam_systemd), or set it "
            "yourself.")},
    [PF_DOCTOR_PROBLEM_RUNTIME_DIR_TOO_LONG] =
        {"runtime-dir-too-long", TRUE,
         N_("Set XDG_RUNTIME_DIR to a shorter path, as pam_systemd does (/run/user and "
            "your number).")},
    [PF_DOCTOR_PROBLEM_SOCKET_FOLDER_OPEN] =
        {"socket-folder-open", TRUE,
         N_("Close the folder to others (chmod 700), or remove it if it is not yours, "
            "and restart the agent.")},
    [PF_DOCTOR_PROBLEM_SOCKET_MISSING] =
        {"socket-missing", TRUE, N_("Restart the agent (systemctl --user restart pinfold-agent).")},
    [PF_DOCTOR_PROBLEM_SOCKET_STALE] =
        {"socket-stale", TRUE,
         N_("Start the agent (systemctl --user start pinfold-agent): it takes the place "
            "of the old socket.")},
    [PF_DOCTOR_PROBLEM_SOCKET_FOREIGN] =
        {"socket-foreign", TRUE,
         N_("Find out whose program listens there, and end it. Programs of yours give "
            "it no PIN.")},
    [PF_DOCTOR_PROBLEM_APP_MISSING] =
        {"app-missing", TRUE,
         N_("Install Pinfold's app: without it nobody can be asked for a PIN, and only "
            "PINs that programs ask for themselves are cached.")},
    [PF_DOCTOR_PROBLEM_APP_NOT_ACTIVATABLE] =
        {"app-not-activatable", TRUE,
         N_("Reinstall Pinfold, so that org.pinfold.Pinfold.service is where the "
            "session bus looks for services, and log in again. Until then, start the "
            "app yourself.")},
    [PF_DOCTOR_PROBLEM_APP_NOT_RESTARTABLE] =
        {"app-not-restartable", FALSE,
         N_("Reinstall Pinfold, so that org.pinfold.Pinfold.service is where the "
            "session bus looks for services, and log in again.")},
    [PF_DOCTOR_PROBLEM_TRAY_NONE] =
        {"tray-none", FALSE,
         N_("In GNOME, install the extension AppIndicator; in other desktops, add the "
            "tray to the panel. The token window works without it.")},
    [PF_DOCTOR_PROBLEM_OWN_MODULE_MISSING] = {"own-module-missing", TRUE, N_("Reinstall Pinfold.")},
    [PF_DOCTOR_PROBLEM_PROGRAM_UNKNOWN] =
        {"program-unknown", FALSE, N_("Close the program, or correct its file, and look again.")},
    [PF_DOCTOR_PROBLEM_PROGRAM_OUTDATED] = {"program-outdated", FALSE,
                                            N_("Register it again: pinfoldctl register NAME.")},
    [PF_DOCTOR_PROBLEM_PROGRAM_DOUBLED] =
        {"program-doubled", FALSE,
         N_("Leave the tokens to Pinfold: pinfoldctl register NAME --replace.")},
    [PF_DOCTOR_PROBLEM_PROGRAM_IN_SANDBOX] =
        {"program-in-sandbox", FALSE, N_("“pinfoldctl register NAME” says what can be done.")},
    [PF_DOCTOR_PROBLEM_PROGRAM_NONE] =
        {"program-none", FALSE,
         N_("Register those that you use: pinfoldctl register --list has their names.")},
};

_Static_assert(G_N_ELEMENTS(problems) == PF_DOCTOR_N_PROBLEMS, "each problem has its row");

const char *
pf_doctor_problem_get_id(PfDoctorProblem problem)
{
    return problems[problem].id;
}

gboolean
pf_doctor_problem_is_error(PfDoctorProblem problem)
{
    return problems[problem].is_error;
}

const char *
pf_doctor_problem_get_fix(PfDoctorProblem problem)
{
    return _(problems[problem].fix);
}
