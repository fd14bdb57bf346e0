#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app on Wayland, on a desktop without a tray, with all else real: a program's login by keyboard,
and where the person finds what a tray would tell."""

from appcase import TITLE, AppCase, wait_served
from pinfoldtest import softhsm, tap
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import Pinfold
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wayland import Compositor
from scriptednotifier import Notifier

PIN = "73914682"


class Wayland(AppCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.screen = Compositor(self.box)
        # With no X server to be had, what is drawn is drawn by Wayland, and nothing grabs keys.
        self.assertNotIn("DISPLAY", self.box.env)
        marker = self.state_file("welcome-shown")
        marker.parent.mkdir()
        marker.touch()
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        self.pinfold = Pinfold(self.box, {"softhsm2": backend})
        self.ui = self.box.ui()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.assertFalse(self.has_name(self.bus, "org.kde.StatusNotifierWatcher"))
        self.notifier = Notifier(self.bus)
        self.addCleanup(self.notifier.stop)
        self.driver = self.pinfold.driver()
        self.addCleanup(self.driver.close)
        self.driver.ok("init nss")
        self.session = self.driver.open_session("=pinfold-test")

    def begin_login(self):
        """A program asks; returns its job and the dialog, which has the focus."""
        job = self.driver.background("login", self.session, "user", "null")
        window = self.ui.window("PIN —", 15)
        self.entry = window.find("PIN", "password text")
        wait_served(lambda: self.entry.has_state("focused"), 10, "the focus")
        return job, window

    def wait_keys(self):
        """The dialog takes no key that may have been meant for the window before it."""
        typed = []

        def is_taken():
            typed.append("BackSpace")
            self.screen.type("0")
            return self.entry.text()

        wait_served(is_taken, 10, "a key to be taken")
        self.screen.key(*typed)
        wait_served(lambda: not self.entry.text(), 10, "the entry to be empty")

    def test_login(self):
        job, window = self.begin_login()
        self.wait_keys()
        self.screen.key(*"99999999", "Return")
        window.wait_text("Wrong PIN.", 10)
        wait_served(lambda: self.entry.has_state("focused"), 10, "the focus")
        self.screen.key(*PIN, "Return")
        self.assertEqual(self.driver.join(job).rv, "CKR_OK")
        self.ui.wait_no_window("PIN —")
        self.assertEqual(self.driver.state(self.session), "CKS_RO_USER_FUNCTIONS")
        self.check_what_a_tray_would_tell()

    def check_what_a_tray_would_tell(self):
        self.box.run(build_path("app/pinfold"))
        window = self.ui.window(TITLE)
        wait_served(lambda: {"pinfold-test", "pinfold-driver"} <= set(window.texts()), 10,
                    "the token, and who uses it")
        window.press("Forget All PINs")
        title = "PIN forgotten: “pinfold-test”"
        number = wait_served(lambda: self.notifier.find(title), 10, title)
        window.find("Close", "push button").press()
        # There is no tray to find it in again.
        self.ui.window("Pinfold keeps running").press("Close")
        self.ui.wait_no_window(TITLE)
        self.notifier.press(number, "Open")
        self.ui.window(TITLE)

    def test_cancel(self):
        job, window = self.begin_login()

        def is_gone():
            self.screen.key("Escape")
            return not self.ui.find_window("PIN —")

        wait_served(is_gone, 10, "the dialog to go")
        self.assertEqual(self.driver.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.driver.state(self.session), "CKS_RO_PUBLIC_SESSION")


if __name__ == "__main__":
    tap.main()
