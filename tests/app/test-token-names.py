#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the person calls a token: where it is shown, what else is shown then, and who may say it."""

from gi.repository import GLib

from appcase import TITLE
from pinfoldtest import softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.wait import wait_for
from taskcase import LONG, TaskCase

NAME = "Work <b>card</b>"
LABEL = "pinfold-test"


class NameCase(TaskCase):
    def make_tokens(self):
        self.softhsm()

    def setUp(self):
        super().setUp()
        self.uri = self.tokens()[LABEL]
        self.activate("open")
        self.main = self.window(TITLE)
        self.main.wait_text(LABEL, LONG)

    def rename(self, shown=LABEL):
        self.activate("rename-token", self.uri)
        return self.window(f"Rename — {shown}")

    def setting(self):
        return self.box.run("gsettings", "get", "org.pinfold", "tokens").stdout


class Names(NameCase):
    def tooltip(self):
        item, = self.box.screen.tray_items()
        return self.bus.call_sync(item.partition("/")[0], "/StatusNotifierItem",
                                  "org.freedesktop.DBus.Properties", "Get",
                                  GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "ToolTip")),
                                  None, 0, 5000, None).unpack()[0][3]

    def wait_tooltip(self, start):
        wait_for(lambda: self.tooltip().startswith(start), LONG, f"the tooltip {start}")

    def test_shown_everywhere(self):
        self.box.screen.start_panel()
        wait_for(self.box.screen.tray_items, LONG, "the tray icon")
        self.start_client(self.uri)
        window = self.rename()
        self.picture("rename")
        self.assertEqual(window.find("Name", "text").text(), LABEL)
        self.fill(window, "Rename", Name=f" {NAME} ")
        self.wait_no_window("Rename —")
        self.main.wait_text(NAME, LONG)
        # What it really is stays in sight.
        for text in ("Label", LABEL, "Serial number"):
            self.main.wait_shown(text, timeout=LONG)
        self.main.find(f"Actions for {NAME}", "toggle button")
        self.picture("renamed")
        self.wait_tooltip("Work ‹b›card‹/b›: No PIN cached")  # where markup would be taken for it

        self.client.stdin.write(f"prompt {self.uri} - 0\n")
        self.client.stdin.flush()
        window = self.window(f"PIN — {NAME}")
        self.picture("renamed-prompt")
        really = f"Label “{LABEL}”\nSoftHSM v2, serial number "
        self.assertTrue(window.wait_text(really, LONG).startswith(really))
        window.press("Cancel")
        self.wait_no_window("PIN —")
        self.client.stdout.readline()

        # A name has no say in caching.
        self.assertEqual(self.command(f"store {self.uri} - {softhsm.PIN}"), "ok")
        self.fill(self.rename(NAME), "Rename", Name="Home")
        self.wait_tooltip("Home: PIN cached")
        self.main.find("History", "radio button").press()
        self.main.wait_text("Home", LONG)
        self.main.find("Tokens", "radio button").press()

        self.fill(self.rename("Home"), "Rename", Name="")
        self.wait_no_window("Rename —")
        self.wait_tooltip(f"{LABEL}: PIN cached")
        wait_for(lambda: "Label" not in self.main.texts(), LONG, "its own label to be the name again")
        self.assertEqual(self.setting().strip(), "@a{sa{sv}} {}")

        self.check_wrong_and_cancel()

    def check_wrong_and_cancel(self):
        window = self.rename()
        button = window.find("Rename", "push button")
        for text, words in (("Work\u202edrac", "A name has no line breaks, tabs or invisible"),
                            ("x" * 65, "Too long for the name of a token.")):
            window.type(text, "Name", "text")
            window.wait_text(words, LONG)
            self.assertFalse(button.has_state("sensitive"))
        window.type("Work", "Name", "text")
        wait_for(lambda: button.has_state("sensitive"), LONG, "the button")
        window.press("Cancel")
        self.wait_no_window("Rename —")
        self.assertEqual(self.setting().strip(), "@a{sa{sv}} {}")

    @tap.only_if(FULL)
    def test_written_by_a_program(self):
        """Which may do that, and is not to be taken for the token's own label."""
        value = {self.uri: {"name": GLib.Variant("s", "Bank\n\u202e" + "x" * 1000)}}
        self.box.run("gsettings", "set", "org.pinfold", "tokens",
                     GLib.Variant("a{sa{sv}}", value).print_(True))
        shown = "Bank\ufffd\ufffd" + "x" * 57 + "…"
        self.main.wait_text(shown, LONG)
        self.main.wait_shown(LABEL, timeout=LONG)


class Locked(NameCase):
    config = "[Policy]\nlock = tokens\n"

    @tap.only_if(FULL)
    def test_says_why(self):
        value = {self.uri: {"name": GLib.Variant("s", NAME)}}
        self.box.run("gsettings", "set", "org.pinfold", "tokens",
                     GLib.Variant("a{sa{sv}}", value).print_(True))
        self.main.find(f"Actions for {LABEL}", "toggle button").press()
        item = self.main.find("Names are set by the administrator")
        self.picture("rename-locked")
        self.assertFalse(item.has_state("sensitive"))
        self.assertFalse(self.main.has("Rename…"))
        self.activate("rename-token", self.uri)
        # Had that opened a dialog, this would have found it.
        self.activate("delete-token", self.uri)
        self.window(f"Delete — {LABEL}").press("Cancel")
        self.assertIsNone(self.ui.find_window("Rename —"))
        self.assertNotIn(NAME, self.main.texts())


if __name__ == "__main__":
    tap.main()
