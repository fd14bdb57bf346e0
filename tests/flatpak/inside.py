#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The installed Flatpak at work, on a bus and a display of its own; run.py starts it."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

import flatpakbed
from pinfoldtest import Sandbox, softhsm, tap, wait_for
from pinfoldtest.bus import Bus, GLib

DRIVER = "org.freedesktop.DBus"
AGENT = ("org.pinfold.Agent", "/org/pinfold/Agent")
AGENT1 = "org.pinfold.Agent1"
TOKEN = "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
PIN = "135790"


class Flatpak(unittest.TestCase):
    def setUp(self):
        self.installation = flatpakbed.Installation(os.environ["PINFOLD_FLATPAK"])
        self.box = Sandbox(bus=False, display=True, wm=True, services=False)
        self.addCleanup(self.box.close)
        self.runtime = Path(f"/run/user/{os.getuid()}")
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        user = self.installation.env["FLATPAK_USER_DIR"]
        self.box.env |= {
            "FLATPAK_USER_DIR": user,
            "FLATPAK_SYSTEM_DIR": self.installation.env["FLATPAK_SYSTEM_DIR"],
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_DATA_DIRS": f"{user}/exports/share:{self.box.env['XDG_DATA_DIRS']}",
        }
        del self.box.env["GSETTINGS_SCHEMA_DIR"]
        self.box.start_bus()
        self.bus = Bus(self.box.bus_address)

    def flatpak(self, command, *arguments, **kwargs):
        return self.box.run("flatpak", "run", "--user", f"--command={command}", flatpakbed.APP,
                            *arguments, **kwargs)

    def status(self):
        return json.loads(self.flatpak("pinfoldctl", "status", "--json").stdout)

    def start_app(self):
        """As a desktop does it, by the bus; waits until the agent has it for the person."""
        # As patient as the bus, which is patient for 25 s.
        self.box.run("gdbus", "call", "--session", "--timeout=30", "--dest", DRIVER,
                     "--object-path", "/", "--method", f"{DRIVER}.StartServiceByName",
                     flatpakbed.APP, "0")
        wait_for(self.has_prompter, 20, "the app to be the agent's prompter")

    def has_prompter(self):
        return self.bus.call(*AGENT, "org.freedesktop.DBus.Properties", "Get", "(ss)", AGENT1,
                             "PrompterPresent")[0]

    def pids_of(self, path):
        """Processes that run a file of the sandbox, by their IDs outside."""
        return [pid for pid in self.box.pids() if _link(pid, "exe") == path]

    def instance_of(self, pid):
        """The running sandbox that a process is in, as flatpak calls it."""
        listed = self.box.run("flatpak", "ps", "--columns=instance,child-pid").stdout
        namespace = _link(pid, "ns/pid")
        (instance,) = [name for name, child in map(str.split, listed.splitlines())
                       if _link(child, "ns/pid") == namespace]
        return instance

    def windows(self, name):
        found = self.box.run("xdotool", "search", "--onlyvisible", "--name", name, check=False)
        return found.stdout.split()

    def log(self):
        return (self.box.dir / "logs/dbus-daemon.log").read_text(errors="replace")


