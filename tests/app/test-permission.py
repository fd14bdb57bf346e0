#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""May a program use a login that it did not make: the dialog, and the offers nobody waits for."""

from gi.repository import GLib

from appcase import TITLE, pump, wait_served
from pinfoldtest import tap
from pinfoldtest.paths import build_path
from promptcase import PromptCase
from scriptednotifier import Notifier

ABOUT = {"purpose": "login", "key_label": None, "tries_left": None, "shared_id": "1207:42",
         "users": ["Thunderbird", "ssh"], "may_remember": True}
UNKNOWN = {"program": None, "program_known": None, "executable": None, "pid": None,
           "may_remember": False}
LONG = ("Personalausweis-Signaturanwendung der Donaudampfschifffahrtsgesellschaft, "
        "Zweigniederlassung Oberammergau-Unterammergau")
WINDOW = "Permission —"
OFFER = "Firefox could use the login of “Anna Beispiel”"
ANSWERS = {"Allow once": "once", "Allow for this session": "session", "Always allow": "always",
           "Never allow": "never"}


class PermissionCase(PromptCase):
    def consent(self, request=11, **changes):
        self.agent.ask_consent(request, **self.details(**(ABOUT | changes)))
        return self.ui.window(WINDOW)

    def offer(self, request=31, **changes):
        self.agent.offer_consent(request, **self.details(**(ABOUT | changes)))

    def press_until(self, window, name, is_done):
        """The first presses may come too soon after the window."""
        button = window.find(name, "push button")

        def is_pressed():
            if button.has_state("sensitive"):
                button.press()
            return is_done()

        wait_served(is_pressed, 5, f"{name} to be taken")

    def wait_focus(self, window, name):
        button = window.find(name, "push button")
        wait_served(lambda: button.has_state("focused"), 5, f"the focus on {name}")


