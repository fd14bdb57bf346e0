#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Who may ask the person, and what comes of the answers."""

import os
import signal
import time

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from pinfoldtest.bus import Bus
from pinfoldtest.paths import build_path
from promptbed import PromptCase
from sharedbed import ID, SharedCase


class Registration(PromptCase):
    def test_only_the_app_of_this_agent(self):
        other = self.prompter(build_path("tests/agent/mock-prompter"))
        self.assertEqual(other.first, "refused org.freedesktop.DBus.Error.AccessDenied")
        self.assertEqual(self.prompter().first, "registered")

    def test_one_at_a_time(self):
        first = self.prompter()
        self.assertEqual(first.first, "registered")
        self.assertEqual(self.prompter().first,
                         "refused org.freedesktop.DBus.Error.AccessDenied")
        first.kill()
        wait_for(lambda: self.prompter().first == "registered", 5, "the place to be free")

    def test_never_a_cache_client(self):
        prompter = self.prompter()
        self.assertEqual(prompter.call("hello"), "error org.freedesktop.DBus.Error.AccessDenied")

    def test_answers_of_others_are_refused(self):
        prompter, _, _, job, request, _ = self.asked()
        other = self.prompter(build_path("tests/agent/mock-prompter"))
        self.assertEqual(other.call("answer", request, "135790"),
                         "error org.freedesktop.DBus.Error.AccessDenied")
        self.assertTrue(job.is_alive())
        self.assertEqual(prompter.call("answer", request, "135790"), "ok")
        self.assertEqual(self.finish(job)[2], "135790")


class Answers(PromptCase):
    def test_right_pin(self):
        prompter, client, entry, job, request, details = self.asked()
        self.assertEqual(details["program"], "link-client")
        self.assertEqual(details["pid"], str(client.pid))
        self.assertEqual(details["token-label"], "one")
        self.assertEqual(details["token-serial"], "0001")
        self.assertEqual(details["reader"], "Test reader")
        self.assertNotIn("tries-left", details)
        self.assertEqual(prompter.call("answer", request, "135790"), "ok")
        status, lease, pin = self.finish(job)
        self.assertEqual((status, pin), ("ok", "135790"))
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(prompter.expect("close")[0], [request, "accepted"])
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], "135790")

    def test_no_thread_waits_for_what_its_own_process_was_told(self):
        """It would hold the token meanwhile, which the other thread needs to go on."""
        prompter, client, entry, job, request, _ = self.asked()
        prompter.call("answer", request, "135790")
        lease = self.finish(job)[1]
        started = time.monotonic()
        self.assertEqual(client.call("take", TOKEN, "-"), ["not-logged-in"])
        self.assertLess(time.monotonic() - started, 10)  # as long as the lease is out
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(client.take()[1], "135790")
        # Another process's login is waited for.
        other = self.client()
        other.join_domain()
        waiting = other.background("take", TOKEN, "-")
        waiting.join(0.3)
        self.assertTrue(waiting.is_alive())

    def test_program_that_has_given_up_is_not_logged_in(self):
        """It did not hear that its login is kept, and would never end it."""
        prompter, client, entry, job, request, _ = self.asked()
        prompter.call("answer", request, "135790")
        lease = self.finish(job)[1]
        client.call("raw-hello")
        client.call("raw-board", entry, 1, 0)  # another copy of the module has a session as well
        os.kill(self.agent.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.agent.pid, signal.SIGCONT)
        self.assertEqual(client.call("end", lease, 1)[0], "unavailable")
        os.kill(self.agent.pid, signal.SIGCONT)
        self.assertEqual(prompter.expect("close")[0], [request, "accepted"])
        self.assertEqual(client.call("raw-entry", entry), ["ok", "0", "public"])
        self.agent.wait_no_pin("135790")

    def test_wrong_then_right_in_one_dialog(self):
        prompter, client, entry, job, request, _ = self.asked()
        prompter.call("answer", request, "111111")
        lease = self.finish(job)[1]
        self.assertEqual(client.call("end", lease, 2, 0x10000), ["ok", "not-cached"])
        job = client.background("prompt", TOKEN, "-", lease)
        (previous, request2), details = prompter.expect("retry")
        self.assertEqual(previous, request)
        self.assertEqual(details["token-flags"], str(0x10000))
        self.assertEqual(prompter.call("answer", request, "135790"),
                         "error org.pinfold.Error.NoRequest")
        # The same wrong one again does not reach the token.
        self.assertEqual(prompter.call("answer", request2, "111111"), "ok")
        (_, request3), _ = prompter.expect("retry")
        self.assertTrue(job.is_alive())
        prompter.call("answer", request3, "135790")
        lease = self.finish(job)[1]
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(prompter.expect("close")[0][1], "accepted")
        self.assertEqual(client.state(entry), "user")
        self.agent.wait_no_pin("111111")

    def test_length_is_checked_here(self):
        prompter, _, _, job, request, _ = self.asked()
        for pin in ("", "123", "123456789"):
            self.assertEqual(prompter.call("answer", request, pin),
                             "error org.pinfold.Error.PinLength", pin)
        self.assertTrue(job.is_alive())
        self.assertEqual(prompter.call("answer", request, "1234"), "ok")
        self.assertEqual(self.finish(job)[2], "1234")

    def test_cancel_is_remembered(self):
        prompter, client, entry, job, request, _ = self.asked()
        self.assertEqual(prompter.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(client.call("prompt", TOKEN, "-", 0), ["canceled"])
        self.assertEqual(client.state(entry), "public")
        # Another program is not held to it.
        other = self.client()
        other.join_domain()
        job = other.background("prompt", TOKEN, "-", 0)
        (request,), _ = prompter.expect("ask")
        prompter.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])

    def test_cancel_is_for_what_waits_too(self):
        prompter = self.prompter()
        client = self.client()
        client.join_domain()
        before = self.agent.fds()
        job = client.background("prompt-many", TOKEN, "-", 3)
        (request,), _ = prompter.expect("ask")
        wait_for(lambda: self.agent.fds() >= before + 2, 5, "the other calls")
        other = self.client()
        other.join_domain()
        third = other.background("prompt", TOKEN, "-", 0)
        self.assertEqual(prompter.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled", "3"])
        (request,), details = prompter.expect("ask")
        self.assertEqual(details["pid"], str(other.pid))
        prompter.call("answer", request, "135790")
        self.assertEqual(self.finish(third)[2], "135790")

    def test_dialog_of_another_token_is_not_reused(self):
        prompter, client, _, job, request, _ = self.asked()
        prompter.call("answer", request, "111111")
        lease = self.finish(job)[1]
        client.join_domain(OTHER)
        client.call("end", lease, 2)
        job = client.background("prompt", OTHER, "-", lease)
        # The dialog that names the first token goes; one that names the second comes.
        self.assertEqual(prompter.expect("close")[0], [request, "withdrawn"])
        (request,), details = prompter.expect("ask")
        self.assertEqual(details["token-serial"], "0002")
        prompter.call("answer", request, "135790")
        self.assertEqual(self.finish(job)[2], "135790")

    def test_locked(self):
        prompter, client, _, job, request, _ = self.asked()
        prompter.call("answer", request, "111111")
        lease = self.finish(job)[1]
        client.call("end", lease, 2, 0x40000)
        self.assertEqual(prompter.expect("close")[0], [request, "locked"])

    def test_forgotten_while_it_is_used(self):
        prompter, client, entry, job, request, _ = self.asked()
        prompter.call("answer", request, "135790")
        lease = self.finish(job)[1]
        client.call("logout", TOKEN, "-")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))

    def test_mode_off_leases_once(self):
        prompter, client, entry, job, request, _ = self.asked()
        other = self.client()
        self.setting("cache-mode", "off")
        wait_for(lambda: int(other.call("policy")[1]) & 1 == 0, 5, "the mode")
        prompter.call("answer", request, "135790")
        lease = self.finish(job)[1]
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))


