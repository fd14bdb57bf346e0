#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tokens whose private keys are all for signatures that a person gives one by one: their PIN is not
kept, and the module looks at keys no more often than it must."""

import unittest

from pinfoldtest import (Driver, Sandbox, Spy, build_path, certificates, readers, softhsm, tap,
                         wait_for)
from pinfoldtest.mock import PIN as MOCK_PIN
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold
from scriptedbed import USER_STATE, ScriptedCase

PIN = softhsm.PIN
PRIVATE = {"class": "private_key"}
NON_REPUDIATION = certificates.make("content_commitment")
BOTH = certificates.make("digital_signature", "content_commitment")
NO_USAGE = certificates.make()


# What is in a token: each is an ID and True (a key that always asks), False (one that does not), or the
# bytes of a certificate; and whether its PIN is kept.
TOKENS = {
    "no key": ((), True),
    "every key asks": ((("01", True), ("02", True)), False),
    "some keys ask": ((("01", True), ("02", False)), True),
    "certificate for signatures only": ((("01", False), ("01", NON_REPUDIATION)), False),
    "certificate for more": ((("01", False), ("01", BOTH)), True),
    "certificate without a key usage": ((("01", False), ("01", NO_USAGE)), True),
    "key without a certificate": ((("01", False), ("02", NON_REPUDIATION)), True),
    "asks, and by its certificate": (
        (("01", True), ("02", False), ("02", NON_REPUDIATION)), False),
    "two by their certificates": ((("01", False), ("01", NON_REPUDIATION),
                                   ("02", False), ("02", NON_REPUDIATION)), False),
    "one of two": ((("01", False), ("01", NON_REPUDIATION), ("02", False), ("02", BOTH)), True),
}


def make_objects(box, backend, *objects, label="pinfold-test", driver=None):
    """In the token LABEL, by a DRIVER of the backend's own."""
    if driver is None:
        with Driver(box, backend) as d:
            d.ok("init")
            make_objects(box, backend, *objects, label=label, driver=d)
        return
    session = driver.open_session(f"={label}", "rw")
    driver.ok("login", session, "user", PIN)
    for key_id, what in objects:
        if isinstance(what, bytes):
            driver.ok("create", session, "class=certificate", "certificate_type=0", f"id={key_id}",
                      "token=true", "private=false", "subject=fill:4:30", f"value={what.hex()}")
        else:
            driver.ok("genkeypair", session, "ec", 256, f"id={key_id}", "token=true",
                      "priv.private=true", f"priv.always_authenticate={str(what).lower()}")
    driver.ok("close", session)


class SignatureKeys(unittest.TestCase):
    """SoftHSM, and a real agent."""

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        self.spy = Spy(self.box, self.backend)

    def driver(self):
        d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        return d

    def logged_in(self, d=None, label="pinfold-test"):
        d = d or self.driver()
        session = d.open_session(f"={label}", "rw")
        d.ok("login", session, "user", PIN)
        self.assertEqual(d.state(session), USER_STATE)
        return d, session

    def test_tokens(self):
        for label in TOKENS:
            softhsm.init_token(self.box, label)
        with Driver(self.box, self.backend) as direct:
            direct.ok("init")
            for label, (objects, _) in TOKENS.items():
                make_objects(self.box, self.backend, *objects, label=label, driver=direct)
        d = self.driver()
        for label, (objects, is_kept) in TOKENS.items():
            with self.subTest(label):
                _, session = self.logged_in(d, label)
                self.assertEqual(len(self.pinfold.logged_in_domains()), int(is_kept))
                # Else the program's own login is the backend's, and works as without Pinfold.
                self.assertEqual(self.spy.logged_in(d.pid), not is_kept)
                keys = d.find(session, **PRIVATE)
                self.assertEqual(len(keys), sum(not isinstance(what, bytes) for _, what in objects))
                d.ok("logout", session)
                self.assertFalse(self.spy.logged_in(d.pid))
                d.ok("close", session)

    def test_rule_of_the_person(self):
        make_objects(self.box, self.backend, ("01", True))
        uri = "pkcs11:token=pinfold-test"
        self.pinfold.set("tokens", f"{{'{uri}': {{'mode': <'process'>}}}}")
        d, session = self.logged_in()
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_key_that_is_made_later(self):
        """The next login sees it."""
        d, session = self.logged_in()
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        d.ok("genkeypair", session, "ec", 256, "id=01", "token=true", "priv.private=true",
             "priv.always_authenticate=true")
        d.ok("logout", session)
        d.ok("login", session, "user", PIN)
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        # What is said of a token is not taken back, whatever is made in it.
        d.ok("genkeypair", session, "ec", 256, "id=02", "token=true", "priv.private=true")
        d.ok("logout", session)
        d.ok("login", session, "user", PIN)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_after_the_agent(self):
        make_objects(self.box, self.backend, ("01", True))
        d, session = self.logged_in()
        d.ok("logout", session)
        agent = self.pinfold.agent_pid()
        self.pinfold.ctl("status")
        self.box.run("kill", str(agent))
        wait_for(lambda: agent not in self.pinfold.agent_pids(), 10, "the agent's end")
        self.pinfold.start_agent()
        d.ok("close", session)
        wait_for(lambda: self.pinfold.status()["domains"] == [], 5, "the new agent")
        self.logged_in(d)
        self.assertEqual(self.pinfold.logged_in_domains(), [])


