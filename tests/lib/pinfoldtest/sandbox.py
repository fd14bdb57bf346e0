# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A private desktop session: home, session bus, display, card readers; all gone afterwards."""

import atexit
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from . import clock, process
from .paths import build_path, tool_search_path
from .wait import wait_for

live = []  # the sandboxes not closed yet

_BUS_CONF = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:path={socket}</listen>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <limit name="reply_timeout">60000</limit>
</busconfig>
"""

_SERVICE = "[D-BUS Service]\nName={name}\nExec={command}\n"

_KEEP = ("PINFOLD_BUILD", "PINFOLD_SOFTHSM", "PINFOLD_OPENSC", "ASAN_OPTIONS", "UBSAN_OPTIONS",
         "LSAN_OPTIONS", "TSAN_OPTIONS", "LD_PRELOAD", "PYTHONPATH")


class Sandbox:
    """One private session. Use as a context manager, or call close().

    The bus is there from the start unless bus is False; so is an X server (self.screen) with
    display, and a window manager with wm. They cannot come later: what the bus activates gets the
    environment that the bus daemon was started with. readers() adds card readers.
    Everything started with it carries PINFOLD_SANDBOX in its environment; close() ends just that,
    and a watchdog does so when the test is killed.
    """

    def __init__(self, bus=True, display=False, wm=False, services=True):
        process.become_subreaper()
        self.dir = Path(tempfile.mkdtemp(prefix="pf-", dir=os.environ.get("TMPDIR", "/tmp")))
        self.mark = f"PINFOLD_SANDBOX={self.dir}"
        self._watchdog = _Watchdog(self.dir, self.mark)
        self._closers = []
        self._closed = False
        live.append(self)
        atexit.register(self.close)
        try:
            self._make_environment(services)
            self.screen = self._start_display(wm) if display or wm else None
            if bus:
                self.start_bus()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _make_environment(self, services):
        home = self.dir / "home"
        runtime = self.dir / "run"
        runtime.mkdir(mode=0o700)
        (self.dir / "logs").mkdir()
        for name in (".config", ".cache", ".local/share", ".local/state"):
            (home / name).mkdir(parents=True)
        data = self.dir / "share"
        (data / "dbus-1/services").mkdir(parents=True)
        self.env = {key: os.environ[key] for key in _KEEP if key in os.environ}
        self.env |= {
            "PATH": tool_search_path(),
            "HOME": str(home),
            "USER": os.environ.get("USER", "root"),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": clock.ZONE,
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_STATE_HOME": str(home / ".local/state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_DATA_DIRS": f"{data}:/usr/local/share:/usr/share",
            "XDG_CONFIG_DIRS": str(self.dir / "xdg"),
            "GSETTINGS_BACKEND": "keyfile",
            "GSETTINGS_SCHEMA_DIR": str(build_path("data")),
            "G_DEBUG": "fatal-criticals",
            # No system bus and no pcscd of the machine: a test that needs one makes its own.
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.dir}/no-system-bus",
            "PCSCLITE_CSOCK_NAME": str(self.dir / "no-pcscd"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PINFOLD_SANDBOX": str(self.dir),
        }
        if services:
            self.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
            self.add_service("org.pinfold.Pinfold",
                             f"{build_path('app/pinfold')} --gapplication-service")

    def add_service(self, name, command):
        """Makes a name activatable on the session bus."""
        path = self.dir / "share/dbus-1/services" / f"{name}.service"
        path.write_text(_SERVICE.format(name=name, command=command))

    def start_bus(self):
        """Starts the session bus; what it activates inherits the environment of this moment."""
        self.bus_address = f"unix:path={self.dir}/bus"
        # Activated services inherit the bus daemon's environment: it must know the bus as well.
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus_address
        self._bus_process = self._start_bus_daemon("bus")

    def start_system_bus(self):
        """Starts a private system bus; what is started afterwards knows it."""
        self.env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={self.dir}/system-bus"
        self._system_bus_process = self._start_bus_daemon("system-bus")

    def stop_system_bus(self):
        process.end_processes([self._system_bus_process.pid])

    def _start_bus_daemon(self, name):
        conf = self.dir / f"{name}.conf"
        conf.write_text(_BUS_CONF.format(socket=self.dir / name))
        daemon = self.start(
            ["dbus-daemon", "--config-file", conf, "--nofork", "--nopidfile", "--nosyslog"],
            name="dbus-daemon")
        # The socket's file is there before anybody listens on it.
        wait_for(lambda: _accepts(self.dir / name), 10, f"the socket {name}")
        return daemon

    def stop_bus(self):
        """Ends the session bus."""
        process.end_processes([self._bus_process.pid])

    def _start_display(self, wm):
        from .display import Display

        screen = Display(self)
        if wm:
            screen.start_window_manager()
        return screen

    def ui(self):
        """The accessible objects on the display (atspi.Ui). After start_bus(): without a session
        bus the library would start another one, and see what is on that."""
        from .atspi import Ui

        assert "DBUS_SESSION_BUS_ADDRESS" in self.env

        return Ui(self)

    def monitor(self):
        """Starts to record the session bus (busmonitor.BusMonitor)."""
        from .busmonitor import BusMonitor

        return BusMonitor(self)

    def readers(self):
        """Starts a private pcscd with virtual readers. Returns the Readers."""
        from .readers import Readers

        return Readers(self)

    def environment(self, extra=None):
        """The environment of the session's processes, as a new dictionary.

        A None in extra takes the variable away.
        """
        env = self.env | (extra or {})
        return {key: str(value) for key, value in env.items() if value is not None}

    def start(self, args, name=None, env=None, **kwargs):
        """Starts a process of the session (subprocess.Popen); its output goes to the logs."""
        name = name or Path(str(args[0])).name
        kwargs.setdefault("cwd", self.dir)
        return process.start(args, log=self.dir / "logs" / f"{name}.log",
                             env=self.environment(env), **kwargs)

    def run(self, *args, env=None, timeout=60, check=True, **kwargs):
        """Runs a program of the session to its end; returns subprocess.CompletedProcess."""
        if "input" not in kwargs:
            kwargs.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([str(a) for a in args], env=self.environment(env), cwd=self.dir,
                              capture_output=True, text=True, timeout=timeout, check=False,
                              start_new_session=True, **kwargs)
        if _SANITIZER.search(done.stderr or ""):
            raise AssertionError(done.stderr)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(str(a) for a in args)}: status {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def pids(self):
        """The session's living processes that this process started, or that they started."""
        return [pid for pid in process.descendants(os.getpid())
                if process.is_alive(pid)
                and process.has_environment(pid, self.mark) is not False
                and pid != self._watchdog.pid]

    def pids_of(self, path):
        """The session's processes that run the executable at path."""
        return process.pids_of_executable(path, self.pids())

    def logs(self, lines=40):
        """The ends of the logs, for a failing test."""
        text = ""
        for path in sorted((self.dir / "logs").glob("*.log")):
            tail = path.read_text(errors="replace").splitlines()[-lines:]
            text += "".join(f"[{path.stem}] {line}\n" for line in tail)
        return text

    def on_close(self, function):
        """Calls function when the session ends, the last first."""
        self._closers.append(function)

    def close(self):
        """Ends every process of the session and removes its directory."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        live.remove(self)
        for function in reversed(self._closers):
            function()
        process.end_processes(self.pids())
        reports = self._sanitizer_reports()
        shutil.rmtree(self.dir, ignore_errors=True)
        self._watchdog.dismiss()
        if reports:
            raise AssertionError(reports)

    def _sanitizer_reports(self):
        """What sanitizers said of any process of the session, wherever it was when they said it."""
        reports = ""
        for path in sorted((self.dir / "logs").glob("*.log")):
            text = path.read_text(errors="replace")
            found = _SANITIZER.search(text)
            if found is not None:
                reports += f"[{path.stem}]\n{text[found.start():][:20000]}\n"
        return reports


_SANITIZER = re.compile(r"(ERROR|WARNING): \w*Sanitizer|: runtime error: ")


def _accepts(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


class _Watchdog:
    """A child that cleans up when this process ends without having done so."""

    def __init__(self, directory, mark):
        read_end, self._write_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                os.dup2(read_end, 0)
                os.closerange(3, 4096)
                if os.read(0, 1) == b"":
                    self._clean_up(directory, mark)
            finally:
                os._exit(0)
        os.close(read_end)

    @staticmethod
    def _clean_up(directory, mark):
        pids = [p for p in process.all_pids()
                if p != os.getpid() and process.has_environment(p, mark)]
        process.end_processes(pids, 1.0)
        shutil.rmtree(directory, ignore_errors=True)

    def dismiss(self):
        os.write(self._write_end, b"x")
        os.close(self._write_end)
        os.waitpid(self.pid, 0)
