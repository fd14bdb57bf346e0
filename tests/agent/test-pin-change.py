#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A PIN change for a program that gives no PINs: asked, leased, and forgotten everywhere."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from promptbed import PromptCase

OLD = "135790"
NEW = "246802"


class ChangeCase(PromptCase):
    def setUp(self):
        super().setUp()
        self.ui = self.prompter()
        self.assertEqual(self.ui.first, "registered")

    def ask(self, client, purpose="change", previous=0):
        """The job that waits, the open request and its details."""
        job = client.background("change", TOKEN, "-", previous, purpose)
        (request,), details = self.ui.expect("change")
        return job, request, details

    def answer(self, job, request, old=OLD, new=NEW):
        """The lease that the answer gets."""
        self.assertEqual(self.ui.call("change", request, old, new), "ok")
        self.assertEqual(self.finish(job)[::2], ["ok", old])
        self.assertEqual(job.answer[3], new)
        return job.answer[1]

    def assert_forgotten(self, *pins):
        for pin in pins:
            wait_for(lambda pin=pin: not self.agent.has_pin(pin), 5, "the PIN to be wiped")


class Change(ChangeCase):
    def test_both_pins_and_the_end_of_cached_ones(self):
        client, entry = self.logged_in(OLD)
        other, other_entry = self.logged_in(OLD)
        third, third_entry = self.logged_in(OLD, OTHER)
        job, request, details = self.ask(client)
        self.assertEqual((details["purpose"], details["program"]), ("change", "link-client"))
        self.assertEqual((details["min-len"], details["max-len"]), ("4", "8"))
        lease = self.answer(job, request)
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "accepted"])
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(other.state(other_entry), "public")
        self.assertEqual(third.state(third_entry), "user")
        self.assertIn("A PIN was forgotten: pin-changed", self.agent.log())
        third.call("logout", OTHER, "-")
        self.assert_forgotten(OLD, NEW)

    def test_failed_changes_nothing(self):
        client, entry = self.logged_in(OLD)
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 0), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "failed"])
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], OLD)
        self.assert_forgotten(NEW)

    def test_wrong_old_pin(self):
        client, entry = self.logged_in("111111")
        job, request, _ = self.ask(client)
        lease = self.answer(job, request, "111111")
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        # Wherever it was cached, it is wrong.
        self.assertEqual(client.state(entry), "public")
        job = client.background("change", TOKEN, "-", lease, "change")
        (previous, request2), _ = self.ui.expect("retry")
        self.assertEqual(previous, request)
        # The same one again does not reach the token.
        self.assertEqual(self.ui.call("change", request2, "111111", NEW), "ok")
        (_, request3), _ = self.ui.expect("retry")
        self.assertTrue(job.is_alive())
        lease = self.answer(job, request3)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request3, "accepted"])
        self.assert_forgotten("111111", OLD, NEW)

    def test_blocked(self):
        client = self.client()
        client.join_domain()
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        client.call("end", lease, 2, 0x40000)
        self.assertEqual(self.ui.expect("close")[0], [request, "locked"])

    def test_mode_off(self):
        self.setting("cache-mode", "off")
        client = self.client()
        wait_for(lambda: int(client.call("policy")[1]) & 1 == 0, 5, "the mode")
        client.join_domain()
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assert_forgotten(OLD, NEW)

    def test_cancel_is_for_this_one(self):
        client = self.client()
        client.join_domain()
        for _ in range(2):
            job, request, _ = self.ask(client)
            self.assertEqual(self.ui.call("cancel", request), "ok")
            self.assertEqual(self.finish(job), ["canceled"])

    def test_nobody_presents_meanwhile(self):
        client = self.client()
        client.join_domain()
        other, other_entry = self.logged_in(OLD)
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        waiting = other.background("take", TOKEN, "-")
        waiting.join(1.5)
        self.assertTrue(waiting.is_alive())
        client.call("end", lease, 1)
        # Its PIN is not the token's any more.
        self.assertEqual(self.finish(waiting), ["not-logged-in"])

    def test_what_was_typed_before_is_not_presented_after(self):
        client = self.client()
        client.join_domain()
        other = self.client()
        other.join_domain()
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        waiting = other.background("prompt", TOKEN, "-", 0)
        client.call("end", lease, 0)
        self.ui.expect("close")
        (login,), _ = self.ui.expect("ask")
        self.ui.call("cancel", login)
        self.assertEqual(self.finish(waiting), ["canceled"])

        # One that is typed while a change holds the token waits, and goes with the old PIN.
        third = self.client()
        third.join_domain()
        taker, _ = self.logged_in(OLD)
        held, _ = taker.take()
        waiting = third.background("prompt", TOKEN, "-", 0)
        (login,), _ = self.ui.expect("ask")
        self.assertEqual(self.ui.call("answer", login, OLD), "ok")
        taker.call("report", TOKEN, 1)
        self.assertEqual(self.finish(waiting), ["canceled"])
        self.assertEqual(self.ui.expect("close")[0], [login, "withdrawn"])
        self.assertEqual(taker.call("end", held, 1)[0], "refused")
        self.assert_forgotten(OLD)

    def test_lost_lease(self):
        client = self.client()
        client.join_domain()
        other, other_entry = self.logged_in(OLD)
        job, request, _ = self.ask(client)
        self.answer(job, request)
        client.kill()
        self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
        # Nobody knows which PIN the token has now.
        wait_for(lambda: other.state(other_entry) == "public", 5, "the login to end")
        self.assert_forgotten(OLD, NEW)


