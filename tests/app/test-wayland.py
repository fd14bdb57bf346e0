#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app on Wayland, on a desktop without a tray: windows, and a PIN that is typed."""

from appcase import TITLE, AppCase, wait_served
from pinfoldtest import tap
from pinfoldtest.paths import build_path
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wayland import Compositor
from promptcase import DETAILS
from scriptedagent import PromptingAgent, read_page

PIN = "73914682"


class Wayland(AppCase):
    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.screen = Compositor(self.box)
        self.box.start_bus()
        self.ui = self.box.ui()
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        # With no X server to be had, what is drawn is drawn by Wayland, and nothing grabs keys.
        self.assertNotIn("DISPLAY", self.box.env)
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.registered, 15, "the app to register")

    def ask(self):
        self.agent.ask(11, **DETAILS)
        window = self.ui.window("PIN —")
        entry = window.find("PIN", "password text")
        wait_served(lambda: entry.has_state("focused"), 10, "the focus")
        return window, entry

    def test_pin(self):
        window, entry = self.ask()

        def is_typed():
            self.screen.type(PIN)
            return len(entry.text()) == len(PIN)

        wait_served(is_typed, 10, "the PIN")
        window.press("Unlock")
        wait_served(lambda: self.agent.answers, 10, "AnswerPin")
        self.assertEqual(self.agent.answers[0][0], 11)
        self.assertEqual(read_page(self.agent.answers[0][1]), PIN.encode())
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("PIN —")

    def test_cancelled(self):
        window, _ = self.ask()
        window.press("Cancel")
        wait_served(lambda: self.agent.cancelled, 10, "CancelPrompt")
        self.assertEqual((self.agent.cancelled, self.agent.answers), ([11], []))
        self.ui.wait_no_window("PIN —")

    def test_window(self):
        self.box.run(build_path("app/pinfold"))
        window = self.ui.window(TITLE)
        window.find("Main menu", "toggle button")
        window.find("Close", "push button").press()
        # There is no tray to find it in again.
        self.ui.window("Pinfold keeps running").press("Close")
        self.ui.wait_no_window(TITLE)
        self.assertIsNone(self.app.poll())


if __name__ == "__main__":
    tap.main()
