#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""An agent that is silent now and then costs a call no more than one that says nothing."""

import time

from pinfoldtest import softhsm, tap, wait_for
from pinfoldtest.extent import FULL_PLAIN
from scriptedbed import PUBLIC_STATE, TOKEN, ScriptedCase

# What the agent is silent for at first, and what a call may wait in all (DESIGN 4.14).
FIRST_S = 1.5
LIMIT_S = 2


class Silence(ScriptedCase):
    def test_two_questions_of_one_call_share_its_patience(self):
        d = self.driver()
        session = self.open_as(d, 5)
        started = time.monotonic()
        job = self.agent.hold("ConfirmTry", d, "login", session, "user", softhsm.PIN)
        time.sleep(FIRST_S)
        self.agent.call("hold", "StoreLogin")
        self.agent.call("release")
        wait_for(lambda: self.agent.calls("StoreLogin") == 1, 5, "the second question")
        second = time.monotonic()
        self.assertEqual(d.join(job).rv, "CKR_OK")  # as without an agent (DESIGN 4.1)
        ended = time.monotonic()
        # Alone, the second question would have had all of it; a machine that is slow makes it less.
        self.assertLess(ended - second, LIMIT_S - FIRST_S / 2)
        if FULL_PLAIN:
            self.assertLess(ended - started, LIMIT_S + 0.5)

    def held_signature(self):
        """A program whose signature waits for the PIN: the driver, and the job."""
        d = self.driver()
        session, key = self.logged_in(d, 5)
        return d, self.agent.hold("TakePin", d, "signinit", session, key, "SHA256_RSA_PKCS")

    def test_agent_that_is_halted_and_let_go_again_and_again(self):
        """Also one that shows life in between, as it does while other programs are first."""
        d, job = self.held_signature()
        started = time.monotonic()
        for silence in (0.4, FIRST_S):  # what is in time costs no patience
            time.sleep(silence)
            self.agent.call("waiting")
        second = time.monotonic()
        self.assertEqual(d.join(job).rv, "CKR_USER_NOT_LOGGED_IN")
        ended = time.monotonic()
        # Alone, the second silence would have had all of it.
        self.assertLess(ended - second, LIMIT_S - 0.1)
        if FULL_PLAIN:
            self.assertLess(ended - started, 3)

    def test_agent_that_says_in_time_that_others_are_first(self):
        d, job = self.held_signature()
        for _ in range(3):
            time.sleep(0.6)
            self.assertFalse(d.finished(job))
            self.agent.call("waiting")
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, "CKR_OK")

    def test_each_call_has_its_own(self):
        d = self.driver()
        session = self.open_as(d, 5)
        job = self.agent.hold("ConfirmTry", d, "login", session, "user", softhsm.PIN)
        time.sleep(FIRST_S)
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN),
                         "CKR_USER_ALREADY_LOGGED_IN")
        (key,) = d.find(session, **{"class": "private_key"})
        job = self.agent.hold("TakePin", d, "signinit", session, key, "SHA256_RSA_PKCS")
        time.sleep(FIRST_S)
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, "CKR_OK")


class Patience(ScriptedCase):
    """With a person, who may take long, and whose machine may do so as well."""

    agent_args = ("protected",)

    def test_person_is_waited_for_by_a_slow_machine(self):
        d = self.driver()
        job = self.held_prompt(d)
        for _ in range(2):
            time.sleep(FIRST_S)
            self.agent.call("waiting")
        self.assertFalse(d.finished(job))
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, "CKR_OK")


class GivenUp(ScriptedCase):
    """An agent that says nothing may live on; it is to know no sessions that are nobody's."""

    def test_its_board_is_empty(self):
        d = self.driver()
        session = self.open_as(d, 5)
        entry = self.agent.entry(5)
        self.assertEqual(self.agent.board(entry), (1, 0))
        self.agent.call("hold", "StoreLogin")
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN), "CKR_OK")
        self.agent.call("release")

        def is_known_again():
            d.ok("tokeninfo", TOKEN)
            self.open_as(d, 6)
            return self.agent.calls("Hello") == 2

        wait_for(is_known_again, 10, "the agent to be found again")
        self.assertEqual(self.agent.board(entry), (0, 0))

    def test_logout_ends_what_it_keeps_all_the_same(self):
        d = self.driver()
        session = self.open_as(d, 5)
        self.agent.call("answer", "StoreLogin", "NotCached")
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN), "CKR_OK")
        self.agent.call("state", self.agent.entry(5), "user")
        d.ok("logout", session)
        self.assertEqual((d.state(session), self.agent.calls("Logout")), (PUBLIC_STATE, 1))
        self.assertFalse(self.spy.logged_in(d.pid))


if __name__ == "__main__":
    tap.main()
