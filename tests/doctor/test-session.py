#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""doctor and the session: bus, agent, private socket, app, panel, screen lock: real ones, each broken
on purpose; and one in which nothing is."""

import os
import re
import shutil
import signal
import socket
import unittest
from pathlib import Path

from gi.repository import GLib

from doctorcase import AGENT, CTL, DoctorCase, FakeService, Loop, dead_socket
from pinfoldtest import Sandbox, build_path, process, softhsm, tap, wait_for
from pinfoldtest.bus import MOCK, Bus
from pinfoldtest.extent import FULL
from pinfoldtest.paths import need_tools
from pinfoldtest.process import listens

LOGIN = "org.freedesktop.login1"
SAVER = "org.freedesktop.ScreenSaver"
TRAY = "org.kde.StatusNotifierWatcher"


class SessionCase(DoctorCase):
    """Each case begins without an agent; the bus can start it, unless the case takes that away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_bus()
        cls.runtime = Path(cls.box.env["XDG_RUNTIME_DIR"])
        cls.socket = cls.runtime / "pinfold/agent"

    def setUp(self):
        self.addCleanup(self.end_agent)

    def end_agent(self, kill=False):
        for pid in self.agents():
            os.kill(pid, signal.SIGCONT)
            if kill:
                os.kill(pid, signal.SIGKILL)
        process.end_processes(self.agents())
        self.wait_no_agent()

    def reload(self):
        self.bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "ReloadConfig")

    def without_service(self, name):
        """The bus does not know how to start it, for the rest of the case."""
        path = self.box.dir / f"share/dbus-1/services/{name}.service"
        aside = path.with_suffix(".aside")
        path.rename(aside)
        self.reload()

        def put_back():
            aside.rename(path)
            self.reload()

        self.addCleanup(put_back)

    def with_command(self, name, command):
        self.without_service(name)
        path = self.box.dir / f"share/dbus-1/services/{name}.service"
        self.addCleanup(self.reload)
        self.addCleanup(path.unlink)
        self.box.add_service(name, command)
        self.reload()

    def start_agent(self, env=None, prefix=()):
        self.box.start([*prefix, AGENT], env=env)
        wait_for(lambda: listens(self.socket), 10, "the agent's socket")
        wait_for(lambda: self.bus.has_owner("org.pinfold.Agent"), 10, "the agent's name")

    def fake_agent(self, findings=(), **properties):
        """Another version of it, which says of itself what the test wants."""
        loop = Loop()
        self.addCleanup(loop.stop)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.socket.unlink)
        self.addCleanup(server.close)
        server.bind(str(self.socket))
        server.listen()
        fake = FakeService(self.box.bus_address, "org.pinfold.Agent", "/org/pinfold/Agent",
                           "org.pinfold.Agent1",
                           {"GetStatus": (([], ["a{sv}"]), lambda: ({},)),
                            "Diagnose": (([], ["aa{sv}"]), lambda: (list(findings),))},
                           properties)
        self.addCleanup(fake.stop)

    def assert_agent(self, findings, problem, *words):
        self.assert_problem(findings, "agent", problem, *words)


