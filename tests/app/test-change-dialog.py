#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The dialog that changes or sets a PIN, by keyboard, and what is left of the PINs."""

import os
import unittest

from appcase import wait_served
from pinfoldtest import tap
from promptcase import PromptCase
from scriptedagent import is_page_zero, read_page

OLD = "73914682"
NEW = "28641937"
LONG = ("Personalausweis-Signaturanwendung der Donaudampfschifffahrtsgesellschaft, "
        "Zweigniederlassung Oberammergau-Unterammergau")
SAME = "The new PIN is the same as the present one."
DIFFERENT = "The repetition is different."


class ChangeCase(PromptCase):
    def change(self, request=11, purpose="change", **changes):
        changes = {"purpose": purpose, "key_label": None} | changes
        self.agent.ask_change(request, **self.details(**changes))
        return self.ui.window("Change PIN —" if purpose == "change" else "Set PIN —")

    def entry(self, window, name):
        return window.find(name, "password text")

    def begin(self, window, name):
        """The cursor is in the entry of that name, and keys are taken."""
        entry = self.entry(window, name)
        wait_served(lambda: entry.has_state("focused"), 5, f"the focus in {name}")

        def is_taken():
            self.box.screen.type("0")
            return entry.text()

        wait_served(is_taken, 5, "keys to be taken")
        self.box.screen.key("ctrl+a", "BackSpace")

    def wait_focus(self, window, name):
        entry = self.entry(window, name)
        wait_served(lambda: entry.has_state("focused"), 5, f"the focus in {name}")

    def wait_ready(self, window, wanted, button="Change PIN"):
        found = window.find(button, "push button")
        wait_served(lambda: found.has_state("sensitive") == wanted, 5, "the button")

    def wait_change(self, count=1):
        wait_served(lambda: len(self.agent.changes) == count, 10, "AnswerChange")
        return self.agent.changes[-1]


