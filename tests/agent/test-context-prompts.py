#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Asking for one use of a key that wants its PIN each time: never from a cache, never into one."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from pinfoldtest.paths import build_path
from promptbed import PromptCase

PIN = "135790"
ABOUT = ("context", "sign", "Signature-key")


class ContextCase(PromptCase):
    def setUp(self):
        super().setUp()
        self.ui = self.prompter()
        self.assertEqual(self.ui.first, "registered")

    def ask(self, client, *about, previous=0):
        """The job that waits, the open request and its details."""
        job = client.background("prompt", TOKEN, "-", previous, *(about or ABOUT))
        (request,), details = self.ui.expect("ask")
        return job, request, details

    def answer(self, job, request, pin=PIN):
        """The lease that the answer gets."""
        self.assertEqual(self.ui.call("answer", request, pin), "ok")
        status, lease, leased = self.finish(job)
        self.assertEqual((status, leased), ("ok", pin))
        return lease

    def sign(self, client, pin=PIN):
        """One use of the key, asked and accepted."""
        job, request, _ = self.ask(client)
        lease = self.answer(job, request, pin)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "accepted"])


class Asking(ContextCase):
    def test_names_program_operation_and_key(self):
        client = self.client()
        client.join_domain()
        _, _, details = self.ask(client)
        self.assertEqual((details["purpose"], details["operation"], details["key-label"]), ABOUT)
        self.assertEqual(details["program"], "link-client")

    def test_public(self):
        client = self.client()
        entry = client.join_domain()
        self.sign(client)
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin(PIN))

    def test_logged_in(self):
        client, entry = self.logged_in("246802")
        login = client.call("login", entry)
        self.sign(client)
        self.assertEqual(client.call("login", entry), login)
        self.assertFalse(self.agent.has_pin(PIN))
        self.assertEqual(client.take()[1], "246802")

    def test_asleep(self):
        client, entry = self.logged_in("246802")
        self.setting("sharing", "allow")
        wait_for(lambda: client.state(entry) == "asleep", 5, "the domain to sleep")
        login = client.call("login", entry)
        self.sign(client)
        self.assertEqual(client.call("login", entry), login)
        self.assertEqual(client.call("take", TOKEN, "-"), ["asleep"])
        self.assertFalse(self.agent.has_pin(PIN))

    def test_mode_off(self):
        self.setting("cache-mode", "off")
        client = self.client()
        wait_for(lambda: int(client.call("policy")[1]) & 1 == 0, 5, "the mode")
        entry = client.join_domain()
        self.sign(client)
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin(PIN))

    def test_unused_changes_nothing(self):
        client, entry = self.logged_in()
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 0), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "failed"])
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], PIN)


class Turns(ContextCase):
    """Who takes the cached PIN keeps the token from the process's other threads meanwhile, and one
    that was given a PIN by a dialog cannot go on before it has the token."""

    def test_a_thread_that_has_the_pin_is_given_way(self):
        client, _ = self.logged_in()
        job, request, _ = self.ask(client)
        lease = self.answer(job, request)
        self.assertEqual(client.call("take", TOKEN, "-"), ["busy"])
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.take()[1], PIN)

    def test_who_keeps_the_token_comes_first(self):
        client, _ = self.logged_in()
        other, _ = self.logged_in()
        first = other.take()[0]
        self.assertEqual(client.call("prompt-beside", TOKEN, "-"), ["ok"])
        (request,), _ = self.ui.expect("ask")
        self.assertEqual(self.ui.call("answer", request, PIN), "ok")
        job = client.background("take", TOKEN, "-")
        job.join(1)  # it is in the queue by then, of which nothing tells
        self.assertTrue(job.is_alive())
        self.assertEqual(other.call("end", first, 0)[0], "ok")
        status, lease, _ = self.finish(job)
        self.assertEqual(status, "ok")
        self.assertEqual(client.call("end", lease, 1)[0], "ok")
        self.assertEqual(client.call("join-beside")[0], "ok")


class Cancelling(ContextCase):
    def cancel(self, job, request):
        self.assertEqual(self.ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])

    def test_the_next_signature_asks(self):
        client = self.client()
        client.join_domain()
        self.cancel(*self.ask(client)[:2])
        self.sign(client)

    def test_a_login_asks_too(self):
        client = self.client()
        client.join_domain()
        self.cancel(*self.ask(client)[:2])
        job, request, _ = self.ask(client, "login")
        self.answer(job, request)

    def test_a_cancelled_login_does_not_answer_for_a_signature(self):
        client = self.client()
        client.join_domain()
        self.cancel(*self.ask(client, "login")[:2])
        self.assertEqual(client.call("prompt", TOKEN, "-", 0, "login"), ["canceled"])
        self.sign(client)


