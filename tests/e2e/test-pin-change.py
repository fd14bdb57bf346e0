#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""C_SetPIN and C_InitPIN of a program that gives no PINs: the dialog has them, the token once each."""

import unittest

from pinfoldtest import Sandbox, Spy, readers, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold

NEW = "86420975"


class ChangeCase(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False, display=True, wm=True)
        self.addCleanup(self.box.close)

    def start(self, backend, slot):
        self.ui = self.box.ui()
        self.slot = slot
        self.spy = Spy(self.box, backend)
        self.d = self.pinfold.driver(self.spy)
        self.addCleanup(self.d.close)
        self.d.ok("init nss")
        self.assertIn("PROTECTED_AUTHENTICATION_PATH", self.d.ok("tokeninfo", slot).flags())
        return self.d.open_session(slot, "rw")

    def begin(self, *words):
        title = "Set PIN — " if words[0] == "initpin" else "Change PIN — "
        return self.d.background(*words), self.ui.window(title, timeout=15)

    def type_into(self, window, **entries):
        for name, text in entries.items():
            window.type(text, name={"old": "Present PIN", "new": "New PIN",
                                    "again": "Repeat new PIN"}[name])

    def press(self, window, name):
        wait_for(lambda: window.find(name, "push button").has_state("sensitive"), 5,
                 "the button to be ready")
        window.press(name)


class SoftToken(ChangeCase):
    def setUp(self):
        super().setUp()
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.pinfold = Pinfold(self.box, {"softhsm2": backend})
        self.session = self.start(backend, "=pinfold-test")

    def presented(self):
        return [call.function for call in self.spy.calls(pid=self.d.pid)
                if call.function in ("C_Login", "C_SetPIN", "C_InitPIN")]

    def test_wrong_then_right(self):
        self.d.ok("login", self.session, "user", softhsm.PIN)
        job, window = self.begin("setpin", self.session, "null", "null")
        self.assertEqual(self.presented(), ["C_Login"])
        self.type_into(window, old="9999", new=NEW, again=NEW)
        self.press(window, "Change PIN")
        window.wait_text("Wrong PIN")
        self.assertFalse(self.d.finished(job))
        self.type_into(window, old=softhsm.PIN)
        self.press(window, "Change PIN")
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.ui.wait_no_window("Change PIN — ")
        self.assertEqual(self.presented(), ["C_Login", "C_SetPIN", "C_SetPIN"])
        self.assertEqual(self.d.state(self.session), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        self.assertEqual(self.d.rv("login", self.session, "user", softhsm.PIN),
                         "CKR_PIN_INCORRECT")
        self.d.ok("login", self.session, "user", NEW)

    def test_cancel_changes_nothing(self):
        self.d.ok("login", self.session, "user", softhsm.PIN)
        job, window = self.begin("setpin", self.session, "null", "null")
        window.press("Cancel")
        self.assertEqual(self.d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.presented(), ["C_Login"])
        self.assertEqual(self.d.state(self.session), "CKS_RW_USER_FUNCTIONS")

    def test_officer_sets_a_pin(self):
        self.d.ok("login", self.session, "so", softhsm.SO_PIN)
        job, window = self.begin("initpin", self.session, "null")
        self.type_into(window, new=NEW, again=NEW)
        self.press(window, "Set PIN")
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.d.ok("logout", self.session)
        self.d.ok("login", self.session, "user", NEW)

    def test_pins_that_are_given_are_passed_on(self):
        self.d.ok("setpin", self.session, softhsm.PIN, NEW)
        self.d.ok("login", self.session, "user", NEW)
        self.assertIsNone(self.ui.find_window("Change PIN — "))


class PivCard(ChangeCase):
    def test_one_command_each(self):
        readers_ = self.box.readers()
        backend = readers_.opensc()
        self.pinfold = Pinfold(self.box, {"opensc": backend})
        card = readers_.card()
        session = self.start(backend, "@0")
        card.reset_stats()
        job, window = self.begin("setpin", session, "null", "null")
        self.assertIn("3 tries", " ".join(window.texts()))
        self.type_into(window, old="654321", new=NEW, again=NEW)
        self.press(window, "Change PIN")
        window.wait_text("2 tries")
        self.assertEqual((card.stats()["change_pin"], card.stats()["presentations"]), (1, 0))
        self.type_into(window, old=readers.PIN)
        self.press(window, "Change PIN")
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.assertEqual((card.stats()["change_pin"], card.stats()["presentations"]), (2, 0))
        self.d.ok("login", session, "user", NEW)


if __name__ == "__main__":
    tap.main()
