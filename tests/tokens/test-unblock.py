#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A new PIN without the old one: by PUK or as security officer, and the first PIN of a token."""

from jobcase import JobCase, piv, softhsm
from pinfoldtest import Driver, tap
from pinfoldtest import mock as mocktoken

NEW = "876543"


class Soft(JobCase):
    def test_unblock(self):
        self.softhsm()
        self.assertDone(self.job("unblock", softhsm.SO_PIN, NEW))
        self.assertTrue(self.accepts(NEW))
        self.assertTrue(self.accepts(softhsm.SO_PIN, "so"))

    def test_wrong_pin_of_the_officer(self):
        self.softhsm()
        self.assertFault(self.job("unblock", "99999999", NEW), "rejected")
        self.assertTrue(self.accepts(softhsm.PIN))

    def test_initial_pin(self):
        self.module = softhsm.setup(self.box)
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            driver.ok("inittoken", "@0", softhsm.SO_PIN, "fresh")
        self.configure(soft=self.module)
        self.uri = self.tokens()["fresh"]["uri"]
        self.assertFault(self.job("change-pin", softhsm.PIN, NEW), "no-pin")
        self.assertFault(self.job("init-pin", "99999999", NEW), "rejected")
        self.assertFault(self.job("init-pin", softhsm.SO_PIN, "12"), "new-length")
        result = self.job("init-pin", softhsm.SO_PIN, NEW)
        self.assertDone(result)
        self.assertIn("USER_PIN_INITIALIZED", result["flags"])
        self.assertTrue(self.accepts(NEW))
        self.assertFault(self.job("init-pin", softhsm.SO_PIN, "999999"), "already-set")
        self.assertTrue(self.accepts(NEW))


class Card(JobCase):
    def setUp(self):
        super().setUp()
        self.piv()
        self.card.set_tries(0)

    def unblocks(self):
        """What the card has seen: PUKs, PINs."""
        stats = self.card.stats()
        return stats["unblock"], stats["presentations"]

    def test_unblock(self):
        result = self.job("unblock", piv.PUK, NEW)
        self.assertDone(result)
        self.assertNotIn("USER_PIN_LOCKED", result["flags"])
        self.assertEqual(self.unblocks(), (1, 0))
        self.assertEqual(self.card.stats()["pin_tries"], 3)
        self.assertTrue(self.accepts(NEW))

    def test_wrong_puk_costs_one_try(self):
        result = self.job("unblock", "11111111", NEW)
        self.assertFault(result, "rejected")
        self.assertEqual(result["tries"], -1)
        self.assertIn("USER_PIN_LOCKED", result["flags"])
        self.assertEqual(self.unblocks(), (1, 0))
        self.assertEqual(self.card.stats()["puk_tries"], 2)
        self.assertDone(self.job("unblock", piv.PUK, NEW))
        self.assertEqual(self.card.stats()["puk_tries"], 3)

    def test_puk_blocked(self):
        for _ in range(3):
            self.assertFault(self.job("unblock", "11111111", NEW), "rejected")
        self.assertFault(self.job("unblock", piv.PUK, NEW), "locked")

    def test_what_is_not_sent(self):
        for puk, new, fault in ((piv.PUK, "123", "new-length"), (piv.PUK, "abcdef", "new-invalid"),
                                (piv.PUK, "123456789", "new-length"), ("", NEW, "no-pin-given"),
                                ("123456789", NEW, "length"), (piv.PUK, "", "no-pin-given")):
            self.assertFault(self.job("unblock", puk, new), fault)
        self.assertEqual(self.unblocks(), (0, 0))
        self.assertEqual(self.card.stats()["puk_tries"], 3)

    def test_configuration_stays_in_force(self):
        """The machine's own configuration of OpenSC is not set aside for the unblocking."""
        conf = self.box.dir / "opensc.conf"
        conf.write_text("app default {\n    card_drivers = openpgp;\n}\n", encoding="utf-8")
        self.assertIn(self.job("unblock", piv.PUK, NEW)["fault"], ("gone", "failed"))
        self.assertEqual(self.unblocks(), (0, 0))

    def test_initial_pin_of_a_card_that_has_one(self):
        self.assertFault(self.job("init-pin", piv.PUK, NEW), "already-set")
        self.assertEqual(self.unblocks(), (0, 0))


class Misbehaving(JobCase):
    def setUp(self):
        super().setUp()
        self.scripted()

    def test_no_officer(self):
        self.mock.script("C_Login=CKR_USER_TYPE_INVALID")
        self.assertFault(self.job("unblock", mocktoken.SO_PIN, NEW), "unsupported")

    def test_login_but_no_pin(self):
        self.mock.script("C_InitPIN=CKR_PIN_INVALID")
        self.assertFault(self.job("unblock", mocktoken.SO_PIN, NEW), "new-invalid")
        self.assertTrue(self.accepts(mocktoken.PIN))

    def test_keypad(self):
        self.mock.script(pinpad=True)
        self.assertFault(self.job("unblock", mocktoken.SO_PIN, NEW), "keypad")


if __name__ == "__main__":
    tap.main()
