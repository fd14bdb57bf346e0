#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Application IDs in one process: chosen, opened, closed, several at once."""

from pinfoldtest import softhsm, tap, wait_for
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold
from scriptedbed import BRIEF, PRIVATE, PUBLIC_STATE, TOKEN, USER_STATE, ScriptedAgent, ScriptedCase

GONE = "CKR_SESSION_HANDLE_INVALID"

class Choosing(ScriptedCase):
    def test_sessions_keep_the_id_that_they_were_opened_with(self):
        d = self.driver()
        own = d.open_session(TOKEN, "rw")
        one = self.open_as(d, 5, high=4)
        two = self.open_as(d, 6, high=4)
        self.assertEqual(self.agent.call("entries"), ["0*", str((4 << 32) + 5), str((4 << 32) + 6)])
        d.ok("login", one, "user", softhsm.PIN)
        self.assertEqual([d.state(s) for s in (own, one, two)],
                         [PUBLIC_STATE, USER_STATE, PUBLIC_STATE])

    def test_extremes_and_the_low_32_bits(self):
        d = self.driver()
        top = 2**32 - 1
        for high, low, expected in ((0, 0, 0), (top, top, 2**64 - 1), (top + 1, top + 8, 7),
                                    (2**64 - 1, 3, (top << 32) + 3)):
            with self.subTest(high=high, low=low):
                self.open_as(d, low, high=high)
                self.assertIn(str(expected), self.agent.call("entries"))

    def test_always_ok_and_ended_by_finalize(self):
        d = self.driver()
        d.ok("appid", "set", 0, 9)
        d.ok("finalize")
        d.ok("appid", "set", 0, 9)  # without a library it does nothing
        d.ok("init", "os-locking")
        d.open_session(TOKEN)
        self.assertEqual(self.agent.call("entries"), ["0*"])

    def test_by_the_interface(self):
        d = self.driver()
        d.ok("appid-interface", "set", 1, 2)
        session = d.open_session(TOKEN)
        d.ok("appid-interface", "open", TOKEN, 1, 2)
        self.assertEqual(self.agent.calls("OpenId"), 1)
        d.ok("appid-interface", "close", TOKEN, 1, 2)
        self.assertEqual(d.rv("sessioninfo", session), GONE)

    def test_configured_and_then_set(self):
        d = self.pinfold.driver(config="[Misc]\nAppIdMajor = 2\nAppIdMinor = 4\n")
        self.addCleanup(d.close)
        self.pinfold.write_config(self.pinfold.conf, {"softhsm2": self.backend},
                                  "[Misc]\nAppIdMajor = 2\nAppIdMinor = 4\n")
        d.ok("init", "os-locking")
        d.open_session(TOKEN)
        self.open_as(d, 5)
        self.assertEqual(self.agent.call("entries"), [str((2 << 32) + 4), "5"])


class Opening(ScriptedCase):
    def test_needs_no_session_and_makes_the_first_contact(self):
        d = self.driver()
        d.ok("slots", "present")
        self.assertEqual(self.agent.calls("Hello"), 0)
        d.ok("appid", "open", TOKEN, 7, 9)
        self.assertEqual((self.agent.calls("Hello"), self.agent.calls("OpenId")), (1, 1))
        d.ok("appid", "close", TOKEN, 7, 9)
        self.assertEqual((self.agent.calls("CloseId"), self.presented(d)), (1, 0))

    def test_slots(self):
        d = self.driver()
        for verb in ("open", "close"):
            self.assertEqual(d.rv("appid", verb, 99999, 7, 9), "CKR_SLOT_ID_INVALID")
        d.ok("finalize")
        for verb in ("open", "close"):
            self.assertEqual(d.rv("appid", verb, 0, 7, 9), "CKR_CRYPTOKI_NOT_INITIALIZED")

    def test_no_token(self):
        mock = Mock(self.box)
        with Pinfold(self.box, {"mock": mock.path}).driver(env=mock.env) as d:
            d.ok("init", "os-locking")
            slot = d.ok("slots", "present")["slots"].split(",")[0]
            mock.remove()
            for verb in ("open", "close"):
                self.assertEqual(d.rv("appid", verb, slot, 7, 9), "CKR_TOKEN_NOT_PRESENT")
            mock.insert()
            for verb in ("open", "close"):
                d.ok("appid", verb, slot, 7, 9)

    def test_refused_by_the_agent_or_without_one(self):
        d = self.driver()
        self.agent.call("answer", "OpenId", "Limit")
        self.assertEqual(d.rv("appid", "open", TOKEN, 7, 9), "CKR_FUNCTION_FAILED")
        self.agent.end()
        session = self.open_as(d, 9, high=7)
        for verb in ("open", "close"):
            self.assertEqual(d.rv("appid", verb, TOKEN, 7, 9), "CKR_FUNCTION_FAILED")
        d.ok("sessioninfo", session)

    def test_token_without_login(self):
        mock = Mock(self.box)
        mock.script(login_required=False)
        with Pinfold(self.box, {"mock": mock.path}).driver(env=mock.env) as d:
            d.ok("init", "os-locking")
            d.ok("appid", "set", 7, 9)
            session, other = d.open_session("@0"), d.open_session("@0")
            d.ok("appid", "open", "@0", 7, 9)
            d.ok("appid", "close", "@0", 7, 8)
            d.ok("sessioninfo", session)
            d.ok("appid", "close", "@0", 7, 9)
            for handle in (session, other):
                self.assertEqual(d.rv("sessioninfo", handle), GONE)


