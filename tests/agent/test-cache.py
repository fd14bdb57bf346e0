#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Logins, leases and forgetting, as modules in several processes meet them."""

import os
import shutil
import signal
import subprocess
import time

from agentbed import OTHER, TOKEN, Agent, AgentCase
from pinfoldtest import process, tap, wait_for
from pinfoldtest.extent import FULL, FULL_PLAIN
from pinfoldtest.paths import build_path


def has_numbered_processes():
    """Does the kernel give processes numbers of their own (Linux 6.9, where it is built so)?"""
    pidfd = os.pidfd_open(os.getpid())
    try:
        return os.readlink(f"/proc/self/fd/{pidfd}").startswith("pidfd:")
    finally:
        os.close(pidfd)


class Logins(AgentCase):
    def test_store_take_end(self):
        client, entry = self.logged_in()
        lease, pin = client.take()
        self.assertEqual(pin, "135790")
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(client.call("end", lease, 1)[0], "unavailable")
        self.assertEqual(client.state(entry), "user")

    def test_each_login_has_its_serial(self):
        client, entry = self.logged_in()
        first = client.call("login", entry)[2]
        self.assertEqual(client.call("logout", TOKEN, "-"), ["ok"])
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))
        client.call("store", TOKEN, "-", "135790")
        self.assertGreater(int(client.call("login", entry)[2]), int(first))

    def test_nothing_without_sessions(self):
        client = self.client()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["refused"])
        self.assertEqual(client.call("take", TOKEN, "-"), ["refused"])
        client.join_domain()
        self.assertEqual(client.call("take", TOKEN, "-"), ["not-logged-in"])

    def test_program_that_comes_again_is_not_logged_in(self):
        """It had given the agent up, and nobody has said that its sessions are closed."""
        client, entry = self.logged_in()
        client.call("set", entry, 0)
        self.assertEqual(client.join_domain(), entry)
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))

    def test_not_a_token_uri(self):
        client = self.client()
        for uri in ("pkcs11:", "slot:0", TOKEN + ";x=y", TOKEN.replace("one", "%6Fne")):
            self.assertEqual(client.call("sessions", uri, "-", 1)[0], "refused", uri)

    def test_other_process_is_not_logged_in(self):
        self.logged_in()
        other = self.client()
        entry = other.join_domain()
        self.assertEqual(other.state(entry), "public")
        self.assertEqual(other.call("take", TOKEN, "-"), ["not-logged-in"])

    def test_an_id_is_no_right(self):
        first = self.client()
        first.join_domain(app_id="0x100000002")
        first.call("store", TOKEN, "0x100000002", "135790")
        second = self.client()
        entry = second.join_domain(app_id="0x100000002")
        self.assertEqual(second.state(entry), "public")
        self.assertEqual(second.call("take", TOKEN, "0x100000002"), ["not-logged-in"])
        self.assertEqual(first.take(app_id="0x100000002")[1], "135790")

    def test_pin_that_must_be_changed_is_not_kept(self):
        client = self.client()
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790", 0x80000), ["not-cached"])
        self.assertFalse(self.agent.has_pin("135790"))

    def test_limit_of_entries(self):
        client = self.client()
        for i in range(96):  # PF_STATE_ENTRIES
            client.join_domain(app_id=i + 1)
        self.assertEqual(client.call("sessions", TOKEN, 500, 1)[0], "refused")


