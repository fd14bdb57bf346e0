#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The main job with a card: the virtual PIV card counts every presentation of its PIN."""

import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from pinfoldtest import Sandbox, readers, tap, wait_for
from pinfoldtest.pinfold import Pinfold

SIGNATURES = 10
SEARCHES = 300


class CardJob(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.pinfold = Pinfold(self.box, {"opensc": self.readers.opensc()})
        self.card = self.readers.card()

    def driver(self):
        driver = self.pinfold.driver()
        self.addCleanup(driver.close)
        driver.ok("init os-locking")
        return driver

    def logged_in(self):
        d = self.driver()
        session = d.open_session("@0")
        self.card.reset_stats()
        d.ok("login", session, "user", readers.PIN)
        return d, session

    def presentations(self):
        return self.card.stats()["presentations"]

    def key(self, d, session, key_id="01"):
        (key,) = d.find(session, **{"class": "private_key", "id": key_id})
        return key

    def test_presentations(self):
        d, session = self.logged_in()
        self.assertEqual(self.presentations(), 1)
        key = self.key(d, session)
        d.ok("loop", SEARCHES, "find", session, "class=private_key")
        for name in ("label", "id", "key_type", "modulus", "public_exponent", "token", "private",
                     "sign", "always_authenticate", "subject"):
            d.cmd("getattr", session, key, name)
        self.assertEqual(self.presentations(), 1)
        (found,) = d.find(session, **{"class": "certificate", "id": "01"})
        certificate = x509.load_der_x509_certificate(
            d.ok("getattr", session, found, "value").data("VALUE"))
        for number in range(SIGNATURES):
            data = f"document {number}".encode()
            certificate.public_key().verify(d.sign(session, key, data), data, padding.PKCS1v15(),
                                            hashes.SHA256())
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["verify_ok"], stats["sign"]["9a"]),
                         (1 + SIGNATURES, 1 + SIGNATURES, SIGNATURES))

    def test_another_process_is_not_logged_in(self):
        d, session = self.logged_in()
        other = self.driver()
        theirs = other.open_session("@0")
        self.assertEqual(other.state(theirs), "CKS_RO_PUBLIC_SESSION")
        # The card itself stays verified after OpenSC's logout; Pinfold enforces the login.
        mine = self.key(d, session)
        d.sign(session, mine)
        public = {tuple(other.ok("getattr", theirs, key, "id").data("ID"))
                  for key in other.find(theirs, **{"class": "private_key"})}
        self.assertNotIn((1,), public)
        self.assertEqual(other.rv("logout", theirs), "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.presentations(), 2)

    def test_removal_and_insertion(self):
        d, session = self.logged_in()
        self.key(d, session)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        self.card.remove()  # returns when pcscd has noticed
        wait_for(lambda: not self.pinfold.logged_in_domains(), 1, "the PIN to be forgotten")
        answer = d.cmd("sessioninfo", session)
        self.assertNotIn(answer.get("state"), ("CKS_RO_USER_FUNCTIONS", "CKS_RW_USER_FUNCTIONS"))
        self.card.insert()
        wait_for(lambda: d.cmd("tokeninfo @0").ok, 10, "the token to be back")
        self.assertIn(d.rv("sessioninfo", session),
                      ("CKR_SESSION_HANDLE_INVALID", "CKR_DEVICE_REMOVED"))
        before = self.presentations()
        again = d.open_session("@0")
        self.assertEqual(d.state(again), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual([k for k in d.find(again, **{"class": "private_key", "id": "01"})], [])
        self.assertEqual(self.presentations(), before)
        d.ok("login", again, "user", readers.PIN)
        d.sign(again, self.key(d, again))
        self.assertEqual(self.presentations(), before + 2)

    def test_pin_never_goes_to_another_card(self):
        d, session = self.logged_in()
        key = self.key(d, session)
        self.card.swap("00000000cafe0002", "Another Card")
        self.card.reset_stats()
        self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assertEqual(self.presentations(), 0)
        wait_for(lambda: not self.pinfold.logged_in_domains(), 5, "the PIN to be forgotten")

    def test_wrong_pin_costs_one_try_and_is_not_kept(self):
        d = self.driver()
        session = d.open_session("@0")
        self.card.reset_stats()
        self.assertEqual(d.rv("login", session, "user", "654321"), "CKR_PIN_INCORRECT")
        self.assertEqual(d.rv("sign", session, "1", "SHA256_RSA_PKCS", "00") == "CKR_OK", False)
        self.assertEqual(self.presentations(), 1)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_two_wrong_then_right(self):
        """OpenSC goes on to show the last try when it has logged in."""
        d = self.driver()
        session = d.open_session("@0")
        for _ in range(2):
            self.assertEqual(d.rv("login", session, "user", "654321"), "CKR_PIN_INCORRECT")
        self.card.reset_stats()
        d.ok("login", session, "user", readers.PIN)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        self.assertIn("USER_PIN_FINAL_TRY", d.ok("tokeninfo @0").flags())
        d.sign(session, self.key(d, session))
        self.assertEqual(self.presentations(), 2)

    def test_pin_changed_behind_our_back_costs_one_try(self):
        d, session = self.logged_in()
        key = self.key(d, session)
        self.card.set_pin("999999")
        self.card.reset_stats()
        for _ in range(5):
            self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["verify_wrong"]), (1, 1))
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_two_cards_that_cannot_be_told_apart(self):
        d, session = self.logged_in()
        self.key(d, session)
        twin = self.readers.card(1)
        wait_for(lambda: len([t for t in self.pinfold.status()["tokens"] if t["reader"]]) == 2, 15,
                 "the second card")
        wait_for(lambda: not self.pinfold.logged_in_domains(), 5, "the PIN to be forgotten")
        # Each login is of its program and slot, and nothing is kept for another.
        before = self.presentations()
        d.ok("login", session, "user", readers.PIN)
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        other = self.driver()
        theirs = other.open_session("@1")
        self.assertEqual(other.state(theirs), "CKS_RO_PUBLIC_SESSION")
        d.sign(session, self.key(d, session))
        self.assertEqual((self.presentations() - before, twin.stats()["presentations"]), (1, 0))

    def test_last_try_is_not_spent_on_a_cached_pin(self):
        # Nobody is there to be asked.
        (self.box.dir / "share/dbus-1/services/org.pinfold.Pinfold.service").unlink()
        d, session = self.logged_in()
        key = self.key(d, session)
        other = self.driver()
        theirs = other.open_session("@0")
        for _ in range(2):
            self.assertEqual(other.rv("login", theirs, "user", "654321"), "CKR_PIN_INCORRECT")
        self.card.reset_stats()
        # Even one that happens to be right.
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.presentations(), 0)

    def test_always_authenticate_key(self):
        d, session = self.logged_in()
        key = self.key(d, session, "02")
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        d.ok("login", session, "context", readers.PIN)
        d.ok("sign1", session, "text:x")
        self.assertEqual(self.card.stats()["sign"]["9c"], 1)
        self.assertLessEqual(self.presentations(), 3)

    def test_status_names_reader_and_token(self):
        self.logged_in()
        status = wait_for(lambda: (lambda s: s if s["readers"] and s["readers"][0]["token_uri"]
                                   else None)(self.pinfold.status()), 10, "the token in status")
        (reader,) = [r for r in status["readers"] if r["present"]]
        self.assertEqual(reader["name"], self.readers.names[0])
        (token,) = [t for t in status["tokens"] if t["uri"] == reader["token_uri"]]
        self.assertEqual((token["label"], token["reader"]), ("Pinfold Test Card", reader["name"]))
        self.assertIn("LOGIN_REQUIRED", token["flags"])
        self.assertEqual(status["domains"][0]["token_uri"], token["uri"])

    def test_pcscd_killed_and_back(self):
        d, session = self.logged_in()
        self.key(d, session)
        self.readers.stop(kill=True)
        wait_for(lambda: not self.pinfold.logged_in_domains(), 5, "the PIN to be forgotten")
        self.readers.restart()
        wait_for(lambda: [r for r in self.pinfold.status()["readers"] if r["present"]], 15,
                 "the reader to be back")


if __name__ == "__main__":
    tap.main()
