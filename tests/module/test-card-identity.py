#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whose PIN it is: cards that cannot be told apart, with an agent that has not noticed."""

import time
import unittest

from pinfoldtest import Driver, Sandbox, Spy, build_path, readers, tap, wait_for
from pinfoldtest import mock as mock_token
from pinfoldtest.mock import Mock
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


class Turn(CardCase):
    def apdus(self, sign):
        before = self.card.stats()["apdus"]
        sign()
        return self.card.stats()["apdus"] - before

    def test_who_waits_for_the_pin_leaves_the_card_alone(self):
        """It is in the way of the one that has the PIN, which pcscd lets wait as long as it comes."""
        line = "sign", self.session, self.key, *SIGN

        def sign_later():
            job = self.agent.hold("TakePin", self.d, *line)
            time.sleep(0.1)  # what was seen of the card before would be of no use any more
            self.agent.call("release")
            self.assertTrue(self.d.join(job).ok)

        self.assertEqual(self.apdus(sign_later), self.apdus(lambda: self.d.ok(*line)))


class LastTry(CardCase):
    def client(self):
        d = self.pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        return d, d.open_session("@0")

    def test_tries_of_the_card_before(self):
        """OpenSC shows the tries of before a login until there is another card, whose tries count."""
        self.agent.call("answer", "Prompt", "Canceled")
        self.d.ok("logout", self.session)
        d, session = self.client()
        for _ in range(2):
            self.assertEqual(d.rv("login", session, "user", "654321"), "CKR_PIN_INCORRECT")
        d.ok("login", session, "user", readers.PIN)
        self.assertIn("USER_PIN_FINAL_TRY", d.ok("tokeninfo", "@0").flags())
        d.ok("close", session)
        self.card.swap("00000000cafe0002", "Other")
        other, theirs = self.client()
        other.ok("login", theirs, "user", readers.PIN)
        raw = Driver(self.box, self.readers.opensc())
        self.addCleanup(raw.close)
        raw.ok("init")
        session = raw.open_session("@0")
        for _ in range(2):
            self.assertEqual(raw.rv("login", session, "user", "654321"), "CKR_PIN_INCORRECT")
        before = self.presentations()
        session = d.open_session("@0")
        self.assertIn("USER_PIN_FINAL_TRY", d.ok("tokeninfo", "@0").flags())
        self.assertEqual(d.find(session, **PRIVATE), [])
        self.assertEqual(self.presentations(), before)


class MockCase(unittest.TestCase):
    """One process, one mock token; what is between two calls of the module is the test's."""

    agent_args = ()

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.gate = self.box.dir / "gate"
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.agent = ScriptedAgent(self.box, *self.agent_args)
        self.spy = Spy(self.box, self.mock.path)
        self.d = self.pinfold.driver(self.spy)
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.session = self.d.open_session(mode="rw")

    def presentations(self):
        return self.mock.counts()["presentations"]

    def entry(self):
        return self.agent.call("entries").index("0*")

    def stop_at(self, call):
        """The next call of this name waits until open_gate()."""
        self.mock.script(f"{call}=block:{self.gate}@1")

    def open_gate(self):
        self.gate.touch()


