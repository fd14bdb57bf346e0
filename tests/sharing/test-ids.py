#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Several tokens and several IDs at once, in many processes and in one; IDs at the extremes."""

import itertools

from pinfoldtest import softhsm, tap
from sharingcase import LABEL, PIN, PUBLIC, USER, SharingCase, close_id, open_id, set_id

MAX = 2**32 - 1


class Several(SharingCase):
    def setUp(self):
        super().setUp()
        softhsm.init_token(self.box, label="second", pin=PIN)
        softhsm.import_key(self.box, token="second", pin=PIN, bits=1024)
        self.labels = (LABEL, "second")

    def test_each_pair_of_token_and_id_is_a_login_of_its_own(self):
        ids = ((3, 4), (4, 3), (5, 6))
        pairs = list(itertools.product(self.labels, ids))
        watcher = self.program()
        seen = {}
        for label, app_id in pairs:
            set_id(watcher, *app_id)
            seen[label, app_id] = watcher.open_session(f"={label}")
        logged_in = set()
        programs = {}
        for pair in pairs:
            label, app_id = pair
            programs[pair] = self.session(app_id, label=label, program=self.other_program())
            programs[pair][0].ok("login", programs[pair][1], "user", PIN)
            logged_in.add(pair)
            self.assert_states(watcher, seen, logged_in)
        self.assertEqual(len(self.pinfold.logged_in_domains()), len(pairs))
        for pair in reversed(pairs):
            watcher.ok("logout", seen[pair])
            logged_in.remove(pair)
            self.assert_states(watcher, seen, logged_in)
            self.assertEqual(programs[pair][0].state(programs[pair][1]), PUBLIC)
        self.assert_no_pin_left()

    def assert_states(self, d, sessions, logged_in):
        self.assertEqual({pair: d.state(session) for pair, session in sessions.items()},
                         {pair: USER if pair in logged_in else PUBLIC for pair in sessions})

    def test_one_process_works_by_two_logins_in_turn(self):
        self.logged_in((3, 4))
        other, theirs = self.session((5, 6))
        other.ok("login", theirs, "user", PIN)
        d = self.program((3, 4))
        first = d.open_session(f"={LABEL}")
        set_id(d, 5, 6)
        second = d.open_session(f"={LABEL}")
        for _ in range(3):
            self.assert_works(d, first)
            self.assert_works(d, second)
        other.ok("logout", theirs)
        self.assert_works(d, first)
        self.assert_public(d, second)
        # Not even while the other login's window is open.
        (key,) = d.find(first, **{"class": "private_key"})
        d.ok("signinit", first, key, "SHA256_RSA_PKCS")
        self.assert_public(d, second)
        d.ok("sign1", first, "00")

    def test_opened_on_both_closed_on_one(self):
        for label in self.labels:
            d, session = self.session((3, 4), label=label)
            d.ok("login", session, "user", PIN)
            open_id(d, (3, 4), f"={label}")
            d.close()
        d = self.program((3, 4))
        self.assertEqual([d.state(d.open_session(f"={label}")) for label in self.labels],
                         [USER, USER])
        close_id(d, (3, 4), "=second")
        self.assertEqual([d.state(d.open_session(f"={label}")) for label in self.labels],
                         [USER, PUBLIC])


class Extremes(SharingCase):
    # What is set, and what the low 32 bits of its parts are.
    PARTS = (
        ((0, 0), "0:0"),
        ((0, 1), "0:1"),
        ((1, 0), "1:0"),
        ((MAX, MAX), f"{MAX}:{MAX}"),
        ((0, MAX), f"0:{MAX}"),
        ((MAX, 0), f"{MAX}:0"),
        ((2**31, 2**31), f"{2**31}:{2**31}"),
    )

    def test_every_id_is_its_own(self):
        programs = {}
        for parts, name in self.PARTS:
            programs[name] = self.logged_in(parts)
            self.assertIn(name, [d["app_id"] for d in self.pinfold.logged_in_domains()])
        self.assertEqual(len(self.pinfold.logged_in_domains()), len(self.PARTS))
        for parts, name in self.PARTS:
            other, theirs = self.session(parts)
            other.ok("logout", theirs)
            self.assertEqual(programs[name][0].state(programs[name][1]), PUBLIC)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_only_the_low_32_bits_count(self):
        self.logged_in((3, 4))
        for parts in ((2**32 + 3, 4), (3, 2**32 + 4), (2**63 + 3, 2**63 + 4)):
            other, theirs = self.session(parts)
            self.assertEqual(other.state(theirs), USER)
        d = self.program()
        open_id(d, (2**32 + 3, 2**40 + 4))
        self.assertTrue(self.domain((3, 4))["open"])
        close_id(d, (2**33 + 3, 2**41 + 4))
        self.assertIsNone(self.domain((3, 4)))  # idle programs' sessions count no longer
        self.assertEqual(other.rv("sessioninfo", theirs), "CKR_SESSION_HANDLE_INVALID")

    def test_in_the_configuration(self):
        for major, minor in ((0, 0), (MAX, MAX)):
            config = f"[Misc]\nAppIdMajor = {major}\nAppIdMinor = {minor}"
            d, session = self.session(config=config)
            d.ok("login", session, "user", PIN)
            other, theirs = self.session((major, minor))
            self.assert_works(other, theirs)

    def test_more_than_may_be_open(self):
        d = self.program()
        answers = [d.rv("appid", "open", f"={LABEL}", 100, minor) for minor in range(300)]
        self.assertEqual(answers, ["CKR_OK"] * 256 + ["CKR_FUNCTION_FAILED"] * 44)
        close_id(d, (100, 7))
        open_id(d, (200, 0))
        self.assertEqual(len([x for x in self.pinfold.domains() if x["open"]]), 256)


if __name__ == "__main__":
    tap.main()
