#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""An application ID of the configuration: who is let into a login that another program made."""

import shutil
import unittest

from pinfoldtest import Sandbox, Spy, build_path, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold

GROUP = "[Misc]\nAppIdMajor = 7\nAppIdMinor = 9"


class Sharing(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.public = softhsm.import_key(self.box, bits=1024)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        self.spy = Spy(self.box, self.backend)
        self.other_program = self.box.dir / "other-program"
        shutil.copy(build_path("tests/driver/pinfold-driver"), self.other_program)

    def rule(self, value):
        """Before the first program: the agent reads it when it starts."""
        self.pinfold.set("sharing", value)

    def program(self, config=GROUP, **kwargs):
        d = self.pinfold.driver(self.spy, config=config, **kwargs)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        return d, d.open_session("=pinfold-test", "rw")

    def logged_in(self):
        d, session = self.program()
        d.ok("login", session, "user", softhsm.PIN)
        return d, session

    def assert_inside(self, d, session):
        self.assertEqual(d.state(session), "CKS_RW_USER_FUNCTIONS")
        (key,) = d.find(session, **{"class": "private_key"})
        softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")
        self.assertFalse(self.spy.logged_in(d.pid))

    def assert_outside(self, d, session):
        self.assertEqual(d.state(session), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])
        self.assertEqual(d.rv("create", session, "class=data", "value=text:x", "private=true"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.spy.logins(d.pid), [])

    def test_allow(self):
        self.rule("allow")
        d, session = self.logged_in()
        other, theirs = self.program(program=self.other_program)
        self.assert_inside(other, theirs)
        self.assertEqual(len(self.spy.logins(other.pid)), 2)  # joining, and the signature
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual(domain["app_id"], "7:9")
        self.assertEqual({m["pid"] for m in domain["members"]}, {d.pid, other.pid})
        # A program without the ID has nothing of it.
        self.assert_outside(*self.program(config=""))
        # Logout in one logs out all, and the next state query already says so.
        other.ok("logout", theirs)
        self.assertEqual(d.state(session), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])

    def test_allow_outlives_the_one_who_logged_in(self):
        self.rule("allow")
        d, _ = self.logged_in()
        other, theirs = self.program(program=self.other_program)
        d.kill()
        self.assert_inside(other, theirs)
        other.close()
        wait_for(lambda: self.pinfold.domains() == [], 5, "the domain to go")

    def test_same_program(self):
        self.rule("same-program")
        self.logged_in()
        self.assert_inside(*self.program())
        self.assert_outside(*self.program(program=self.other_program))

    def test_ask_lets_nobody_in_without_consent(self):
        d, session = self.logged_in()
        other, theirs = self.program()
        self.assert_outside(other, theirs)
        other.ok("login", theirs, "user", softhsm.PIN)  # its own login works, and is a proof
        self.assert_inside(other, theirs)
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual({m["pid"] for m in domain["members"]}, {d.pid, other.pid})
        self.assert_inside(d, session)
        other.ok("logout", theirs)
        self.spy.clear()
        self.assert_outside(other, theirs)
        self.assert_outside(d, session)

    def test_a_drawn_id_is_nobody_elses_to_name(self):
        self.rule("allow")
        d, session = self.program(config="")
        d.ok("login", session, "user", softhsm.PIN)
        (domain,) = self.pinfold.logged_in_domains()
        major, minor = domain["app_id"].split(":")
        self.assert_outside(*self.program(
            config=f"[Misc]\nAppIdMajor = {major}\nAppIdMinor = {minor}"))

    def test_changing_the_rule_forgets(self):
        self.rule("allow")
        d, session = self.logged_in()
        other, theirs = self.program(program=self.other_program)
        self.assertEqual(other.state(theirs), "CKS_RW_USER_FUNCTIONS")
        self.rule("ask")
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the PIN to be forgotten")
        # Who brought the PIN is only asleep, and logs in again.
        self.assertEqual(d.state(session), "CKS_RW_USER_FUNCTIONS")
        d.ok("login", session, "user", softhsm.PIN)
        self.assert_inside(d, session)
        self.spy.clear()
        self.assert_outside(other, theirs)


if __name__ == "__main__":
    tap.main()
