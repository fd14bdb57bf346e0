#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The first run: one page, once, and only when a person opens Pinfold."""

from appcase import TITLE, AppCase, wait_served
from pinfoldtest import build_path, tap
from scriptedagent import ReportingAgent

WELCOME = "Welcome to Pinfold"
FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED"]
CARD = {"uri": "pkcs11:token=card", "label": "<b>Card</b>", "reader": "Reader", "flags": FLAGS}
SOFT = {"uri": "pkcs11:token=soft", "label": "Soft", "flags": FLAGS + ["USER_PIN_FINAL_TRY"]}


class Welcome(AppCase):
    is_first_run = True
    agent = None

    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def start_with_agent(self, *args, **kwargs):
        if self.agent is not None:
            self.agent.stop()
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.start_app(*args, **kwargs)
        wait_served(lambda: self.agent.asked, 15, "the first question")

    def wait_texts(self, window, *texts):
        wait_served(lambda: not set(texts) - set(window.texts()), 5, texts)

    def test_tokens_and_once(self):
        self.start_with_agent()
        window = self.ui.window(WELCOME)
        self.ui.window(TITLE)
        self.wait_texts(window, "Connect a card reader and insert your card. "
                                "It appears here by itself.")
        self.picture("welcome-empty")
        self.agent.report(readers=[{"name": "Reader", "present": True},
                                   {"name": "Empty", "present": False}], tokens=[CARD, SOFT])
        self.wait_texts(window, "<b>Card</b>", "Reader · No PIN cached", "Empty",
                        "Card reader · No card", "Soft", "Software token · Last try")
        self.picture("welcome")
        done = window.find("Done", "push button")
        wait_served(lambda: done.has_state("focused"), 5, "the focus")
        window.press("Done")
        self.ui.wait_no_window(WELCOME)
        self.ui.window(TITLE)
        wait_served(self.state_file("welcome-shown").exists, 5, "the marker")
        self.end_app(self.bus)
        self.start_with_agent()
        self.ui.window(TITLE)
        self.assertIsNone(self.ui.find_window(WELCOME))

    def test_escape(self):
        self.start_with_agent()
        window = self.ui.window(WELCOME)
        done = window.find("Done", "push button")
        wait_served(lambda: done.has_state("focused"), 5, "the focus")

        def is_gone():
            self.box.screen.key("Escape")
            return not self.ui.find_window(WELCOME)

        wait_served(is_gone, 5, "the page to go")
        self.ui.window(TITLE)

    def test_what_cannot_be_done_is_not_offered(self):
        """A button leads to an action of the application, which has not each of them."""
        self.start_with_agent()
        window = self.ui.window(WELCOME)
        actions = self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold",
                                     "org.gtk.Actions", "List", None, None, 0, 5000, None)[0]
        for label, action in (("Create Software Token…", "create-token"),
                              ("Use with Firefox, Thunderbird…", "use-with")):
            wait_served(lambda: window.has(label, "push button") == (action in actions), 5, label)

    def test_not_without_a_person(self):
        self.start_with_agent("--gapplication-service")
        self.agent.report(tokens=[SOFT])
        asked = self.agent.asked
        wait_served(lambda: self.agent.asked > asked, 5, "the next question")
        self.assertIsNone(self.ui.find_window(WELCOME))
        self.assertFalse(self.state_file("welcome-shown").exists())
        self.box.run(build_path("app/pinfold"))
        self.ui.window(WELCOME)

    def test_no_agent_and_no_place_for_the_marker(self):
        self.state_file("x").parent.symlink_to("/nowhere/at/all")
        self.start_app()
        window = self.ui.window(WELCOME)
        self.wait_texts(window, "PIN caching is off: the agent is not running")
        wait_served(lambda: "It will be shown again" in self.box.logs(), 5, "the log")


if __name__ == "__main__":
    tap.main()