class Leases(AgentCase):
    def test_one_lease_for_a_token(self):
        first, _ = self.logged_in("111111")
        second, _ = self.logged_in("222222")
        third, _ = self.logged_in("333333", token=OTHER)
        lease, _ = first.take()
        waiter = second.background("take", TOKEN, "-")
        # The other token's queue is its own.
        self.assertEqual(third.take(OTHER)[1], "333333")
        # Longer than the silence a caller endures: Waiting signals keep it.
        waiter.join(2.2)
        self.assertTrue(waiter.is_alive())
        first.call("end", lease, 1)
        waiter.join(20)
        self.assertEqual(waiter.answer[2], "222222")

    def test_killed_holder(self):
        first, _ = self.logged_in("111111")
        second, entry = self.logged_in("222222")
        first.take()
        waiter = second.background("take", TOKEN, "-")
        first.kill()
        waiter.join(20)
        self.assertEqual(waiter.answer[2], "222222")
        self.assertEqual(second.state(entry), "user")
        self.assertFalse(self.agent.has_pin("111111"))

    def test_stopped_holder(self):
        first, entry = self.logged_in("111111")
        second, _ = self.logged_in("222222")
        lease, _ = first.take()
        os.kill(first.pid, signal.SIGSTOP)
        waiter = second.background("take", TOKEN, "-")
        waiter.join(20)
        os.kill(first.pid, signal.SIGCONT)
        self.assertEqual(waiter.answer[2], "222222")
        self.assertEqual(first.state(entry), "asleep")
        self.assertEqual(first.call("end", lease, 1)[0], "refused")
        self.assertEqual(first.call("take", TOKEN, "-"), ["asleep"])
        self.assertFalse(self.agent.has_pin("111111"))

    def test_holder_that_hangs(self):
        """Its backend does not return; those who wait are not its callers."""
        first, entry = self.logged_in("111111")
        second, second_entry = self.logged_in("222222")
        lease, _ = first.take()
        started = time.monotonic()
        self.assertEqual(second.take()[1], "222222")
        self.assertLess(time.monotonic() - started, 20)  # a silent one has 30 s
        self.assertEqual(first.state(entry), "asleep")
        self.assertEqual(second.state(second_entry), "user")
        self.assertEqual(first.call("end", lease, 1)[0], "refused")
        self.assertFalse(self.agent.has_pin("111111"))

    def test_token_that_hangs(self):
        """Nobody waits for one who is in it after the other, and nobody loses a login by that."""
        (first, entry), *others = [self.logged_in(str(i) * 6) for i in range(1, 6)]
        first.take()
        started = time.monotonic()
        jobs = [client.background("take", TOKEN, "-") for client, _ in others]
        for job in jobs:
            job.join(20)
        if FULL_PLAIN:
            self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(first.state(entry), "asleep")
        self.assertEqual(sorted(job.answer[0] for job in jobs), ["ok"] + ["refused"] * 3)
        self.assertEqual({client.state(entry) for client, entry in others}, {"user"})
        # It was not at the cost of the one who has the PIN; then it is the next one's turn.
        for (client, _), job in zip(others, jobs):
            if job.answer[0] == "ok":
                self.assertEqual(client.call("end", job.answer[1], 1), ["ok", "cached"])
        for client, _ in others:
            lease, _ = client.take()
            self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])

    def test_holder_that_works_is_waited_for(self):
        first, entry = self.logged_in("111111")
        second, _ = self.logged_in("222222")
        lease, _ = first.take()
        working = first.background("work", 3300)
        waiter = second.background("take", TOKEN, "-")
        working.join(20)
        self.assertTrue(waiter.is_alive())
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        waiter.join(20)
        self.assertEqual(waiter.answer[2], "222222")
        self.assertEqual(first.state(entry), "user")

    def test_rejected_everywhere(self):
        first, first_entry = self.logged_in("111111")
        second, second_entry = self.logged_in("111111")
        third, third_entry = self.logged_in("333333")
        lease, _ = first.take()
        waiters = [second.background("take", TOKEN, "-"), third.background("take", TOKEN, "-")]
        self.assertEqual(first.call("end", lease, 2), ["ok", "not-cached"])
        waiters[1].join(20)
        self.assertEqual(waiters[1].answer[2], "333333")
        # Which of the two was first in the queue is not known.
        third.call("end", waiters[1].answer[1], 1)
        waiters[0].join(20)
        self.assertEqual(waiters[0].answer, ["not-logged-in"])
        self.assertEqual(first.state(first_entry), "public")
        self.assertEqual(second.state(second_entry), "public")
        self.assertEqual(third.state(third_entry), "user")
        self.assertFalse(self.agent.has_pin("111111"))

    def test_unused_says_nothing_about_the_pin(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        self.assertEqual(client.call("end", lease, 0), ["ok", "cached"])
        self.assertEqual(client.state(entry), "user")

    def test_a_lease_is_its_connections(self):
        first, _ = self.logged_in("111111")
        second, _ = self.logged_in("222222")
        lease, _ = first.take()
        self.assertEqual(second.call("end", lease, 2)[0], "unavailable")

    def test_many_threads(self):
        self.take_in_threads()

    def test_a_process_that_the_agent_cannot_see(self):
        """An agent in a PID namespace of its own, as in a Flatpak, serves who is outside."""
        self.hide_processes()
        client, entry = self.logged_in()
        self.assertEqual(client.state(entry), "user")
        other = self.client()
        self.assertEqual(other.state(other.join_domain()), "public")

    # Not for the kernel of Debian 12.
    @tap.only_if(has_numbered_processes())
    def test_processes_that_the_agent_cannot_see(self):
        """Each process is one all the same."""
        self.hide_processes()
        self.take_in_threads()
        other = self.client()
        self.assertEqual(other.state(other.join_domain()), "public")

    def hide_processes(self):
        prefix = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child",
                  "--mount-proc"]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no namespaces can be made here")
        self.agent.process.terminate()
        self.agent.process.wait(20)
        self.agent = Agent(self.box, prefix=prefix)

    def take_in_threads(self):
        client, entry = self.logged_in()
        for threads in (8, 48):  # fewer and more than the link has connections
            self.assertEqual(client.call("threads", TOKEN, "-", threads, 10, entry),
                             ["ok", str(threads * 10)])
        self.assertEqual(client.state(entry), "user")


