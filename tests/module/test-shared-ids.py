#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Application IDs over several processes, with the real agent; who has a right to a login is not
the subject here: everybody is let in."""

import unittest

from pinfoldtest import Sandbox, Spy, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold

TOKEN = "=pinfold-test"
GONE = "CKR_SESSION_HANDLE_INVALID"
PUBLIC, USER = "CKS_RW_PUBLIC_SESSION", "CKS_RW_USER_FUNCTIONS"
ANOTHER, ALREADY = "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", "CKR_USER_ALREADY_LOGGED_IN"
READ_ONLY, SO_EXISTS = "CKR_SESSION_READ_ONLY_EXISTS", "CKR_SESSION_READ_WRITE_SO_EXISTS"


class SharedCase(unittest.TestCase):
    spy_options = {}

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        for label in ("pinfold-test", "second"):
            softhsm.init_token(self.box, label=label)
            softhsm.import_key(self.box, bits=1024, token=label)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        self.pinfold.set("sharing", "allow")
        self.spy = Spy(self.box, self.backend, **self.spy_options)

    def process(self, high=7, low=9):
        d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        d.ok("appid", "set", high, low)
        return d

    def logged_in(self, token=TOKEN):
        d = self.process()
        session = d.open_session(token, "rw")
        d.ok("login", session, "user", softhsm.PIN)
        return d, session

    def assert_works(self, d, session):
        self.assertEqual(d.state(session), USER)
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)

    def sessions(self):
        return sum(m["sessions"] for domain in self.pinfold.domains() for m in domain["members"])

    def wait_lingering(self, d, session):
        """The program's window stays open behind its last signature."""
        self.pinfold.set("release-delay", "60000")

        def lingers():
            self.assert_works(d, session)
            return self.spy.logged_in(d.pid)

        wait_for(lingers, 5, "the setting to be in force")


class Closing(SharedCase):
    """Sessions that are closed at once take time to end in the backend."""

    spy_options = {"delay": "C_CloseSession=400"}

    def test_window_that_lingers_ends_with_the_last_two(self):
        self.logged_in()
        two = self.process()
        sessions = [two.open_session(TOKEN, "rw") for _ in range(2)]
        self.wait_lingering(two, sessions[0])
        for job in [two.background("close", session) for session in sessions]:
            self.assertTrue(two.join(job).ok)
        self.assertFalse(self.spy.logged_in(two.pid))
        self.assert_works(two, two.open_session(TOKEN, "rw"))


class Ids(SharedCase):
    def test_login_and_logout_are_shared(self):
        one, session = self.logged_in()
        two = self.process()
        theirs = two.open_session(TOKEN, "rw")
        self.assert_works(two, theirs)
        self.assertEqual(two.state(two.open_session("=second", "rw")), PUBLIC)
        two.ok("appid", "set", 7, 10)
        self.assertEqual(two.state(two.open_session(TOKEN, "rw")), PUBLIC)
        one.ok("logout", session)
        self.assertEqual(two.state(theirs), PUBLIC)

    def test_last_session_ends_the_login_unless_opened(self):
        for is_open in (False, True):
            with self.subTest(is_open=is_open):
                if is_open:
                    self.process().ok("appid", "open", TOKEN, 7, 9)
                one, session = self.logged_in()
                one.ok("close", session)
                self.assertEqual(one.state(one.open_session(TOKEN, "rw")),
                                 USER if is_open else PUBLIC)
                one.close()
                self.assertEqual(len(self.pinfold.logged_in_domains()), is_open)
        two = self.process()
        self.assert_works(two, two.open_session(TOKEN, "rw"))
        two.close()
        three = self.process(0, 1)
        three.ok("appid", "close", TOKEN, 7, 9)
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        four = self.process()
        self.assertEqual(four.state(four.open_session(TOKEN, "rw")), PUBLIC)

    def test_window_that_lingers_ends_with_its_last_session(self):
        one, session = self.logged_in()
        two = self.process()
        theirs = two.open_session(TOKEN, "rw")
        self.wait_lingering(two, theirs)
        two.ok("close", theirs)
        self.assertFalse(self.spy.logged_in(two.pid))
        self.assert_works(two, two.open_session(TOKEN, "rw"))

    def test_closed_in_every_process(self):
        one, session = self.logged_in()
        two = self.process()
        theirs = [two.open_session(TOKEN, "rw"), two.open_session(TOKEN)]
        (key,) = two.find(theirs[0], **{"class": "private_key"})
        two.ok("signinit", theirs[0], key, "SHA256_RSA_PKCS")
        elsewhere = two.open_session("=second", "rw")
        three = self.process(0, 1)
        other_id = three.open_session(TOKEN, "rw")
        three.ok("appid", "close", TOKEN, 7, 9)
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        self.assertEqual(two.rv("sign1", theirs[0], "00"), GONE)
        self.assertEqual(two.rv("close", theirs[1]), GONE)
        self.assertEqual(one.rv("close", session), GONE)
        self.assertFalse(self.spy.logged_in(two.pid))
        self.assertEqual([two.state(elsewhere), three.state(other_id)], [PUBLIC, PUBLIC])
        self.assertEqual(self.sessions(), 2)
        again = two.open_session(TOKEN, "rw")
        two.ok("login", again, "user", softhsm.PIN)
        self.assert_works(two, again)
        two.ok("close", again)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_closed_sessions_of_an_idle_process_do_not_count(self):
        idle = self.process()
        old = idle.open_session(TOKEN, "ro")
        self.process(0, 1).ok("appid", "close", TOKEN, 7, 9)
        one, session = self.logged_in()
        self.assertEqual(self.sessions(), 1)
        one.ok("close", session)
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        session = one.open_session(TOKEN, "rw")
        one.ok("login", session, "so", softhsm.SO_PIN)  # no read-only session is in the way
        one.ok("logout", session)
        one.ok("login", session, "user", softhsm.PIN)
        theirs = idle.open_session(TOKEN, "rw")
        one.ok("close", session)
        self.assert_works(idle, theirs)
        self.assertEqual((idle.rv("close", old), self.sessions()), (GONE, 1))

    def test_extremes(self):
        top = 2**32 - 1
        for high, low, same in ((0, 0, (2**32, 2**32)), (top, top, (2**64 - 1, 2**63 + top))):
            with self.subTest(high=high, low=low):
                one = self.process(high, low)
                session = one.open_session(TOKEN, "rw")
                one.ok("login", session, "user", softhsm.PIN)
                (domain,) = self.pinfold.logged_in_domains()
                self.assertEqual(domain["app_id"], f"{high}:{low}")
                two = self.process(*same)
                self.assert_works(two, two.open_session(TOKEN, "rw"))
                two.ok("appid", "close", TOKEN, *same)
                self.assertEqual(one.rv("sessioninfo", session), GONE)


