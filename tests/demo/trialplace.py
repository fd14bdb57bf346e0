# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Where the trial lives: one folder of the user's own, a token in it, the programs it started."""

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from pinfoldtest import backend, build_path
from pinfoldtest.driver import Driver, DriverError

LABEL = "Pinfold trial"
# No secret: the token is made for looking at, and everybody reads this.
PIN = "246810"
SO_PIN = "13579246"
# The application ID of the programs that share a login.
GROUP = (7, 9)

_SERVICE = "[D-BUS Service]\nName={name}\nExec={command}\n"


class TrialError(Exception):
    """The trial cannot go on; the text says why and what to do."""


def data_folder():
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(base, "pinfold", "trial")


class Place:
    """The folder, the environment of everything that runs in the trial, and what runs."""

    def __init__(self):
        self.dir = data_folder()
        self.spy_log = self.dir / "spy.log"
        self._running = []
        for name in ("", "config", "logs", "tokens", "share/dbus-1/services"):
            (self.dir / name).mkdir(parents=True, exist_ok=True)
        self.dir.chmod(0o700)
        self.softhsm = backend("softhsm")
        if self.softhsm is None:
            raise TrialError("SoftHSM is not installed (Debian: softhsm2)")
        self._write_files()
        self.env = self._environment()

    def _write_files(self):
        (self.dir / "softhsm2.conf").write_text(
            f"directories.tokendir = {self.dir}/tokens\nobjectstore.backend = file\n"
            "log.level = ERROR\n")
        # The spy stands between Pinfold and SoftHSM and writes down what reaches the token.
        self._write_config("pinfold.conf", self.softhsm)
        self._write_config("spied.conf", build_path("tests/spy/spy-backend.so"))
        self._write_config("group.conf", build_path("tests/spy/spy-backend.so"), GROUP)
        for name, command in (("org.pinfold.Agent", build_path("agent/pinfold-agent")),
                              ("org.pinfold.Pinfold",
                               f"{build_path('app/pinfold')} --gapplication-service")):
            path = self.dir / "share/dbus-1/services" / f"{name}.service"
            path.write_text(_SERVICE.format(name=name, command=command))

    def _write_config(self, name, softhsm, app_id=None):
        cards = backend("opensc")
        lines = ["[Modules]", f"softhsm2 = {softhsm}"]
        lines += [f"opensc = {cards}"] if cards and name == "pinfold.conf" else []
        # The trial's program may run in a terminal; it shall be asked for in the dialog anyway.
        lines += ["[Policy]", "protected-path = pinfold-driver", ""]
        if app_id is not None:
            lines += ["[Misc]", f"AppIdMajor = {app_id[0]}", f"AppIdMinor = {app_id[1]}", ""]
        (self.dir / name).write_text("\n".join(lines))
        (self.dir / name).chmod(0o600)

    def _environment(self):
        env = dict(os.environ)
        dirs = env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        own = f"{self.dir}/share"
        env |= {
            "SOFTHSM2_CONF": str(self.dir / "softhsm2.conf"),
            "PINFOLD_CONF": str(self.dir / "pinfold.conf"),
            "XDG_DATA_DIRS": dirs if own in dirs.split(":") else f"{own}:{dirs}",
            # Settings of the trial's own: the user's stay as they are.
            "XDG_CONFIG_HOME": str(self.dir / "config"),
            "GSETTINGS_BACKEND": "keyfile",
            "GSETTINGS_SCHEMA_DIR": str(build_path("data")),
        }
        runtime = env.get("XDG_RUNTIME_DIR", "")
        if not (runtime and os.access(runtime, os.W_OK)):
            env["XDG_RUNTIME_DIR"] = self._own_runtime_folder()
        return env

    def _own_runtime_folder(self):
        """For machines without logins (containers). Sockets' paths must be short."""
        folder = self.dir / "run"
        if len(f"{folder}/pinfold/agent") > 100:
            return tempfile.mkdtemp(prefix="pinfold-trial-")
        folder.mkdir(mode=0o700, exist_ok=True)
        return str(folder)

    # What pinfoldtest.Driver asks of a sandbox.
    def start(self, args, name=None, env=None, **kwargs):
        log = open(self.dir / "logs" / f"{name or Path(str(args[0])).name}.log", "ab")
        kwargs.setdefault("stdin", subprocess.DEVNULL)
        kwargs.setdefault("stdout", log)
        with log:
            return subprocess.Popen([str(a) for a in args], env=self.env | (env or {}), stderr=log,
                                    start_new_session=True, **kwargs)

    def program(self, in_group):
        """A program of somebody's that loads Pinfold's module; what reaches the token is spied.

        in_group: its configuration gives it the application ID of the group.
        """
        return Driver(self, build_path("p11module/pinfold-pkcs11.so"), timeout=600, env={
            "PINFOLD_CONF": str(self.dir / ("group.conf" if in_group else "spied.conf")),
            "PF_SPY_MODULE": self.softhsm,
            "PF_SPY_LOG": str(self.spy_log),
        })

    def ctl(self, *args):
        """What pinfoldctl prints."""
        done = subprocess.run([build_path("app/pinfoldctl"), *args], env=self.env, text=True,
                              capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise TrialError(f"pinfoldctl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def ask_bus(self, name, path, method, *strings):
        """Is the answer of a method on the session bus a true?"""
        done = subprocess.run(["dbus-send", "--session", "--print-reply=literal", f"--dest={name}",
                               path, method, *(f"string:{text}" for text in strings)],
                              env=self.env, capture_output=True, text=True, check=False)
        return done.returncode == 0 and "boolean true" in done.stdout

    def has_prompter(self):
        """Is the app there and ready to show dialogs?"""
        return self.ask_bus("org.pinfold.Agent", "/org/pinfold/Agent",
                            "org.freedesktop.DBus.Properties.Get", "org.pinfold.Agent1",
                            "PrompterPresent")

    def logins(self):
        return json.loads(self.ctl("status", "--json"))["domains"]

    def make_token(self):
        """Makes token and key, talking to SoftHSM itself. False when they are there already."""
        with Driver(self, self.softhsm) as direct:
            direct.ok("init")
            if self._has_token(direct):
                return False
            direct.ok("inittoken", "@0", SO_PIN, LABEL)
            direct.ok("finalize")
            direct.ok("init")
            session = direct.open_session(f"={LABEL}", "rw")
            direct.ok("login", session, "so", SO_PIN)
            direct.ok("initpin", session, PIN)
            direct.ok("logout", session)
            direct.ok("login", session, "user", PIN)
            direct.ok("genkeypair", session, "rsa", "2048", "label=trial key", "id=01",
                      "token=true", "priv.private=true", "priv.sensitive=true", timeout=60)
            return True

    @staticmethod
    def _has_token(direct):
        try:
            return direct.cmd("tokeninfo", f"={LABEL}").ok
        except DriverError:
            return False

    def start_kept(self, args, name):
        """Starts what may go on running when the trial is over."""
        started = self.start(args, name=name)
        self._running.append(started)
        self._note_running()
        return started

    def _note_running(self):
        notes = [[p.pid, _start_time(p.pid)] for p in self._running if p.poll() is None]
        (self.dir / "running.json").write_text(json.dumps(notes))

    def end_earlier(self):
        """Ends what an earlier trial left running for the person."""
        path = self.dir / "running.json"
        if not path.exists():
            return
        for pid, started in json.loads(path.read_text()):
            if started is not None and _start_time(pid) == started:
                os.kill(pid, signal.SIGTERM)
                wait_until(lambda pid=pid, at=started: _start_time(pid) != at)
        path.unlink()

    def end(self):
        """Ends what this trial started."""
        for started in reversed(self._running):
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
        (self.dir / "running.json").unlink(missing_ok=True)

    def socket(self):
        return Path(self.env["XDG_RUNTIME_DIR"], "pinfold/agent")


def _start_time(pid):
    """A process' start time in ticks; with the pid it names one process. None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


