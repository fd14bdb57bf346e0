#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Keys that need a login for each use: the PIV card's signature key 9C, which counts what it sees."""

import time
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from pinfoldtest import Sandbox, Spy, readers, tap, wait_for
from pinfoldtest.pinfold import Pinfold

MECHANISM = "SHA256_RSA_PKCS"


class ContextCase(unittest.TestCase):
    display = False

    def setUp(self):
        self.box = Sandbox(bus=False, display=self.display, wm=self.display)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.backend = self.readers.opensc()
        self.pinfold = Pinfold(self.box, {"opensc": self.backend})
        self.card = self.readers.card()

    def start(self, init):
        self.spy = Spy(self.box, self.backend)
        self.d = self.pinfold.driver(self.spy)
        self.addCleanup(self.d.close)
        self.d.ok("init", init)
        self.d.ok("tokeninfo", "@0")
        session = self.d.open_session("@0")
        return session

    def key(self, session):
        (key,) = self.d.find(session, **{"class": "private_key", "id": "02"})
        (found,) = self.d.find(session, **{"class": "certificate", "id": "02"})
        self.certificate = x509.load_der_x509_certificate(
            self.d.ok("getattr", session, found, "value").data("VALUE"))
        return key

    def verify(self, signature, data=b"x"):
        self.certificate.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())

    def presentations(self):
        return self.card.stats()["presentations"]

    def backend_calls(self, function):
        return len(self.spy.calls(function, self.d.pid))