class Operations(SharedCase):
    def test_end_with_a_login_that_another_process_ends(self):
        """Whatever their kind: the backend, which knows of no other process, would go on with some."""
        one, session = self.logged_in()
        two = self.process()
        theirs = two.open_session(TOKEN, "rw")
        secret = ("token=true", "private=true", "sensitive=true")
        two.ok("genkey", theirs, "aes", 16, "label=aes", "encrypt=true", "decrypt=true", *secret)
        two.ok("genkey", theirs, "generic", 32, "label=mac", "sign=true", "verify=true", *secret)
        rsa, aes, mac = {"class": "private_key"}, {"label": "aes"}, {"label": "mac"}
        cbc = "AES_CBC_PAD:" + "00" * 16
        for begin, key, mechanism, *go_on in (
                ("signinit", rsa, "SHA256_RSA_PKCS", "signupdate", "00"),
                ("signinit", rsa, "RSA_PKCS", "sign1", "00"),
                ("decryptinit", rsa, "RSA_PKCS", "decrypt1", "00" * 128),
                ("verifyinit", mac, "SHA256_HMAC", "verifyupdate", "00"),
                ("encryptinit", aes, cbc, "encryptupdate", "00" * 16),
                ("decryptinit", aes, cbc, "decryptupdate", "00" * 16)):
            with self.subTest(begin=begin, mechanism=mechanism):
                two.ok(begin, theirs, *two.find(theirs, **key), mechanism)
                one.ok("logout", session)
                self.assertEqual(two.rv(go_on[0], theirs, *go_on[1:]), "CKR_OPERATION_NOT_INITIALIZED")
                one.ok("login", session, "user", softhsm.PIN)
                # Nothing is active there any more.
                two.ok(begin, theirs, *two.find(theirs, **key), mechanism)
                one.ok("logout", session)
                self.assertEqual(two.state(theirs), PUBLIC)
                one.ok("login", session, "user", softhsm.PIN)


class Officers(SharedCase):
    def officer(self):
        d = self.process()
        session = d.open_session(TOKEN, "rw")
        return d, session, d.rv("login", session, "so", softhsm.SO_PIN)

    def test_user_is_in_the_way(self):
        one, session = self.logged_in()
        so, theirs, rv = self.officer()
        self.assertEqual(rv, ANOTHER)
        so.ok("close", theirs)
        one.ok("logout", session)
        read_only = one.open_session(TOKEN, "ro")
        so, theirs, rv = self.officer()
        self.assertEqual(rv, READ_ONLY)
        one.ok("close", read_only)
        so.ok("login", theirs, "so", softhsm.SO_PIN)

    def test_officer_is_in_the_way(self):
        one = self.process()
        session = one.open_session(TOKEN, "rw")
        so, theirs, rv = self.officer()
        self.assertEqual((rv, so.state(theirs)), ("CKR_OK", "CKS_RW_SO_FUNCTIONS"))
        self.assertEqual(one.state(session), PUBLIC)
        before = len(self.spy.logins(one.pid))
        self.assertEqual(one.rv("login", session, "user", softhsm.PIN), ANOTHER)
        self.assertEqual(one.rv("login", session, "so", softhsm.SO_PIN), ALREADY)
        self.assertEqual(len(self.spy.logins(one.pid)), before)
        self.assertEqual(one.rv("open", TOKEN, "ro"), SO_EXISTS)
        two = self.process()
        self.assertEqual(two.rv("open", TOKEN, "ro"), SO_EXISTS)
        other = self.process(0, 1)
        other.ok("login", other.open_session(TOKEN, "ro"), "user", softhsm.PIN)
        so.ok("logout", theirs)
        one.open_session(TOKEN, "ro")
        one.ok("login", session, "user", softhsm.PIN)

    def test_officer_who_dies_is_no_more_in_the_way(self):
        one = self.process()
        session = one.open_session(TOKEN, "rw")
        so, _, _ = self.officer()
        self.assertEqual(one.rv("login", session, "user", softhsm.PIN), ANOTHER)
        so.kill()
        wait_for(lambda: one.rv("open", TOKEN, "ro") == "CKR_OK", 5, "the officer to be gone")
        one.ok("login", session, "user", softhsm.PIN)

    def test_last_session_ends_it(self):
        one = self.process()
        so, theirs, _ = self.officer()
        so.ok("close", theirs)
        one.ok("login", one.open_session(TOKEN, "ro"), "user", softhsm.PIN)


if __name__ == "__main__":
    tap.main()
