#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Leases whose end is written to the board and told to nobody who does not wait for it."""

import time
import unittest

from agentbed import TOKEN, AgentCase
from pinfoldtest import process, tap, wait_for

ID = "0x300000004"
PIN = "135790"
EXPLICIT_REJECTED = 4


class LeaseBoard(AgentCase):
    def shared(self):
        """Two processes in one domain that is logged in; each with its entry."""
        self.setting("sharing", "allow")
        first = self.client()
        entry = first.join_domain(app_id=ID)
        self.assertEqual(first.call("store", TOKEN, ID, PIN), ["ok"])
        second = self.client()
        second_entry = second.join_domain(app_id=ID)
        wait_for(lambda: second.state(second_entry) == "user", 5, "the other one to be let in")
        return first, entry, second, second_entry

    def pages(self):
        """PIN pages that the agent has."""
        if not process.may_look_into(self.agent.pid):
            raise unittest.SkipTest("only root may look at the descriptors of the agent")
        return sum("pinfold-pin" in target for target in process.open_files(self.agent.pid))

    def test_each_turn_is_a_lease_of_its_own(self):
        client, entry = self.logged_in()
        seen = set()
        for _ in range(5):
            lease, pin = client.take()
            self.assertEqual(pin, PIN)
            seen.add(lease)
            client.call("over", lease, entry)
        self.assertEqual(len(seen), 5)
        self.assertEqual(client.state(entry), "user")

    def test_the_next_process_does_not_wait(self):
        first, entry = self.logged_in("111111")
        second, _ = self.logged_in("222222")

        def turn():
            lease, _ = first.take()
            first.call("over", lease, entry)
            started = time.monotonic()
            lease, pin = second.take()
            took = time.monotonic() - started
            self.assertEqual(pin, "222222")
            self.assertEqual(second.call("end", lease, 1), ["ok", "cached"])
            return took

        # The agent looks by itself after a second. The machine may be busy, but not each time.
        self.assertLess(min(turn() for _ in range(5)), 0.9)
        self.assertEqual(first.state(entry), "user")

    def test_who_waits_is_told(self):
        first, entry = self.logged_in("111111")
        second, _ = self.logged_in("222222")

        def turn():
            lease, _ = first.take()
            waiter = second.background("take", TOKEN, "-")
            waiter.join(0.3)
            self.assertTrue(waiter.is_alive())
            first.call("over", lease, entry)
            started = time.monotonic()
            waiter.join(20)
            took = time.monotonic() - started
            self.assertEqual(waiter.answer[2], "222222")
            self.assertEqual(second.call("end", waiter.answer[1], 1), ["ok", "cached"])
            return took

        self.assertLess(min(turn() for _ in range(3)), 0.6)
        self.assertEqual(first.state(entry), "user")

    def test_somebody_else_sees_it_first(self):
        """The agent looks at the board for another reason before the holder says that it is over."""
        first, entry = self.logged_in("111111")
        second, _ = self.logged_in("222222")
        first.call("raw-hello")
        lease, _ = first.take()
        waiter = second.background("take", TOKEN, "-")
        waiter.join(0.3)
        self.assertTrue(waiter.is_alive())
        first.call("raw-over", entry, lease)
        other = self.client()
        self.assertEqual(other.call("report", TOKEN, EXPLICIT_REJECTED), ["ok"])
        waiter.join(5)
        self.assertIsNotNone(waiter.answer)
        self.assertEqual(waiter.answer[2], "222222")
        self.assertEqual(first.call("end", lease, 1), ["refused", "not-cached"])

    def test_holder_that_leaves_after_it(self):
        for leave in ("close", "kill"):
            first, entry, second, second_entry = self.shared()
            lease, _ = first.take(app_id=ID)
            first.call("over", lease, entry)
            if leave == "close":
                first.call("close")
            else:
                first.kill()
            self.assertEqual(second.take(app_id=ID)[1], PIN)
            self.assertEqual(second.state(second_entry), "user", leave)
            second.kill()
            wait_for(lambda: not self.agent.has_pin(PIN), 5, "the PIN to be wiped")

    def test_holder_that_leaves_before_it(self):
        first, _, second, second_entry = self.shared()
        first.take(app_id=ID)
        first.kill()
        wait_for(lambda: second.state(second_entry) == "asleep", 5, "the lease to be lost")
        self.agent.wait_no_pin(PIN)

    def test_another_lease_on_the_board_ends_nothing(self):
        first, entry, second, second_entry = self.shared()
        lease, _ = first.take(app_id=ID)
        first.call("over", int(lease) + 1, entry)
        first.kill()
        wait_for(lambda: second.state(second_entry) == "asleep", 5, "the lease to be lost")

    def test_its_copies_are_wiped_soon(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        # The lease's, and one that the agent makes ready for the next once it has answered.
        wait_for(lambda: self.pages() == 2, 5, "the next lease's page to be ready")
        client.call("over", lease, entry)
        wait_for(lambda: self.pages() == 1, 5, "the lease's page to be wiped")

    def test_its_copies_are_wiped_soon_after_one_that_took_long(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        time.sleep(1.3)  # what a slow card takes: longer than the agent looks for it
        client.call("over", lease, entry)
        lease, _ = client.take()
        client.call("over", lease, entry)
        wait_for(lambda: self.pages() == 1, 5, "the lease's page to be wiped")

    def test_forgetting_wipes_them_at_once(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        client.call("over", lease, entry)
        self.assertEqual(client.call("logout", TOKEN, "-"), ["ok"])
        self.assertFalse(self.agent.has_pin(PIN))
        self.assertEqual(client.call("take", TOKEN, "-"), ["not-logged-in"])

    def test_a_new_pin_is_not_the_old_page(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        client.call("over", lease, entry)
        self.assertEqual(client.call("store", TOKEN, "-", "246802"), ["ok"])
        self.assertEqual(client.take()[1], "246802")
        wait_for(lambda: not self.agent.has_pin(PIN), 5, "the PIN to be wiped")


if __name__ == "__main__":
    tap.main()
