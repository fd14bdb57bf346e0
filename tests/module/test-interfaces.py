#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The interfaces of PKCS#11 3.0: what is offered, and what a 2.40 backend does not have."""

import unittest

from pinfoldtest import Sandbox, softhsm, tap
from pinfoldtest.pinfold import Pinfold

V3 = "PKCS 11 3.0 0"
V2 = "PKCS 11 2.40 0"


class Interfaces(unittest.TestCase):
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
        self.assertEqual([answer["i0"], answer["i1"]], [V3, V2])
        self.assertEqual(self.d.ok("interfaces", "null")["count"], "2")
        self.assertEqual(self.d.rv("interfaces", "1"), "CKR_BUFFER_TOO_SMALL")
        self.assertEqual(self.d.rv("interfaces", "nocount"), "CKR_ARGUMENTS_BAD")

    def test_interface(self):
        for name, version, expected in (("null", "null", V3), ("PKCS 11", "null", V3),
                                        ("null", "2.40", V2), ("PKCS 11", "3.0", V3)):
            with self.subTest(name=name, version=version):
                self.assertEqual(self.d.ok("interface", name, version, "0")["i"], expected)
        for words in (("Other", "null", "0"), ("null", "3.1", "0"), ("null", "null", "1")):
            with self.subTest(words=words):
                self.assertEqual(self.d.rv("interface", *words), "CKR_FUNCTION_FAILED")

    def test_older_backend(self):
        calls = (("message-sign-init", "{}", "1", "RSA_PKCS"), ("message-sign", "{}", "00"),
                 ("message-sign-final", "{}"), ("cancel", "{}", "8"),
                 ("login-user", "{}", softhsm.PIN, "anna"))
        answers = lambda handle: {self.d.rv(*(w.format(handle) for w in c)) for c in calls}
        self.assertEqual(answers("1"), {"CKR_CRYPTOKI_NOT_INITIALIZED"})
        self.d.ok("init")
        session = self.d.open_session("=pinfold-test", "rw")
        self.assertEqual(answers("999999"), {"CKR_SESSION_HANDLE_INVALID"})
        self.assertEqual(answers(session), {"CKR_FUNCTION_NOT_SUPPORTED"})


if __name__ == "__main__":
    tap.main()