class Closing(ScriptedCase):
    def test_elsewhere_closes_all_sessions_of_the_id(self):
        d = self.driver()
        session, key = self.logged_in(d, 5)
        other, third = d.open_session(TOKEN), d.open_session(TOKEN, "rw")
        own = self.open_as(d, 6)
        d.ok("create", other, *BRIEF)
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        entry = self.agent.entry(5)
        self.assertTrue(self.spy.logged_in(d.pid))
        self.agent.call("close-id", entry)
        self.assertEqual(d.rv("sessioninfo", third), GONE)  # any call of theirs notices for all
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual((self.backend_sessions(d), self.agent.board(entry)), (1, (0, 0)))
        for handle in (session, other, third):
            for call in (("sign1", handle, "00"), ("findinit", handle), ("close", handle),
                         ("login", handle, "user", softhsm.PIN), ("random", handle, 4)):
                self.assertEqual(d.rv(*call), GONE)
        self.assertEqual(d.state(own), PUBLIC_STATE)
        self.assertEqual(self.presented(d), 2)  # the login and the object's window

    def test_sessions_opened_since_are_new(self):
        d = self.driver()
        session, _ = self.logged_in(d, 5)
        before = self.agent.calls("SessionsChanged")
        self.agent.call("close-id", self.agent.entry(5))
        new = d.open_session(TOKEN, "rw")  # this call notices
        self.assertEqual((self.backend_sessions(d), self.agent.board(self.agent.entry(5))),
                         (1, (1, 0)))
        self.assertEqual(self.agent.calls("SessionsChanged"), before + 1)
        self.assertEqual(d.state(new), PUBLIC_STATE)
        d.ok("login", new, "user", softhsm.PIN)
        (key,) = d.find(new, **PRIVATE)
        d.sign(new, key)
        self.assertEqual(d.rv("close", session), GONE)
        d.ok("close", new)

    def test_own_sessions_are_closed_when_it_returns(self):
        d = self.driver()
        session, _ = self.logged_in(d, 5)
        other = self.open_as(d, 6)
        d.ok("appid", "close", TOKEN, 0, 5)
        self.assertEqual(self.backend_sessions(d), 1)
        self.assertEqual(d.rv("close", session), GONE)
        d.ok("close", other)
        d.ok("appid", "close", TOKEN, 0, 5)  # again, and what nobody uses

    def test_session_in_use_ends_with_its_call(self):
        d = self.driver()
        session, key = self.logged_in(d, 5)
        other = d.open_session(TOKEN)
        job = self.agent.hold("TakePin", d, "signinit", session, key, "SHA256_RSA_PKCS")
        self.agent.call("close-id", self.agent.entry(5))
        self.assertEqual(d.rv("close", other), GONE)
        self.assertEqual((d.rv("close", session), d.finished(job)), (GONE, False))
        self.assertEqual(self.backend_sessions(d), 1)
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual((self.backend_sessions(d), self.spy.logged_in(d.pid)), (0, False))

    def test_new_agent_begins_anew(self):
        d = self.driver()
        session = self.open_as(d, 5)
        for _ in range(3):
            self.agent.call("close-id", self.agent.entry(5))
            self.assertEqual(d.rv("sessioninfo", session), GONE)
            session = self.open_as(d, 5)
        self.agent.end()
        d.ok("sessioninfo", session)
        self.agent = ScriptedAgent(self.box)

        def is_registered():
            d.ok("close", d.open_session(TOKEN))
            d.cmd("login", session, "user", softhsm.PIN)
            d.cmd("logout", session)
            return self.agent.call("entries") == ["5"]

        wait_for(is_registered, 10, "contact with the new agent", step=0.2)
        d.ok("sessioninfo", session)
        self.agent.call("close-id", 0)
        self.assertEqual(d.rv("sessioninfo", session), GONE)

    def test_closed_while_the_agent_was_alive(self):
        d = self.driver()
        session = self.open_as(d, 5)
        self.agent.call("close-id", self.agent.entry(5))
        self.agent.end()
        self.assertEqual(d.rv("sessioninfo", session), GONE)

    def test_threads(self):
        d = self.driver()
        for _ in range(5):
            jobs = []
            for _ in range(6):
                session = self.open_as(d, 5)
                jobs.append(d.background("times=200", "try", "sessioninfo", session, ";", "try",
                                         "random", session, 4))
            self.agent.call("close-id", self.agent.entry(5))
            for job in jobs:
                d.join(job)
            for session in (self.open_as(d, 5),):
                d.ok("close", session)
            self.assertEqual(self.backend_sessions(d), 0)


