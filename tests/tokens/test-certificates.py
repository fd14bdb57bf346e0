#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The certificates of tokens, as pinfold-tokens reads them without a login."""

import base64

from cryptography import x509
from cryptography.x509.oid import NameOID

from jobcase import JobCase, softhsm
from pinfoldtest import Driver, tap


class Certificates(JobCase):
    def read(self):
        result = self.job("certificates")
        self.assertDone(result)
        return result["answer"]

    def test_card(self):
        self.piv()
        answer = self.read()
        self.assertFalse(answer["truncated"])
        self.assertEqual(len(answer["certificates"]), 4)
        first = answer["certificates"][0]
        self.assertEqual((first["id"], first["label"]), ("01", "Certificate for PIV Authentication"))
        self.assertIsNone(first["has_key"])
        certificate = x509.load_der_x509_certificate(base64.b64decode(first["der"]))
        name, = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        self.assertEqual(name.value, "Pinfold Test Card")
        # The key of card authentication needs no PIN.
        self.assertEqual([c["has_key"] for c in answer["certificates"]], [None, None, None, True])
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["resets"]), (0, 0))

    def test_none(self):
        self.softhsm()
        self.assertEqual(self.read()["certificates"], [])

    def test_limits(self):
        self.softhsm()
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test", "rw")
            driver.ok("login", session, "user", softhsm.PIN)

            def add(label, size):
                driver.ok("create", session, "class=certificate",
                          "certificate_type=0", "token=true", "private=false",
                          f"label=text:{label}", "subject=fill:4:30",
                          f"value=fill:{size}:30")

            add("largest", 16384)
            self.assertFalse(self.read()["truncated"])
            add("too large", 16385)
            answer = self.read()
            self.assertTrue(answer["truncated"])
            self.assertEqual([c["label"] for c in answer["certificates"]], ["largest"])
            for i in range(63):
                add(f"more {i}", 100)
            answer = self.read()
            self.assertTrue(answer["truncated"])
            self.assertLessEqual(len(answer["certificates"]), 64)

    def test_without_a_label(self):
        self.softhsm()
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test", "rw")
            driver.ok("login", session, "user", softhsm.PIN)
            driver.ok("create", session, "class=certificate", "certificate_type=0", "token=true",
                      "private=false", "subject=fill:4:30", "value=fill:100:30")
        self.assertEqual([c["label"] for c in self.read()["certificates"]], [""])

    def test_gone(self):
        self.softhsm()
        self.assertFault(self.job("certificates", uri="pkcs11:token=other"), "gone")


if __name__ == "__main__":
    tap.main()
