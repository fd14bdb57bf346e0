#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The last try of a token is no program's to spend, whichever of them knows that it is the last."""

import unittest

from pinfoldtest import Sandbox, build_path, tap
from pinfoldtest.mock import PIN, Mock
from pinfoldtest.pinfold import Pinfold

PRIVATE = {"class": "private_key", "id": "01"}
WRONG = "9999"


class LastTryCase(unittest.TestCase):
    """Clients whose backend knows only of the tries that it has spent itself."""

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.mock.script(stale_tries=True)
        self.box.env |= self.mock.env
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})

    def driver(self):
        d = self.pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        return d, d.open_session(mode="rw")

    def logged_in(self):
        d, session = self.driver()
        d.ok("login", session, "user", PIN)
        (key,) = d.find(session, **PRIVATE)
        return d, session, key

    def presentations(self):
        return self.mock.counts()["presentations"]

    def shown(self, d, flag="user_pin_final_try"):
        return flag.upper() in d.ok("tokeninfo", "@0")["flags"].upper()


class Cached(LastTryCase):
    def setUp(self):
        super().setUp()
        self.d, self.session, self.key = self.logged_in()
        self.other, self.theirs = self.driver()
        for _ in range(2):
            self.assertEqual(self.other.rv("login", self.theirs, "user", WRONG),
                             "CKR_PIN_INCORRECT")
        self.assertEqual(self.mock.counts()["tries"], 1)

    def test_what_another_process_has_spent_counts(self):
        d = self.d
        self.assertFalse(self.shown(d))
        before = self.presentations()
        self.assertEqual(d.rv("sign", self.session, self.key, "RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")
        # Nobody can be asked: the sessions are public from now on.
        self.assertEqual(d.state(self.session), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(d.find(self.session, **PRIVATE), [])
        self.assertEqual(self.presentations(), before)

    def test_a_good_login_gives_it_back(self):
        self.other.ok("login", self.theirs, "user", PIN)
        self.d.sign(self.session, self.key, mechanism="RSA_PKCS")
        self.assertEqual(self.mock.counts()["tries"], 3)

    def test_own_look_counts_too(self):
        """An agent that knows nothing of it."""
        self.mock.script(stale_tries=False)
        self.other.ok("login", self.theirs, "user", PIN)
        self.mock.set_tries(1)
        before = self.presentations()
        self.assertTrue(self.shown(self.d))
        self.assertEqual(self.d.rv("sign", self.session, self.key, "RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.presentations(), before)


if __name__ == "__main__":
    tap.main()