class Set(ChangeCase):
    def test_only_the_new_pin(self):
        client, entry = self.logged_in(OLD)
        job, request, details = self.ask(client, "set")
        self.assertEqual(details["purpose"], "set")
        lease = self.answer(job, request, "-")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "accepted"])
        self.assertEqual(client.state(entry), "public")
        self.assert_forgotten(OLD, NEW)

    def test_a_blocked_pin_is_no_end(self):
        client = self.client()
        client.join_domain()
        job, request, _ = self.ask(client, "set")
        lease = self.answer(job, request, "-")
        client.call("end", lease, 2, 0x40000)
        job = client.background("change", TOKEN, "-", lease, "set")
        self.assertEqual(self.ui.expect("retry")[0][0], request)


class Answers(ChangeCase):
    def test_form_is_checked_here(self):
        client = self.client()
        client.join_domain()
        job, request, _ = self.ask(client)
        for old, new in ((OLD, "123"), (OLD, "123456789"), ("123456789", NEW)):
            self.assertEqual(self.ui.call("change", request, old, new),
                             "error org.pinfold.Error.PinLength", (old, new))
        self.assertTrue(job.is_alive())
        # What a card was delivered with may be shorter than what it takes.
        self.answer(job, request, "123")

    def test_of_the_right_kind(self):
        client = self.client()
        client.join_domain()
        job, request, _ = self.ask(client)
        for words in (("change", request, "-", NEW), ("answer", request, OLD),
                      ("confirm", request)):
            self.assertEqual(self.ui.call(*words), "error org.pinfold.Error.NoRequest", words)
        self.ui.call("cancel", request)
        self.finish(job)
        job, request, _ = self.ask(client, "set")
        self.assertEqual(self.ui.call("change", request, OLD, NEW),
                         "error org.pinfold.Error.NoRequest")
        self.assertTrue(job.is_alive())

    def test_a_dialog_of_another_purpose_is_not_reused(self):
        client = self.client()
        client.join_domain()
        for first, second, word in (("change", ("change", "set"), "change"),
                                    ("change", ("prompt", "change"), "ask")):
            job, request, _ = self.ask(client, first)
            lease = self.answer(job, request)
            client.call("end", lease, 2)
            job = client.background(second[0], TOKEN, "-", lease, second[1])
            self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
            (request,), _ = self.ui.expect(word)
            self.ui.call("cancel", request)
            self.assertEqual(self.finish(job), ["canceled"])
            client.call("report", TOKEN, 1)

    def test_nobody_there(self):
        self.ui.kill()
        client = self.client()
        client.join_domain()
        self.assertEqual(client.call("change", TOKEN, "-", 0, "change"), ["no-prompter"])


if __name__ == "__main__":
    tap.main()