class ClosingUnderAPrompt(ScriptedCase):
    agent_args = ("protected",)

    def test_the_answer_is_not_presented(self):
        d = self.driver()
        job = self.held_prompt(d)
        self.agent.call("close-id", self.agent.entry(5))
        self.agent.call("release")
        self.assertEqual(d.join(job).rv, GONE)
        self.assertEqual((self.presented(d), self.backend_sessions(d)), (0, 0))


class Together(ScriptedCase):
    """Two IDs of one process on one token."""

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.session, self.key = self.logged_in(self.d, 5)
        self.other = self.open_as(self.d, 6)

    def hold_window(self):
        self.d.ok("signinit", self.session, self.key, "SHA256_RSA_PKCS")
        self.assertTrue(self.spy.logged_in(self.d.pid))

    def assert_finishes(self):
        signature = self.d.ok("sign1", self.session, "text:x").data()
        softhsm.verify_signature(self.public, signature, b"x")

    def test_nothing_private_in_anothers_window(self):
        self.hold_window()
        self.assert_nothing_private(self.d, self.other, self.key)
        self.assert_finishes()
        self.assertEqual(self.d.find(self.session, label="y"), [])

    def test_nor_with_handles_of_its_own_login_before(self):
        d = self.d
        d.ok("login", self.other, "user", softhsm.PIN)
        (old,) = d.find(self.other, **PRIVATE)
        d.ok("logout", self.other)
        self.hold_window()
        self.assert_nothing_private(d, self.other, old)
        self.assert_finishes()

    def test_nor_when_it_is_not_known_to_the_agent(self):
        self.agent.call("answer", "SessionsChanged", "Limit")
        third = self.open_as(self.d, 7)
        self.hold_window()
        self.assert_nothing_private(self.d, third, self.key)
        self.assert_finishes()

    def test_logout_of_one_leaves_the_other_alone(self):
        d = self.d
        d.ok("login", self.other, "user", softhsm.PIN)
        (key,) = d.find(self.other, **PRIVATE)
        self.assertNotEqual(key, self.key)
        d.ok("create", self.other, *BRIEF)
        self.hold_window()
        d.ok("logout", self.other)
        self.assertEqual(d.state(self.other), PUBLIC_STATE)
        self.assert_nothing_private(d, self.other, key)
        self.assert_finishes()
        self.assertFalse(self.spy.logged_in(d.pid))
        d.sign(self.session, self.key)
        # What its login had made is not there in the next one, though the backend stayed logged in.
        d.ok("login", self.other, "user", softhsm.PIN)
        self.assertEqual(d.find(self.other, label="brief"), [])

    def test_private_session_objects_are_of_their_id(self):
        d = self.d
        d.ok("login", self.other, "user", softhsm.PIN)
        made = d.ok("create", self.other, *BRIEF)["object"]
        third = self.open_as(d, 5)
        self.hold_window()
        self.assertEqual(d.find(third, label="brief"), [])
        self.assertEqual(d.rv("getattr", third, made, "label"), "CKR_OBJECT_HANDLE_INVALID")
        self.assertEqual(d.find(self.other, label="brief"), [int(made)])
        d.ok("logout", self.other)
        self.assertEqual(d.find(third, label="brief"), [])
        self.assert_finishes()

    def test_asleep_does_not_use_anothers_window(self):
        d = self.d
        d.ok("login", self.other, "user", softhsm.PIN)
        (key,) = d.find(self.other, **PRIVATE)
        self.agent.call("state", self.agent.entry(6), "asleep")
        self.agent.call("answer", "Prompt", "Canceled")
        self.hold_window()
        self.assertEqual(d.rv("signinit", self.other, key, "SHA256_RSA_PKCS"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.agent.calls("Prompt"), 1)
        self.assert_finishes()

    def test_both_use_one_window(self):
        d = self.d
        d.ok("login", self.other, "user", softhsm.PIN)
        (key,) = d.find(self.other, **PRIVATE)
        before = self.presented(d)
        self.hold_window()
        d.sign(self.other, key)
        self.assertEqual(self.presented(d), before + 1)
        self.assert_finishes()


if __name__ == "__main__":
    tap.main()
