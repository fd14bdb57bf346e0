#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Timeouts with real seconds: idle-timeout, max-lifetime, rules of single tokens."""

import os
import time
import unittest
from pathlib import Path

from agentbed import OTHER, TOKEN
from desktopbed import CTL, SOON, DesktopCase, pump
from pinfoldtest import process, tap, wait_for

BOOTTIME = 7


class TimeoutCase(DesktopCase):
    login_session = False

    def setUp(self):
        super().setUp()
        self.timeouts = {"idle-timeout": 0, "max-lifetime": 0}

    def set_timeouts(self, idle=0, lifetime=0):
        for key, value in {"idle-timeout": idle, "max-lifetime": lifetime}.items():
            if self.timeouts[key] != value:
                self.settle_setting(key, f"{value}")
                self.timeouts[key] = value

    def expect_after(self, reason, since, seconds):
        """The PIN is forgotten so many seconds after since, not before."""
        self.forgotten.expect(reason, since + seconds + SOON - time.monotonic())
        self.assertGreaterEqual(time.monotonic(), since + seconds)

    def assert_kept_for(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pump()
        self.assertEqual(self.forgotten.seen, [])

    def timer(self):
        """Seconds that the agent's timer has left; None: it is not set."""
        if not process.may_look_into(self.agent.pid):
            raise unittest.SkipTest("only root may look at the agent's timer")
        found = []
        for path in Path(f"/proc/{self.agent.pid}/fdinfo").iterdir():
            try:
                text = path.read_text()
            except FileNotFoundError:  # closed meanwhile
                continue
            fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
            if fields.get("clockid") == str(BOOTTIME):
                found.append(fields["it_value"])
        (value,) = found
        seconds = int(value.strip("()").split(",")[0])
        return seconds if value != "(0, 0)" else None

    def use(self, client):
        lease, _ = client.take()
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])

    @staticmethod
    def note(client):
        """A use in a window that is open already."""
        assert client.call("note", TOKEN, "-", "sign") == ["ok"]


class Idle(TimeoutCase):
    def test_not_used(self):
        self.set_timeouts(idle=2)
        since = time.monotonic()
        client, entry = self.logged_in()
        self.expect_after("idle-timeout", since, 2)
        self.assert_asleep(client, entry)

    def test_use_keeps(self):
        self.set_timeouts(idle=4)
        client, entry = self.logged_in()
        for use in (self.use, self.note, self.note):
            self.assert_kept_for(1.5)
            since = time.monotonic()
            use(client)
        self.expect_after("idle-timeout", since, 4)
        self.assert_asleep(client, entry)

    def test_lent_is_used(self):
        self.set_timeouts(idle=2)
        client, entry = self.logged_in()
        lease, _ = client.take()
        self.assert_kept_for(3.5)
        since = time.monotonic()
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.expect_after("idle-timeout", since, 2)
        self.assert_asleep(client, entry)

    def test_lease_that_ends_unsaid(self):
        self.set_timeouts(idle=2)
        client, entry = self.logged_in()
        since = time.monotonic()
        lease, _ = client.take()
        self.assertEqual(client.call("over", lease, entry), ["ok"])
        # The agent looks after a second whether it has ended.
        self.forgotten.expect("idle-timeout", since + 2 + 1 + SOON - time.monotonic())
        self.assertGreaterEqual(time.monotonic(), since + 2)
        self.assert_asleep(client, entry)

    def test_only_the_one_that_rests(self):
        self.set_timeouts(idle=4)
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        self.assert_kept_for(2)
        self.use(other)
        self.forgotten.expect("idle-timeout", 2 + SOON)
        self.assertEqual(client.state(entry), "asleep")
        self.assertEqual(other.state(other_entry), "user")
        self.forgotten.expect("idle-timeout", 4 + SOON)
        self.assertEqual(other.state(other_entry), "asleep")


class Lifetime(TimeoutCase):
    def test_use_does_not_keep(self):
        self.set_timeouts(idle=3, lifetime=4)
        since = time.monotonic()
        client, entry = self.logged_in()
        while time.monotonic() < since + 2:
            self.use(client)
            pump()
        self.expect_after("max-lifetime", since, 4)
        self.assert_asleep(client, entry)

    def test_begins_anew_with_the_pin(self):
        self.set_timeouts(lifetime=4)
        client, entry = self.logged_in()
        self.assert_kept_for(2)
        since = time.monotonic()
        client.call("store", TOKEN, "-", "135790")
        self.expect_after("max-lifetime", since, 4)

    def test_ends_a_lease_that_is_out(self):
        self.set_timeouts(lifetime=2)
        client, entry = self.logged_in()
        lease, _ = client.take()
        self.forgotten.expect("max-lifetime", 2 + SOON)
        self.assert_asleep(client, entry)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assert_asleep(client, entry)


