#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every statement on behaviour of the application IDs' source document, each shown by processes."""

import json
import sys
import unittest

from facts import FACTS
from pinfoldtest import mock, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold
from sharingcase import (LABEL, PIN, PUBLIC, SO_PIN, USER, SharingCase, close_id, open_id, set_id)

INVALID = "CKR_SESSION_HANDLE_INVALID"


class Table(unittest.TestCase):
    def test_every_fact_has_its_tests_and_every_test_its_fact(self):
        cases = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
        tests = {case.id().removeprefix("__main__.") for suite in cases for case in suite}
        shown = [test for _, names in FACTS for test in names]
        self.assertEqual(tests - {self.id().removeprefix("__main__.")}, set(shown))
        self.assertTrue(all(names for _, names in FACTS))


class States(SharingCase):
    """What a login state is, and whose."""

    def test_all_threads_and_sessions_of_a_process_share_one(self):
        d, first = self.session()
        second = d.open_session(f"={LABEL}")
        d.join(d.background("login", first, "user", PIN))
        self.assertEqual((d.state(first), d.state(second)), (USER, USER))
        d.join(d.background("logout", second))
        self.assertEqual((d.state(first), d.state(second)), (PUBLIC, PUBLIC))

    def test_another_process_is_independent(self):
        _, _ = self.logged_in()
        other, theirs = self.session()
        self.assert_public(other, theirs)
        self.assertEqual(other.rv("logout", theirs), "CKR_USER_NOT_LOGGED_IN")

    def test_default_ids_differ_and_belong_to_processes(self):
        ids = set()
        for _ in range(5):
            d, session = self.logged_in()
            ids |= {x["app_id"] for x in self.pinfold.domains()
                    if d.pid in [m["pid"] for m in x["members"]]}
        self.assertEqual(len(ids), 5)
        self.assertEqual(len({i.split(":")[0] for i in ids} | {i.split(":")[1] for i in ids}), 10)

    def test_a_default_id_is_never_used_again(self):
        d, session = self.logged_in()
        (first,) = [x["app_id"] for x in self.pinfold.domains()]
        d.close()
        d, session = self.logged_in()
        (second,) = [x["app_id"] for x in self.pinfold.domains()]
        self.assertNotEqual(first, second)

    def test_identical_ids_share(self):
        d, session = self.logged_in((3, 4))
        other, theirs = self.session((3, 4), program=self.other_program())
        self.assert_works(other, theirs)
        other.ok("logout", theirs)
        self.assert_public(d, session)
        self.assertEqual(d.rv("logout", session), "CKR_USER_NOT_LOGGED_IN")
        d.ok("login", session, "user", PIN)
        self.assertEqual(other.state(theirs), USER)

    def test_other_ids_do_not(self):
        d, session = self.logged_in((3, 4))
        for other_id in ((3, 5), (4, 4), (4, 3), None):
            other, theirs = self.session(other_id)
            self.assert_public(other, theirs)
            self.assertEqual(other.rv("logout", theirs), "CKR_USER_NOT_LOGGED_IN")
        self.assert_works(d, session)

    def test_a_login_is_of_one_token(self):
        softhsm.init_token(self.box, label="second", pin=PIN)
        self.logged_in((3, 4))
        other, theirs = self.session((3, 4), label="second")
        self.assert_public(other, theirs)

    def test_idle_process_knows_at_its_next_call(self):
        d, session = self.session((3, 4))
        self.assertEqual(d.state(session), PUBLIC)
        other, theirs = self.logged_in((3, 4))
        self.assertEqual(d.state(session), USER)
        other.ok("logout", theirs)
        self.assertEqual(d.state(session), PUBLIC)

    def test_second_login_of_an_id(self):
        self.logged_in((3, 4))
        other, theirs = self.session((3, 4))
        self.assertEqual(other.rv("login", theirs, "user", PIN), "CKR_USER_ALREADY_LOGGED_IN")


class Sessions(SharingCase):
    """Each session has the ID of the application that made it, as it was then."""

    def test_sessions_open_before_set_keep_their_id(self):
        self.logged_in((3, 4))
        d, own = self.session()
        set_id(d, 3, 4)
        shared = d.open_session(f"={LABEL}")
        self.assertEqual((d.state(own), d.state(shared)), (PUBLIC, USER))
        set_id(d, 5, 6)
        third = d.open_session(f"={LABEL}")
        self.assertEqual((d.state(own), d.state(shared), d.state(third)), (PUBLIC, USER, PUBLIC))
        d.ok("login", own, "user", PIN)
        self.assertEqual((d.state(own), d.state(shared), d.state(third)), (USER, USER, PUBLIC))
        d.ok("logout", shared)
        self.assertEqual((d.state(own), d.state(shared), d.state(third)), (USER, PUBLIC, PUBLIC))

    def test_set_is_always_ok(self):
        d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        set_id(d, 3, 4)  # before C_Initialize: to no effect
        d.ok("init os-locking")
        self.logged_in((3, 4))
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), PUBLIC)
        for parts in ((3, 4), (3, 4), (0, 0), (2**32 - 1, 2**32 - 1), (2**64 - 1, 2**64 - 1)):
            set_id(d, *parts)
        set_id(d, 3, 4)
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), USER)
        d.ok("finalize")
        set_id(d, 9, 9)
        d.ok("init os-locking")
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), PUBLIC)  # C_Finalize ended it