class Start(Flatpak):
    def test_status(self):
        """Starts the agent, whose socket is where programs outside look for it, and closed."""
        self.assertEqual(self.status()["cache_mode"], "process")
        folder = self.runtime / "pinfold"
        self.assertEqual(folder.stat().st_mode & 0o7777, 0o700)
        self.assertTrue((folder / "agent").is_socket())

    def test_app_by_the_bus(self):
        self.start_app()
        (agent,) = self.pids_of("/app/libexec/pinfold-agent")
        wait_for(lambda: len(self.pids_of("/app/bin/pinfold")) == 1, 10, "the first app to end")
        (app,) = self.pids_of("/app/bin/pinfold")
        self.assertEqual(_link(app, "ns/pid"), _link(agent, "ns/pid"))
        self.assertNotEqual(_link(app, "ns/pid"), _link(os.getpid(), "ns/pid"))

    def test_app_by_hand(self):
        """A person's start ends when the window is there."""
        self.flatpak("pinfold")
        wait_for(lambda: self.windows("^Pinfold$"), 20, "the window")
        self.assertTrue(self.has_prompter())
        self.assertNotIn("Another program answers", self.log())
        self.flatpak("pinfold")
        self.assertEqual(len(self.pids_of("/app/bin/pinfold")), 1)

    def test_who_may_hold_a_token(self):
        """Of the sandbox only the app, and what is with it; nobody outside, nor in another one."""
        self.start_app()
        wait_for(lambda: len(self.pids_of("/app/bin/pinfold")) == 1, 10, "the first app to end")
        (app,) = self.pids_of("/app/bin/pinfold")
        call = ["gdbus", "call", "--session", "--dest", AGENT[0], "--object-path", AGENT[1],
                "--method", f"{AGENT1}.BeginTokenChange", TOKEN]
        with self.assertRaises(GLib.Error) as refused:
            self.bus.call(*AGENT, AGENT1, "BeginTokenChange", "(s)", TOKEN)
        self.assertIn("only for the agent's prompter", str(refused.exception))
        other = self.flatpak(*call, check=False)
        self.assertIn("only for the agent's prompter", other.stderr)
        beside = self.box.run("flatpak", "enter", self.instance_of(app), *call)
        self.assertEqual(beside.stdout, "()\n")

    def test_administrator(self):
        """What is in /etc/pinfold outside counts inside."""
        link = self.flatpak("readlink", "/app/etc/pinfold").stdout.strip()
        self.assertEqual(link, "/run/host/etc/pinfold")
        self.assertEqual(self.flatpak("readlink", "-f", "/run/host/etc/debian_version").stdout,
                         "/run/host/etc/debian_version\n")

    def test_no_network(self):
        devices = re.findall(r"(?m)^ *(\w+):", self.flatpak("cat", "/proc/net/dev").stdout)
        self.assertEqual(devices, ["lo"])


class Programs(Flatpak):
    """pkcs11-tool outside, without a terminal, and so with Pinfold's dialog."""

    def enter_pin(self):
        wait_for(lambda: self.windows("^PIN — "), 20, "the dialog")
        (window,) = self.windows("^PIN — ")
        wait_for(lambda: self.box.run("xdotool", "getactivewindow", check=False).stdout.strip()
                 == window, 20, "the dialog to have the focus")
        self.box.run("xdotool", "type", PIN)
        self.box.run("xdotool", "key", "Return")

    def tool(self, module, *arguments):
        return self.box.start(["setsid", "pkcs11-tool", "--module", module, *arguments],
                              name="pkcs11-tool", stdin=subprocess.DEVNULL)

    def tool_log(self):
        return (self.box.dir / "logs/pkcs11-tool.log").read_text(errors="replace")

    def test_module_outside(self):
        """The module in the program itself: with the same libraries as the runtime, it can be this."""
        softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        self.start_app()
        module = self.installation.folder / "app/files/lib/pkcs11/pinfold-pkcs11.so"
        tool = self.tool(module, "--login", "--list-objects", "--type", "privkey")
        self.enter_pin()
        self.assertEqual(tool.wait(30), 0, self.tool_log())
        self.assertNotIn(PIN, self.tool_log())

    def test_relay(self):
        """p11-kit outside, the module inside: as flatpak/README.md registers it."""
        folder = Path(self.box.env["HOME"], ".var/app", flatpakbed.APP)
        tokens = folder / "data/softhsm2/tokens"
        conf = folder / ".config/softhsm2/softhsm2.conf"
        tokens.mkdir(parents=True)
        conf.parent.mkdir(parents=True)
        inside = Path(self.box.env["HOME"], ".var/app", flatpakbed.APP, "data/softhsm2/tokens")
        conf.write_text(f"directories.tokendir = {inside}\nobjectstore.backend = file\n")
        self.flatpak("softhsm2-util", "--init-token", "--free", "--label", "inside",
                     "--so-pin", "12345678", "--pin", PIN)
        p11kit = Path(self.box.env["HOME"], ".config/pkcs11")
        (p11kit / "modules").mkdir(parents=True)
        (p11kit / "pkcs11.conf").write_text("user-config: only\n")
        text = flatpakbed.readme_module()
        (p11kit / "modules/pinfold.module").write_text(text)
        self.start_app()
        tool = self.tool("p11-kit-proxy.so", "--token-label", "inside", "--login",
                         "--list-objects", "--type", "privkey")
        self.enter_pin()
        self.assertEqual(tool.wait(30), 0, self.tool_log())


def _link(pid, name):
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:
        return None


if __name__ == "__main__":
    tap.main()
