#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The settings' other pages: each key of org.pinfold, what is locked, and what the real agent makes
of the keys."""

import ast
import json

from appcase import wait_served
from pinfoldtest import softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path
from pinfoldtest.wait import wait_for
from settingscase import CARD, SettingsCase
from taskcase import LONG, TaskCase

SOFT = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=1f;token=Office"
GONE = "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=Old%20card"
TOKENS = [{"uri": CARD, "label": "Anna <b>Beispiel</b>", "reader": "Reader 00", "flags": []},
          {"uri": SOFT, "label": "Office", "flags": []}]
READERS = [{"name": "Reader 00", "present": True, "token_uri": CARD}]
# Seconds until the agent has seen what was set.
AT_ONCE = 5

# agent/wire/state-page.h
PROTECTED_PATH, CONFIRM = 1 << 1, 1 << 2


class PagesCase(SettingsCase):
    def check_switch(self, window, name, key, on="true", off="false"):
        """Both ways: what is pressed is the setting, and what is set is shown."""
        switch = window.find(name, "toggle button", 30, showing=False)
        for _ in range(2):
            value = off if self.get(key) == on else on
            switch.press()
            wait_served(lambda: self.get(key) == value, 30, f"{key} to be {value}")
        self.set(key, off)
        wait_served(lambda: not switch.has_state("checked"), 30, f"{name} to be off")
        self.set(key, on)
        wait_served(lambda: switch.has_state("checked"), 30, f"{name} to be on")

    def check_choice(self, window, key, **names):
        """Each value of the key by its radio button, and shown when it is set elsewhere."""
        buttons = {value.replace("_", "-"): window.find(name, "radio button", 30, showing=False)
                   for value, name in names.items()}
        for value, button in buttons.items():
            button.press()
            wait_served(lambda: self.get(key) == f"'{value}'", 30, f"{key} to be {value}")
        for value, button in buttons.items():
            self.set(key, value)
            wait_served(lambda: button.has_state("checked"), 30, f"{key}: {value} to be shown")

    def check_combo(self, combo, key, *rows):
        """Rows of a combo box, and what the key is then."""
        for row, value in rows:
            combo.choose(row)
            wait_served(lambda: self.get(key) == value, 30, f"{key} to be {value}")


class Keys(PagesCase):
    page = "General"

    def test_general_and_forgetting(self):
        window = self.open_page()
        self.check_choice(window, "cache-mode", off="Off", process="For each program",
                          shared="Shared between programs")
        self.check_switch(window, "Ask for PINs in Pinfold’s own dialog", "prompt", "'agent'",
                          "'application'")
        self.check_switch(window, "Confirm signatures instead of typing the PIN",
                          "confirm-signatures")
        delay = window.find("Keep the token unlocked after each use (milliseconds)", "spin button",
                            30, showing=False)
        self.set("release-delay", 700)
        wait_served(lambda: delay.text() == "700", 30, "the delay")
        self.box.screen.focus(wait_for(lambda: self.box.screen.windows("^Settings$"), 30,
                                       "the dialog's X window")[0])
        delay.focus()
        self.press_keys(window, "Up", focused=delay)
        wait_served(lambda: self.get("release-delay") == "uint32 800", 30, "the setting")
        self.picture("general")
        self.turn_to(window, "Forgetting")
        self.check_forgetting(window)

    def check_forgetting(self, window):
        for name, key in (("When the screen is locked", "forget-on-lock"),
                          ("Before the computer sleeps", "forget-on-suspend"),
                          ("When another user’s session comes to the front",
                           "forget-on-user-switch")):
            self.check_switch(window, name, key)
        self.set("idle-timeout", 90)
        idle = window.find("90 seconds", "combo box", 30)
        self.picture("forgetting")
        self.check_combo(idle, "idle-timeout", (3, "uint32 300"), (0, "uint32 0"), (2, "uint32 90"))
        after = window.find("Never", "combo box", 30)
        self.check_combo(after, "max-lifetime", (10, "uint32 86400"), (0, "uint32 0"))
        self.check_choice(window, "reset-card", never="Never", always="Whenever a PIN is forgotten",
                          on_lock="When the screen is locked")


class Tokens(PagesCase):
    page = "Tokens"

    def rules(self):
        text = self.get("tokens").replace("@a{sa{sv}} ", "").replace("uint32 ", "")
        return ast.literal_eval(text.replace("<", "").replace(">", ""))

    def test_wheel(self):
        """It scrolls the page, whatever comes under the pointer meanwhile."""
        tokens = [{"uri": f"pkcs11:token=t{n}", "label": f"t{n}", "flags": []} for n in range(20)]
        window = self.open_page(tokens=tokens)
        place = window.find("As set in General", "combo box", 30).centre()

        def is_there():
            self.box.screen.click(*place, button=5)
            return "t19" in window.texts()

        wait_served(is_there, 30, "the last row")
        self.assertEqual(self.rules(), {})
        self.turn_to(window, "General")
        name = "Keep the token unlocked after each use (milliseconds)"
        delay = window.find(name, "spin button", 30, showing=False)
        self.set("release-delay", 700)
        wait_served(lambda: delay.text() == "700", 30, "the delay")
        delay.focus()
        wait_served(lambda: delay.has_state("showing"), 30, "the delay to be scrolled to")

        # Where it is now: the page may be on its way to what has the focus.
        def is_scrolled():
            self.box.screen.click(*delay.centre(), button=5)
            return "Start Pinfold when I log in" in window.texts()

        wait_served(is_scrolled, 30, "the last row")
        self.assertEqual(delay.text(), "700")

    def test_rules(self):
        window = self.open_page()
        self.wait_texts(window, "No tokens", "create a software token")
        self.picture("tokens-empty")
        self.set("tokens", f"{{'{GONE}': {{'mode': <'never'>, 'idle-timeout': <uint32 300>}}, "
                           f"'{SOFT}': {{'name': <'My own'>}}}}")
        self.agent.report(tokens=TOKENS, readers=READERS)
        self.wait_texts(window, "Anna <b>Beispiel</b>", "My own", "Old card",
                        "Not there now\nForgotten when not used for: 5 minutes",
                        "Never cache its PIN", "As set in General")
        self.picture("tokens")
        self.agent.report(tokens=[TOKENS[0] | {"never_cached": "keys"}, TOKENS[1]], readers=READERS)
        self.wait_texts(window, "Reader 00\nNot cached: every key of this token asks each time")
        card = window.find("As set in General", "combo box", 30)
        for row, mode in enumerate(("never", "process", "shared"), 1):
            card.choose(row)
            wait_served(lambda: self.rules().get(CARD) == {"mode": mode}, 30, f"the rule {mode}")
        card.choose(0)
        wait_served(lambda: CARD not in self.rules(), 30, "no rule")
        self.assertEqual(self.rules()[GONE], {"mode": "never", "idle-timeout": 300})
        self.assertEqual(self.rules()[SOFT], {"name": "My own"})
        self.set("tokens", f"{{'{CARD}': {{'mode': <'shared'>}}}}")
        self.wait_no_text(window, "Old card")
        self.wait_no_text(window, "Not cached: every key")
        self.wait_texts(window, "Shared between programs")


class Locked(PagesCase):
    """By pinfold.conf."""

    page = "General"

    def setUp(self):
        super().setUp()
        self.conf = self.box.dir / "system.conf"
        self.app_env = {"PINFOLD_CONF": str(self.conf)}

    def test_by_the_administrator(self):
        self.conf.write_text("[Policy]\nlock = cache-mode forget-on-lock tokens groups Modules "
                             "confirm-signatures\n", encoding="utf-8")
        self.set("cache-mode", "off")
        self.set("forget-on-lock", "false")
        reason = f"Set by the administrator in {self.conf}"
        window = self.open_page(tokens=TOKENS, readers=READERS)
        self.wait_texts(window, reason)
        mode = window.find("For each program", "radio button", 30)
        # What holds, not what the person would have.
        self.assertTrue(mode.has_state("checked"))
        self.assertFalse(mode.has_state("sensitive"))
        self.assertTrue(window.find("Ask for PINs in Pinfold’s own dialog", "toggle button", 30)
                        .has_state("sensitive"))
        self.picture("general-locked")
        for page, name, role in (("Forgetting", "When the screen is locked", "toggle button"),
                                 ("Tokens", "As set in General", "combo box"),
                                 ("Groups", "Add Group…", "push button"),
                                 ("Modules", "Add Module…", "push button")):
            self.turn_to(window, page)
            self.wait_texts(window, reason)
            self.assertFalse(window.find(name, role).has_state("sensitive"), name)
            self.picture(f"{page.lower()}-locked")
        self.turn_to(window, "Forgetting")
        self.assertTrue(window.find("When the screen is locked", "toggle button", 30)
                        .has_state("checked"))

        self.conf.write_text("[PKCS11]\nP11_EnableCachePIN = 0\n", encoding="utf-8")
        window = self.open_again(window)
        self.wait_texts(window, "Switched off by “P11_EnableCachePIN” in pinfold.conf")
        off = window.find("Off", "radio button", 30)
        self.assertTrue(off.has_state("checked"))
        self.assertFalse(off.has_state("sensitive"))
        self.assertEqual(self.get("forget-on-lock"), "false")


@tap.only_if(FULL)
class Seen(TaskCase):
    def make_tokens(self):
        self.softhsm()

    def setUp(self):
        super().setUp()
        self.uri = self.tokens()["pinfold-test"]
        self.start_client(self.uri)
        self.activate("settings")
        self.settings = self.window("Settings")

    def ctl(self, *words):
        return json.loads(self.box.run(build_path("app/pinfoldctl"), *words, "--json").stdout)

    def has_pin(self):
        return any(domain["logged_in"] for domain in self.ctl("status")["domains"])

    def reasons(self):
        return [entry.get("reason") for entry in self.ctl("history")]

    def store(self):
        self.assertEqual(self.command(f"store {self.uri} - {softhsm.PIN}"), "ok")
        self.assertTrue(self.has_pin())

    def control(self, page, name, role):
        self.settings.find(page, "list item", LONG).select()
        return self.settings.find(name, role, LONG, showing=False)

    def forgets(self, reason, page, name, role="toggle button", row=None):
        """The control costs the PIN, for that reason."""
        control = self.control(page, name, role)
        self.store()
        before = self.reasons().count(reason)
        with self.subTest(name=name):
            if row is None:
                control.press()
            else:
                control.choose(row)
            wait_for(lambda: not self.has_pin(), AT_ONCE, f"the PIN to be forgotten by {name}")
            self.assertGreater(self.reasons().count(reason), before, self.reasons())

    def test_what_loosens_forgets(self):
        loosened = "setting-loosened"
        for name in ("When the screen is locked", "Before the computer sleeps",
                     "When another user’s session comes to the front"):
            self.forgets(loosened, "Forgetting", name)
        self.forgets(loosened, "Groups", "Programs in no group share a login, too")
        self.forgets(loosened, "Permissions", "Allow it without asking", "radio button")
        self.forgets(loosened, "Keyring", "Let me put PINs into my keyring")
        # What the token's rule forbids is not stored again.
        self.forgets(loosened, "Tokens", "As set in General", "combo box", row=1)
        self.command(f"store {self.uri} - {softhsm.PIN}")
        self.assertFalse(self.has_pin())

    def test_what_is_set_holds(self):
        self.store()
        self.control("Forgetting", "Never", "combo box").choose(10)
        wait_for(lambda: any(seconds > 0 for seconds in self.expiries()),
                 AT_ONCE, "the PIN's end")
        self.assertTrue(self.has_pin())
        for name, mode in (("Shared between programs", "shared"), ("Off", "off"),
                           ("For each program", "process")):
            self.control("General", name, "radio button").press()
            wait_for(lambda mode=mode: self.ctl("status")["cache_mode"] == mode, AT_ONCE, mode)
        self.assertFalse(self.has_pin())

    def policy(self):
        """What the module of a program that runs is told: bits, and milliseconds of delay."""
        words = self.command("policy").split()
        return int(words[1]), int(words[2])

    def new_policy(self):
        """The same of a program that is started now: it keeps what it was told of the dialog."""
        self.start_client(self.uri)
        return self.policy()[0] & PROTECTED_PATH

    def changes_bit(self, bit, name):
        """The switch is seen in each position, by a program that is there already."""
        control = self.control("General", name, "toggle button")
        for _ in range(2):
            before = self.policy()[0]
            control.press()
            wait_for(lambda before=before: self.policy()[0] == before ^ bit, AT_ONCE, name)

    def test_what_programs_are_told(self):
        own = self.control("General", "Ask for PINs in Pinfold’s own dialog", "toggle button")
        for wanted in (0, PROTECTED_PATH):
            own.press()
            wait_for(lambda wanted=wanted: self.new_policy() == wanted, AT_ONCE, "the dialog")
        self.changes_bit(CONFIRM, "Confirm signatures instead of typing the PIN")
        delay = self.control("General", "Keep the token unlocked after each use (milliseconds)",
                             "spin button")
        screen = self.box.screen
        screen.focus(wait_for(lambda: screen.windows("^Settings$"), LONG, "the X window")[0])
        delay.focus()
        wait_for(lambda: delay.has_state("focused"), LONG, "the focus")
        screen.key("Up")
        wait_for(lambda: self.policy()[1] == 100, AT_ONCE, "the delay")

    def test_idle_timeout(self):
        self.store()
        self.assertEqual(self.expiries(), [-1])
        idle = self.control("Forgetting", "Never", "combo box")  # the first of two
        idle.choose(3)
        wait_for(lambda: self.expiries()[0] > 0, AT_ONCE, "the PIN's end")
        idle.choose(0)
        wait_for(lambda: self.expiries() == [-1], AT_ONCE, "no end")
        self.assertTrue(self.has_pin())

    def expiries(self):
        return [domain["expires_s"] for domain in self.ctl("status")["domains"]]

    def diagnosis(self, finding):
        findings, = self.bus.call_sync(
            "org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1", "Diagnose", None,
            None, 0, 30000, None).unpack()
        return next(each["text"] for each in findings if each["id"] == finding)

    def test_reset_card(self):
        for name, words in (("Whenever a PIN is forgotten", "whenever their PIN is forgotten"),
                            ("Never", "never reset"),
                            ("When the screen is locked", "when the screen is locked")):
            self.control("Forgetting", name, "radio button").press()
            wait_for(lambda words=words: words in self.diagnosis("reset-card"), AT_ONCE, name)

    def test_groups(self):
        """A program that runs comes to its group's ID, and away from it."""
        self.control("General", "Shared between programs", "radio button").press()
        own = wait_for(self.app_ids, LONG, "a domain")
        self.settings.find("Groups", "list item", LONG).select()
        self.settings.press("Add Group…")
        dialog = self.window("New Group")
        dialog.find("Name", "text").set_text("Office")
        dialog.find("Application ID", "text").set_text("1207:42")
        self.press(dialog, "Save")
        self.press(self.settings, "Add Program…")
        dialog = self.window("Add Program")
        dialog.find("Search", "text").set_text("link-client")
        self.press(dialog, "Add")
        wait_for(lambda: self.app_ids() == ["1207:42"], AT_ONCE, "the group's ID")
        self.press(self.settings, "Remove Group")
        wait_for(lambda: self.app_ids() == own, AT_ONCE, "the ID of before")

    def app_ids(self):
        return [domain["app_id"] for domain in self.ctl("status")["domains"]]


if __name__ == "__main__":
    tap.main()