class Change(ChangeCase):
    def test_by_keyboard(self):
        window = self.change()
        self.assertEqual(window.title, "Change PIN — Anna Beispiel")
        for part in ("Firefox wants to change the PIN of “Anna Beispiel”",
                     "/usr/lib/firefox/firefox, process 4711", "3 tries left"):
            window.wait_shown(part)
        self.picture("change")
        self.agent.hold_answers = True
        self.begin(window, "Present PIN")
        screen = self.box.screen
        screen.type(OLD)
        screen.key("Return")
        self.wait_focus(window, "New PIN")
        screen.type(NEW)
        screen.key("Return")
        self.wait_focus(window, "Repeat new PIN")
        self.wait_ready(window, False)
        screen.type(NEW)
        self.wait_ready(window, True)
        screen.key("Return")
        request, old, new = self.wait_change()
        self.assertEqual((request, len(old)), (11, 1))
        self.assertEqual((read_page(old[0]), read_page(new)), (OLD.encode(), NEW.encode()))
        self.picture("change-checking")
        self.agent.release_answers()
        wait_served(lambda: is_page_zero(old[0]) and is_page_zero(new), 5, "the pages to be wiped")
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("Change PIN —")
        self.assertEqual((self.agent.answers, self.agent.cancelled), ([], []))
        for pin in (OLD, NEW):
            self.assert_not_in_memory(self.app.pid, pin)

    def test_live_checks(self):
        window = self.change()
        self.begin(window, "Present PIN")
        screen = self.box.screen
        screen.type("1234\t1234")
        window.wait_text(SAME)
        self.wait_ready(window, False)
        screen.type("56789")
        window.wait_text("Too long: the PIN of this token has at most 8 characters.")
        screen.key("BackSpace")
        window.wait_text("3 tries left")
        screen.type("\t19")
        window.wait_text(DIFFERENT)
        self.picture("change-different")
        self.wait_ready(window, False)
        screen.key("BackSpace", "BackSpace")
        screen.type("12345678")
        self.wait_ready(window, True)
        wait_served(lambda: DIFFERENT not in window.texts(), 5, "the complaint to go")
        # Letters are as good as digits, here.
        screen.key("shift+Tab", "ctrl+a")
        screen.type("abcd")
        window.wait_text(DIFFERENT)
        screen.type("\tabcd")
        self.wait_ready(window, True)
        self.assertEqual(self.agent.changes, [])

    def test_enter_says_what_is_missing(self):
        window = self.change()
        self.begin(window, "Present PIN")
        screen = self.box.screen
        screen.key("Return")
        window.wait_text("Enter the present PIN.")
        screen.type("1\t123")
        screen.key("Return")
        window.wait_text("Too short: the PIN of this token has at least 4 characters.")
        self.wait_focus(window, "New PIN")
        screen.type("1234\t12")
        screen.key("Return")
        window.wait_text("Repeat the new PIN.")
        self.wait_focus(window, "Repeat new PIN")
        self.assertEqual(self.agent.changes, [])

    def fill(self, window, old, new):
        window.type(old, "Present PIN")
        window.type(new, "New PIN")
        window.type(new, "Repeat new PIN")
        window.press("Change PIN")

    def test_wrong_old_pin(self):
        window = self.change()
        self.fill(window, "0000", NEW)
        self.wait_change()
        self.agent.retry(11, 12, tries_left=2)
        window.wait_text("Wrong PIN. 2 tries left.")
        self.wait_focus(window, "Present PIN")
        self.picture("change-wrong")
        self.assertEqual(self.entry(window, "Present PIN").text(), "")
        self.assertEqual(len(self.entry(window, "New PIN").text()), len(NEW))
        self.wait_ready(window, False)
        # The new one need not be typed again.
        self.agent.hold_answers = True
        self.begin(window, "Present PIN")
        self.box.screen.type(OLD)
        self.wait_ready(window, True)
        self.box.screen.key("Return")
        request, old, new = self.wait_change(2)
        self.assertEqual(request, 12)
        self.assertEqual((read_page(old[0]), read_page(new)), (OLD.encode(), NEW.encode()))

    def test_cancel_and_escape(self):
        window = self.change()
        window.press("Cancel")
        wait_served(lambda: self.agent.cancelled == [11], 5, "CancelPrompt")
        window = self.change(12)
        self.begin(window, "Present PIN")
        self.box.screen.type(OLD)
        self.box.screen.key("Escape")
        wait_served(lambda: self.agent.cancelled == [11, 12], 5, "CancelPrompt")
        self.assertEqual(self.agent.changes, [])

    def test_refused_length(self):
        window = self.change()
        self.agent.answer_error = "org.pinfold.Error.PinLength"
        self.fill(window, "1234", NEW)
        self.wait_change()
        window.wait_text("The token does not take a PIN of this length.")

    def test_failed(self):
        window = self.change()
        self.fill(window, "1234", NEW)
        self.wait_change()
        self.agent.close(11, "failed")
        self.ui.wait_no_window("Change PIN —")
        self.ui.window("The PIN of “Anna Beispiel” was not changed").press("Close")

    def test_blocked(self):
        window = self.change(tries_left=0)
        window.wait_text("The PIN of this token is blocked after too many wrong tries.")
        self.assertFalse(self.entry(window, "New PIN").has_state("sensitive"))

    @unittest.skipIf(os.getuid() != 0, "only root may look into the app")
    def test_keeps_nothing(self):
        window = self.change()
        self.begin(window, "Present PIN")
        self.box.screen.type(f"{OLD}\t{NEW}\t{NEW}")
        self.wait_ready(window, True)
        self.assert_only_in_secrets(self.app.pid, NEW)
        self.agent.stop()
        self.ui.wait_no_window("Change PIN —")
        for pin in (OLD, NEW):
            self.assert_not_in_memory(self.app.pid, pin)


class Set(ChangeCase):
    def test_by_keyboard(self):
        # Whether the present PIN is blocked is no matter: it is what is replaced.
        window = self.change(10, purpose="set", tries_left=0)
        window.press("Cancel")
        wait_served(lambda: self.agent.cancelled == [10], 5, "CancelPrompt")
        window = self.change(purpose="set", tries_left=0)
        self.assertEqual(window.title, "Set PIN — Anna Beispiel")
        window.wait_shown("Firefox asks for a new PIN for “Anna Beispiel”")
        self.assertFalse(window.has("Present PIN", "password text"))
        self.begin(window, "New PIN")
        self.picture("set")
        self.agent.hold_answers = True
        self.box.screen.type(f"{NEW}\t{NEW}")
        self.wait_ready(window, True, "Set PIN")
        self.box.screen.key("Return")
        request, old, new = self.wait_change()
        self.assertEqual((request, old, read_page(new)), (11, [], NEW.encode()))
        self.agent.release_answers()
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("Set PIN —")


class LongText(ChangeCase):
    def test_fits(self):
        window = self.change(program=LONG, token_label=LONG, reader=LONG, tries_left=1)
        self.picture("change-long")
        window.wait_shown(LONG)


class LongTextDark(LongText):
    app_env = {"GTK_THEME": "Adwaita:dark"}

    def picture(self, name):
        super().picture(f"{name}-dark")


if __name__ == "__main__":
    tap.main()