class Configured(SharingCase):
    """AppIdMajor and AppIdMinor."""

    GROUP = "[Misc]\nAppIdMajor = 2\nAppIdMinor = 4"

    def config(self):
        return self.GROUP

    def session(self, app_id=None, mode="ro", **kwargs):
        return super().session(app_id, mode, config=self.GROUP, **kwargs)

    def test_it_is_the_default_of_all(self):
        self.logged_in()
        other, theirs = self.session(program=self.other_program())
        self.assert_works(other, theirs)
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual(domain["app_id"], "2:4")

    def test_but_of_those_that_set_one(self):
        self.logged_in()
        other, theirs = self.session((2, 5))
        self.assert_public(other, theirs)

    def test_it_is_an_id_as_any_other(self):
        self.logged_in()
        other, theirs = SharingCase.session(self, (2, 4))
        self.assert_works(other, theirs)

    def test_in_both_caching_modes(self):
        self.pinfold.set("cache-mode", "shared")
        self.test_it_is_the_default_of_all()

    def test_doctor_says_so(self):
        said = json.loads(self.pinfold.ctl("doctor", "--json", check=False).stdout)
        (finding,) = [f for f in said["findings"] if f["id"] == "app-id"]
        self.assertEqual(finding["verdict"], "warning")
        self.assertIn("shared", finding["text"])
        self.assertIn("AppIdMajor", finding["fix"])


class NotConfigured(SharingCase):
    def test_doctor_says_nothing(self):
        self.assertNotIn("app-id", self.pinfold.ctl("doctor", check=False).stdout)


class Dormant(SharingCase):
    """What becomes of an ID without sessions."""

    def test_last_session_ends_the_login(self):
        d, session = self.logged_in((3, 4))
        other, theirs = self.session((3, 4))
        d.ok("close", session)
        self.assertEqual(other.state(theirs), USER)
        other.ok("close", theirs)
        self.assertIsNone(self.domain((3, 4)))
        for program in (d, other):
            self.assertEqual(program.state(program.open_session(f"={LABEL}")), PUBLIC)
        self.assert_no_pin_left()

    def test_parent_that_ends_takes_its_login_along(self):
        parent, session = self.logged_in((3, 4))
        parent.ok("close", session)
        parent.ok("finalize")
        parent.close()
        for _ in range(3):
            child, theirs = self.session((3, 4))
            self.assert_public(child, theirs)

    def test_parent_that_is_killed_does_too(self):
        parent, _ = self.logged_in((3, 4))
        parent.kill()
        wait_for(lambda: self.domain((3, 4)) is None, 5, "the ID to be dormant")
        child, theirs = self.session((3, 4))
        self.assert_public(child, theirs)

    def test_open_id_is_never_dormant(self):
        d, session = self.logged_in((3, 4))
        open_id(d, (3, 4))
        d.ok("close", session)
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), USER)
        d.close()
        domain = self.domain((3, 4))
        self.assertEqual((domain["logged_in"], domain["open"], domain["members"]),
                         (True, True, []))
        child, theirs = self.session((3, 4))
        self.assert_works(child, theirs)
        child.kill()
        other, theirs = self.session((3, 4))
        self.assert_works(other, theirs)

    def test_open_needs_no_login_no_session_and_no_set(self):
        d = self.program()
        open_id(d, (3, 4))
        self.assertEqual((self.domain((3, 4))["open"], self.domain((3, 4))["logged_in"]),
                         (True, False))
        d.close()
        self.assertTrue(self.domain((3, 4))["open"])
        other, theirs = self.session((3, 4))
        self.assert_public(other, theirs)  # it is kept, but nobody has logged in
        other.ok("login", theirs, "user", PIN)
        other.close()
        third, theirs = self.session((3, 4))
        self.assertEqual(third.state(theirs), USER)

    def test_open_is_of_one_token_and_one_id(self):
        softhsm.init_token(self.box, label="second", pin=PIN)
        d, session = self.logged_in((3, 4))
        open_id(d, (3, 4), "=second")
        open_id(d, (3, 5))
        d.ok("close", session)
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), PUBLIC)


