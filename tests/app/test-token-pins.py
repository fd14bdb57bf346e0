#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The PINs of tokens, changed, unblocked and set by the person: what the dialogs say, what the card
is sent, and what is left of the PINs."""

from appcase import TITLE, wait_served
from pinfoldtest import Driver, softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.readers import PIN as CARD_PIN
from pinfoldtest.readers import PUK
from pinfoldtest.wait import wait_for
from taskcase import LONG, Saver, TaskCase

NEW = "83062915"
WRONG_PUK = "73914628"
CARD = "Pinfold Test Card"


class Soft(TaskCase):
    def make_tokens(self):
        self.softhsm()

    def test_change(self):
        uri = self.tokens()["pinfold-test"]
        self.start_client(uri)
        self.assertEqual(self.command(f"store {uri} - {softhsm.PIN}"), "ok")
        window = self.begin("change-pin", "Change PIN — pinfold-test")
        self.picture("own-change")
        window.wait_shown("Change the PIN of “pinfold-test”", timeout=LONG)
        # Wrong first: said where it is, and the new one need not be typed again.
        self.fill(window, "Change PIN", Present_PIN="9999", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("Wrong PIN.", LONG)
        self.wait_focus(window, "Present PIN")
        self.assertEqual(len(window.find("New PIN", "password text").text()), len(NEW))
        self.fill(window, "Change PIN", Present_PIN=softhsm.PIN)
        self.wait_no_window("Change PIN —")
        self.assertTrue(self.accepts(NEW))
        self.assertFalse(self.accepts(softhsm.PIN))
        # The program's copy went before it could be wrong.
        self.assertEqual(self.command(f"take {uri} -"), "not-logged-in")
        self.assert_not_in_memory(self.app.pid, NEW)

    @tap.only_if(FULL)
    def test_live_checks_know_the_token(self):
        window = self.begin("change-pin", "Change PIN — pinfold-test")
        window.type(softhsm.PIN, "Present PIN")
        window.type("1" * 256, "New PIN")
        window.wait_text("Too long: the PIN of this token has at most 255 characters.", LONG)
        button = window.find("Change PIN", "push button")
        wait_for(lambda: not button.has_state("sensitive"), LONG, "the button to rest")
        window.press("Cancel")
        self.wait_no_window("Change PIN —")
        self.assertTrue(self.accepts(softhsm.PIN))

    def test_unblock_by_the_officer(self):
        window = self.begin("unblock-pin", "Unblock PIN — pinfold-test")
        self.picture("unblock")
        self.fill(window, "Unblock", PUK="99999999", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("Wrong PUK.", LONG)
        self.wait_focus(window, "PUK")
        self.fill(window, "Unblock", PUK=softhsm.SO_PIN)
        self.wait_no_window("Unblock PIN —")
        self.assertTrue(self.accepts(NEW))

    @tap.only_if(FULL)
    def test_one_at_a_time(self):
        self.begin("change-pin", "Change PIN — pinfold-test")
        self.begin("unblock-pin", "Unblock PIN — pinfold-test").press("Cancel")
        self.wait_no_window("Unblock PIN —")
        self.wait_no_window("Change PIN —")

    def test_locked_screen(self):
        saver = Saver(self.bus)
        saver.set_active(False)
        self.begin("change-pin", "Change PIN — pinfold-test").type(NEW, "New PIN")
        saver.set_active(True)
        wait_served(lambda: not self.ui.find_window("Change PIN —"), LONG, "the dialog to go")
        self.assert_not_in_memory(self.app.pid, NEW)
        self.activate("change-pin", self.tokens()["pinfold-test"])
        saver.set_active(False)
        # Had the one before opened a dialog, this would have found it.
        self.activate("unblock-pin", self.tokens()["pinfold-test"])
        self.window("Unblock PIN — pinfold-test")
        self.assertIsNone(self.ui.find_window("Change PIN —"))

    @tap.only_if(FULL)
    def test_token_that_is_gone(self):
        self.activate("change-pin", self.tokens()["pinfold-test"].replace("pinfold-test", "other"))
        window = self.window("Change PIN — other")
        self.fill(window, "Change PIN", Present_PIN="1234", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("The token is not there any more.", LONG)


class Fresh(TaskCase):
    def make_tokens(self):
        self.modules["soft"] = self.module = softhsm.setup(self.box)
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            driver.ok("inittoken", "@0", softhsm.SO_PIN, "fresh")

    def test_set(self):
        window = self.begin("set-pin", "Set PIN — fresh", "fresh")
        window.type(softhsm.SO_PIN, "Administrator PIN")
        window.press("Cancel")
        self.wait_no_window("Set PIN —")
        self.assertFalse(self.accepts(NEW))
        window = self.begin("set-pin", "Set PIN — fresh", "fresh")
        self.picture("own-set")
        self.fill(window, "Set PIN", Administrator_PIN="99999999", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("Wrong administrator PIN.", LONG)
        self.wait_focus(window, "Administrator PIN")
        self.fill(window, "Set PIN", Administrator_PIN=softhsm.SO_PIN)
        self.wait_no_window("Set PIN —")
        self.assertTrue(self.accepts(NEW))


class Card(TaskCase):
    def make_tokens(self):
        self.piv()

    def sent(self):
        """How often the card was sent PIN and new PIN, PUK and new PIN, and a PIN alone."""
        stats = self.card.stats()
        return stats["change_pin"], stats["unblock"], stats["presentations"]

    def test_change(self):
        window = self.begin("change-pin", f"Change PIN — {CARD}", CARD)
        window.wait_text("3 tries left", LONG)
        before = self.sent()
        window.type("123", "Present PIN")
        window.press("Cancel")
        self.wait_no_window("Change PIN —")
        self.assertEqual(self.sent(), before)

        window = self.begin("change-pin", f"Change PIN — {CARD}", CARD)
        self.fill(window, "Change PIN", Present_PIN="111111", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("Wrong PIN. 2 tries left.", LONG)
        self.picture("own-change-wrong")
        self.fill(window, "Change PIN", Present_PIN=CARD_PIN)
        self.wait_no_window("Change PIN —")
        self.assertEqual(self.sent(), (before[0] + 2, *before[1:]))
        self.assertTrue(self.accepts(NEW))

    def test_last_try_and_unblock(self):
        self.card.set_tries(1)
        window = self.begin("change-pin", f"Change PIN — {CARD}", CARD)
        window.wait_text("Last try: one more wrong PIN blocks the token", LONG)
        self.fill(window, "Change PIN", Present_PIN="111111", New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("The PIN of this token is blocked after too many wrong tries.", LONG)
        entry = window.find("Present PIN", "password text")
        wait_for(lambda: not entry.has_state("sensitive"), LONG, "the entry to be closed")
        before = self.sent()
        # The window that is open all the time says how it stands.
        self.activate("open")
        main = self.window(TITLE)
        main.wait_text("PIN blocked", LONG)
        window = self.begin("unblock-pin", f"Unblock PIN — {CARD}", CARD)
        self.wait_no_window("Change PIN —")
        window.type(PUK, "PUK")
        window.press("Cancel")
        self.wait_no_window("Unblock PIN —")
        self.assertEqual(self.sent(), before)
        window = self.begin("unblock-pin", f"Unblock PIN — {CARD}", CARD)
        self.fill(window, "Unblock", PUK=WRONG_PUK, New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("Wrong PUK.", LONG)
        self.fill(window, "Unblock", PUK=PUK)
        self.wait_no_window("Unblock PIN —")
        self.assertEqual(self.sent(), (before[0], before[1] + 2, before[2]))
        self.assertEqual(self.card.stats()["pin_tries"], 3)
        wait_for(lambda: "PIN blocked" not in main.texts(), LONG, "the window to know")
        self.assertTrue(self.accepts(NEW))
        for pin in (NEW, WRONG_PUK):
            self.assert_not_in_memory(self.app.pid, pin)

    def test_puk_blocked(self):
        window = self.begin("unblock-pin", f"Unblock PIN — {CARD}", CARD)
        for count in (1, 2, 3):
            self.fill(window, "Unblock", PUK=WRONG_PUK, New_PIN=NEW, Repeat_new_PIN=NEW)
            wait_for(lambda n=count: self.card.stats()["unblock"] == n, LONG, "the PUK")
            self.wait_focus(window, "PUK")
        self.fill(window, "Unblock", PUK=PUK)
        window.wait_text("The PUK of this token is blocked after too many wrong tries", LONG)
        entry = window.find("PUK", "password text")
        wait_for(lambda: not entry.has_state("sensitive"), LONG, "the entry to be closed")
        window.press("Cancel")
        self.wait_no_window("Unblock PIN —")

    @tap.only_if(FULL)
    def test_new_pin_the_card_does_not_take(self):
        window = self.begin("change-pin", f"Change PIN — {CARD}", CARD)
        self.fill(window, "Change PIN", Present_PIN=CARD_PIN, New_PIN="abcdef",
                  Repeat_new_PIN="abcdef")
        window.wait_text("The token does not take these characters in a PIN.", LONG)
        self.wait_focus(window, "New PIN")
        self.assertEqual(self.card.stats()["pin_tries"], 3)

    def test_slow_card_leaves_the_keyboard(self):
        window = self.begin("change-pin", f"Change PIN — {CARD}", CARD)
        window.wait_text("3 tries left", LONG)
        self.card.latency(pin=5000)
        self.fill(window, "Change PIN", Present_PIN=CARD_PIN, New_PIN=NEW, Repeat_new_PIN=NEW)
        window.wait_text("The token changes the PIN…", LONG)
        cancel = window.find("Cancel", "push button")
        wait_for(lambda: not cancel.has_state("sensitive"), LONG, "the button to rest")
        # Nothing else begins while the token is at it.
        self.activate("unblock-pin", self.tokens()[CARD])
        self.wait_no_window("Change PIN —")
        self.assertIsNone(self.ui.find_window("Unblock PIN —"))
        self.assertTrue(self.accepts(NEW))


if __name__ == "__main__":
    tap.main()