class Agent(SessionCase):
    def test_is_started(self):
        findings = self.doctor()
        self.assert_ok(findings, "agent", "private-socket", "locked-memory", "session-bus",
                       "prompter", "app")
        self.assertNotIn("agent-activation", findings)
        # What is not there in such a session.
        self.assert_problem(findings, "tray", "tray-none", "no place", "AppIndicator")
        self.assert_problem(findings, "screen-lock", "screen-lock-unseen", "cannot be seen",
                            "idle-timeout")
        self.assert_problem(findings, "suspend", "suspend-unseen", "max-lifetime")

    def test_no_service(self):
        self.without_service("org.pinfold.Agent")
        findings = self.doctor()
        self.assert_agent(findings, "agent-not-activatable", "does not know how to start",
                          "org.pinfold.Agent.service")
        self.assertNotIn("locked-memory", findings)

    @tap.only_if(FULL)
    def test_runs_but_could_not_be_started(self):
        self.without_service("org.pinfold.Agent")
        self.start_agent()
        findings = self.doctor()
        self.assert_ok(findings, "agent")
        self.assert_problem(findings, "agent-activation", "agent-not-restartable")

    def test_masked(self):
        """As systemd does it; the bus then cannot start it."""
        self.with_command("org.pinfold.Agent", "/bin/false")
        folder = Path(self.box.env["XDG_CONFIG_HOME"], "systemd/user")
        folder.mkdir(parents=True, exist_ok=True)
        for unit in ("pinfold-agent.service", "pinfold-agent.socket"):
            (folder / unit).symlink_to("/dev/null")
            try:
                self.assert_agent(self.doctor(), "agent-masked", "masked",
                                  "unmask pinfold-agent.service")
            finally:
                (folder / unit).unlink()

    @tap.only_if(FULL)
    def test_fails(self):
        self.with_command("org.pinfold.Agent", "/bin/false")
        self.assert_agent(self.doctor(), "agent-fails", "cannot be started", "journalctl")

    @tap.only_if(FULL)
    def test_impostor(self):
        loop = Loop()
        self.addCleanup(loop.stop)
        fake = FakeService(self.box.bus_address, "org.pinfold.Agent", "/org/pinfold/Agent",
                           "org.pinfold.Agent1")
        self.addCleanup(fake.stop)
        with_socket = self.box.start([AGENT])
        wait_for(lambda: listens(self.socket), 10, "the agent's socket")
        self.assert_agent(self.doctor(), "agent-impostor", f"process {os.getpid()}")
        process.end_processes([with_socket.pid])

    def test_hangs(self):
        self.start_agent()
        (pid,) = self.agents()
        os.kill(pid, signal.SIGSTOP)
        findings = self.doctor()
        self.assert_agent(findings, "agent-hangs", "does not answer", "restart")
        self.assert_ok(findings, "configuration", "runtime-directory")

    @tap.only_if(FULL)
    def test_other_version(self):
        self.fake_agent()
        self.assert_agent(self.doctor(), "agent-other-version", "version")

    @tap.only_if(FULL)
    def test_card_that_was_not_reset(self):
        """As the agent tells it."""
        told = {"id": "reset:Some Reader (12345)", "verdict": "warning", "fix": "Pull it.",
                "text": "The card in reader “Some Reader (12345)” could not be reset."}
        self.fake_agent([{key: GLib.Variant("s", value) for key, value in told.items()}])
        self.assert_problem(self.doctor(), told["id"], "card-not-reset", told["text"], told["fix"])
        self.assertNotIn("12345", self.run_doctor("--report", "--json").stdout)

    @tap.only_if(FULL)
    def test_does_not_see_readers(self):
        self.box.readers()
        self.start_agent(env={"PCSCLITE_CSOCK_NAME": self.box.dir / "elsewhere"})
        findings = self.doctor()
        self.assert_ok(findings, "pcscd", "agent")
        self.assert_problem(findings, "agent-readers", "agent-without-readers", "come and go")

    @tap.only_if(not os.environ.get("PINFOLD_SANITIZED"))  # which makes mlock() do nothing
    def test_no_memory_to_lock(self):
        need_tools("prlimit")
        limited = ["prlimit", "--memlock=0:0"]
        if os.geteuid() == 0:
            need_tools("setpriv")
            limited += ["setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]
        self.start_agent(prefix=limited)
        self.assert_problem(self.doctor(), "locked-memory", "memory-not-locked", "LimitMEMLOCK=")
        # Without an agent the terminal's own limit is looked at.
        self.end_agent()
        self.without_service("org.pinfold.Agent")
        self.assert_problem(self.doctor(prefix=limited), "locked-memory", "memory-not-locked")


class Socket(SessionCase):
    def assert_socket(self, findings, problem, *words):
        self.assert_problem(findings, "private-socket", problem, *words)

    def test_crashed_agent(self):
        """The next one takes its place; where none can be started, its socket is in the way."""
        self.start_agent()
        self.end_agent(kill=True)
        # A helper that it was about to start can hold the socket for a moment longer.
        wait_for(lambda: not listens(self.socket), 10, "nobody to listen")
        self.assertTrue(self.socket.exists())
        self.with_command("org.pinfold.Agent", "/bin/false")
        self.assert_socket(self.doctor(), "socket-stale", "nobody listens", "Start the agent")
        self.assertEqual(self.agents(), [])

    @tap.only_if(FULL)
    def test_crashed_agent_that_can_start(self):
        dead_socket(self.socket)
        self.assert_ok(self.doctor(), "agent", "private-socket")

    def test_folder_open_to_others(self):
        folder = self.socket.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o775)
        try:
            self.assert_socket(self.doctor(), "socket-folder-open", "mode 0775", "chmod 700")
        finally:
            folder.chmod(0o700)

    @tap.only_if(FULL)
    def test_no_socket(self):
        shutil.rmtree(self.socket.parent, ignore_errors=True)
        self.without_service("org.pinfold.Agent")
        self.assert_socket(self.doctor(), "socket-missing", "do not find the agent")

    @tap.only_if(FULL)
    def test_other_user(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root can become another user")
        need_tools("setpriv")
        self.without_service("org.pinfold.Agent")
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        listening = self.box.dir / "listening.py"
        # Bound while it may, listening as somebody else: of him the kernel tells.
        listening.write_text("import os, socket, sys\n"
                             "server = socket.socket(socket.AF_UNIX)\n"
                             "server.bind(sys.argv[1])\n"
                             "os.setuid(65534)\n"
                             "server.listen()\n"
                             "print('there', flush=True)\n"
                             "sys.stdin.read()\n", encoding="utf-8")
        other = self.box.start(["/usr/bin/python3", listening, self.socket], stdin=-1, stdout=-1,
                               text=True)
        self.assertEqual(other.stdout.readline(), "there\n")
        try:
            self.assert_socket(self.doctor(), "socket-foreign", "Another user's program")
        finally:
            other.stdin.close()
            other.wait(10)
            other.stdout.close()
            self.socket.unlink()

    def test_no_runtime_directory(self):
        findings = self.doctor(env={"XDG_RUNTIME_DIR": None})
        self.assert_problem(findings, "runtime-directory", "runtime-dir-unset", "pam_systemd")
        long = self.box.dir / ("long" * 30)
        long.mkdir(mode=0o700, exist_ok=True)
        findings = self.doctor(env={"XDG_RUNTIME_DIR": long})
        self.assert_problem(findings, "runtime-directory", "runtime-dir-too-long", "shorter")
        self.assert_ok(self.doctor(), "runtime-directory")


class SessionBus(SessionCase):
    def test_none(self):
        findings = self.doctor(env={"DBUS_SESSION_BUS_ADDRESS": None})
        self.assert_problem(findings, "session-bus", "session-bus-none", "desktop session")
        self.assertNotIn("tray", findings)

    @tap.only_if(FULL)
    def test_dead(self):
        gone = f"unix:path={self.box.dir}/gone"
        findings = self.doctor(env={"DBUS_SESSION_BUS_ADDRESS": gone})
        self.assert_problem(findings, "session-bus", "session-bus-dead", "cannot be reached")

    @tap.only_if(FULL)
    def test_hangs(self):
        """It never answers: doctor ends all the same."""
        silent = socket.socket(socket.AF_UNIX)
        self.addCleanup(silent.close)
        silent.bind(str(self.box.dir / "silent"))
        silent.listen()
        env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.box.dir}/silent"}
        self.assert_problem(self.doctor(env=env), "session-bus", "session-bus-dead", "timed out")
        done = self.box.run(CTL, "status", env=env, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "session bus cannot be reached: .*timed out")


