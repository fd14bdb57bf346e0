#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A dialog that does not get the focus is announced by a notification (DESIGN 11).

Here because another program has the keyboard for itself, as one has whose menu is open.
"""

import subprocess
import sys

from appcase import serve, wait_served
from pinfoldtest import process, tap
from promptcase import PromptCase
from scriptednotifier import Notifier

WINDOW = "PIN —"
TITLE = "PIN needed for Firefox"
GRABBER = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk

def on_map(window, event):
    seat = window.get_display().get_default_seat()
    def grab():
        status = seat.grab(window.get_window(), Gdk.SeatCapabilities.KEYBOARD, False, None, None,
                           None)
        if status != Gdk.GrabStatus.SUCCESS:
            return True
        print("grabbed", flush=True)
        return False
    GLib.timeout_add(20, grab)

window = Gtk.Window(title="Grabber")
window.connect("map-event", on_map)
window.show_all()
Gtk.main()
"""


class Unfocused(PromptCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.notifier = Notifier(self.bus)
        self.addCleanup(self.notifier.stop)

    def grab_keyboard(self):
        grabber = self.box.start([sys.executable, "-c", GRABBER], name="grabber",
                                 stdout=subprocess.PIPE)
        self.assertEqual(grabber.stdout.readline(), b"grabbed\n")
        return grabber

    def wait_shown(self, title):
        return wait_served(lambda: self.notifier.find(title), 10, title)

    def test_pin(self):
        grabber = self.grab_keyboard()
        self.ask()
        self.notifier.press(self.wait_shown(TITLE), "Enter PIN")
        process.end_processes([grabber.pid])
        entry = self.ui.window(WINDOW).find("PIN", "password text")
        wait_served(lambda: entry.has_state("focused"), 5, "the focus")

    def test_withdrawn_with_its_dialog(self):
        self.grab_keyboard()
        window = self.ask()
        self.wait_shown(TITLE)
        window.press("Cancel")
        wait_served(lambda: not self.notifier.shown, 5, "the notification to go")
        self.ui.wait_no_window(WINDOW)

    def test_other_question(self):
        self.grab_keyboard()
        self.agent.ask_confirm(11, **self.details(purpose="context", operation="sign"))
        number = self.wait_shown("Firefox wants to sign with “Anna Beispiel”")
        self.assertIn("Show", self.notifier.shown[number][2])

    def test_focused(self):
        entry = self.ask().find("PIN", "password text")
        wait_served(lambda: entry.has_state("focused"), 5, "the focus")
        # It looks once, after a second, and is at rest again when it has.
        wait_served(lambda: process.count_wakeups(self.app.pid, 2, serve) == 0, 60, "its look")
        self.assertEqual(self.notifier.told, [])


if __name__ == "__main__":
    tap.main()