class Lent(MockCase):
    """Between TakePin and the backend's C_Login."""

    def setUp(self):
        super().setUp()
        self.d.ok("login", self.session, "user", mock_token.PIN)
        (self.key,) = self.d.find(self.session, **PRIVATE)
        self.before = self.presentations()

    def begin(self):
        """The PIN is lent, the token not looked at yet."""
        self.stop_at("C_GetTokenInfo")
        job = self.d.background("sign", self.session, self.key, "RSA_PKCS", "00")
        wait_for(lambda: self.agent.calls("TakePin") == 1, 5, "the lease")
        return job

    def test_nothing_happens(self):
        job = self.begin()
        self.open_gate()
        self.assertTrue(self.d.join(job).ok)
        self.assertEqual(self.presentations(), self.before + 1)

    def test_removal(self):
        """And the same card is there again when the module looks."""
        job = self.begin()
        self.agent.call("state", self.entry(), "public")
        self.open_gate()
        self.assertEqual(self.d.join(job).rv, "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.presentations(), self.before)

    def test_removal_and_a_new_login(self):
        job = self.begin()
        self.agent.call("state", self.entry(), "public")
        self.agent.call("state", self.entry(), "user")
        self.open_gate()
        self.assertEqual(self.d.join(job).rv, "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.presentations(), self.before)

    def test_forgotten(self):
        self.agent.call("answer", "Prompt", "Canceled")
        job = self.begin()
        self.agent.call("state", self.entry(), "asleep")
        self.open_gate()
        self.assertEqual(self.d.join(job).rv, "CKR_USER_NOT_LOGGED_IN")
        # As anybody who sleeps, it has asked the person.
        self.assertEqual(self.agent.calls("Prompt"), 1)
        self.assertEqual(self.presentations(), self.before)

    def test_card_that_does_not_say_who_it_is(self):
        reports = self.agent.calls("ReportToken")
        self.mock.script("C_GetTokenInfo=CKR_GENERAL_ERROR")
        self.assertEqual(self.d.rv("sign", self.session, self.key, "RSA_PKCS", "00"),
                         "CKR_GENERAL_ERROR")
        self.assertEqual(self.agent.calls("ReportToken"), reports + 1)
        self.assertEqual(self.presentations(), self.before)

    def test_card_that_fails_at_the_login(self):
        reports = self.agent.calls("ReportToken")
        self.mock.script("C_Login=CKR_DEVICE_ERROR@1")
        self.assertEqual(self.d.rv("sign", self.session, self.key, "RSA_PKCS", "00"),
                         "CKR_DEVICE_ERROR")
        self.assertEqual(self.agent.calls("ReportToken"), reports + 1)

    def test_another_card(self):
        reports = self.agent.calls("ReportToken")
        self.mock.script(label="Other")
        self.assertEqual(self.d.rv("sign", self.session, self.key, "RSA_PKCS", "00"),
                         "CKR_DEVICE_REMOVED")
        self.assertGreater(self.agent.calls("ReportToken"), reports)
        self.assertEqual(self.presentations(), self.before)


class Proven(MockCase):
    """Between the backend's C_Login and StoreLogin."""

    def begin(self):
        """The backend has taken the PIN, the snapshot is being taken."""
        self.stop_at("C_FindObjectsInit")
        job = self.d.background("login", self.session, "user", mock_token.PIN)
        wait_for(lambda: self.presentations() == 1, 5, "the login")
        return job

    def test_nothing_happens(self):
        job = self.begin()
        self.open_gate()
        self.assertTrue(self.d.join(job).ok)
        self.assertEqual(self.agent.calls("StoreLogin"), 1)

    def test_removal(self):
        """The login was good; what is in the reader now has not seen it."""
        job = self.begin()
        self.agent.call("changed", self.entry())
        self.open_gate()
        self.assertTrue(self.d.join(job).ok)
        self.assertEqual(self.agent.calls("StoreLogin"), 0)


class Asked(MockCase):
    """Between a dialog and its answer."""

    agent_args = ("protected",)

    def setUp(self):
        super().setUp()
        self.d.ok("login", self.session, "user", mock_token.PIN)  # what the person will type
        self.d.ok("logout", self.session)
        self.d.ok("tokeninfo", "@0")  # which says that Pinfold asks for the PIN
        self.job = self.agent.hold("Prompt", self.d, "login", self.session, "user", "null")
        self.before = len(self.spy.logins(self.d.pid))

    def answer(self):
        """What the login says, and how often the backend was given the PIN."""
        self.agent.call("release")
        rv = self.d.join(self.job).rv
        return rv, len(self.spy.logins(self.d.pid)) - self.before

    def test_nothing_happens(self):
        self.assertEqual(self.answer(), ("CKR_OK", 1))

    def test_another_card(self):
        """And the program has a session on that one already when the person answers."""
        self.mock.insert("MOCK000000000002")
        self.assertNotEqual(self.d.rv("sessioninfo", self.session), "CKR_OK")
        self.d.open_session(mode="rw")
        self.assertEqual(self.answer(), ("CKR_DEVICE_REMOVED", 0))


class Pulled(unittest.TestCase):
    """A card in whose place another one is put that says the same of itself and has another PIN;
    with a real agent."""

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        reader = self.box.readers()
        self.pinfold = Pinfold(self.box, {"opensc": reader.opensc()})
        self.card = reader.card()
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.session = self.d.open_session("@0")
        self.d.ok("login", self.session, "user", readers.PIN)
        (self.key,) = self.d.find(self.session, **PRIVATE)
        self.d.sign(self.session, self.key)

    def swap(self, gap):
        self.card.swap("00000000cafe0001", "Pinfold Test Card", gap=gap, wait=gap > 0)
        self.card.set_pin("999999")
        self.card.reset_stats()

    def assert_refused(self):
        self.assertNotEqual(self.d.rv("sign", self.session, self.key, *SIGN), "CKR_OK")
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_seen_by_the_reader(self):
        self.swap(1.0)
        self.assert_refused()
        self.assert_refused()
        self.assertEqual(self.card.stats()["presentations"], 0)

    def test_within_a_poll_of_the_reader(self):
        """Which PC/SC may not see at all: then it is the card that says no, once."""
        self.swap(0)
        self.assert_refused()
        self.assert_refused()
        self.assertLessEqual(self.card.stats()["presentations"], 1)


if __name__ == "__main__":
    tap.main()
