#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Logins that come and go over a program's head: another process, or the person, decides."""

from pinfoldtest import softhsm, tap, wait_for
from scriptedbed import (BRIEF, PRIVATE, PUBLIC_STATE, REFUSALS, TOKEN, USER_STATE,
                         ScriptedCase)

ENDED = "CKR_OPERATION_NOT_INITIALIZED"


class Lost(ScriptedCase):
    """A login is taken away, as when a consent is revoked."""

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.session, self.key = self.logged_in(self.d, 5)
        self.other = self.d.open_session(TOKEN, "rw")
        self.entry = self.agent.entry(5)

    def lose(self):
        self.agent.call("state", self.entry, "public")

    def test_next_call_says_so(self):
        self.lose()
        self.assertEqual(self.d.state(self.session), PUBLIC_STATE)
        self.agent.call("state", self.entry, "user")
        self.assertEqual(self.d.state(self.session), USER_STATE)

    def test_nothing_private_is_left(self):
        d = self.d
        made = d.ok("create", self.other, *BRIEF)["object"]
        d.ok("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        before = self.presented(d)
        self.lose()
        # One that did none of this sees nothing of it, though nothing else has been called.
        third = d.open_session(TOKEN, "rw")
        self.assert_nothing_private(d, third, self.key)
        self.assert_nothing_private(d, self.other, made)
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(d.rv("sign1", self.session, "text:x"), ENDED)
        self.assert_nothing_private(d, self.session, self.key)
        self.assertEqual(self.presented(d), before)

    def test_operations_in_parts_are_over(self):
        d = self.d
        for mechanism, update, final in (("SHA256_RSA_PKCS", ("signupdate",), ("signfinal",)),
                                         ("SHA256_RSA_PKCS", (), ("sign1", "00")),
                                         ("RSA_PKCS", (), ("sign1", "00"))):
            with self.subTest(mechanism=mechanism, update=update):
                d.ok("signinit", self.session, self.key, mechanism)
                for verb in update:
                    d.ok(verb, self.session, "text:x")
                self.lose()
                self.assertEqual(d.rv(final[0], self.session, *final[1:]), ENDED)
                d.ok("login", self.session, "user", softhsm.PIN)
                (self.key,) = d.find(self.session, **PRIVATE)
                d.sign(self.session, self.key)

    def test_decryption_is_over(self):
        d = self.d
        (public,) = d.find(self.session, **{"class": "public_key"})
        data = d.ok("encrypt", self.session, public, "RSA_PKCS", "text:x")["data"]
        d.ok("decryptinit", self.session, self.key, "RSA_PKCS")
        self.lose()
        self.assertEqual(d.rv("decrypt1", self.session, data), ENDED)
        d.ok("digest", self.session, "SHA256", "00")

    def test_another_operation_can_begin_at_once(self):
        d = self.d
        d.ok("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        self.lose()
        d.ok("digest", self.session, "SHA256", "00")
        self.assertEqual(d.find(self.session, **PRIVATE), [])

    def test_search_that_was_begun_tells_nothing_more(self):
        d = self.d
        d.ok("findinit", self.session)
        self.lose()
        found = d.ok("findnext", self.session, 20).numbers("objects")
        d.ok("findfinal", self.session)
        self.assertTrue(found)
        self.assertNotIn(self.key, found)

    def test_own_logout_leaves_operations_to_the_backend(self):
        d = self.d
        d.ok("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        d.ok("logout", self.other)
        signature = d.ok("sign1", self.session, "text:x").data()
        softhsm.verify_signature(self.public, signature, b"x")

    def test_new_login_elsewhere_has_its_own_handles(self):
        d = self.d
        d.ok("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        self.lose()
        self.agent.call("state", self.entry, "user")
        self.assertEqual(d.rv("sign1", self.session, "00"), ENDED)
        self.assertIn(d.rv("signinit", self.session, self.key, "SHA256_RSA_PKCS"), REFUSALS)
        (key,) = d.find(self.session, **PRIVATE)
        self.assertNotEqual(key, self.key)
        d.sign(self.session, key)


class LetIn(ScriptedCase):
    """C_Login without a PIN, answered by a login that others have made."""

    agent_args = ("protected",)

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.d.ok("tokeninfo", TOKEN)
        self.session = self.open_as(self.d, 5)
        self.agent.call("pin", self.agent.entry(5), softhsm.PIN)

    def test_nothing_is_presented(self):
        d = self.d
        self.agent.call("answer", "Prompt", "LoggedIn")
        d.ok("login", self.session, "user", "null")
        self.assertEqual((d.state(self.session), self.presented(d)), (USER_STATE, 0))
        (key,) = d.find(self.session, **PRIVATE)
        self.assertEqual(self.presented(d), 1)  # for the snapshot
        d.find(self.session, **PRIVATE)
        self.assertEqual(self.presented(d), 1)
        d.sign(self.session, key)
        self.assertEqual(d.rv("login", self.session, "user", "null"), "CKR_USER_ALREADY_LOGGED_IN")
        self.assertEqual(self.agent.calls("Prompt"), 1)

    def test_refused(self):
        self.agent.call("answer", "Prompt", "Canceled")
        self.assertEqual(self.d.rv("login", self.session, "user", "null"), "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.d.state(self.session), PUBLIC_STATE)
        self.assertEqual(self.d.find(self.session, **PRIVATE), [])
        self.d.ok("login", self.session, "user", softhsm.PIN)

    def test_waits_for_the_person(self):
        self.agent.call("answer", "Prompt", "LoggedIn")
        job = self.agent.hold("Prompt", self.d, "login", self.session, "user", "null")
        self.assertEqual(self.d.state(self.session), PUBLIC_STATE)
        self.assertFalse(self.d.finished(job))
        self.agent.call("release")
        self.assertTrue(self.d.join(job).ok)


class Asleep(ScriptedCase):
    """The PIN was forgotten, and a person is to give it again."""

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.session, self.key = self.logged_in(self.d, 5)
        entry = self.agent.entry(5)
        self.agent.call("state", entry, "asleep")
        self.agent.call("pin", entry, softhsm.PIN)

    def begin(self, answer):
        """A signature; the state of its session after that."""
        self.agent.call("answer", "Prompt", answer)
        rv = self.d.rv("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        self.assertEqual(rv, "CKR_USER_NOT_LOGGED_IN")
        return self.d.state(self.session)

    def test_public_without_the_person(self):
        self.assertEqual(self.begin("Canceled"), PUBLIC_STATE)

    def test_public_where_nobody_can_be_asked(self):
        self.assertEqual(self.begin("NoPrompter"), PUBLIC_STATE)

    def test_one_question_too_many_ends_no_login(self):
        """Those of other threads may be answered yet."""
        self.assertEqual(self.begin("Limit"), USER_STATE)
        self.assertEqual(self.agent.calls("Logout"), 0)
        self.agent.call("answer", "Prompt")
        self.d.sign(self.session, self.key)


class Closed(ScriptedCase):
    """A session that another thread closes while it is logged in."""

    agent_args = ("protected",)

    def test_the_next_one_is_public(self):
        d = self.driver()
        d.ok("tokeninfo", TOKEN)
        session = self.open_as(d, 5)
        self.agent.call("answer", "StoreLogin", "NotCached")
        self.agent.call("hold", "StoreLogin")
        job = d.background("login", session, "user", softhsm.PIN)
        wait_for(lambda: self.agent.calls("StoreLogin") == 1, 5, "the token to take the PIN")
        d.ok("close", session)
        self.agent.call("release")
        self.assertTrue(d.join(job).ok)
        again = self.open_as(d, 5)
        self.agent.call("answer", "Prompt", "Canceled")
        self.assertEqual(d.rv("login", again, "user", "null"), "CKR_FUNCTION_CANCELED")
        d.ok("login", again, "user", softhsm.PIN)
        self.assertEqual(d.state(again), USER_STATE)
        self.assertEqual(d.rv("login", again, "user", "null"), "CKR_USER_ALREADY_LOGGED_IN")


class Invalid(ScriptedCase):
    """A session that its backend calls invalid: once, or whenever it is asked."""

    def board(self):
        return self.agent.board(self.agent.entry(5))

    def test_counts_again_with_a_login(self):
        d = self.driver(fail="C_GetSessionInfo=CKR_SESSION_HANDLE_INVALID@1")
        session = self.open_as(d, 5)
        self.assertEqual(d.rv("sessioninfo", session), "CKR_SESSION_HANDLE_INVALID")
        self.assertEqual(self.board(), (0, 0))
        self.agent.call("answer", "StoreLogin", "NotCached")
        d.ok("login", session, "user", softhsm.PIN)
        self.assertEqual(self.board(), (1, 0))
        self.assertEqual(d.state(session), USER_STATE)
        self.assertEqual(len(d.find(session, **PRIVATE)), 1)
        d.ok("close", session)
        self.assertEqual(self.board(), (0, 0))
        self.assertEqual(d.state(self.open_as(d, 5)), PUBLIC_STATE)

    def test_does_not_count_while_it_is_dead(self):
        d = self.driver(fail="C_Login=CKR_SESSION_HANDLE_INVALID")
        session = self.open_as(d, 5)
        for _ in range(2):
            self.assertEqual(d.rv("login", session, "user", softhsm.PIN),
                             "CKR_SESSION_HANDLE_INVALID")
            self.assertEqual(self.board(), (0, 0))
        d.ok("close", session)
        self.open_as(d, 5)
        self.assertEqual(self.board(), (1, 0))


if __name__ == "__main__":
    tap.main()