class Forgetting(AgentCase):
    def assert_forgotten(self, pin="135790"):
        wait_for(lambda: not self.agent.has_pin(pin), 5, "the PIN to be wiped")

    def test_last_session(self):
        client, entry = self.logged_in()
        client.call("set", entry, 2)
        self.assertEqual(client.call("sessions", TOKEN, "-", 1)[0], "ok")
        client.call("set", entry, 1)
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.leave_domain(entry), "ok")
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))

    def test_module_unloaded(self):
        client, _ = self.logged_in()
        self.assertEqual(client.call("close"), ["ok"])
        self.assert_forgotten()

    def test_killed_with_a_child_that_holds_the_socket(self):
        client, _ = self.logged_in()
        child = int(client.call("fork-holder")[1])
        client.kill()
        self.assert_forgotten()
        os.kill(child, 0)
        os.kill(child, signal.SIGKILL)

    def test_exec_ends_the_context(self):
        client, _ = self.logged_in()
        copy = self.box.dir / "other-client"
        shutil.copy2(build_path("tests/agent/link-client"), copy)
        self.assertEqual(client.call("exec", copy), ["ok"])
        self.assert_forgotten()
        client.hello()
        client.join_domain()
        self.assertEqual(client.call("take", TOKEN, "-"), ["not-logged-in"])

    def test_forked_child_has_nothing(self):
        client, entry = self.logged_in()
        self.assertEqual(client.call("fork-client"), ["ok"])
        self.assertEqual(client.take()[1], "135790")
        self.assertEqual(client.state(entry), "user")

    def test_forgotten_while_lent(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        # The agent listens to modules before it has its name on the bus.
        wait_for(lambda: self.box.run(build_path("app/pinfoldctl"), "forget",
                                      check=False).returncode == 0, 10, "pinfoldctl forget")
        self.assertEqual(client.state(entry), "asleep")
        # Not even what was lent is left; its end brings nothing back.
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "asleep")
        self.assertEqual(client.call("take", TOKEN, "-"), ["asleep"])

    def test_reports(self):
        for event in (1, 2, 3):
            client, entry = self.logged_in()
            objects = client.call("objects", entry)
            other, other_entry = self.logged_in("246802", token=OTHER)
            self.assertEqual(client.call("report", TOKEN, event), ["ok"])
            self.assertEqual(client.state(entry), "public")
            self.assertEqual(other.state(other_entry), "user")
            self.assertEqual(client.call("objects", entry), objects)
            client.end()
            other.end()
        self.assert_forgotten()

    def test_changed_token_is_told(self):
        client = self.client()
        entry = client.join_domain()
        other = client.join_domain(OTHER)
        for event in (1, 2, 3):
            before = int(client.call("changes", entry)[1])
            self.assertEqual(self.client().call("report", TOKEN, event), ["ok"])
            self.assertGreater(int(client.call("changes", entry)[1]), before)
        before = client.call("changes", entry)
        for event in (0, 4, 5):
            self.assertEqual(client.call("report", TOKEN, event), ["ok"])
        self.assertEqual(client.call("changes", entry), before)
        self.assertEqual(client.call("changes", other), ["ok", "0"])

    def test_changed_objects_are_told(self):
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        before = int(other.call("objects", other_entry)[1])
        self.assertEqual(client.call("report", TOKEN, 5), ["ok"])
        self.assertEqual(int(other.call("objects", other_entry)[1]), before + 1)
        self.assertEqual(client.state(entry), "user")

    def test_removal_ends_a_lease(self):
        client, entry = self.logged_in()
        other = self.client()
        lease, _ = client.take()
        self.assertEqual(other.call("report", TOKEN, 3), ["ok"])
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("end", lease, 1)[0], "refused")
        self.assert_forgotten()

    def test_orderly_stop(self):
        client, entry = self.logged_in()
        self.agent.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.agent.process.wait(20), 0)
        self.assertIn("PINs forgotten: 1", self.agent.log())
        self.assertNotIn("135790", self.agent.log())
        self.assertEqual(client.call("epoch"), ["ok", "0"])
        self.assertEqual(client.state(entry), "public")


