#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The dialog that asks for consent to one use of a key: agreed to on purpose, or not at all."""

from gi.repository import GLib

from appcase import pump, wait_served
from pinfoldtest import tap
from pinfoldtest.paths import build_path
from promptcase import PromptCase

ABOUT = {"purpose": "context", "operation": "sign", "key_label": "Signaturschlüssel <1>"}
LONG = ("Personalausweis-Signaturanwendung der Donaudampfschifffahrtsgesellschaft, "
        "Zweigniederlassung Oberammergau-Unterammergau")


class ConsentCase(PromptCase):
    def consent(self, request=11, title="Sign —", **changes):
        self.agent.ask_confirm(request, **self.details(**(ABOUT | changes)))
        return self.ui.window(title)

    def wait_focus(self, window, name):
        button = window.find(name, "push button")
        wait_served(lambda: button.has_state("focused"), 5, f"the focus on {name}")

    def move_focus(self, window, name):
        """By Tab, as often as it takes: the first ones may come too soon."""
        button = window.find(name, "push button")

        def is_focused():
            if not button.has_state("focused"):
                self.box.screen.key("Tab")
            return button.has_state("focused")

        wait_served(is_focused, 10, f"the focus on {name}")

    def wait_agreed(self, *requests):
        wait_served(lambda: self.agent.confirmed == list(requests), 5, "AnswerConfirm")
        self.assertEqual((self.agent.cancelled, self.agent.answers), ([], []))


class Consent(ConsentCase):
    def test_says_who_wants_what(self):
        window = self.consent()
        self.picture("consent")
        self.assertEqual(window.title, "Sign — Anna Beispiel")
        for part in ("Firefox wants to sign with “Anna Beispiel”",
                     "/usr/lib/firefox/firefox, process 4711", "Signaturschlüssel <1>",
                     "Virtual PCD 00 00", "3 tries left"):
            window.wait_shown(part)
        self.assertFalse(window.has(role="password text"))

    def test_by_keyboard(self):
        window = self.consent()
        self.move_focus(window, "Sign")
        self.box.screen.key("space")
        self.wait_agreed(11)
        window.wait_text("The token checks the PIN…")
        sign = window.find("Sign", "push button")
        wait_served(lambda: not sign.has_state("sensitive"), 5, "the button to rest")
        self.picture("consent-given")
        self.agent.close(11, "accepted")
        self.ui.wait_no_window("Sign —")

    def test_by_mnemonic(self):
        window = self.consent(12, "Decrypt —", operation="decrypt")
        self.move_focus(window, "Decrypt")
        self.box.screen.key("alt+d")
        self.wait_agreed(12)

    def test_by_assistive_tools(self):
        window = self.consent()
        button = window.find("Sign", "push button")

        def is_agreed():
            button.press()
            return self.agent.confirmed

        wait_served(is_agreed, 5, "AnswerConfirm")
        self.wait_agreed(11)

    def test_enter_is_no_consent(self):
        window = self.consent()
        self.wait_focus(window, "Cancel")

        def is_cancelled():
            self.box.screen.key("Return")
            return self.agent.cancelled

        wait_served(is_cancelled, 5, "CancelPrompt")
        self.assertEqual(self.agent.confirmed, [])
        self.ui.wait_no_window("Sign —")

    def test_escape(self):
        window = self.consent()
        self.move_focus(window, "Sign")
        self.box.screen.key("Escape")
        wait_served(lambda: self.agent.cancelled == [11], 5, "CancelPrompt")
        self.assertEqual(self.agent.confirmed, [])

    def test_keys_meant_for_another_window(self):
        self.box.run(build_path("app/pinfold"))
        other = wait_served(lambda: self.box.screen.windows("^Pinfold$"), 5, "another window")[0]
        requests = iter(range(20, 1000))

        # On a busy machine a key may come later than it was meant to: in one round all are early.
        def is_dropped():
            number = next(requests)
            window = self.consent(number)
            self.wait_focus(window, "Cancel")
            dialog = self.box.screen.windows("^Sign —")[0]
            self.box.run("xdotool", "windowfocus", "--sync", other, "windowfocus", "--sync",
                         dialog, "key", "alt+s", "alt+s")
            button = window.find("Sign", "push button")

            # A Tab that was taken is later than they were.
            def is_settled():
                self.box.screen.key("Tab")
                return number in self.agent.confirmed or button.has_state("focused")

            wait_served(is_settled, 10, "a key to be taken")
            self.agent.close(number, "withdrawn")
            self.ui.wait_no_window("Sign —")
            pump()
            return number not in self.agent.confirmed

        wait_served(is_dropped, 60, "stray keys to be dropped")

    def test_unknown_program(self):
        window = self.consent(program=None, program_known=None, executable=None, pid=None)
        window.wait_shown("An unknown program wants to sign with “Anna Beispiel”")
        window.wait_text("Agree only if you have just started it yourself.")
        self.picture("consent-unknown")

    def test_one_dialog_at_a_time(self):
        self.consent()
        with self.assertRaises(GLib.Error) as caught:
            self.agent.ask_confirm(12, **self.details(**ABOUT))
        self.assertIn("org.pinfold.Error.Busy", caught.exception.message)
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window("Sign —")
        self.ask(13)

    def test_long_text(self):
        window = self.consent(program=LONG, token_label=LONG, key_label=LONG, reader=LONG)
        self.picture("consent-long")
        window.wait_shown(LONG)


class Dark(ConsentCase):
    app_env = {"GTK_THEME": "Adwaita:dark"}

    def test_long_text(self):
        window = self.consent(program=LONG, token_label=LONG, key_label=LONG, reader=LONG)
        self.picture("consent-long-dark")
        window.wait_shown(LONG)


if __name__ == "__main__":
    tap.main()
