#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Security officers and users of one ID in several processes: the rules of PKCS#11 2.40, 5.6."""

from pinfoldtest import softhsm, tap
from scriptedbed import PUBLIC_STATE, TOKEN, USER_STATE, ScriptedCase

SO_STATE = "CKS_RW_SO_FUNCTIONS"
ANOTHER, ALREADY = "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", "CKR_USER_ALREADY_LOGGED_IN"
READ_ONLY, SO_EXISTS = "CKR_SESSION_READ_ONLY_EXISTS", "CKR_SESSION_READ_WRITE_SO_EXISTS"


class Elsewhere(ScriptedCase):
    """An officer is logged in in another process of the ID."""

    agent_args = ("protected",)

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.d.ok("tokeninfo", TOKEN)
        self.session = self.open_as(self.d, 5)
        self.entry = self.agent.entry(5)
        self.agent.call("state", self.entry, "officer")

    def test_sessions_say_their_public_state(self):
        self.assertEqual(self.d.state(self.session), PUBLIC_STATE)
        self.assertEqual(self.d.rv("logout", self.session), "CKR_USER_NOT_LOGGED_IN")

    def test_logins(self):
        for user, pin, expected in (("user", softhsm.PIN, ANOTHER), ("user", "null", ANOTHER),
                                    ("so", softhsm.SO_PIN, ALREADY),
                                    ("so", "null", "CKR_ARGUMENTS_BAD")):
            with self.subTest(user=user, pin=pin):
                self.assertEqual(self.d.rv("login", self.session, user, pin), expected)
        self.assertEqual([call.rv for call in self.spy.logins(self.d.pid)], ["CKR_ARGUMENTS_BAD"])
        self.assertEqual((self.agent.calls("Prompt"), self.agent.calls("BeginOfficer")), (0, 0))

    def test_read_only_sessions(self):
        self.assertEqual(self.d.rv("open", TOKEN, "ro"), SO_EXISTS)
        self.assertEqual((self.backend_sessions(self.d), self.agent.board(self.entry)), (1, (1, 0)))
        self.d.open_session(TOKEN, "rw")
        self.d.ok("appid", "set", 0, 6)
        self.d.open_session(TOKEN, "ro")  # of another ID

    def test_first_session_of_a_process(self):
        other = self.driver()
        other.ok("appid", "set", 0, 5)
        self.assertEqual(other.rv("open", TOKEN, "ro"), SO_EXISTS)
        self.assertEqual(other.state(other.open_session(TOKEN, "rw")), PUBLIC_STATE)

    def test_over(self):
        self.agent.call("state", self.entry, "public")
        self.d.open_session(TOKEN, "ro")
        self.d.ok("login", self.session, "user", softhsm.PIN)


class Own(ScriptedCase):
    """This process's own officer, and what the agent says of others."""

    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.session = self.open_as(self.d, 5)

    def login(self, pin=softhsm.SO_PIN):
        return self.d.rv("login", self.session, "so", pin)

    def told(self):
        return self.agent.calls("BeginOfficer"), self.agent.calls("EndOfficer")

    def test_logout_ends_it(self):
        self.assertEqual(self.login(), "CKR_OK")
        self.assertEqual((self.told(), self.d.state(self.session)), ((1, 0), SO_STATE))
        self.assertEqual(self.login(), ALREADY)
        self.assertEqual(self.told(), (1, 0))
        self.d.ok("logout", self.session)
        self.assertEqual((self.told(), self.d.state(self.session)), ((1, 1), PUBLIC_STATE))

    def test_last_session_ends_it(self):
        self.assertEqual(self.login(), "CKR_OK")
        other = self.d.open_session(TOKEN, "rw")
        self.d.ok("close", self.session)
        self.assertEqual(self.told(), (1, 0))
        self.d.ok("close", other)
        self.assertEqual(self.told(), (1, 1))

    def test_last_session_of_the_id_ends_it_though_others_are_there(self):
        other = self.open_as(self.d, 6)
        self.assertEqual(self.login(), "CKR_OK")
        self.d.ok("close", self.session)
        self.assertEqual((self.told(), self.d.state(other)), ((1, 1), PUBLIC_STATE))
        self.d.ok("login", other, "user", softhsm.PIN)

    def test_wrong_pin_ends_it(self):
        self.assertEqual(self.login("87654321"), "CKR_PIN_INCORRECT")
        self.assertEqual(self.told(), (1, 1))

    def test_refused_by_what_others_do(self):
        for error, expected in (("UserLoggedIn", ANOTHER), ("OfficerLoggedIn", ALREADY),
                                ("ReadOnlyExists", READ_ONLY)):
            with self.subTest(error=error):
                self.agent.call("answer", "BeginOfficer", error)
                self.assertEqual(self.login(), expected)
                self.assertEqual(self.d.state(self.session), PUBLIC_STATE)
        self.assertEqual((self.presented(self.d), self.agent.calls("EndOfficer")), (0, 0))
        read_only = self.d.open_session(TOKEN, "ro")
        self.agent.call("answer", "BeginOfficer", "UserLoggedIn")
        self.assertEqual(self.login(), READ_ONLY)
        self.assertEqual(self.agent.board(self.agent.entry(5)), (2, 1))
        self.d.ok("close", read_only)
        self.assertEqual(self.agent.board(self.agent.entry(5)), (1, 0))

    def test_trouble_with_the_agent_is_none_of_his(self):
        for error in ("NotCached", "Limit"):
            self.agent.call("answer", "BeginOfficer", error)
            self.assertEqual(self.login(), "CKR_OK")
            self.d.ok("logout", self.session)
        self.agent.end()
        self.assertEqual(self.login(), "CKR_OK")
        self.assertEqual(self.d.state(self.session), SO_STATE)

    def test_user_of_the_process(self):
        self.d.ok("login", self.session, "user", softhsm.PIN)
        self.assertEqual(self.login(), ANOTHER)
        self.d.open_session(TOKEN, "ro")
        self.assertEqual(self.login(), READ_ONLY)
        self.assertEqual((self.told(), self.d.state(self.session)), ((0, 0), USER_STATE))

    def test_closed_id_ends_it(self):
        self.assertEqual(self.login(), "CKR_OK")
        self.d.ok("appid", "close", TOKEN, 0, 5)
        self.assertEqual(self.told(), (1, 1))
        session = self.d.open_session(TOKEN, "ro")
        self.assertEqual(self.d.state(session), "CKS_RO_PUBLIC_SESSION")


if __name__ == "__main__":
    tap.main()