class App(SessionCase):
    def test_no_service(self):
        self.without_service("org.pinfold.Pinfold")
        findings = self.doctor()
        self.assert_problem(findings, "app", "app-not-activatable", "nobody can be asked",
                            "org.pinfold.Pinfold.service")

    @tap.only_if(FULL)
    def test_runs_but_could_not_be_started(self):
        self.without_service("org.pinfold.Pinfold")
        self.fake_agent(PrompterPresent=True)
        self.assert_problem(self.doctor(), "app", "app-not-restartable", "start the app again")

    @tap.only_if(FULL)
    def test_not_installed(self):
        """The same tree, without the app."""
        tree = self.box.dir / "tree"
        (tree / "app").mkdir(parents=True)
        for folder in ("agent", "p11module"):
            (tree / folder).symlink_to(build_path(folder))
        ctl = shutil.copy2(CTL, tree / "app/pinfoldctl")
        done = self.box.run(ctl, "doctor", check=False)
        self.assertRegex(done.stdout, r"ERROR +app .*not installed")
        self.assertIn("[app-missing]", done.stdout)

    def test_panel(self):
        """Without one at all: see above."""
        loop = Loop()
        self.addCleanup(loop.stop)
        for has_host in (False, True):
            watcher = FakeService(self.box.bus_address, TRAY, "/StatusNotifierWatcher", TRAY, {},
                                  {"IsStatusNotifierHostRegistered": has_host})
            findings = self.doctor()
            watcher.stop()
            if has_host:
                self.assert_ok(findings, "tray")
            else:
                self.assert_problem(findings, "tray", "tray-none")


