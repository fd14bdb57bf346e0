#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Random sequences of calls on a backend and on Pinfold in front of it: the same answers."""

import unittest

import allowed
import bench
import sequence
from lockstep import tell
from pinfoldtest import tap
from pinfoldtest.extent import FULL_PLAIN

# Calls, and the seeds that they are spread over.
SOFTHSM = (200_000, 2_000) if FULL_PLAIN else (6_000, 60)
CARD = (5_000, 50) if FULL_PLAIN else (500, 5)


class Seeds(unittest.TestCase):
    def play(self, place, calls, seeds):
        with place:
            differences = [place.run(seed, calls // seeds + 3) for seed in range(1, seeds + 1)]
            differences = [text for text in differences if text is not None]
            print(f"# {place.lockstep.calls} calls, {seeds} seeds, {len(differences)} differences; "
                  f"allowed: {place.lockstep.allowed}")
            self.assertEqual(differences, [], "\n\n".join(differences[:5]))
            self.assertGreaterEqual(place.lockstep.calls, calls)

    def test_softhsm_off(self):
        self.play(bench.SoftTokenBench("off"), *SOFTHSM)

    def test_softhsm_process(self):
        self.play(bench.SoftTokenBench("process"), *SOFTHSM)

    def test_softhsm_shared(self):
        self.play(bench.SoftTokenBench("shared"), *SOFTHSM)

    def test_card_off(self):
        self.play(bench.CardBench("off"), *CARD)

    def test_card_process(self):
        self.play(bench.CardBench("process"), *CARD)


class Itself(unittest.TestCase):
    """Would it notice?"""

    def test_a_planted_difference_is_found_and_made_small(self):
        with bench.SoftTokenBench("off", spoil="C_Digest=CKR_DEVICE_ERROR") as place:
            told = next(filter(None, (place.run(seed, 100) for seed in range(1, 50))))
        *lines, difference = told.splitlines()
        self.assertIn("CKR_DEVICE_ERROR", difference)
        self.assertIn("digest", difference)
        self.assertLessEqual(len(lines), 6, told)

    def test_a_seed_is_always_the_same_sequence(self):
        first, second = (tell(sequence.generate_sequence(7, 100), None) for _ in range(2))
        self.assertEqual(first, second)
        self.assertNotEqual(first, tell(sequence.generate_sequence(8, 100), None))


class Rules(unittest.TestCase):
    """Each allows what it says and nothing beside it."""

    def setUp(self):
        self.history = allowed.History()
        self.note("init os-locking")
        self.note("open @0 rw", "$s0")

    def note(self, line, *makes, rv="CKR_OK"):
        self.history.note(sequence.Call(line, makes), {"rv": rv}, {"rv": rv})

    def allows(self, rule, line, raw, ours):
        return rule.applies(self.history, sequence.Call(line), {"rv": raw}, {"rv": ours})

    def test_session_first(self):
        words = ("CKR_ARGUMENTS_BAD", "CKR_SESSION_HANDLE_INVALID")
        self.assertTrue(self.allows(allowed.SESSION, "random $s1 0", *words))
        self.assertFalse(self.allows(allowed.SESSION, "random $s0 0", *words))
        self.assertFalse(self.allows(allowed.SESSION, "random $s1 0", "CKR_OK", words[1]))

    def test_library_first(self):
        words = ("CKR_ARGUMENTS_BAD", "CKR_CRYPTOKI_NOT_INITIALIZED")
        self.assertFalse(self.allows(allowed.LIBRARY, "random $s0 0", *words))
        self.note("finalize")
        self.assertTrue(self.allows(allowed.LIBRARY, "random $s0 0", *words))
        self.assertFalse(self.allows(allowed.LIBRARY, "random $s0 0", "CKR_OK", words[1]))

    def test_logout_of_nobody(self):
        words = ("CKR_OK", "CKR_USER_NOT_LOGGED_IN")
        self.assertTrue(self.allows(allowed.LOGOUT, "logout $s0", *words))
        self.assertFalse(self.allows(allowed.LOGOUT, "login $s0 user 1", *words))
        self.assertFalse(self.allows(allowed.LOGOUT, "logout $s0", *reversed(words)))

    def test_context_of_nothing(self):
        words = ("CKR_OK", "CKR_OPERATION_NOT_INITIALIZED")
        self.assertTrue(self.allows(allowed.CONTEXT, "login $s0 context 1", *words))
        self.note("signinit $s0 $k0 RSA_PKCS")
        self.assertFalse(self.allows(allowed.CONTEXT, "login $s0 context 1", *words))
        self.note("sign1 $s0 00 size=null")
        self.assertFalse(self.allows(allowed.CONTEXT, "login $s0 context 1", *words))
        self.note("sign1 $s0 00")
        self.assertTrue(self.allows(allowed.CONTEXT, "login $s0 context 1", *words))

    def test_own_name(self):
        def applies(line, raw, ours):
            return allowed.OWN_NAME.applies(self.history, sequence.Call(line), raw, ours)

        self.assertTrue(applies("info", {"manufacturer": "a"}, {"manufacturer": "b"}))
        self.assertFalse(applies("info", {"rv": "CKR_OK"}, {"rv": "CKR_ARGUMENTS_BAD"}))
        self.assertFalse(applies("tokeninfo @0", {"manufacturer": "a"}, {"manufacturer": "b"}))


if __name__ == "__main__":
    tap.main()
