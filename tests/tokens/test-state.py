#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""How it stands with a PIN, asked of pinfold-tokens without presenting one."""

from jobcase import JobCase
from pinfoldtest import tap


class Soft(JobCase):
    def test_limits(self):
        self.softhsm()
        result = self.job("state")
        self.assertDone(result)
        answer = result["answer"]
        self.assertEqual((answer["min_pin_len"], answer["max_pin_len"]), (4, 255))
        self.assertEqual((result["tries"], answer["tries"]), (-1, None))
        self.assertFault(self.job("state", uri="pkcs11:token=other"), "gone")


class Card(JobCase):
    def test_tries(self):
        self.piv()
        for tries, flag in ((3, None), (1, "USER_PIN_FINAL_TRY"), (0, "USER_PIN_LOCKED")):
            self.card.set_tries(tries)
            result = self.job("state")
            self.assertDone(result)
            self.assertEqual(result["tries"], tries)
            self.assertIn(flag, [None, *result["flags"]])
        answer = result["answer"]
        self.assertEqual((answer["min_pin_len"], answer["max_pin_len"]), (4, 8))
        self.assertEqual(self.card.stats()["presentations"], 0)


if __name__ == "__main__":
    tap.main()
