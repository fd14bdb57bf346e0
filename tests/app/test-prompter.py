#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The PIN dialog as the agent drives it by Prompter1 and a person by keyboard and AT-SPI."""

import os
import shutil
import signal
import unittest
from pathlib import Path

from gi.repository import GLib

from appcase import serve, wait_served
from pinfoldtest import tap
from pinfoldtest.process import dumps_core, is_dumpable
from promptcase import DETAILS, PromptCase
from scriptedagent import PromptingAgent, is_page_zero, read_page

TITLE = "PIN — Anna Beispiel"
PIN = "73914682"


class PinDialog(PromptCase):
    def wait_answer(self, count=1):
        wait_served(lambda: len(self.agent.answers) == count, 10, "AnswerPin")
        return self.agent.answers[-1]

    def wait_unlockable(self, window, wanted):
        button = window.find("Unlock", "push button")
        wait_served(lambda: button.has_state("sensitive") == wanted, 5, "the Unlock button")

    def type_keys(self, text, *keys):
        """Types as a person does who has seen the dialog get the focus."""
        screen = self.box.screen
        window = self.ui.window("PIN —")
        entry = window.find("PIN", "password text")
        wait_served(lambda: entry.has_state("focused"), 5, "the focus")

        # What comes within the first 0.3 s is dropped: type until it is taken.
        def is_taken():
            screen.type("0")
            return entry.text()

        wait_served(is_taken, 5, "keys to be taken")
        screen.key("ctrl+a", "BackSpace")
        if text:
            screen.type(text)
        if not keys:
            wait_served(lambda: len(entry.text()) == len(text), 5, "all of it")
        for key in keys:
            screen.key(key)

    def test_says_who_asks_and_for_what(self):
        window = self.ask()
        self.picture("pin-dialog")
        self.assertEqual(window.title, TITLE)
        for part in ("Firefox asks for the PIN of “Anna Beispiel”",
                     "/usr/lib/firefox/firefox, process 4711", "Virtual PCD 00 00",
                     "<b>PIV AUTH</b> key", "3 tries left"):
            window.wait_shown(part)

    def test_wrong_then_right(self):
        window = self.ask()
        self.wait_unlockable(window, False)
        window.type("0000")
        self.wait_unlockable(window, True)
        window.press("Unlock")
        request, fd = self.wait_answer()
        self.assertEqual(request, 11)
        wait_served(lambda: is_page_zero(fd), 5, "the page to be wiped")
        self.wait_unlockable(window, False)
        self.picture("pin-checking")

        self.agent.retry(11, 12, tries_left=2)
        window.wait_text("Wrong PIN. 2 tries left.")
        entry = window.find("PIN", "password text")
        wait_served(lambda: entry.has_state("focused"), 5, "the focus in the entry")
        self.assertEqual(entry.text(), "")
        self.picture("pin-wrong")
        self.agent.hold_answers = True
        window.type(PIN)
        window.press("Unlock")
        request, fd = self.wait_answer(2)
        self.assertEqual(request, 12)
        self.assertEqual(read_page(fd), PIN.encode())
        self.agent.release_answers()
        wait_served(lambda: is_page_zero(fd), 5, "the page to be wiped")
        self.agent.close(12, "accepted")
        self.ui.wait_no_window("PIN —")
        self.assertEqual(self.agent.cancelled, [])

    def test_keyring(self):
        window = self.ask()
        self.assertFalse(window.has("Remember in my keyring", "check box"))
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window("PIN —")
        window = self.ask(12, keyring="refused")
        box = window.find("Remember in my keyring", "check box")
        self.assertFalse(box.has_state("checked"))
        window.wait_text("The PIN in your keyring was wrong. It was removed from there.")
        self.picture("pin-keyring")
        box.press()
        window.type(PIN)
        self.wait_unlockable(window, True)
        window.press("Unlock")
        self.wait_answer()
        self.assertEqual(self.agent.remembered, [True])
        # What the person has ticked stays so over a wrong try.
        self.agent.retry(12, 13, tries_left=2)
        window.wait_text("Wrong PIN. 2 tries left.")
        self.assertTrue(box.has_state("checked"))
        self.agent.close(13, "withdrawn")
        self.ui.wait_no_window("PIN —")
        window = self.ask(14, keyring="stored")
        box = window.find("Remember in my keyring", "check box")
        self.assertTrue(box.has_state("checked"))
        box.press()
        window.type(PIN)
        self.wait_unlockable(window, True)
        window.press("Unlock")
        self.wait_answer(2)
        self.assertEqual(self.agent.remembered, [True, False])

    def test_token_that_is_never_cached(self):
        words = "Not cached: every key of this token asks each time"
        window = self.ask()
        self.assertNotIn(words, window.texts())
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window("PIN —")
        window = self.ask(12, never_cached="keys")
        window.wait_text(words)

    def test_last_try_and_blocked(self):
        window = self.ask(tries_left=1)
        window.wait_text("Last try: one more wrong PIN blocks the token")
        window.type("0000")
        window.press("Unlock")
        self.wait_answer()
        self.agent.retry(11, 12, tries_left=0)
        window.wait_text("The PIN of this token is blocked after too many wrong tries.")
        entry = window.find("PIN", "password text")
        wait_served(lambda: not entry.has_state("sensitive"), 5, "the entry to be closed")
        self.agent.close(12, "locked")
        self.ui.wait_no_window("PIN —")
        self.ui.window("The PIN of “Anna Beispiel” is blocked").press("Close")
        self.ui.wait_no_window("The PIN of")

    def test_cancel(self):
        self.ask().press("Cancel")
        wait_served(lambda: self.agent.cancelled == [11], 5, "CancelPrompt")
        self.ui.wait_no_window("PIN —")
        self.ask(12)
        self.type_keys("123", "Escape")
        wait_served(lambda: self.agent.cancelled == [11, 12], 5, "CancelPrompt")
        self.assertEqual(self.agent.answers, [])

    def test_length(self):
        window = self.ask()
        self.type_keys("", "Return")
        window.wait_text("Enter the PIN first.")
        self.box.screen.type("123")
        self.box.screen.key("Return")
        window.wait_text("Too short: the PIN of this token has at least 4 characters.")
        self.wait_unlockable(window, False)
        self.box.screen.type("456789")
        window.wait_text("Too long: the PIN of this token has at most 8 characters.")
        self.box.screen.key("Return")
        self.wait_unlockable(window, False)
        self.box.screen.key("BackSpace")
        self.wait_unlockable(window, True)
        self.assertEqual(self.agent.answers, [])
        self.agent.answer_error = "org.pinfold.Error.PinLength"
        self.box.screen.key("Return")
        self.wait_answer()
        window.wait_text("The token does not take a PIN of this length.")

    def type_one(self, key):
        """Presses the key until the entry has taken it."""
        entry = self.ui.window("PIN —").find("PIN", "password text")

        def is_taken():
            if not entry.text():
                self.box.screen.type(key)
            return entry.text()

        wait_served(is_taken, 5, "the key to be taken")

    def test_keys_meant_for_another_window(self):
        requests = iter(range(20, 1000))

        # The dialog has the keyboard to itself as soon as it is there. On a busy machine a key may
        # come later than it was meant to: in one round all are early.
        def is_dropped():
            number = next(requests)
            entry = self.ask(number).find("PIN", "password text")
            self.box.screen.key("7", "7", "7")
            self.type_one("1")
            taken = entry.text()
            self.agent.close(number, "withdrawn")
            self.ui.wait_no_window("PIN —")
            return taken == "●"

        wait_served(is_dropped, 60, "stray keys to be dropped")
        self.assertEqual((self.agent.cancelled, self.agent.answers), ([], []))

    def test_above_a_modal_dialog(self):
        """What is typed is typed here, and not into the app's own dialog that waits for an answer."""
        bus = self.session_bus()
        self.addCleanup(bus.close_sync, None)
        bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions", "Activate",
                      GLib.Variant("(sava{sv})", ("settings", [], {})), None, 0, 20000, None)
        settings = self.ui.window("Settings", 30)
        settings.find("Groups", "list item", 30).select()
        settings.press("Add Group…")
        name = self.ui.window("New Group", 30).find("Name", "text")
        self.ask()
        self.type_keys(PIN, "Return")
        _request, fd = self.wait_answer()
        wait_served(lambda: is_page_zero(fd), 5, "the page to be wiped")
        self.assertEqual(name.text(), "")
        # The other dialog waits as before.
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("PIN —")
        self.press_keys(self.ui.window("New Group"), "O", focused=name)
        wait_served(lambda: name.text() == "O", 5, "the name to be typed")

    def test_unknown_program(self):
        window = self.ask(program=None, program_known=None, executable=None, pid=None)
        window.wait_shown("An unknown program asks for the PIN of “Anna Beispiel”")
        window.wait_text("Pinfold could not find out which program this is.")
        self.picture("pin-unknown")

    def test_one_at_a_time(self):
        self.ask()
        with self.assertRaises(GLib.Error) as caught:
            self.agent.ask(12, **DETAILS)
        self.assertIn("org.pinfold.Error.Busy", caught.exception.message)
        with self.assertRaises(GLib.Error) as caught:
            self.agent.retry(99, 100)
        self.assertIn("org.pinfold.Error.NoRequest", caught.exception.message)
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window("PIN —")
        self.ask(13)

    def test_agent_dies(self):
        self.ask()
        self.type_keys(PIN)
        self.agent.stop()
        self.ui.wait_no_window("PIN —")
        self.assert_not_in_memory(self.app.pid, PIN)
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        wait_served(lambda: self.agent.registered, 10, "the app to come back")
        self.ask(21).press("Cancel")
        wait_served(lambda: self.agent.cancelled == [21], 5, "CancelPrompt")

    def test_agent_dies_after_its_folder_was_removed(self):
        """It listens in a new folder then; the next one does so there as well, with a socket whose inode
        may be the first one's. The app comes to look when all of that is over."""
        os.kill(self.app.pid, signal.SIGSTOP)
        shutil.rmtree(self.agent.folder)
        moved = PromptingAgent(self.box)
        self.agent.stop()
        moved.stop()
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        os.kill(self.app.pid, signal.SIGCONT)
        wait_served(lambda: self.agent.registered, 5, "the app to come back")
        self.assertEqual(self.agent.registered, 1)
        self.ask(21).press("Cancel")
        wait_served(lambda: self.agent.cancelled == [21], 5, "CancelPrompt")

    def test_agent_dies_before_it_has_answered(self):
        """Of an app that is about to register."""
        self.agent.stop()
        self.agent = PromptingAgent(self.box)
        self.agent.hold_registrations = True
        wait_served(lambda: self.agent.registered, 10, "the app to come back")
        os.kill(self.app.pid, signal.SIGSTOP)
        self.agent.stop()
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        os.kill(self.app.pid, signal.SIGCONT)
        wait_served(lambda: self.agent.registered, 5, "the app to come once more")

    def test_agent_that_comes_while_a_secret_is_typed(self):
        """To be known by an agent the app opens itself to others: not with a secret in its memory."""
        bus = self.session_bus()
        self.addCleanup(bus.close_sync, None)
        uri = GLib.Variant("s", "pkcs11:model=M;manufacturer=P;serial=1;token=mine")
        bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions", "Activate",
                      GLib.Variant("(sava{sv})", ("change-pin", [uri], {})), None, 0, 20000, None)
        window = self.ui.window("Change PIN —")
        window.type(PIN, "New PIN")
        self.agent.stop()
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        serve(0.7)  # it would be there by now
        self.assertIsNone(self.agent.connection)
        window.press("Cancel")
        self.ui.wait_no_window("Change PIN —")
        wait_served(lambda: self.agent.registered, 5, "the app to come back")

    def test_agent_dies_with_the_answer(self):
        self.ask()
        self.agent.hold_answers = True
        self.type_keys(PIN, "Return")
        _request, fd = self.wait_answer()
        self.assertEqual(read_page(fd), PIN.encode())
        self.agent.stop()
        self.ui.wait_no_window("PIN —")
        wait_served(lambda: is_page_zero(fd), 5, "the page to be wiped")
        self.assert_not_in_memory(self.app.pid, PIN)

    @unittest.skipIf(os.getuid() != 0, "only root may look into the app")
    def test_keeps_nothing(self):
        self.ask()
        self.type_keys(PIN)
        self.assert_only_in_secrets(self.app.pid, PIN)
        self.box.screen.key("Return")
        self.wait_answer()
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("PIN —")
        self.assert_not_in_memory(self.app.pid, PIN)

    def test_guards_itself(self):
        limits = Path(f"/proc/{self.app.pid}/limits").read_text(encoding="ascii")
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"])
        if os.getuid() != 0:
            wait_served(lambda: not is_dumpable(self.app.pid), 5, "the guard")
        self.agent.stop()
        self.assertFalse(dumps_core(self.app))


if __name__ == "__main__":
    tap.main()