class Settings(TimeoutCase):
    def expires(self):
        return self.domain()["expires_s"]

    def test_status_tells_the_truth(self):
        client, entry = self.logged_in()
        self.assertEqual(self.expires(), -1)
        self.set_timeouts(idle=100, lifetime=50)
        self.assertIn(self.expires(), range(31, 51))
        self.set_timeouts(idle=30, lifetime=50)
        self.assertIn(self.expires(), range(1, 31))
        self.box.run(CTL, "forget")
        self.assertEqual(self.expires(), -1)

    def test_long_ones(self):
        # More microseconds than 32 bits hold.
        self.logged_in()
        self.set_timeouts(idle=36000)
        self.assertIn(self.expires(), range(35900, 36001))
        self.set_timeouts(lifetime=28800)
        self.assertIn(self.expires(), range(28700, 28801))

    def test_shorter_at_once(self):
        client, entry = self.logged_in()
        self.set_timeouts(idle=100)
        self.assert_kept_for(1.2)
        self.setting("idle-timeout", "1")
        self.forgotten.expect("idle-timeout")
        self.assert_asleep(client, entry)

    def test_longer_at_once(self):
        self.set_timeouts(idle=4)
        client, entry = self.logged_in()
        self.set_timeouts(idle=100)
        self.assert_kept_for(4.5)
        self.assertEqual(client.state(entry), "user")
        self.set_timeouts(idle=0)
        self.assertEqual(self.expires(), -1)

    def set_tokens(self, text):
        self.settle_setting("tokens", text)

    def test_rule_of_one_token(self):
        self.set_timeouts(idle=60)
        self.set_tokens(f"{{'{TOKEN}': {{'idle-timeout': <uint32 2>}}}}")
        other, other_entry = self.logged_in("246802", token=OTHER)
        since = time.monotonic()
        client, entry = self.logged_in()
        self.expect_after("idle-timeout", since, 2)
        self.assertEqual(client.state(entry), "asleep")
        self.assertEqual(other.state(other_entry), "user")

    def test_rule_that_lifts_the_general_one(self):
        self.set_timeouts(lifetime=2)
        self.set_tokens(f"{{'{TOKEN}': {{'max-lifetime': <uint32 0>}}}}")
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802", token=OTHER)
        self.forgotten.expect("max-lifetime", 2 + SOON)
        self.assertEqual(other.state(other_entry), "asleep")
        self.assert_kept(client, entry)


class Said(TimeoutCase):
    """Whoever shows until when a PIN is kept learns it when that moment has moved."""

    def setUp(self):
        super().setUp()
        self.changes = []  # (when, forgotten before)
        self.session.connection.signal_subscribe(None, "org.pinfold.Agent1", "Changed", None, None,
                                                 0, self.on_changed)

    def on_changed(self, *_):
        self.changes.append((time.monotonic(), len(self.forgotten.seen)))

    def expiry(self):
        (domain,) = self.forgotten.ask("GetStatus")["domains"]
        return domain["expires_s"]

    def wait_change(self, begin, within):
        """A change after that moment, with the PIN still there."""
        wait_for(lambda: any(when >= begin and not lost for when, lost in self.changes), within,
                 "a change", pump=pump)

    def test_setting(self):
        self.logged_in()
        for idle in (500, 900, 0):
            since = time.monotonic()
            self.set_timeouts(idle=idle)
            self.wait_change(since, 5)
            self.assertIn(self.expiry(), range(idle - 10, idle + 1) if idle else (-1,))

    def test_use(self):
        self.set_timeouts(idle=3)
        client, _ = self.logged_in()
        first = time.monotonic() + 3
        self.assert_kept_for(1.5)
        self.note(client)
        self.wait_change(first - 0.1, 3)
        self.assertIn(self.expiry(), (1, 2))
        self.forgotten.expect("idle-timeout", 3)


class Rest(TimeoutCase):
    def test_timer_is_set_only_for_a_pin(self):
        self.set_timeouts(idle=500, lifetime=900)
        self.assertIsNone(self.timer())
        client, entry = self.logged_in()
        wait_for(lambda: self.timer() in range(401, 501), 5, "the timer")
        self.box.run(CTL, "forget")
        wait_for(lambda: self.timer() is None, 5, "no timer")
        client.call("store", TOKEN, "-", "135790")
        wait_for(lambda: self.timer() in range(401, 501), 5, "the timer")
        self.set_timeouts(idle=0, lifetime=900)
        wait_for(lambda: self.timer() in range(801, 901), 5, "the other timeout")
        self.set_timeouts()
        wait_for(lambda: self.timer() is None, 5, "no timer")
        self.assertEqual(client.state(entry), "user")

    def test_no_wakeups(self):
        self.set_timeouts(idle=500)
        self.logged_in()
        wait_for(lambda: process.count_wakeups(self.agent.pid, 3) == 0, 40, "rest", step=0)
        self.assertEqual(process.count_wakeups(self.agent.pid, 10), 0)


if os.environ.get("PINFOLD_SANITIZED"):
    del Rest.test_no_wakeups  # ThreadSanitizer's own thread wakes up, and once is enough


if __name__ == "__main__":
    tap.main()