class Ends(PromptCase):
    def test_dialogs_come_one_by_one(self):
        prompter, _, _, job, request, _ = self.asked()
        other = self.client()
        other.join_domain()
        second = other.background("prompt", TOKEN, "-", 0)
        prompter.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])
        (request,), details = prompter.expect("ask")
        self.assertEqual(details["pid"], str(other.pid))
        prompter.call("answer", request, "135790")
        self.assertEqual(self.finish(second)[2], "135790")

    def test_client_gone(self):
        prompter, client, _, _, request, _ = self.asked()
        client.kill()
        self.assertEqual(prompter.expect("close")[0], [request, "withdrawn"])

    def test_client_gone_with_the_pin(self):
        prompter, client, _, job, request, _ = self.asked()
        prompter.call("answer", request, "135790")
        self.finish(job)
        client.kill()
        self.assertEqual(prompter.expect("close")[0], [request, "withdrawn"])
        wait_for(lambda: not self.agent.has_pin("135790"), 5, "the PIN to be wiped")

    def test_prompter_gone(self):
        prompter, _, _, job, _, _ = self.asked()
        prompter.kill()
        self.assertEqual(self.finish(job), ["no-prompter"])

    def test_token_gone(self):
        prompter, _, _, job, request, _ = self.asked()
        self.client().call("report", TOKEN, 3)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(prompter.expect("close")[0], [request, "withdrawn"])

    def test_nobody_there(self):
        client = self.client()
        client.join_domain()
        self.assertEqual(client.call("prompt", TOKEN, "-", 0), ["no-prompter"])

    def test_app_is_started(self):
        started = self.box.dir / "started"
        self.box.add_service("org.pinfold.Pinfold",
                             f"/bin/sh -c 'echo x >>{started}; exec sleep 30'")
        client = self.client()
        client.join_domain()
        job = client.background("prompt", TOKEN, "-", 0)
        wait_for(started.exists, 5, "the app to be started")
        prompter = self.prompter()
        (request,), _ = prompter.expect("ask")
        prompter.call("answer", request, "135790")
        self.assertEqual(self.finish(job)[2], "135790")

    def test_app_is_started_for_whoever_asks(self):
        """As the app of another Flatpak sandbox does; not while there is one."""
        started = self.box.dir / "started"
        self.box.add_service("org.pinfold.Pinfold",
                             f"/bin/sh -c 'echo x >>{started}; exec sleep 30'")
        bus = Bus(self.box.env["DBUS_SESSION_BUS_ADDRESS"])
        call = ("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1", "StartApp")
        prompter = self.prompter()
        wait_for(lambda: self.is_prompter_present(bus), 5, "the prompter to be known")
        bus.call(*call)
        prompter.kill()
        wait_for(lambda: not self.is_prompter_present(bus), 5, "the prompter to be gone")
        self.assertFalse(started.exists())
        bus.call(*call)
        wait_for(started.exists, 5, "the app to be started")

    @staticmethod
    def is_prompter_present(bus):
        return bus.call("org.pinfold.Agent", "/org/pinfold/Agent", "org.freedesktop.DBus.Properties",
                        "Get", "(ss)", "org.pinfold.Agent1", "PrompterPresent")[0]

    def test_app_that_never_registers(self):
        self.box.add_service("org.pinfold.Pinfold", "/bin/sleep 30")
        client = self.client()
        client.join_domain()
        started = time.monotonic()
        self.assertEqual(client.call("prompt", TOKEN, "-", 0), ["no-prompter"])
        self.assertGreater(time.monotonic() - started, 4)


