#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A card that OpenSC can write to: keys that are imported into it sign, and what goes wrong leaves
nothing."""

import p12
from jobcase import JobCase, piv, softhsm
from pinfoldtest import Driver, tap


class Card(JobCase):
    def setUp(self):
        super().setUp()
        self.readers = self.box.readers()
        self.card = self.readers.writable_card()
        self.module = self.readers.opensc()
        self.configure(opensc=self.module)
        self.uri = self.tokens()[self.card.label]["uri"]
        root_key, self.key = p12.rsa_key(), p12.rsa_key()
        root = p12.certify(root_key, "Root")
        self.file = p12.write(self.box.dir / "file.p12", self.key,
                              p12.certify(self.key, "Ada", (root, root_key)), [root])

    def load(self, pin=piv.PIN):
        return self.job("import", pin, p12.PASSWORD, file=self.file)

    def certificates(self):
        answer = self.job("certificates")["answer"]
        return sorted(entry["label"] for entry in answer["certificates"])

    def test_import(self):
        before = self.card.stats()
        self.assertDone(self.job("can-import"))
        self.assertEqual(self.card.stats(), before)
        self.assertFault(self.load("654321"), "rejected")
        self.assertEqual(self.card.stats(), before | {
            "presentations": before["presentations"] + 1, "wrong": 1})
        self.assertEqual(self.certificates(), [])

        # A card that is full in the middle: nothing that looks complete is left.
        self.card.fill()
        self.assertFault(self.load(), "full")
        self.assertEqual(self.certificates(), [])
        self.card.fill(False)

        result = self.load()
        self.assertDone(result)
        self.assertEqual((result["answer"]["keys"], result["answer"]["certificates"]), (1, 2))
        self.assertEqual(self.card.stats()["keys"], 1)
        self.assertEqual(self.certificates(), ["Imported", "Root"])
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session(f"={self.card.label}")
            driver.ok("login", session, "user", piv.PIN)
            key, = driver.find(session, **{"class": "private_key"})
            signature = driver.sign(session, key, b"pinfold", "SHA256_RSA_PKCS")
        softhsm.verify_signature(p12.public_pem(self.key), signature, b"pinfold")
        self.assertEqual(self.card.stats()["signed"], 1)


if __name__ == "__main__":
    tap.main()