class ExplicitPin(ContextCase):
    def logged_in(self):
        session = self.start("os-locking")
        self.card.reset_stats()
        self.d.ok("login", session, "user", readers.PIN)
        return session, self.key(session)

    def test_each_signature_presents_twice(self):
        session, key = self.logged_in()
        for number in range(1, 4):
            self.d.ok("signinit", session, key, MECHANISM)
            self.d.ok("login", session, "context", readers.PIN)
            self.verify(self.d.ok("sign1", session, "text:x").data())
            self.assertEqual(self.presentations(), 1 + 2 * number)
            self.assertFalse(self.spy.logged_in(self.d.pid))
        self.assertEqual(self.card.stats()["verify_ok"], self.presentations())

    def test_without_the_login_nothing_is_signed(self):
        session, key = self.logged_in()
        self.assertEqual(self.d.rv("sign", session, key, MECHANISM, "text:x"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.card.stats()["sign"]["9c"], 0)
        self.assertEqual(self.d.state(session), "CKS_RO_USER_FUNCTIONS")

    def test_wrong_pin_costs_one_try(self):
        session, key = self.logged_in()
        self.d.ok("signinit", session, key, MECHANISM)
        self.assertEqual(self.d.rv("login", session, "context", "654321"), "CKR_PIN_INCORRECT")
        self.assertEqual(self.card.stats()["verify_wrong"], 1)
        self.d.ok("login", session, "context", readers.PIN)
        self.verify(self.d.ok("sign1", session, "text:x").data())

    def test_other_sessions_wait_until_the_operation_is_done(self):
        session, key = self.logged_in()
        other = self.d.open_session("@0")
        for _ in range(3):
            self.d.ok("signinit", session, key, MECHANISM)
            self.d.ok("login", session, "context", readers.PIN)
            job = self.d.background("loop", 20, "sessioninfo", other)
            self.verify(self.d.ok("sign1", session, "text:x").data())
            self.assertEqual(self.d.join(job).rv, "CKR_OK")

    def test_operation_left_open_holds_nobody_for_long(self):
        session, key = self.logged_in()
        other = self.d.open_session("@0")
        self.d.ok("signinit", session, key, MECHANISM)
        self.d.ok("login", session, "context", readers.PIN)
        job = self.d.background("tokeninfo", "@0")
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.d.ok("close", session)
        self.assertEqual(self.d.rv("sessioninfo", other), "CKR_OK")


class Interfaces(ContextCase):
    """OpenSC has the interface of PKCS#11 3.0: C_SessionCancel, but no messages."""

    def setUp(self):
        super().setUp()
        self.pinfold.ctl("status")
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.session = self.d.open_session("@0")
        self.d.ok("login", self.session, "user", readers.PIN)

    def test_messages_that_it_lacks_cost_nothing(self):
        before = self.presentations()
        self.assertEqual(self.d.rv("message-init", "sign", self.session, self.key(self.session),
                                   MECHANISM), "CKR_FUNCTION_NOT_SUPPORTED")
        self.assertEqual(self.presentations(), before)

    def test_cancelling_closes_the_window(self):
        (key,) = self.d.find(self.session, **{"class": "private_key", "id": "01"})
        for flags in (0x800, 0):
            before = self.presentations()
            self.d.ok("signinit", self.session, key, MECHANISM)
            self.d.ok("cancel", self.session, flags)
            self.d.rv("sign1", self.session, "text:x")
            self.d.ok("sign", self.session, key, MECHANISM, "text:x")
            self.assertEqual(self.presentations(), before + 2)

    def test_cancelling_ends_the_login_for_it(self):
        other = self.d.open_session("@0")
        self.d.ok("signinit", self.session, self.key(self.session), MECHANISM)
        self.d.ok("login", self.session, "context", readers.PIN)
        self.d.ok("cancel", self.session, 0x800)
        start = time.monotonic()
        self.d.ok("sessioninfo", other)
        self.assertLess(time.monotonic() - start, 1.9)  # two seconds is waited for it


class Dialog(ContextCase):
    display = True

    def setUp(self):
        super().setUp()
        self.ui = self.box.ui()

    def logged_in(self):
        session = self.start("nss")
        self.card.reset_stats()
        job = self.d.background("login", session, "user", "null")
        self.answer(self.ui.window("PIN — ", timeout=15), readers.PIN)
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.ui.wait_no_window("PIN — ")
        return session, self.key(session)

    @staticmethod
    def answer(window, pin):
        window.type(pin)
        wait_for(lambda: window.find("Unlock", "push button").has_state("sensitive"), 5,
                 "the button to be ready")
        window.press("Unlock")

    def begin(self, session, key):
        job = self.d.background("signinit", session, key, MECHANISM)
        return job, self.ui.window("PIN — ", timeout=15)

    def test_person_is_asked_before_the_card_is_touched(self):
        session, key = self.logged_in()
        for number in range(2):
            before = self.presentations()
            logins = self.backend_calls("C_Login")
            job, window = self.begin(session, key)
            self.assertFalse(self.spy.logged_in(self.d.pid))
            self.assertEqual((self.presentations(), self.backend_calls("C_Login"),
                              self.backend_calls("C_SignInit")), (before, logins, number))
            self.answer(window, readers.PIN)
            self.assertEqual(self.d.join(job).rv, "CKR_OK")
            self.ui.wait_no_window("PIN — ")
            self.d.ok("login", session, "context", "null")
            self.verify(self.d.ok("sign1", session, "text:x").data())
            self.assertEqual(self.presentations(), before + 2)
            self.assertFalse(self.spy.logged_in(self.d.pid))

    def test_wrong_pin_is_said_in_the_dialog(self):
        session, key = self.logged_in()
        job, window = self.begin(session, key)
        self.answer(window, "654321")
        window.wait_text("2 tries")
        self.assertFalse(self.d.finished(job))
        self.assertEqual(self.card.stats()["verify_wrong"], 1)
        self.answer(window, readers.PIN)
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.d.ok("login", session, "context", "null")
        self.verify(self.d.ok("sign1", session, "text:x").data())

    def test_cancel_costs_nothing(self):
        session, key = self.logged_in()
        before = self.presentations()
        job, window = self.begin(session, key)
        window.press("Cancel")
        self.assertEqual(self.d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.presentations(), before)
        self.assertEqual(self.backend_calls("C_SignInit"), 0)
        self.assertEqual(self.d.state(session), "CKS_RO_USER_FUNCTIONS")

    def test_answer_is_for_one_operation(self):
        session, key = self.logged_in()
        job, window = self.begin(session, key)
        self.answer(window, readers.PIN)
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.ui.wait_no_window("PIN — ")
        self.d.ok("close", session)
        before = self.presentations()
        other = self.d.open_session("@0")
        self.assertEqual(self.d.state(other), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(self.presentations(), before)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def consent(self, session, key):
        """The job of a signature that waits for consent, and the window that asks for it."""
        job = self.d.background("signinit", session, key, MECHANISM)
        return job, self.ui.window("Sign — ", timeout=15)

    def agree(self, job, window):
        button = window.find("Sign", "push button")

        def is_agreed():
            # The first presses may come too soon after the window.
            try:
                button.press()
            except AssertionError:  # gone with its window
                return True
            return self.d.finished(job)

        wait_for(is_agreed, 5, "the button to be taken")

    def test_consent_takes_the_place_of_the_pin(self):
        self.pinfold.set("confirm-signatures", "true")
        session, key = self.logged_in()
        for _ in range(2):
            before = self.presentations()
            job, window = self.consent(session, key)
            self.assertIn("SIGN key", " ".join(window.texts()))
            self.assertEqual(self.presentations(), before)
            self.agree(job, window)
            self.assertEqual(self.d.join(job).rv, "CKR_OK")
            self.ui.wait_no_window("Sign — ")
            self.d.ok("login", session, "context", "null")
            self.verify(self.d.ok("sign1", session, "text:x").data())
            self.assertEqual(self.presentations(), before + 2)
            self.assertFalse(self.spy.logged_in(self.d.pid))
        job, window = self.consent(session, key)
        window.press("Cancel")
        self.assertEqual(self.d.join(job).rv, "CKR_FUNCTION_CANCELED")


if __name__ == "__main__":
    tap.main()