class Healthy(unittest.TestCase):
    """Reader, card, panel, screen saver, logind: nothing is wrong."""

    def test_all_is_well(self):
        box = Sandbox(bus=False)
        self.addCleanup(box.close)
        box.start_system_bus()
        readers = box.readers()
        readers.card()
        conf = box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\nsoft = {softhsm.setup(box)}\nopensc = {readers.opensc()}\n",
                        encoding="utf-8")
        box.env["PINFOLD_CONF"] = str(conf)
        softhsm.init_token(box)
        box.start_bus()
        self.start_logind(box)
        loop = Loop()
        self.addCleanup(loop.stop)
        for name, path, methods, properties in (
                (TRAY, "/StatusNotifierWatcher", {}, {"IsStatusNotifierHostRegistered": True}),
                (SAVER, "/org/freedesktop/ScreenSaver",
                 {"GetActive": (([], ["b"]), lambda: (False,))}, {})):
            fake = FakeService(box.bus_address, name, path, name, methods, properties)
            self.addCleanup(fake.stop)
        box.run("gsettings", "set", "org.pinfold", "reset-card", "always")
        box.run(CTL, "register", "ssh")
        try:
            done = wait_for(lambda: self.try_doctor(box), 30, "nothing to be wrong", step=0.2)
        except AssertionError as error:
            raise AssertionError(self.last.stdout) from error
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("→", done.stdout)
        self.assertTrue(done.stdout.endswith("\nAll is well.\n"))

    @tap.only_if(FULL)
    def test_panel(self):
        box = Sandbox(bus=False, wm=True)
        self.addCleanup(box.close)
        box.start_bus()
        self.assertRegex(box.run(CTL, "doctor", check=False).stdout, r"warning +tray ")
        panel = box.screen.start_panel()
        self.assertRegex(box.run(CTL, "doctor", check=False).stdout, r"ok +tray ")
        process.end_processes([panel.pid])
        wait_for(lambda: re.search(r"warning +tray ", box.run(CTL, "doctor", check=False).stdout),
                 10, "the panel's end")

    def try_doctor(self, box):
        """The agent hears of logind and savers a moment after it has its name."""
        self.last = box.run(CTL, "doctor", check=False)
        return "All is well." in self.last.stdout and self.last

    def start_logind(self, box):
        box.start(["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind"],
                  name="logind")
        bus = Bus(box.env["DBUS_SYSTEM_BUS_ADDRESS"])
        self.addCleanup(bus.connection.close_sync, None)
        wait_for(lambda: bus.has_owner(LOGIN), 10, "logind")
        bus.call(LOGIN, "/org/freedesktop/login1", MOCK, "AddSession", "(ssusb)", "c1", "seat0",
                 os.getuid(), "person", True)


if __name__ == "__main__":
    tap.main()