class Question(PermissionCase):
    def test_says_who_wants_what(self):
        window = self.consent(token_label="Anna <b>Beispiel</b>")
        self.picture("permission")
        self.assertEqual(window.title, "Permission — Anna <b>Beispiel</b>")
        for part in ("Firefox wants to use the login of “Anna <b>Beispiel</b>”",
                     "/usr/lib/firefox/firefox, process 4711", "Thunderbird, ssh",
                     "Application ID", "1207:42", "Virtual PCD 00 00"):
            window.wait_shown(part)
        window.wait_text("can sign and decrypt with the keys of this token")
        window.wait_text("You are not asked for the PIN again.")
        self.assertFalse(window.has(role="password text"))

    def test_group(self):
        window = self.consent(group="Mail & <i>Web</i>", users=[])
        window.wait_shown("Mail & <i>Web</i>")
        texts = window.texts()
        for part in ("1207:42", "Application ID", "Logged in"):
            self.assertNotIn(part, texts)

    def test_script(self):
        window = self.consent(program="backup.py", executable="/usr/bin/python3.11",
                              script="/usr/share/<b>backup</b>.py")
        self.picture("permission-script")
        window.wait_shown("Runs the script /usr/share/<b>backup</b>.py")
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window(WINDOW)
        self.consent(12, sandbox="org.example.Chat").wait_text("Runs in the sandbox org.example")

    def test_four_answers(self):
        for number, (name, word) in enumerate(ANSWERS.items(), 11):
            window = self.consent(number)
            self.press_until(window, name,
                             lambda number=number: len(self.agent.decisions) > number - 11)
            self.assertEqual(self.agent.decisions[-1], (number, word))
            # It stays, and says nothing twice, until the agent closes it.
            wait_served(lambda window=window, name=name: not window.find(
                name, "push button").has_state("sensitive"), 5, "the buttons to rest")
            self.agent.close(number, "accepted")
            self.ui.wait_no_window(WINDOW)
        self.assertEqual(len(self.agent.decisions), 4)
        self.assertEqual(self.agent.cancelled, [])

    def test_by_mnemonic(self):
        window = self.consent()
        self.wait_focus(window, "Cancel")

        def is_taken():
            if not self.agent.decisions:
                self.box.screen.key("alt+s")
            return self.agent.decisions

        wait_served(is_taken, 5, "AnswerConsent")
        self.assertEqual(self.agent.decisions, [(11, "session")])

    def test_not_to_be_remembered(self):
        window = self.consent(may_remember=False)
        for name in ("Allow once", "Allow for this session", "Never allow"):
            window.find(name, "push button")
        self.assertFalse(window.has("Always allow", "push button"))

    def test_unknown_program(self):
        window = self.consent(**UNKNOWN | {"may_remember": True})
        window.wait_shown("An unknown program wants to use the login of “Anna Beispiel”")
        window.wait_text("Pinfold could not find out which program this is, so it cannot remember")
        self.picture("permission-unknown")
        for name in ("Allow for this session", "Always allow", "Never allow"):
            self.assertFalse(window.has(name, "push button"), name)
        self.press_until(window, "Allow once", lambda: self.agent.decisions)
        self.assertEqual(self.agent.decisions, [(11, "once")])

    def test_cancelled(self):
        self.press_until(self.consent(), "Cancel", lambda: self.agent.cancelled)
        self.ui.wait_no_window(WINDOW)
        self.wait_focus(self.consent(12), "Cancel")

        def is_cancelled(key):
            self.box.screen.key(key)
            return self.agent.cancelled[-1]

        wait_served(lambda: is_cancelled("Escape") == 12, 5, "CancelPrompt")
        self.ui.wait_no_window(WINDOW)
        self.wait_focus(self.consent(13), "Cancel")
        wait_served(lambda: is_cancelled("Return") == 13, 5, "CancelPrompt")
        self.assertEqual(self.agent.cancelled, [11, 12, 13])
        self.assertEqual(self.agent.decisions, [])

    def test_keys_meant_for_another_window(self):
        self.box.run(build_path("app/pinfold"))
        other = wait_served(lambda: self.box.screen.windows("^Pinfold$"), 5, "another window")[0]
        requests = iter(range(20, 1000))

        # On a busy machine a key may come later than it was meant to: in one round all are early.
        def is_dropped():
            number = next(requests)
            self.wait_focus(self.consent(number), "Cancel")
            dialog = self.box.screen.windows("^Permission —")[0]
            self.box.run("xdotool", "windowfocus", "--sync", other, "windowfocus", "--sync",
                         dialog, "key", "alt+a", "Return")
            button = self.ui.window(WINDOW).find("Allow once", "push button")

            # A Tab that was taken is later than they were.
            def is_settled():
                self.box.screen.key("Tab")
                return (number in self.agent.cancelled or self.agent.decisions
                        or button.has_state("focused"))

            wait_served(is_settled, 10, "a key to be taken")
            taken = number in self.agent.cancelled or bool(self.agent.decisions)
            self.agent.decisions = []
            if number not in self.agent.cancelled:
                self.agent.close(number, "withdrawn")
            self.ui.wait_no_window(WINDOW)
            pump()
            return not taken

        wait_served(is_dropped, 60, "stray keys to be dropped")

    def test_agent_refuses(self):
        window = self.consent()
        self.agent.answer_error = "org.freedesktop.DBus.Error.InvalidArgs"
        self.press_until(window, "Always allow", lambda: self.agent.decisions)
        window.wait_text("Pinfold cannot keep this answer for this program.")
        self.agent.answer_error = "org.pinfold.Error.NoRequest"
        self.press_until(window, "Allow once", lambda: len(self.agent.decisions) > 1)
        self.ui.wait_no_window(WINDOW)

    def test_one_at_a_time(self):
        self.consent()
        with self.assertRaises(GLib.Error) as caught:
            self.agent.ask_consent(12, **self.details(**ABOUT))
        self.assertIn("org.pinfold.Error.Busy", caught.exception.message)
        self.agent.close(11, "withdrawn")
        self.ui.wait_no_window(WINDOW)
        self.ask(13)

    def test_long_text(self):
        window = self.consent(program=LONG, token_label=LONG, reader=LONG, group=LONG,
                              executable=f"/opt/{LONG}", users=[LONG, LONG, LONG])
        self.picture("permission-long")
        window.wait_shown(LONG)