class Rejected(ContextCase):
    def reject(self, client, pin=PIN):
        """The lease that was rejected, and its request."""
        job, request, _ = self.ask(client)
        lease = self.answer(job, request, pin)
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        return lease, request

    def test_same_dialog_goes_on(self):
        client, entry = self.logged_in()
        lease, request = self.reject(client, "111111")
        # As a module asks that has lost the name of the key on the way.
        job = client.background("prompt", TOKEN, "-", lease, "context")
        (previous, request2), details = self.ui.expect("retry")
        self.assertEqual(previous, request)
        self.assertEqual(details["operation"], "sign")
        # What the token has refused is not sent again.
        self.assertEqual(self.ui.call("answer", request2, "111111"), "ok")
        (_, request3), _ = self.ui.expect("retry")
        self.assertTrue(job.is_alive())
        lease = self.answer(job, request3)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request3, "accepted"])
        # The cached PIN was another one, and is none that was refused.
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], PIN)

    def test_cached_pin_is_wiped_if_it_is_the_same(self):
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        self.reject(client)
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("take", TOKEN, "-"), ["not-logged-in"])
        self.assertEqual(other.state(other_entry), "user")
        self.ui.expect("close")
        self.agent.wait_no_pin(PIN)

    def test_answer_of_a_signature_does_not_log_in(self):
        """A dialog that said that the PIN is not kept does not go on as one of a login."""
        client = self.client()
        entry = client.join_domain()
        lease, request = self.reject(client, "111111")
        job = client.background("prompt", TOKEN, "-", lease, "login")
        self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
        (request,), details = self.ui.expect("ask")
        self.assertEqual(details["purpose"], "login")
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(client.state(entry), "user")

    def test_dialog_of_another_use_is_not_reused(self):
        for token, *about in ((OTHER, *ABOUT), (TOKEN, "context", "decrypt", "Signature-key"),
                              (TOKEN, "context", "sign", "Other-key")):
            client = self.client()
            client.join_domain()
            client.join_domain(OTHER)
            lease, request = self.reject(client, "111111")
            job = client.background("prompt", token, "-", lease, *about)
            self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
            (request,), details = self.ui.expect("ask")
            self.assertEqual(details["operation"], about[1])
            self.assertEqual(self.ui.call("cancel", request), "ok")
            self.assertEqual(self.finish(job), ["canceled"])
            client.call("report", TOKEN, 1)