class Looks(ScriptedCase):
    """How often keys are looked at, and the agent told."""

    def searches(self, d):
        return self.spy.counts(d.pid, "CKR_OK")["C_FindObjectsInit"]

    def log_in_again(self, d, session):
        """Searches of another login."""
        d.ok("logout", session)
        before = self.searches(d)
        d.ok("login", session, "user", PIN)
        return self.searches(d) - before

    def test_ordinary_token(self):
        d = self.driver()
        before = self.searches(d)
        session, key = self.logged_in(d, 7)
        first = self.searches(d) - before
        d.sign(session, key)
        again = self.log_in_again(d, session)
        self.assertLess(again, first)
        self.assertEqual(self.agent.calls("ReportKeys"), 0)

    def test_once_in_an_insertion(self):
        make_objects(self.box, self.backend, ("01", BOTH))
        d = self.driver()
        session, key = self.logged_in(d, 7)
        self.assertEqual(self.agent.calls("ReportKeys"), 1)
        d.sign(session, key)
        again = self.log_in_again(d, session)
        self.assertEqual(self.agent.calls("ReportKeys"), 1)
        self.agent.call("changed", self.agent.entry(7))
        self.assertGreater(self.log_in_again(d, session), again)
        self.assertEqual(self.agent.calls("ReportKeys"), 2)

    def test_another_certificate_is_read_only_if_it_matters(self):
        make_objects(self.box, self.backend, ("01", NON_REPUDIATION), ("02", False),
                     ("02", NON_REPUDIATION))
        for app_id, answer, calls in ((7, 0, 1), (8, 1, 3)):
            self.agent.call("keys", answer)
            d = self.driver()
            d.ok("login", self.open_as(d, app_id), "user", PIN)
            self.assertEqual(self.agent.calls("ReportKeys"), calls)

    def test_agent_that_does_not_know_of_it(self):
        """It is told again at each login, which fails for nothing."""
        make_objects(self.box, self.backend, ("01", BOTH))
        self.agent.call("answer", "ReportKeys", "Limit")
        d = self.driver()
        session, _ = self.logged_in(d, 7)
        self.log_in_again(d, session)
        self.assertEqual(self.agent.calls("ReportKeys"), 2)
        self.assertEqual(d.state(session), USER_STATE)


class Unreadable(unittest.TestCase):
    """A backend that does not tell its keys."""

    def test_search_fails(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        mock = Mock(self.box)
        mock.script("C_FindObjectsInit=CKR_DEVICE_MEMORY")
        self.box.env |= mock.env
        self.pinfold = Pinfold(self.box, {"mock": mock.path})
        d = self.pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        session = d.open_session(mode="rw")
        d.ok("login", session, "user", MOCK_PIN)
        self.assertEqual(d.state(session), USER_STATE)
        self.assertEqual(mock.counts()["presentations"], 1)


class Card(unittest.TestCase):
    """A PIV card, one of whose keys, 9C, asks each time."""

    def test_one_key_is_not_every_key(self):
        box = Sandbox(bus=False, services=False)
        self.addCleanup(box.close)
        box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        reader = box.readers()
        pinfold = Pinfold(box, {"opensc": reader.opensc()})
        reader.card()
        d = pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        d.ok("login", d.open_session("@0"), "user", readers.PIN)
        self.assertEqual(len(pinfold.logged_in_domains()), 1)


if __name__ == "__main__":
    tap.main()