class Dark(PermissionCase):
    app_env = {"GTK_THEME": "Adwaita:dark"}

    def test_answer(self):
        window = self.consent()
        self.picture("permission-dark")
        self.press_until(window, "Allow for this session", lambda: self.agent.decisions)


class Offers(PermissionCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def start_notifier(self):
        notifier = Notifier(self.bus)
        self.addCleanup(notifier.stop)
        wait_served(lambda: self.has_name(self.bus, "org.freedesktop.Notifications"), 5,
                    "the notifier")
        return notifier

    def wait_notification(self, notifier, title=OFFER):
        return wait_served(lambda: notifier.find(title), 10, f"a notification {title!r}")

    def token_window(self):
        self.box.run(build_path("app/pinfold"))
        return self.ui.window(TITLE)

    def test_by_notification(self):
        notifier = self.start_notifier()
        self.offer(31)
        number = self.wait_notification(notifier)
        self.assertNotIn("Beispiel", notifier.shown[number][1], "the body may be taken for markup")
        self.assertIsNone(self.ui.find_window(WINDOW))
        notifier.press(number, "Decide…")
        window = self.ui.window(WINDOW)
        self.press_until(window, "Allow for this session", lambda: self.agent.decisions)
        self.assertEqual(self.agent.decisions, [(31, "session")])
        self.ui.wait_no_window(WINDOW)
        # It is over with the answer.
        with self.assertRaises(GLib.Error) as caught:
            self.agent.close(31, "withdrawn")
        self.assertIn("org.pinfold.Error.NoRequest", caught.exception.message)

    def test_several_and_withdrawn(self):
        notifier = self.start_notifier()
        self.ask(30)
        self.offer(31)
        self.offer(32, program="Chromium")
        first = self.wait_notification(notifier)
        self.wait_notification(notifier, "Chromium could use the login of “Anna Beispiel”")
        notifier.press(first, "Decide…")
        window = self.ui.window(WINDOW)
        self.agent.close(32, "withdrawn")
        wait_served(lambda: not notifier.shown, 5, "the other to be withdrawn")
        window.find("Allow once", "push button")
        self.agent.close(31, "withdrawn")
        self.ui.wait_no_window(WINDOW)
        self.assertIsNotNone(self.ui.find_window("PIN —"))
        self.assertEqual((self.agent.decisions, self.agent.cancelled), ([], []))

    def test_cancelled(self):
        notifier = self.start_notifier()
        self.offer(31)
        notifier.press(self.wait_notification(notifier), "Decide…")
        self.press_until(self.ui.window(WINDOW), "Cancel", lambda: self.agent.cancelled)
        self.assertEqual(self.agent.cancelled, [31])
        self.ui.wait_no_window(WINDOW)

    def test_without_notifications(self):
        self.offer(31)
        self.offer(32, program="<b>Chromium</b>", token_label=LONG)
        window = self.token_window()
        window.wait_text(OFFER)
        window.wait_text("<b>Chromium</b> could use the login of")
        self.picture("token-window-offers")
        self.agent.close(32, "withdrawn")
        wait_served(lambda: not any("Chromium" in t for t in window.texts()), 5, "one offer to go")
        window.press("Decide…")
        self.press_until(self.ui.window(WINDOW), "Never allow", lambda: self.agent.decisions)
        self.assertEqual(self.agent.decisions, [(31, "never")])
        wait_served(lambda: OFFER not in window.texts(), 5, "the offer to go")

    def test_agent_dies(self):
        notifier = self.start_notifier()
        self.offer(31)
        number = self.wait_notification(notifier)
        self.offer(32, program="Chromium")
        notifier.press(number, "Decide…")
        self.ui.window(WINDOW)
        self.agent.stop()
        self.ui.wait_no_window(WINDOW)
        wait_served(lambda: not notifier.shown, 5, "the notifications to go")


if __name__ == "__main__":
    tap.main()