class Confirming(ContextCase):
    """With confirm-signatures, where the domain holds the PIN."""

    def setUp(self):
        super().setUp()
        self.setting("confirm-signatures", "true")
        observer = self.client()
        wait_for(lambda: int(observer.call("policy")[1]) & 4, 5, "the setting")

    def confirming(self, client, *about):
        """The job that waits, the open request and its details."""
        job = client.background("prompt", TOKEN, "-", 0, *(about or ABOUT))
        (request,), details = self.ui.expect("confirm")
        return job, request, details

    def confirmed(self, client):
        """The request, and the lease of the cached PIN."""
        job, request, _ = self.confirming(client)
        self.assertEqual(self.ui.call("confirm", request), "ok")
        status, lease, pin, source = self.finish(job)
        self.assertEqual((status, pin, source), ("ok", PIN, "cached"))
        return request, lease

    def forget(self):
        """As a loosened setting does it."""
        count = self.agent.log().count("A PIN was forgotten")
        self.setting("sharing", "same-program")
        wait_for(lambda: self.agent.log().count("A PIN was forgotten") > count, 5, "the wipe")

    def test_leases_the_cached_pin(self):
        client, entry = self.logged_in()
        login = client.call("login", entry)
        job, request, details = self.confirming(client)
        self.assertEqual((details["purpose"], details["operation"], details["key-label"]), ABOUT)
        self.assertEqual(self.ui.call("confirm", request), "ok")
        status, lease, pin, source = self.finish(job)
        self.assertEqual((status, pin, source), ("ok", PIN, "cached"))
        self.assertEqual(self.ui.call("confirm", request), "error org.pinfold.Error.NoRequest")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "accepted"])
        self.assertEqual(client.call("login", entry), login)
        # Each use asks.
        _, lease = self.confirmed(client)
        client.call("end", lease, 1)

    def test_one_lease_for_a_token(self):
        client, _ = self.logged_in()
        other, _ = self.logged_in("246802")
        lease, _ = other.take()
        job, request, _ = self.confirming(client)
        self.assertEqual(self.ui.call("confirm", request), "ok")
        job.join(1.5)
        self.assertTrue(job.is_alive())
        other.call("end", lease, 1)
        self.assertEqual(self.finish(job)[2], PIN)

    def test_cancel(self):
        client, entry = self.logged_in()
        job, request, _ = self.confirming(client)
        self.assertEqual(self.ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(self.ui.call("confirm", request), "error org.pinfold.Error.NoRequest")
        self.confirmed(client)

    def test_only_the_prompter_grants(self):
        client, _ = self.logged_in()
        job, request, _ = self.confirming(client)
        other = self.prompter(build_path("tests/agent/mock-prompter"))
        self.assertEqual(other.call("confirm", request),
                         "error org.freedesktop.DBus.Error.AccessDenied")
        self.assertTrue(job.is_alive())

    def test_an_answer_of_another_kind_is_none(self):
        client, _ = self.logged_in()
        job, request, _ = self.confirming(client)
        self.assertEqual(self.ui.call("answer", request, PIN),
                         "error org.pinfold.Error.NoRequest")
        self.assertTrue(job.is_alive())
        other = self.client()
        other.join_domain()
        self.assertEqual(self.ui.call("cancel", request), "ok")
        job, request, _ = self.ask(other)
        self.assertEqual(self.ui.call("confirm", request), "error org.pinfold.Error.NoRequest")
        self.assertTrue(job.is_alive())

    def test_without_a_cached_pin_the_pin_is_asked(self):
        client = self.client()
        entry = client.join_domain()
        self.sign(client)
        self.assertEqual(client.state(entry), "public")
        sleeper, entry = self.logged_in("246802")
        self.forget()
        self.sign(sleeper)
        self.assertEqual(sleeper.state(entry), "asleep")

    def test_not_on_the_last_try(self):
        client, _ = self.logged_in()
        for flags in (0x20000, 0x40000, 0x80000):
            job, request, _ = self.ask(client, *ABOUT, flags)
            self.assertEqual(self.ui.call("cancel", request), "ok")
            self.assertEqual(self.finish(job), ["canceled"])

    def test_a_login_is_not_confirmed(self):
        """There is nothing to ask where the login is there, and nothing to agree to."""
        client, _ = self.logged_in()
        self.assertEqual(client.call("prompt", TOKEN, "-", 0, "login"), ["logged-in"])
        status, lease, _, cached = client.call("prompt", TOKEN, "-", 0, "wake")
        self.assertEqual((status, cached), ("ok", "cached"))
        client.call("end", lease, 1)
        client.call("logout", TOKEN, "-")
        job, request, _ = self.ask(client, "login")
        self.answer(job, request)

    def test_rejected(self):
        client, entry = self.logged_in()
        request, lease = self.confirmed(client)
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
        self.assertEqual(client.state(entry), "public")
        self.agent.wait_no_pin(PIN)
        # The person is asked for the right one.
        job, request, _ = self.ask(client, previous=lease)
        self.assertEqual(self.ui.call("answer", request, PIN), "ok")
        (_, request), _ = self.ui.expect("retry")
        self.assertTrue(job.is_alive())
        self.answer(job, request, "246802")

    def test_forgotten_while_the_person_decides(self):
        client, entry = self.logged_in()
        job, request, _ = self.confirming(client)
        self.forget()
        self.assertEqual(self.ui.call("confirm", request), "ok")
        self.assertEqual(self.ui.expect("close")[0], [request, "withdrawn"])
        (request,), details = self.ui.expect("ask")
        self.assertEqual((details["purpose"], details["operation"], details["key-label"]), ABOUT)
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "asleep")

    def test_turned_off_while_the_person_decides(self):
        client, _ = self.logged_in()
        job, request, _ = self.confirming(client)
        observer = self.client()
        self.setting("confirm-signatures", "false")
        wait_for(lambda: not int(observer.call("policy")[1]) & 4, 5, "the setting")
        self.assertEqual(self.ui.call("confirm", request), "ok")
        self.ui.expect("close")
        (request,), _ = self.ui.expect("ask")
        self.answer(job, request)

    def test_turning_it_on_forgets_first(self):
        self.setting("confirm-signatures", "false")
        client = self.client()
        wait_for(lambda: not int(client.call("policy")[1]) & 4, 5, "the setting")
        client, entry = self.logged_in()
        self.setting("confirm-signatures", "true")
        wait_for(lambda: int(client.call("policy")[1]) & 4, 5, "the setting")
        self.assertEqual(client.state(entry), "asleep")
        self.assertFalse(self.agent.has_pin(PIN))
        self.assertIn("A PIN was forgotten: setting-loosened", self.agent.log())
        # What is cached from now on is cached under this setting.
        self.sign(client)


if __name__ == "__main__":
    tap.main()
