#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tokens that are on their last try: what one process has seen counts for all."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap
from promptbed import PromptCase

LAST_TRY = 0x20000
FORBIDDING = (LAST_TRY, 0x40000, 0x80000)  # blocked, to be changed
PIN = "135790"
REJECTED = 4


class Known(PromptCase):
    def setUp(self):
        super().setUp()
        self.client_, self.entry = self.logged_in()
        self.other = self.client()
        self.other.join_domain()
        self.other.join_domain(OTHER)

    def see(self, flags, token=TOKEN):
        """Another program's wrong PIN, and what the token showed then."""
        self.assertEqual(self.other.call("report", token, REJECTED, flags), ["ok"])

    def assert_lent(self):
        lease, pin = self.client_.take()
        self.assertEqual(pin, PIN)
        self.assertEqual(self.client_.call("end", lease, 1), ["ok", "cached"])

    def assert_not_lent(self):
        self.assertEqual(self.client_.call("take", TOKEN, "-"), ["asleep"])
        # It is not forgotten: who proves the PIN makes it usable again.
        self.assertEqual(self.client_.state(self.entry), "user")

    def test_seen_by_another_process(self):
        for flags in FORBIDDING:
            with self.subTest(flags=hex(flags)):
                self.see(0)
                self.assert_lent()
                self.see(flags)
                self.see(0)  # what does not show it proves nothing
                self.assert_not_lent()
                self.assertEqual(self.other.call("store", TOKEN, "-", PIN), ["ok"])
                self.assert_lent()

    def test_of_another_token(self):
        self.see(LAST_TRY, token=OTHER)
        self.assert_lent()

    def test_a_lease_that_is_over_is_not_renewed(self):
        lease, _ = self.client_.take()
        self.client_.call("over", lease, self.entry)
        self.see(LAST_TRY)
        self.assert_not_lent()

    def test_rejected_in_a_lease(self):
        other, _ = self.logged_in("246802")
        lease, _ = other.take()
        self.assertEqual(other.call("end", lease, 2, LAST_TRY), ["ok", "not-cached"])
        self.assert_not_lent()

    def test_pin_changed(self):
        self.see(LAST_TRY)
        self.assertEqual(self.other.call("report", TOKEN, 1), ["ok"])
        self.assertEqual(self.client_.call("store", TOKEN, "-", PIN), ["ok"])
        self.assert_lent()

    def test_the_dialog_says_it(self):
        ui = self.prompter()
        self.assertEqual(ui.first, "registered")
        self.see(LAST_TRY)
        self.assert_not_lent()
        job = self.client_.background("prompt", TOKEN, "-", 0, "wake")
        (request,), details = ui.expect("ask")
        self.assertEqual(details["token-flags"], str(LAST_TRY))
        ui.call("answer", request, PIN)
        lease = self.finish(job)[1]
        self.assertEqual(self.client_.call("end", lease, 1), ["ok", "cached"])
        self.assert_lent()

    def test_nothing_to_agree_to(self):
        self.setting("confirm-signatures", "true")
        ui = self.prompter()
        self.assertEqual(ui.first, "registered")
        self.see(LAST_TRY)
        job = self.client_.background("prompt", TOKEN, "-", 0, "context", "sign", "key")
        (request,), _ = ui.expect("ask")  # not "confirm"
        ui.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])


if __name__ == "__main__":
    tap.main()
