#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app with the real agent: started for a prompt, wrong and right PINs, Cancel, a new agent."""

import subprocess

from appcase import AppCase
from pinfoldtest import process, tap
from pinfoldtest.paths import build_path
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wait import wait_for

TOKEN = "pkcs11:model=Model;manufacturer=Maker;serial=0001;token=Office%20card"
PIN = "20464128"


class WithAgent(AppCase):
    def setUp(self):
        # As in AppCase, but the bus starts agent and app when somebody asks for them.
        self.box = Sandbox(display=True, wm=True)
        self.addCleanup(self.box.close)
        self.ui = self.box.ui()
        self.start_client("start")

    def start_client(self, how):
        self.client = self.box.start([build_path("tests/agent/link-client")], name="client",
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: self.command(f"contact {how}").startswith("ok"), 10, "the agent")
        self.assertTrue(self.command(f"sessions {TOKEN} - 1").startswith("ok"))

    def send(self, line):
        self.client.stdin.write(line + "\n")
        self.client.stdin.flush()

    def answer(self):
        return self.client.stdout.readline().strip()

    def command(self, line):
        self.send(line)
        return self.answer()

    def type_pin(self, pin):
        entry = self.ui.window("PIN —").find("PIN", "password text")
        wait_for(lambda: entry.has_state("focused") and entry.has_state("sensitive"), 5,
                 "the entry")

        def is_taken():
            self.box.screen.type("0")
            return entry.text()

        wait_for(is_taken, 5, "keys to be taken")
        self.box.screen.key("ctrl+a", "BackSpace")
        self.box.screen.type(pin)
        self.box.screen.key("Return")

    def prompt(self, previous=0):
        self.send(f"prompt {TOKEN} - {previous}")
        return self.ui.window("PIN — Office card")

    def test_wrong_then_right(self):
        window = self.prompt()
        self.assertIn("link-client asks for the PIN of “Office card”", window.texts())
        self.picture("agent-prompt")
        self.type_pin("9999")
        status, lease, pin = self.answer().split()
        self.assertEqual((status, pin), ("ok", "9999"))
        self.command(f"end {lease} 2")
        self.prompt(lease).wait_text("Wrong PIN.")
        self.type_pin(PIN)
        status, lease, pin = self.answer().split()
        self.assertEqual((status, pin), ("ok", PIN))
        self.assertEqual(self.command(f"end {lease} 1"), "ok cached")
        self.ui.wait_no_window("PIN —")
        self.assert_not_in_memory(window.pid, PIN)

    def test_cancel(self):
        self.prompt().press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        self.ui.wait_no_window("PIN —")

    def test_program_goes_away(self):
        self.prompt()
        process.end_processes([self.client.pid])
        self.ui.wait_no_window("PIN —")

    def test_new_agent(self):
        window = self.prompt()
        window.press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        process.end_processes(self.box.pids_of(build_path("agent/pinfold-agent")))
        self.client.stdin.close()
        self.box.start([build_path("agent/pinfold-agent")], name="agent2")
        self.start_client("-")
        again = self.prompt()
        again.press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        self.assertEqual(again.pid, window.pid)


if __name__ == "__main__":
    tap.main()
