#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The real agent on a private session bus: started by pinfoldctl, looked at, at rest, stopped."""

import json
import os
import signal
import unittest

from pinfoldtest import Sandbox, build_path, process, softhsm, tap, wait_for
from pinfoldtest.bus import Bus

AGENT = build_path("agent/pinfold-agent")
CTL = build_path("app/pinfoldctl")


class AgentControl(unittest.TestCase):
    def setUp(self):
        # What the bus activates has the environment that the bus was started with.
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.soft = softhsm.setup(self.box)
        self.serial = softhsm.init_token(self.box)
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\nsoft = {self.soft}\n", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)
        self.readers = self.box.readers()
        self.box.start_bus()

    def status(self):
        return json.loads(self.box.run(CTL, "status", "--json").stdout)

    def agent_pid(self):
        (pid,) = self.box.pids_of(AGENT)
        return pid

    def test_activated_by_status(self):
        self.assertEqual(self.box.pids_of(AGENT), [])
        status = self.status()
        self.assertEqual(status["domains"], [])
        self.assertEqual(len(self.box.pids_of(AGENT)), 1)
        status = wait_for(lambda: (s := self.status())["tokens"] and s, 15, "the token", step=0.1)
        self.assertIn(self.serial, status["tokens"][0]["uri"])
        self.assertEqual([r["name"] for r in status["readers"]], self.readers.names)

    def test_doctor_is_content(self):
        # Whether there is an app and a tray is another test's affair.
        text = self.box.run(CTL, "doctor", check=False).stdout
        for finding in ("pcscd", "backend:soft", "private-socket", "locked-memory", "prompter"):
            self.assertRegex(text, rf"ok +{finding}")

    def modules(self):
        """As Agent1 has them; the JSON of pinfoldctl has none."""
        bus = Bus(self.box.bus_address)
        self.addCleanup(bus.connection.close_sync, None)
        status, = bus.call("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1",
                           "GetStatus")
        return {module["name"]: module for module in status["modules"]}

    def test_modules(self):
        wait_for(lambda: self.status()["tokens"], 15, "the token", step=0.1)
        self.assertNotIn("modules", self.status())
        soft, = self.modules().values()
        self.assertEqual((soft["name"], soft["path"]), ("soft", str(self.soft)))
        self.assertEqual(soft["description"], "Implementation of PKCS11")
        self.assertNotIn("fault", soft)
        with open(self.box.env["PINFOLD_CONF"], "a", encoding="utf-8") as conf:
            conf.write("gone = /nonexistent/module.so\n")
        self.box.run(CTL, "doctor", check=False)
        modules = self.modules()
        self.assertEqual(list(modules), ["soft", "gone"])
        self.assertIn("/nonexistent/module.so", modules["gone"]["fault"])
        self.assertNotIn("description", modules["gone"])

    def test_report_names_nothing(self):
        wait_for(lambda: self.status()["tokens"], 15, "the token", step=0.1)
        self.assertIn(self.serial, self.box.run(CTL, "doctor", check=False).stdout)
        report = self.box.run(CTL, "doctor", "--report", check=False).stdout
        for finding in ("pcscd", "backend:soft", "locked-memory"):
            self.assertRegex(report, rf"ok +{finding}")
        for word in (self.serial, "pinfold-test", *self.readers.names, self.box.env["HOME"]):
            self.assertNotIn(word, report)

    def test_stops_cleanly(self):
        self.status()
        pid = self.agent_pid()
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not process.is_alive(pid), 5, "the agent's end")
        self.status()
        self.assertNotEqual(self.agent_pid(), pid)

    def test_rest(self):
        wait_for(lambda: self.status()["tokens"], 15, "the token", step=0.1)
        pid = self.agent_pid()
        wait_for(lambda: process.count_wakeups(pid, 3) == 0, 40, "rest", step=0)
        self.assertEqual(process.count_wakeups(pid, 10), 0)


if __name__ == "__main__":
    tap.main()
