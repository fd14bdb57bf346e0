#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The last try of a token is no program's to spend, whichever of them knows that it is the last."""

import unittest

from pinfoldtest import Sandbox, build_path, tap
from pinfoldtest.mock import PIN, SO_PIN, Mock
from pinfoldtest.pinfold import Pinfold
from scriptedbed import ScriptedAgent

PRIVATE = {"class": "private_key", "id": "01"}
ALWAYS = {"class": "private_key", "always_authenticate": "true"}
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


class Explicit(unittest.TestCase):
    """PINs that the program gives; what the person says is in the hands of the test."""

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)  # no real agent comes
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.agent = ScriptedAgent(self.box)
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.session = self.d.open_session(mode="rw")

    def calls(self):
        """What a program can do with a PIN of its own, and how many tries a good one costs."""
        return (("login", self.session, "user", PIN), ("setpin", self.session, PIN, PIN),
                ("login", self.session, "so", SO_PIN))

    def test_refused(self):
        self.agent.call("answer", "ConfirmTry", "Canceled")
        for number, call in enumerate(self.calls(), 1):
            with self.subTest(call=call[0]):
                self.assertEqual(self.d.rv(*call), "CKR_FUNCTION_CANCELED")
                self.assertEqual(self.agent.calls("ConfirmTry"), number)
        self.assertEqual(self.mock.counts()["presentations"], 0)
        self.assertEqual(self.d.state(self.session), "CKS_RW_PUBLIC_SESSION")

    def test_agreed_or_nobody_to_ask(self):
        for answer in ((), ("NoPrompter",), ("Limit",)):
            self.agent.call("answer", "ConfirmTry", *answer)
            before = self.mock.counts()["presentations"]
            self.d.ok("login", self.session, "user", PIN)
            self.assertEqual(self.mock.counts()["presentations"], before + 1)
            self.d.ok("logout", self.session)

    def test_waits_for_the_person(self):
        job = self.agent.hold("ConfirmTry", self.d, "login", self.session, "user", PIN)
        # Nobody else in the program waits for it.
        self.assertEqual(self.d.state(self.session), "CKS_RW_PUBLIC_SESSION")
        self.assertFalse(self.d.finished(job))
        self.assertEqual(self.mock.counts()["presentations"], 0)
        self.agent.call("release")
        self.assertTrue(self.d.join(job).ok)
        self.assertEqual(self.mock.counts()["presentations"], 1)

    def test_agent_gone(self):
        job = self.agent.hold("ConfirmTry", self.d, "login", self.session, "user", PIN)
        self.agent.process.kill()
        self.assertTrue(self.d.join(job).ok)
        self.assertEqual(self.mock.counts()["presentations"], 1)

    def test_one_use_of_a_key(self):
        self.d.ok("login", self.session, "user", PIN)
        (key,) = self.d.find(self.session, **ALWAYS)
        self.agent.call("answer", "ConfirmTry", "Canceled")
        self.d.ok("signinit", self.session, key, "RSA_PKCS")
        before = self.mock.counts()["presentations"]
        self.assertEqual(self.d.rv("login", self.session, "context", PIN), "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.mock.counts()["presentations"], before)
        self.agent.call("answer", "ConfirmTry")
        self.d.ok("login", self.session, "context", PIN)
        self.d.ok("sign1", self.session, "text:x")


if __name__ == "__main__":
    tap.main()
