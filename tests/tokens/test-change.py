#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""PIN changes by pinfold-tokens, on a software token, a virtual card and a token that misbehaves."""

import os
import signal

from jobcase import HELPER, JobCase, piv, softhsm
from pinfoldtest import Spy, process, tap, wait_for
from pinfoldtest import mock as mocktoken


class Soft(JobCase):
    def setUp(self):
        super().setUp()
        self.softhsm()

    def test_change(self):
        result = self.job("change-pin", softhsm.PIN, "567890")
        self.assertDone(result)
        self.assertIn("USER_PIN_INITIALIZED", result["flags"])
        self.assertTrue(self.accepts("567890"))
        self.assertFalse(self.accepts(softhsm.PIN))

    def test_module_is_looked_for(self):
        self.assertDone(self.job("change-pin", softhsm.PIN, "567890", module="-"))
        self.assertTrue(self.accepts("567890"))

    def test_wrong_pin(self):
        result = self.job("change-pin", "9999", "567890")
        self.assertFault(result, "rejected")
        self.assertTrue(self.accepts(softhsm.PIN))

    def test_what_is_not_sent(self):
        cases = (("", "567890", "no-pin-given"), (softhsm.PIN, "", "no-pin-given"),
                 ("7" * 256, "567890", "length"), (softhsm.PIN, "123", "new-length"),
                 (softhsm.PIN, "8" * 256, "new-length"))
        for old, new, fault in cases:
            self.assertFault(self.job("change-pin", old, new), fault)
        self.assertTrue(self.accepts(softhsm.PIN))

    def test_other_token(self):
        gone = self.uri.replace("pinfold-test", "other")
        for module in (self.module, "-"):
            result = self.job("change-pin", softhsm.PIN, "567890", uri=gone, module=module)
            self.assertFault(result, "gone")
        self.assertTrue(self.accepts(softhsm.PIN))

    def test_bad_module(self):
        result = self.job("change-pin", softhsm.PIN, "567890", module="/nonexistent.so")
        self.assertFault(result, "not-loaded")


class Card(JobCase):
    def setUp(self):
        super().setUp()
        self.piv()

    def test_change(self):
        self.assertDone(self.job("change-pin", piv.PIN, "87654321"))
        stats = self.card.stats()
        self.assertEqual((stats["change_pin"], stats["presentations"], stats["resets"]), (1, 0, 0))
        self.assertTrue(self.accepts("87654321"))

    def test_wrong_pin_costs_one_try(self):
        result = self.job("change-pin", "111111", "87654321")
        self.assertFault(result, "rejected")
        self.assertEqual(result["tries"], 2)
        stats = self.card.stats()
        self.assertEqual((stats["change_pin"], stats["presentations"]), (1, 0))
        result = self.job("change-pin", "111111", "87654321")
        self.assertEqual(result["tries"], 1)
        self.assertIn("USER_PIN_FINAL_TRY", result["flags"])
        self.assertTrue(self.accepts(piv.PIN))

    def test_last_try_and_locked(self):
        self.card.set_tries(1)
        result = self.job("change-pin", "111111", "87654321")
        self.assertFault(result, "rejected")
        self.assertEqual(result["tries"], 0)
        self.assertIn("USER_PIN_LOCKED", result["flags"])
        self.assertFault(self.job("change-pin", piv.PIN, "87654321"), "locked")
        self.assertEqual(self.card.stats()["change_pin"], 1)

    def test_new_pin_the_card_does_not_take(self):
        for new, fault in (("12345", "new-length"), ("123456789", "new-length"),
                           ("abcdef", "new-invalid")):
            self.assertFault(self.job("change-pin", piv.PIN, new), fault)
        self.assertEqual(self.card.stats()["change_pin"], 0)
        self.assertTrue(self.accepts(piv.PIN))

    def test_removed(self):
        self.card.remove()
        self.assertFault(self.job("change-pin", piv.PIN, "87654321"), "gone")

    def test_removed_meanwhile(self):
        self.card.latency(pin=3000)
        job = self.start("change-pin", piv.PIN, "87654321")
        wait_for(lambda: self.card.stats()["verify_empty"] > 0, 20, "the token's look")
        self.card.remove(wait=False)
        result = self.finish(job)
        self.assertIn(result["fault"], ("gone", "failed"))


class Misbehaving(JobCase):
    def setUp(self):
        super().setUp()
        self.scripted()

    def change(self):
        return self.job("change-pin", mocktoken.PIN, "567890")

    def test_hundreds_of_slots(self):
        self.mock.script(other_slots=300)
        self.assertDone(self.change())

    def test_more_slots_than_it_was_given_room_for(self):
        for more in (1, 1000, 2**33, 2**64 - 1000):
            self.mock.script(counts_more=more)
            self.assertFault(self.change(), "failed")
        self.mock.script(counts_more=0)
        self.assertDone(self.change())

    def test_crash(self):
        self.mock.script("C_SetPIN=crash")
        self.assertFault(self.change(), "crashed")

    def test_cancelled_while_the_backend_hangs(self):
        spy = Spy(self.box, self.module, delay="C_SetPIN=60000")
        self.box.env.update(spy.env)
        old, new = "Zq7!vX-2", "bT5/xG=6"
        job = self.start("change-pin", old, new, module=spy.path)
        helper = self.wait_for_helper(lambda: spy.calls("C_OpenSession"))
        if os.getuid() != 0:
            wait_for(lambda: not process.is_dumpable(helper), 10, "not dumpable")
        self.assertGuarded(helper, old, new)
        job.send_signal(signal.SIGUSR1)
        self.assertIn("cancelled", job.stderr.read())
        self.assertEqual(job.wait(20), 1)
        job.stdout.close()
        job.stderr.close()
        wait_for(lambda: self.box.pids_of(HELPER) == [], 20, "the helper's end")

    def test_helper_ends_with_who_asked(self):
        self.mock.script("C_SetPIN=hang")
        job = self.start("change-pin", mocktoken.PIN, "56789012")
        wait_for(lambda: self.box.pids_of(HELPER), 20, "the helper")
        job.kill()
        job.wait()
        job.stdout.close()
        job.stderr.close()
        wait_for(lambda: self.box.pids_of(HELPER) == [], 20, "the helper's end")

    def test_last_words_of_a_backend(self):
        """One that hangs in its end has given its answer before."""
        self.mock.script("C_Finalize=hang")
        self.assertDone(self.change())

    def test_keypad(self):
        self.mock.script(pinpad=True)
        self.assertFault(self.change(), "keypad")
        self.assertEqual(self.mock.counts()["presentations"], 0)

    def test_answers(self):
        for rv, fault in (("CKR_TOKEN_WRITE_PROTECTED", "read-only"),
                          ("CKR_FUNCTION_NOT_SUPPORTED", "unsupported"),
                          ("CKR_PIN_LOCKED", "locked"), ("CKR_DEVICE_REMOVED", "gone"),
                          ("CKR_PIN_INVALID", "new-invalid"), ("CKR_GENERAL_ERROR", "failed")):
            self.mock.script(f"C_SetPIN={rv}")
            self.assertFault(self.change(), fault)


if __name__ == "__main__":
    tap.main()
