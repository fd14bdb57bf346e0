#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The interfaces of PKCS#11 3.0: what is offered, messages in windows, and what a 2.40 backend does
not have."""

import time
import unittest

from pinfoldtest import Driver, Sandbox, mock, softhsm, tap
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold

V3 = "PKCS 11 3.0 0"
V2 = "PKCS 11 2.40 0"
IDS = "Vendor Pinfold 1.0 0"
SIGN, DIGEST, DECRYPT, MESSAGE_DECRYPT, MESSAGE_SIGN, FIND = 0x800, 0x400, 0x200, 0x4, 0x8, 0x40
KINDS = ("sign", "verify", "encrypt", "decrypt")


class OlderBackend(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        softhsm.import_key(self.box, bits=1024)
        self.d = Pinfold(self.box, {"softhsm2": backend}).driver()
        self.addCleanup(self.d.close)

    def test_list(self):
        answer = self.d.ok("interfaces")
        self.assertEqual([answer["i0"], answer["i1"], answer["i2"]], [V3, V2, IDS])
        self.assertEqual(self.d.ok("interfaces", "null")["count"], "3")
        self.assertEqual(self.d.rv("interfaces", "2"), "CKR_BUFFER_TOO_SMALL")
        self.assertEqual(self.d.rv("interfaces", "nocount"), "CKR_ARGUMENTS_BAD")

    def test_interface(self):
        for name, version, expected in (("null", "null", V3), ("PKCS 11", "null", V3),
                                        ("null", "2.40", V2), ("PKCS 11", "3.0", V3)):
            with self.subTest(name=name, version=version):
                self.assertEqual(self.d.ok("interface", name, version, "0")["i"], expected)
        # The flag of fork-safety is not claimed.
        for words in (("Other", "null", "0"), ("null", "3.1", "0"), ("null", "null", "1")):
            with self.subTest(words=words):
                self.assertEqual(self.d.rv("interface", *words), "CKR_FUNCTION_FAILED")

    def test_version_is_that_of_the_list(self):
        self.assertEqual(self.d.rv("info-3.0"), "CKR_CRYPTOKI_NOT_INITIALIZED")
        self.d.ok("init")
        self.assertEqual(self.d.ok("info-3.0")["cryptoki"], "3.0")
        self.assertEqual(self.d.ok("info")["cryptoki"], "2.40")

    def test_what_it_lacks_is_not_supported(self):
        calls = [("message-init", kind, "{}", "1", "RSA_PKCS") for kind in KINDS]
        calls += [("message-final", kind, "{}") for kind in KINDS]
        calls += [("message-cipher", kind, "{}", "00") for kind in ("encrypt", "decrypt")]
        calls += [("message-begin", kind, "{}") for kind in KINDS]
        calls += [("message-next", kind, "{}", "00") for kind in ("sign", "encrypt", "decrypt")]
        calls += [("message-sign", "{}", "00"), ("message-verify", "{}", "00", "00"),
                  ("message-verify-next", "{}", "00", "null"), ("cancel", "{}", "8"),
                  *(("login-user", "{}", softhsm.PIN, "anna", user)
                    for user in ("user", "so", "context"))]
        self.assertEqual(len(calls), 20 + 1 + 3)

        def answers(handle):
            return {self.d.rv(*(word.format(handle) for word in call)) for call in calls}

        self.assertEqual(answers("1"), {"CKR_CRYPTOKI_NOT_INITIALIZED"})
        self.d.ok("init")
        session = self.d.open_session("=pinfold-test", "rw")
        self.assertEqual(answers("999999"), {"CKR_SESSION_HANDLE_INVALID"})
        self.assertEqual(answers(session), {"CKR_FUNCTION_NOT_SUPPORTED"})
        self.d.ok("login", session, "user", softhsm.PIN)
        self.assertEqual(answers(session), {"CKR_FUNCTION_NOT_SUPPORTED"})


class NewerBackendCase(unittest.TestCase):
    """The mock has 3.0; its counts say when a window was opened."""

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.mock.script(v3=True)
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.pinfold.ctl("status")
        self.d = self.pinfold.driver(env=self.mock.env)
        self.addCleanup(self.d.close)
        self.d.ok("init os-locking")


class NewerBackend(NewerBackendCase):
    def logged_in(self):
        session = self.d.open_session("@0", "rw")
        self.d.ok("login", session, "user", mock.PIN)
        (private,) = self.d.find(session, **{"class": "private_key", "id": "01"})
        (public,) = self.d.find(session, **{"class": "public_key", "id": "01"})
        return session, private, public

    def presented(self):
        return self.mock.counts()["presentations"]

    def sign_in_parts(self, session, *parts):
        self.d.ok("message-begin", "sign", session)
        for part in parts[:-1]:
            self.d.ok("message-next", "sign", session, part)
        return self.d.ok("message-next", "sign", session, parts[-1], "end")["data"]

    def test_signatures_of_one_process_share_a_window(self):
        d = self.d
        session, private, public = self.logged_in()
        before = self.presented()
        d.ok("message-init", "sign", session, private, "SHA256_RSA_PKCS")
        first = d.ok("message-sign", session, "text:one")["data"]
        second = d.ok("message-sign", session, "text:two")["data"]
        parts = self.sign_in_parts(session, "text:o", "text:ne")
        self.assertEqual(self.presented(), before + 1)
        d.ok("message-final", "sign", session)
        self.assertEqual(parts, first)
        self.assertNotEqual(second, first)
        # The window is closed: another operation opens its own.
        single = d.ok("sign", session, private, "SHA256_RSA_PKCS", "text:one")["data"]
        self.assertEqual(single, first)
        self.assertEqual(self.presented(), before + 2)
        d.ok("message-init", "verify", session, public, "SHA256_RSA_PKCS")
        d.ok("message-verify", session, "text:one", first)
        self.assertEqual(d.rv("message-verify", session, "text:two", first),
                         "CKR_SIGNATURE_INVALID")
        d.ok("message-verify", session, "text:two", second)
        d.ok("message-final", "verify", session)
        self.assertEqual(self.presented(), before + 2)

    def test_a_message_that_fails_ends_nothing(self):
        session, private, _ = self.logged_in()
        before = self.presented()
        self.d.ok("message-init", "sign", session, private, "RSA_PKCS")
        self.assertEqual(self.d.rv("message-sign", session, "00", "size=4"),
                         "CKR_BUFFER_TOO_SMALL")
        self.d.ok("message-sign", session, "00")
        self.assertEqual(self.presented(), before + 1)
        self.d.ok("message-final", "sign", session)
        self.assertEqual(self.d.rv("message-final", "sign", session),
                         "CKR_OPERATION_NOT_INITIALIZED")

    def test_ciphers(self):
        session, private, public = self.logged_in()
        self.d.ok("message-init", "encrypt", session, public, "RSA_PKCS")
        secret = self.d.ok("message-cipher", "encrypt", session, "text:hush")["data"]
        self.d.ok("message-final", "encrypt", session)
        before = self.presented()
        self.d.ok("message-init", "decrypt", session, private, "RSA_PKCS")
        self.assertEqual(self.d.ok("message-cipher", "decrypt", session, secret).data(), b"hush")
        self.d.ok("message-final", "decrypt", session)
        self.assertEqual(self.presented(), before + 1)

    def test_messages_in_parts(self):
        d = self.d
        session, private, public = self.logged_in()
        before = self.presented()
        d.ok("message-init", "sign", session, private, "SHA256_RSA_PKCS")
        signature = self.sign_in_parts(session, "text:one", "text:two")
        d.ok("message-final", "sign", session)
        d.ok("message-init", "verify", session, public, "SHA256_RSA_PKCS")
        for last, rv in (("text:two", "CKR_OK"), ("text:three", "CKR_SIGNATURE_INVALID")):
            d.ok("message-begin", "verify", session)
            d.ok("message-verify-next", session, "text:one", "null")
            self.assertEqual(d.rv("message-verify-next", session, last, signature), rv)
        d.ok("message-final", "verify", session)
        d.ok("message-init", "decrypt", session, private, "RSA_PKCS")
        clear = b""
        d.ok("message-begin", "decrypt", session)
        for part, end in (("333e", "more"), ("2833", "end")):
            clear += d.ok("message-next", "decrypt", session, part, end).data()
        d.ok("message-final", "decrypt", session)
        self.assertEqual(clear, bytes(byte ^ 0x5b for byte in bytes.fromhex("333e2833")))
        self.assertEqual(self.presented(), before + 2)

    def test_abilities_are_told_as_they_are(self):
        raw = Driver(self.box, self.mock.path, env=self.mock.env)
        self.addCleanup(raw.close)
        raw.ok("init")
        told = self.d.ok("mechinfo", "@0", "RSA_PKCS")["flags"]
        self.assertEqual(told, raw.ok("mechinfo", "@0", "RSA_PKCS")["flags"])
        self.assertIn("0x28", told)  # messages are signed, also in parts

    def assert_window_closes(self, session, private, how):
        """After HOW a signature needs a window of its own."""
        self.d.ok(*how)
        before = self.presented()
        self.d.ok("sign", session, private, "RSA_PKCS", "00")
        self.assertEqual(self.presented(), before + 1)

    def test_cancelling(self):
        session, private, _ = self.logged_in()
        init = ("message-init", "sign", session, private, "RSA_PKCS")
        for how in (("message-init", "sign", session, private, "null"),
                    ("cancel", session, MESSAGE_SIGN)):
            with self.subTest(how=how):
                self.d.ok(*init)
                self.assert_window_closes(session, private, how)
        self.d.ok("signinit", session, private, "RSA_PKCS")
        self.assert_window_closes(session, private, ("cancel", session, SIGN))
        self.d.ok("decryptinit", session, private, "RSA_PKCS")
        self.d.ok("message-init", "decrypt", session, private, "RSA_PKCS")
        self.d.ok("cancel", session, DECRYPT)
        before = self.presented()
        self.d.ok("sign", session, private, "RSA_PKCS", "00")  # the message's window is there
        self.assertEqual(self.presented(), before)
        self.assert_window_closes(session, private, ("cancel", session, MESSAGE_DECRYPT))

    def test_cancelling_what_is_not_active(self):
        session, private, _ = self.logged_in()
        self.d.ok("signinit", session, private, "RSA_PKCS")
        before = self.presented()
        for flags in (0, DECRYPT, MESSAGE_SIGN, FIND, DIGEST):
            self.d.ok("cancel", session, flags)
        self.d.ok("sign1", session, "00")
        self.assertEqual(self.presented(), before)
        self.assertEqual(self.d.rv("cancel", 999999, SIGN), "CKR_SESSION_HANDLE_INVALID")

    def test_cancelling_some_of_it(self):
        """What was cancelled lets go of its window, though not all could be."""
        session, private, _ = self.logged_in()
        self.mock.script("C_SessionCancel=0x202")
        self.d.ok("message-init", "sign", session, private, "RSA_PKCS")
        self.d.ok("decryptinit", session, private, "RSA_PKCS")
        self.assertEqual(self.d.rv("cancel", session, DECRYPT | MESSAGE_SIGN), "0x202")
        self.assertEqual(self.d.rv("decrypt1", session, "00"), "CKR_OPERATION_NOT_INITIALIZED")
        before = self.presented()
        self.d.ok("message-sign", session, "00")
        self.assertEqual(self.presented(), before)
        self.d.ok("decryptinit", session, private, "RSA_PKCS")
        self.d.ok("message-final", "sign", session)
        self.assertEqual(self.d.rv("cancel", session, DECRYPT), "0x202")
        self.assert_window_closes(session, private, ("sessioninfo", session))

    def test_cancelling_a_search(self):
        session, private, _ = self.logged_in()
        self.d.ok("findinit", session, "class=private_key")
        self.d.ok("cancel", session, FIND)
        self.assertEqual(self.d.rv("findfinal", session), "CKR_OPERATION_NOT_INITIALIZED")
        self.assertIn(private, self.d.find(session, **{"class": "private_key"}))

    def test_logout_ends_messages(self):
        session, private, _ = self.logged_in()
        self.d.ok("message-init", "sign", session, private, "RSA_PKCS")
        self.d.ok("logout", session)
        self.assertNotEqual(self.d.rv("message-sign", session, "00"), "CKR_OK")
        before = self.presented()
        self.d.ok("login", session, "user", mock.PIN)
        self.assertEqual(self.presented(), before + 1)

    def test_named_login_is_the_backends_own(self):
        session = self.d.open_session("@0", "rw")
        self.assertEqual(self.d.rv("login-user", session, mock.PIN, "eve"), "CKR_PIN_INCORRECT")
        self.d.ok("login-user", session, mock.PIN, "anna")
        self.assertEqual(self.d.state(session), "CKS_RW_USER_FUNCTIONS")
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        (private,) = self.d.find(session, **{"class": "private_key", "id": "01"})
        before = self.presented()
        self.d.ok("sign", session, private, "RSA_PKCS", "00")
        self.assertEqual(self.presented(), before)
        self.d.ok("logout", session)
        self.d.ok("login", session, "user", mock.PIN)
        self.assertEqual(self.d.rv("login-user", session, mock.PIN, "anna"),
                         "CKR_USER_ALREADY_LOGGED_IN")

    def test_named_login_of_the_officer(self):
        d = self.d
        writable = d.open_session("@0", "rw")
        d.ok("login", writable, "user", mock.PIN)
        self.assertEqual(d.rv("login-user", writable, mock.SO_PIN, "anna", "so"),
                         "CKR_USER_ANOTHER_ALREADY_LOGGED_IN")
        readable = d.open_session("@0")
        self.assertEqual(d.rv("login-user", writable, mock.SO_PIN, "anna", "so"),
                         "CKR_SESSION_READ_ONLY_EXISTS")
        d.ok("logout", writable)
        d.ok("close", readable)
        d.ok("login-user", writable, mock.SO_PIN, "anna", "so")
        self.assertEqual(d.state(writable), "CKS_RW_SO_FUNCTIONS")

    def test_functions_without_support_cost_nothing(self):
        session, private, _ = self.logged_in()
        self.mock.script("C_MessageSignInit=CKR_FUNCTION_NOT_SUPPORTED")
        before = self.presented()
        self.assertEqual(self.d.rv("message-init", "sign", session, private, "RSA_PKCS"),
                         "CKR_FUNCTION_NOT_SUPPORTED")
        self.assertEqual(self.presented(), before)

    def test_newer_versions_have_messages_too(self):
        self.mock.script(v3_minor=2)
        d = self.pinfold.driver(env=self.mock.env)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        self.assertEqual(d.ok("cancel", d.open_session("@0"), SIGN).rv, "CKR_OK")

    def test_each_session_has_what_its_backend_has(self):
        softhsm_ = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.pinfold.write_config(self.pinfold.conf,
                                  {"mock": self.mock.path, "softhsm2": softhsm_})
        d = self.pinfold.driver(env=self.mock.env)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        older = d.open_session("=pinfold-test", "rw")
        newer = d.open_session("=Mock Token", "rw")
        self.assertEqual(d.rv("cancel", older, SIGN), "CKR_FUNCTION_NOT_SUPPORTED")
        self.assertEqual(d.rv("cancel", newer, SIGN), "CKR_OK")


class ContextLogins(NewerBackendCase):
    """A key that wants its PIN for each message. Between login and message the session has the
    token alone: calls of others wait for it, two seconds at most."""

    def begin(self, *init):
        self.session = self.d.open_session("@0", "rw")
        self.other = self.d.open_session("@0")
        self.d.ok("login", self.session, "user", mock.PIN)
        (key,) = self.d.find(self.session, **{"class": "private_key", "id": "02"})
        self.d.ok(*init, self.session, key, "RSA_PKCS")
        return key

    def login(self):
        self.d.ok("login", self.session, "context", mock.PIN)

    def is_free(self):
        start = time.monotonic()
        self.d.ok("sessioninfo", self.other)
        return time.monotonic() - start < 1.9

    def test_each_message_has_its_own(self):
        self.begin("message-init", "sign")
        self.assertEqual(self.d.rv("message-sign", self.session, "00"), "CKR_USER_NOT_LOGGED_IN")
        for _ in range(2):
            self.login()
            self.d.ok("message-sign", self.session, "00")
            self.assertTrue(self.is_free())
            self.assertEqual(self.d.rv("message-sign", self.session, "00"),
                             "CKR_USER_NOT_LOGGED_IN")
        self.d.ok("message-final", "sign", self.session)

    def test_all_parts_of_a_message_share_it(self):
        self.begin("message-init", "sign")
        self.login()
        self.d.ok("message-begin", "sign", self.session)
        self.d.ok("message-next", "sign", self.session, "00")
        self.assertFalse(self.is_free())
        self.d.ok("message-next", "sign", self.session, "00", "end")
        self.assertTrue(self.is_free())

    def test_cancelling_ends_it(self):
        key = self.begin("message-init", "sign")
        for how in (("message-init", "sign", self.session, key, "null"),
                    ("cancel", self.session, MESSAGE_SIGN)):
            with self.subTest(how=how):
                self.login()
                self.d.ok(*how)
                self.assertTrue(self.is_free())
                self.d.ok("message-init", "sign", self.session, key, "RSA_PKCS")

    def test_cancelling_something_else_leaves_it(self):
        self.begin("signinit")
        self.login()
        self.d.ok("cancel", self.session, DECRYPT | MESSAGE_SIGN | FIND)
        self.assertFalse(self.is_free())
        self.d.ok("sign1", self.session, "00")
        self.assertTrue(self.is_free())

    def test_named_one(self):
        self.begin("signinit")
        self.assertEqual(self.d.rv("login-user", self.session, "4321", "anna", "context"),
                         "CKR_PIN_INCORRECT")
        self.assertTrue(self.is_free())
        self.d.ok("login-user", self.session, mock.PIN, "anna", "context")
        self.assertFalse(self.is_free())
        self.d.ok("sign1", self.session, "00")
        self.assertTrue(self.is_free())


if __name__ == "__main__":
    tap.main()
