#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app at rest wakes up for nothing, hidden or shown: for a minute with PF_TEST_FULL=1."""

from appcase import TITLE, AppCase, serve, wait_served
from pinfoldtest import build_path, tap
from pinfoldtest.extent import FULL
from pinfoldtest.process import count_wakeups
from pinfoldtest.wait import wait_for
from scriptedagent import ReportingAgent

SECONDS = 60 if FULL else 3
CARD = {"uri": "pkcs11:token=card", "label": "Card", "reader": "Reader",
        "flags": ["USER_PIN_FINAL_TRY"]}
SOFT = {"uri": "pkcs11:token=soft", "label": "Soft", "flags": []}
LOGIN = {"app_id": "1:2", "token_uri": SOFT["uri"], "logged_in": True, "asleep": False, "since": 1,
         "expires_s": 90, "members": [{"pid": 1, "exe": "/x", "name": "ssh", "sessions": 1}]}


class Idle(AppCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.box.screen.start_panel()
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.asked, 15, "the first question")
        wait_served(self.box.screen.tray_items, 10, "the tray icon")
        self.report()

    def report(self):
        """A token of each kind, and a PIN that is forgotten soon."""
        asked = self.agent.asked
        self.agent.report(readers=[{"name": "Reader", "present": True}], tokens=[CARD, SOFT],
                          domains=[LOGIN])
        wait_served(lambda: self.agent.asked > asked, 10, "the next question")

    def assert_rests(self):
        """A wake-up belongs to something that has just happened, or comes again.

        What the app asks is answered: else it would wake up when it has waited long enough.
        """
        wait_for(lambda: count_wakeups(self.app.pid, SECONDS, serve) == 0, 60 + 2 * SECONDS,
                 f"{SECONDS} s of rest", step=0)

    def test_hidden(self):
        self.assert_rests()
        # What the notifier began is over as well.
        self.agent.stop()
        self.assert_rests()

    def test_shown(self):
        self.box.run(build_path("app/pinfold"))
        window = self.ui.window(TITLE)
        wait_served(lambda: "Soft" in window.texts(), 5, "the tokens")
        self.assert_rests()
        window.find("History", "radio button").press()
        wait_served(lambda: "Nothing has happened yet" in window.texts(), 5, "the history")
        self.assert_rests()
        window.find("Close", "push button").press()
        self.ui.wait_no_window(TITLE)
        self.assert_rests()


if __name__ == "__main__":
    tap.main()
