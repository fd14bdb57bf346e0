#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tokens that are on their last try: what one process has seen counts for all."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from promptbed import PromptCase

LAST_TRY = 0x20000
OFFICER_LAST_TRY = 0x200000
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


class Asked(PromptCase):
    """A PIN that a program gives itself."""

    def setUp(self):
        super().setUp()
        self.client_ = self.client()
        self.client_.join_domain()

    def try_(self, operation="login", flags=LAST_TRY):
        return self.client_.call("try", TOKEN, "-", operation, flags)

    def asking(self, operation="login", flags=LAST_TRY):
        """Prompter, the job that waits, the open request and its details."""
        ui = self.prompter()
        self.assertEqual(ui.first, "registered")
        job = self.client_.background("try", TOKEN, "-", operation, flags)
        (request,), details = ui.expect("confirm")
        return ui, job, request, details

    def test_agreed(self):
        for operation, flags in (("login", LAST_TRY), ("change", LAST_TRY), ("context", LAST_TRY),
                                 ("officer", OFFICER_LAST_TRY)):
            with self.subTest(operation=operation):
                ui, job, request, details = self.asking(operation, flags)
                self.assertEqual((details["purpose"], details["operation"], details["program"],
                                  details["token-label"], details["token-flags"]),
                                 ("last-try", operation, "link-client", "one", str(flags)))
                self.assertTrue(job.is_alive())
                self.assertEqual(ui.call("answer", request, PIN),
                                 "error org.pinfold.Error.NoRequest")
                self.assertEqual(ui.call("confirm", request), "ok")
                self.assertEqual(self.finish(job), ["ok"])
                self.assertEqual(ui.expect("close")[0], [request, "accepted"])
                ui.kill()

    def test_waits_longer_than_an_agent_may_be_silent(self):
        ui, job, request, _ = self.asking()
        job.join(2.5)
        self.assertTrue(job.is_alive())
        ui.call("confirm", request)
        self.assertEqual(self.finish(job), ["ok"])

    def test_refused(self):
        ui, job, request, _ = self.asking()
        self.assertEqual(ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        # A program that repeats it does not get the dialog again at once.
        self.assertEqual(self.try_(), ["canceled"])
        # Others are asked about.
        other = self.client()
        other.join_domain()
        job = other.background("try", TOKEN, "-", "login", LAST_TRY)
        (request,), details = ui.expect("confirm")
        self.assertEqual(details["pid"], str(other.pid))
        ui.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])

    def test_known_from_another_process(self):
        self.assertEqual(self.client().call("report", TOKEN, REJECTED, LAST_TRY), ["ok"])
        ui, job, request, details = self.asking(flags=0)
        self.assertEqual(details["token-flags"], str(LAST_TRY))
        ui.call("confirm", request)
        self.assertEqual(self.finish(job), ["ok"])
        self.client_.call("store", TOKEN, "-", PIN)
        self.assertEqual(self.try_(flags=0), ["ok"])

    def test_nothing_to_ask(self):
        ui = self.prompter()
        self.assertEqual(ui.first, "registered")
        for operation, flags in (("login", 0), ("login", 0x10000), ("login", 0x40000 | LAST_TRY),
                                 ("login", OFFICER_LAST_TRY), ("officer", LAST_TRY)):
            self.assertEqual(self.try_(operation, flags), ["ok"])

    def test_mode_off(self):
        ui = self.prompter()
        self.assertEqual(ui.first, "registered")
        self.setting("cache-mode", "off")
        wait_for(lambda: int(self.client_.call("policy")[1]) & 1 == 0, 5, "the mode")
        self.assertEqual(self.try_(), ["ok"])

    def test_nobody_to_ask(self):
        self.assertEqual(self.try_(), ["ok"])

    def test_prompter_gone(self):
        ui, job, _, _ = self.asking()
        ui.kill()
        self.assertEqual(self.finish(job), ["no-prompter"])

    def test_agent_gone(self):
        _, job, _, _ = self.asking()
        self.agent.process.kill()
        job.join(20)
        self.assertEqual(job.answer, ["unavailable"])

    def test_agent_stops(self):
        """Nobody has agreed, and nobody will: the try is not spent."""
        _, job, _, _ = self.asking()
        self.agent.process.terminate()
        self.assertEqual(self.finish(job), ["canceled"])

    def test_token_gone(self):
        ui, job, request, _ = self.asking()
        self.client().call("report", TOKEN, 3)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(ui.expect("close")[0], [request, "withdrawn"])

    def test_client_gone(self):
        ui, _, request, _ = self.asking()
        self.client_.kill()
        self.assertEqual(ui.expect("close")[0], [request, "withdrawn"])


if __name__ == "__main__":
    tap.main()