class Modes(AgentCase):
    def wait_policy(self, client, bit, value):
        wait_for(lambda: bool(int(client.call("policy")[1]) & bit) == value, 5, "the policy")

    def test_off_and_back_while_running(self):
        client, entry = self.logged_in()
        self.assertEqual(int(client.call("policy")[1]) & 1, 1)
        self.setting("cache-mode", "off")
        self.wait_policy(client, 1, False)
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["not-cached"])
        self.setting("cache-mode", "process")
        self.wait_policy(client, 1, True)
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(client.take()[1], "135790")

    def test_release_delay_and_confirm(self):
        client, entry = self.logged_in()
        self.setting("release-delay", "250")
        wait_for(lambda: client.call("policy")[2] == "250", 5, "the delay")
        self.assertEqual(client.state(entry), "user")
        # This one lets a cached PIN do more: it is forgotten first.
        self.setting("confirm-signatures", "true")
        self.wait_policy(client, 4, True)
        self.assertEqual(client.state(entry), "asleep")


class Rest(AgentCase):
    def test_no_wakeups(self):
        client, _ = self.logged_in()
        lease, _ = client.take()
        client.call("end", lease, 1)
        seconds = 60 if FULL else 10
        # What was set in motion ends first: the last call, and the token helper of the start.
        wait_for(lambda: process.count_wakeups(self.agent.pid, 3) == 0, 40, "rest", step=0)
        self.assertEqual(process.count_wakeups(self.agent.pid, seconds), 0)


if os.environ.get("PINFOLD_SANITIZED"):
    del Rest.test_no_wakeups  # ThreadSanitizer's own thread wakes up, and once is enough


if __name__ == "__main__":
    tap.main()