class OneForAll(SharedCase, PromptCase):
    """Programs of one login that wait for its dialog; what the person says to one of them."""

    def setUp(self):
        super().setUp()
        self.rule("allow")
        self.one = self.inside()[0]
        self.two, self.entry = self.member()

    def both_asked(self, purpose="wake"):
        """A job of each, and the dialog that is open, which is the first one's."""
        prompter = self.prompter()
        first = self.one.background("prompt", TOKEN, ID, 0, purpose)
        (request,), _ = prompter.expect("ask")
        second = self.two.background("prompt", TOKEN, ID, 0, purpose)
        return prompter, first, second, request

    def log_in(self, prompter, first, request):
        prompter.call("answer", request, "135790")
        lease = self.finish(first)[1]
        self.assertEqual(self.one.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(prompter.expect("close")[0], [request, "accepted"])

    def test_wake(self):
        self.forget()
        prompter, first, second, request = self.both_asked()
        self.log_in(prompter, first, request)
        # The other one gets what was typed for the first, as it does without a dialog.
        status, lease, pin, cached = self.finish(second)
        self.assertEqual((status, pin, cached), ("ok", "135790", "cached"))
        self.assertEqual(self.two.call("end", lease, 1), ["ok", "cached"])

    def test_wake_that_comes_too_late(self):
        status, _, pin, cached = self.two.call("prompt", TOKEN, ID, 0, "wake")
        self.assertEqual((status, pin, cached), ("ok", "135790", "cached"))

    def test_wake_of_an_ended_login(self):
        self.forget()
        third, _ = self.member()
        _, first, second, _ = self.both_asked()
        third.call("logout", TOKEN, ID)
        self.assertEqual([self.finish(first), self.finish(second)], [["canceled"], ["canceled"]])

    def test_wrong_pin_wakes_nobody(self):
        self.forget()
        prompter, first, second, request = self.both_asked()
        prompter.call("answer", request, "111111")
        lease = self.finish(first)[1]
        self.assertEqual(self.one.call("end", lease, 2), ["ok", "not-cached"])
        again = self.one.background("prompt", TOKEN, ID, lease, "wake")
        (_, request), _ = prompter.expect("retry")
        self.assertTrue(second.is_alive())
        self.log_in(prompter, again, request)
        self.assertEqual(self.finish(second)[3], "cached")

    def test_login(self):
        self.one.call("logout", TOKEN, ID)
        prompter, first, second, request = self.both_asked("login")
        self.log_in(prompter, first, request)
        self.assertEqual(self.finish(second), ["logged-in"])
        self.assertEqual(self.two.state(self.entry), "user")

    def test_no_login_goes_on(self):
        self.one.call("logout", TOKEN, ID)
        prompter, first, second, request = self.both_asked("login")
        prompter.call("cancel", request)
        self.assertEqual(self.finish(first), ["canceled"])
        (request,), details = prompter.expect("ask")
        self.assertEqual(details["pid"], str(self.two.pid))
        prompter.call("answer", request, "135790")
        self.assertEqual(self.finish(second)[2], "135790")


if __name__ == "__main__":
    tap.main()
