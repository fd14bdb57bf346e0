# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Pinfold of the build tree in a sandbox: its configuration, its agent, its clients."""

import json
import os
from pathlib import Path

from .bus import Bus, GLib
from .driver import Driver
from .paths import build_path
from .process import listens
from .wait import wait_for

MODULE = "p11module/pinfold-pkcs11.so"
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


def module_path():
    return str(build_path(MODULE))


class Pinfold:
    """Use one in each sandbox that was made with bus=False: the session bus is started by this
    class, because what the bus activates inherits its environment.

    backends: name -> path, for the agent, its helper and the clients alike.
    """

    def __init__(self, sandbox, backends, config=""):
        self.box = sandbox
        folder = Path(sandbox.env["XDG_CONFIG_HOME"], "pinfold")
        folder.mkdir(mode=0o700, exist_ok=True)
        self.conf = folder / "pinfold.conf"
        self.write_config(self.conf, backends, config)
        sandbox.start_bus()
        self._is_awake = False

    def wake(self):
        """The agent, and where there is a display the app, if the bus can start them, before the
        first client asks for them: a module waits two seconds for the one and the agent five for
        the other, which are few for a new process on a busy machine, and go on without."""
        if self._is_awake:
            return
        self._is_awake = True
        if not listens(self.socket()):
            self._start("org.pinfold.Agent")
        if {"DISPLAY", "WAYLAND_DISPLAY"} & self.box.env.keys() and self._start("org.pinfold.Pinfold"):
            wait_for(self._has_prompter, 10, "the app to be the agent's prompter")

    def _start(self, name):
        """Has the bus start what has that name; says whether it is there now."""
        address = self.box.env.get("DBUS_SESSION_BUS_ADDRESS")
        service = Path(self.box.dir, f"share/dbus-1/services/{name}.service")
        if address is None or not service.exists():
            return False
        try:
            Bus(address).call(*_BUS, "StartServiceByName", "(su)", name, 0)
        except GLib.Error:
            return False  # that it cannot be started is what some tests are about
        return True

    def _has_prompter(self):
        return Bus(self.box.env["DBUS_SESSION_BUS_ADDRESS"]).call(
            "org.pinfold.Agent", "/org/pinfold/Agent", "org.freedesktop.DBus.Properties", "Get",
            "(ss)", "org.pinfold.Agent1", "PrompterPresent")[0]

    @staticmethod
    def write_config(path, backends, config=""):
        lines = ["[Modules]", *(f"{name} = {target}" for name, target in backends.items())]
        if not any(name == "opensc" for name in backends):
            lines.append("opensc =")
        path.write_text("\n".join([*lines, config, ""]))

    def driver(self, spy=None, config="", env=None, **kwargs):
        """A client of the module; with a spy its only backend is that spy.

        It runs without a terminal and without a login session, in a session of its own.
        """
        self.wake()
        env = dict(env or {})
        if spy is not None:
            conf = Path(self.box.dir, f"spy-{abs(hash(config))}.conf")
            self.write_config(conf, {"spy": spy.path}, config)
            env |= spy.env | {"PINFOLD_CONF": str(conf)}
        return Driver(self.box, module_path(), env=env, **kwargs)

    def start_agent(self, env=None, prefix=(), program=None):
        """Starts the agent without the bus's help and waits for its socket.

        A call over the bus before would start another one, and the faster of the two stays.
        """
        agent = self.box.start([*prefix, program or build_path("agent/pinfold-agent")], env=env)
        wait_for(lambda: listens(self.socket()), 10, "the agent's socket")
        return agent

    def socket(self):
        return os.path.join(self.box.env["XDG_RUNTIME_DIR"], "pinfold/agent")

    def agent_pid(self):
        """The agent's pid; raises when there is not exactly one."""
        (pid,) = self.agent_pids()
        return pid

    def agent_pids(self):
        return self.box.pids_of(build_path("agent/pinfold-agent"))

    def app_pids(self):
        return self.box.pids_of(build_path("app/pinfold"))

    def ctl(self, *args, check=True, **kwargs):
        return self.box.run(build_path("app/pinfoldctl"), *args, check=check, **kwargs)

    def status(self):
        return json.loads(self.ctl("status", "--json").stdout)

    def domains(self):
        return self.status()["domains"]

    def history(self):
        """What happened, latest first."""
        return json.loads(self.ctl("history", "--json").stdout)

    def logged_in_domains(self):
        return [d for d in self.domains() if d["logged_in"]]

    def set(self, key, value):
        self.ctl("set", key, value)
