#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The virtual PIV card through a private pcscd and OpenSC, without Pinfold."""

import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from pinfoldtest import Driver, Sandbox, readers, tap, wait_for

OTHER_SERIAL = "00000000cafe0002"


class PivCard(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.module = self.readers.opensc()
        self.card = self.readers.card()

    def driver(self):
        driver = Driver(self.box, self.module)
        self.addCleanup(driver.close)
        driver.ok("init")
        return driver

    def logged_in(self):
        d = self.driver()
        session = d.open_session()
        self.card.reset_stats()
        d.ok("login", session, "user", readers.PIN)
        return d, session

    def certificate(self, d, session, key_id):
        (found,) = d.find(session, **{"class": "certificate", "id": key_id})
        return x509.load_der_x509_certificate(d.ok("getattr", session, found, "value")
                                              .data("VALUE"))

    def key(self, d, session, key_id):
        (key,) = d.find(session, **{"class": "private_key", "id": key_id})
        return key

    def test_token(self):
        d = self.driver()
        token = d.ok("tokeninfo @0")
        self.assertEqual(token["serial"], "00000000cafe0001")
        self.assertEqual(token["label"], "Pinfold Test Card")
        self.assertEqual((token["min_pin"], token["max_pin"]), ("4", "8"))
        self.assertIn("LOGIN_REQUIRED", token.flags())
        self.assertEqual(d.ok("slotinfo @0")["description"], self.readers.names[0])

    def test_login_presents_the_pin_once(self):
        d, session = self.logged_in()
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["verify_ok"]), (1, 1))
        self.assertTrue(stats["verified"])
        d.find(session, **{"class": "private_key"})
        self.assertEqual(self.card.stats()["presentations"], 1)

    def test_sign_9a(self):
        d, session = self.logged_in()
        certificate = self.certificate(d, session, "01")
        signature = d.sign(session, self.key(d, session, "01"), b"some data")
        certificate.public_key().verify(signature, b"some data", padding.PKCS1v15(),
                                        hashes.SHA256())
        stats = self.card.stats()
        self.assertEqual((stats["sign"]["9a"], stats["presentations"]), (1, 1))

    def test_sign_9c_needs_the_pin_each_time(self):
        d, session = self.logged_in()
        key = self.key(d, session, "02")
        self.assertEqual(d.ok("getattr", session, key, "always_authenticate")
                         ["ALWAYS_AUTHENTICATE"], "true")
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        d.ok("login", session, "context", readers.PIN)
        d.ok("sign1", session, "text:x")
        stats = self.card.stats()
        self.assertEqual((stats["sign"]["9c"], stats["presentations"]), (1, 2))
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")

    def test_9e_without_pin_and_9d_decrypts(self):
        d = self.driver()
        session = d.open_session()
        (key,) = d.find(session, **{"class": "private_key"})
        certificate = self.certificate(d, session, "04")
        digest = hashes.Hash(hashes.SHA256())
        digest.update(b"data")
        signature = d.sign(session, key, digest.finalize(), "ECDSA")
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"),
                                         int.from_bytes(signature[32:], "big"))
        certificate.public_key().verify(der, b"data", ec.ECDSA(hashes.SHA256()))
        self.assertEqual(self.card.stats()["presentations"], 0)

        d.ok("login", session, "user", readers.PIN)
        sealed = self.certificate(d, session, "03").public_key().encrypt(
            b"secret", padding.PKCS1v15())
        opened = d.ok("decrypt", session, self.key(d, session, "03"), "RSA_PKCS", sealed.hex())
        self.assertEqual(opened.data(), b"secret")

    def test_wrong_pins_until_locked(self):
        d = self.driver()
        session = d.open_session()
        self.card.reset_stats()
        self.assertEqual(d.rv("login", session, "user", "999999"), "CKR_PIN_INCORRECT")
        self.assertEqual(self.card.stats()["pin_tries"], 2)
        self.assertEqual(d.rv("login", session, "user", "999999"), "CKR_PIN_INCORRECT")
        self.assertIn("USER_PIN_FINAL_TRY", d.ok("tokeninfo @0").flags())
        self.assertEqual(d.rv("login", session, "user", "999999"), "CKR_PIN_INCORRECT")
        self.assertIn("USER_PIN_LOCKED", d.ok("tokeninfo @0").flags())
        self.assertEqual(d.rv("login", session, "user", readers.PIN), "CKR_PIN_LOCKED")
        self.assertEqual(self.card.stats()["verify_wrong"], 3)
        # The tool that tells how to get out of it.
        self.box.run("pkcs15-tool", "--unblock-pin", "--puk", readers.PUK, "--new-pin", "654321",
                     "--auth-id", "01")
        self.assertEqual(self.card.stats()["pin_tries"], 3)
        d.ok("login", session, "user", "654321")

    def test_change_pin(self):
        d = self.driver()
        session = d.open_session(mode="rw")
        self.assertEqual(d.rv("setpin", session, "999999", "222222"), "CKR_PIN_INCORRECT")
        d.ok("setpin", session, readers.PIN, "222222")
        self.assertEqual(d.rv("login", session, "user", readers.PIN), "CKR_PIN_INCORRECT")
        d.ok("login", session, "user", "222222")

    def test_remove_and_insert(self):
        d, session = self.logged_in()
        self.card.remove()
        d.ok("slots")
        self.assertEqual(d.rv("tokeninfo", 0), "CKR_TOKEN_NOT_PRESENT")
        self.assertEqual(d.rv("sessioninfo", session), "CKR_SESSION_HANDLE_INVALID")
        self.assertFalse(self.card.stats()["verified"])
        self.card.insert()
        d.ok("slots")
        session = d.open_session()
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        d.ok("login", session, "user", readers.PIN)

    def test_swap(self):
        d = self.driver()
        events = self.readers.states()[self.readers.names[0]]["events"]
        self.card.set_tries(2)
        self.card.swap(OTHER_SERIAL, "Other Card")
        self.assertGreater(self.readers.states()[self.readers.names[0]]["events"], events)
        d.ok("slots")
        token = d.ok("tokeninfo", 0)
        self.assertEqual((token["serial"], token["label"]), (OTHER_SERIAL, "Other Card"))
        self.assertEqual(self.card.stats()["pin_tries"], 3)
        self.card.swap("00000000cafe0001", "Pinfold Test Card")
        self.assertEqual(self.card.stats()["pin_tries"], 2)

    def test_swap_that_pcscd_does_not_see(self):
        """The card that comes has no power, and says nothing until the reader has noticed."""
        d, session = self.logged_in()
        key = self.key(d, session, "01")
        self.card.command("swap", serial=OTHER_SERIAL, label="Other Card", gap=0)
        self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assertEqual(self.card.stats()["presentations"], 0)
        wait_for(lambda: d.cmd("slots").ok and
                 d.cmd("tokeninfo", 0).get("serial") == OTHER_SERIAL, 10, "the other card")
        self.assertEqual(self.card.stats()["power_ups"], 1)

    def test_pulled_in_the_middle_of_a_command(self):
        d, session = self.logged_in()
        key = self.key(d, session, "01")
        self.card.latency(key=5000)
        # Signing is the only thing asked of the card now: the first of its commands is enough.
        apdus = self.card.stats()["apdus"]
        job = d.background("sign", session, key, "SHA256_RSA_PKCS", "00")
        wait_for(lambda: self.card.stats()["apdus"] > apdus, 5, "a command")
        self.card.remove(wait=False)
        self.assertIn(d.join(job, timeout=20).rv, ("CKR_GENERAL_ERROR", "CKR_DEVICE_REMOVED"))
        self.assertEqual(self.card.stats()["sign"]["9a"], 0)

    def test_latency(self):
        d = self.driver()
        session = d.open_session()
        self.card.latency(pin=300)
        answer = d.ok("loop", 1, "login", session, "user", readers.PIN)
        self.assertGreaterEqual(answer.number("us"), 300000)

    def test_second_reader_and_other_keys(self):
        self.readers.card(1, serial=OTHER_SERIAL, label="Second", keys="9a=ec,9c=none")
        d = self.driver()
        self.assertEqual(d.ok("slots present")["count"], "2")
        session = d.open_session("=Second")
        d.ok("login", session, "user", readers.PIN)
        self.assertEqual(len(d.find(session, **{"class": "private_key"})), 3)
        self.assertEqual(len(d.sign(session, self.key(d, session, "01"), b"0" * 32, "ECDSA")), 64)

    def test_pcscd_restarts(self):
        self.readers.stop(kill=True)
        self.readers.restart()
        self.readers.wait_present()
        d, _ = self.logged_in()
        self.assertEqual(self.card.stats()["presentations"], 1)
        d.close()


if __name__ == "__main__":
    tap.main()
