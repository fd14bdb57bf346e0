#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whose PIN it is: cards that cannot be told apart, with an agent that has not noticed."""

import unittest

from pinfoldtest import Sandbox, readers, tap
from pinfoldtest.pinfold import Pinfold
from scriptedbed import ScriptedAgent

PRIVATE = {"class": "private_key", "id": "01"}
SIGN = ("SHA256_RSA_PKCS", "00")


class CardCase(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False, services=False)  # no real agent comes
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.pinfold = Pinfold(self.box, {"opensc": self.readers.opensc()})
        self.card = self.readers.card()
        self.agent = ScriptedAgent(self.box)
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.session = self.d.open_session("@0")
        self.d.ok("login", self.session, "user", readers.PIN)
        (self.key,) = self.d.find(self.session, **PRIVATE)
        self.d.sign(self.session, self.key)

    def presentations(self):
        return self.card.stats()["presentations"]


class Twins(CardCase):
    def test_cached_pin_goes_to_neither(self):
        d = self.d
        twin = self.readers.card(1)
        d.ok("slots", "true")
        theirs = d.open_session("@1")
        before = self.presentations()
        self.assertEqual(d.rv("sign", self.session, self.key, *SIGN), "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(d.find(theirs, **PRIVATE), [])
        self.assertEqual((self.presentations(), twin.stats()["presentations"]), (before, 0))
        # One that is gone, or another one there, is in nobody's way.
        twin.remove()
        d.sign(self.session, self.key)
        twin.swap("00000000cafe0002", "Other")
        d.ok("slots", "true")
        d.ok("tokeninfo", "@1")
        d.sign(self.session, self.key)


if __name__ == "__main__":
    tap.main()