class Closed(SharingCase):
    """CA_CloseApplicationID."""

    def test_all_sessions_of_the_id_are_closed_in_every_process(self):
        d, session = self.logged_in((3, 4))
        open_id(d, (3, 4))
        other, theirs = self.session((3, 4), program=self.other_program())
        second = other.open_session(f"={LABEL}", "rw")
        set_id(other, 5, 6)
        kept = other.open_session(f"={LABEL}")
        closer = self.program()
        close_id(closer, (3, 4))
        for program, handle in ((d, session), (other, theirs), (other, second)):
            self.assertEqual(program.rv("sessioninfo", handle), INVALID)
            self.assertEqual(program.rv("findinit", handle, "class=data"), INVALID)
        self.assertEqual(other.state(kept), PUBLIC)
        self.assertIsNone(self.domain((3, 4)))
        set_id(other, 3, 4)
        self.assert_public(other, other.open_session(f"={LABEL}"))
        self.assert_no_pin_left()

    def test_it_is_not_open_any_longer(self):
        d = self.program((3, 4))
        open_id(d, (3, 4))
        close_id(d, (3, 4))
        session = d.open_session(f"={LABEL}")
        d.ok("login", session, "user", PIN)
        d.ok("close", session)
        self.assertEqual(d.state(d.open_session(f"={LABEL}")), PUBLIC)

    def test_one_that_was_never_opened_is_closed_too(self):
        d, session = self.logged_in((3, 4))
        close_id(self.program(), (3, 4))
        self.assertEqual(d.rv("sessioninfo", session), INVALID)
        close_id(d, (70, 70))  # and one that nobody uses

    def test_sessions_of_other_ids_and_tokens_stay(self):
        softhsm.init_token(self.box, label="second", pin=PIN)
        d, session = self.logged_in((3, 5))
        other = d.open_session("=second")
        close_id(d, (3, 4))
        close_id(d, (3, 5), "=second")
        self.assertEqual(d.rv("sessioninfo", other), INVALID)
        self.assert_works(d, session)

    def test_operation_that_runs_in_a_closed_session(self):
        d, session = self.logged_in((3, 4))
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        close_id(self.program(), (3, 4))
        self.assertEqual(d.rv("signupdate", session, "00"), INVALID)
        self.assertFalse(self.spy.logged_in(d.pid))


class Officer(SharingCase):
    """A security officer and a user of one ID exclude each other, wherever their sessions are."""

    def test_user_against_officer(self):
        officer, session = self.session((3, 4), "rw")
        officer.ok("login", session, "so", SO_PIN)
        user, theirs = self.session((3, 4), "rw")
        self.assert_public(user, theirs)  # the officer's login itself is nobody else's
        self.assertEqual(user.rv("login", theirs, "user", PIN),
                         "CKR_USER_ANOTHER_ALREADY_LOGGED_IN")
        self.assertEqual(user.rv("open", f"={LABEL}"), "CKR_SESSION_READ_WRITE_SO_EXISTS")
        officer.ok("logout", session)
        user.ok("login", theirs, "user", PIN)
        self.assert_works(user, theirs)

    def test_officer_against_user(self):
        self.logged_in((3, 4), "rw")
        officer, session = self.session((3, 4), "rw")
        self.assertEqual(officer.rv("login", session, "so", SO_PIN),
                         "CKR_USER_ANOTHER_ALREADY_LOGGED_IN")

    def test_officer_against_read_only_sessions(self):
        reader, theirs = self.session((3, 4))
        officer, session = self.session((3, 4), "rw")
        self.assertEqual(officer.rv("login", session, "so", SO_PIN),
                         "CKR_SESSION_READ_ONLY_EXISTS")
        reader.ok("close", theirs)
        officer.ok("login", session, "so", SO_PIN)

    def test_none_of_that_between_ids(self):
        officer, session = self.session((3, 4), "rw")
        officer.ok("login", session, "so", SO_PIN)
        for other_id in ((3, 5), None):
            user, theirs = self.session(other_id)
            user.ok("login", theirs, "user", PIN)
            self.assert_works(user, theirs)

    def test_officer_that_is_killed(self):
        officer, session = self.session((3, 4), "rw")
        officer.ok("login", session, "so", SO_PIN)
        user, theirs = self.session((3, 4), "rw")
        officer.kill()
        wait_for(lambda: user.rv("login", theirs, "user", PIN) == "CKR_OK", 5, "the officer to go")
        self.assert_works(user, theirs)
        self.assertEqual(len(self.spy.logins(user.pid)), 2)  # its login, and the signature


class Errors(SharingCase):
    """What opening and closing an ID can answer."""

    def setUp(self):
        super().setUp()
        self.mock = mock.Mock(self.box)
        self.env = self.mock.env | {"PINFOLD_CONF": str(self.box.dir / "mock.conf")}
        Pinfold.write_config(self.box.dir / "mock.conf", {"mock": self.mock.path})

    def test_errors(self):
        d = self.pinfold.driver(env=self.env)
        self.addCleanup(d.close)
        for word in ("open", "close"):
            self.assertEqual(d.rv("appid", word, 0, 3, 4), "CKR_CRYPTOKI_NOT_INITIALIZED")
        d.ok("init os-locking")
        (slot,) = d.ok("slots").numbers("slots")
        for word in ("open", "close"):
            self.assertEqual(d.rv("appid", word, slot + 1000, 3, 4), "CKR_SLOT_ID_INVALID")
            d.ok("appid", word, slot, 3, 4)
        self.mock.remove()
        for word in ("open", "close"):
            self.assertEqual(d.rv("appid", word, slot, 3, 4), "CKR_TOKEN_NOT_PRESENT")


if __name__ == "__main__":
    tap.main()
