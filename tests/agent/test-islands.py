#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""One ID in several processes: who is inside its login, who is kept out, and what ends it."""

import os
import random
import shutil
import signal

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path
from sharedbed import ID, SharedCase


class Rights(SharedCase):
    def test_public_together(self):
        # While nobody is logged in there is nothing to keep apart.
        for client, entry in (self.member(), self.member()):
            self.assertEqual(client.state(entry), "public")
        (domain,) = self.domains()
        self.assertEqual(len(domain["members"]), 2)

    def test_a_login_puts_out_who_has_no_right(self):
        first, first_entry = self.member()
        second, second_entry = self.member()
        self.assertEqual(first.call("store", TOKEN, ID, "135790"), ["ok"])
        self.assertEqual(first.state(first_entry), "user")
        self.assertEqual(second.state(second_entry), "public")
        self.assertEqual(second.call("take", TOKEN, ID), ["not-logged-in"])
        self.assertEqual(self.logged_in_pids(), {first.pid})

    def test_who_comes_later_is_kept_out(self):
        first, _ = self.inside()
        second, entry = self.member()
        self.assertEqual(second.state(entry), "public")
        self.assertEqual(second.call("take", TOKEN, ID), ["not-logged-in"])
        self.assertEqual(first.take(app_id=ID)[1], "135790")

    def test_outsiders_are_each_alone(self):
        self.inside()
        second, second_entry = self.member()
        third, third_entry = self.member()
        self.assertEqual(sorted(len(d["members"]) for d in self.domains()), [1, 1, 1])
        # A logout outside touches nothing inside.
        self.assertEqual(second.call("logout", TOKEN, ID), ["ok"])
        self.assertEqual(len(self.logged_in_pids()), 1)
        self.assertEqual([second.state(second_entry), third.state(third_entry)], ["public"] * 2)

    def test_proof_joins(self):
        first, first_entry = self.inside()
        second, second_entry = self.member()
        serial = first.call("login", first_entry)
        self.assertEqual(second.call("store", TOKEN, ID, "135790"), ["ok"])
        self.assertEqual(second.state(second_entry), "user")
        self.assertEqual(self.logged_in_pids(), {first.pid, second.pid})
        # For those who were in it nothing has happened.
        self.assertEqual(first.call("login", first_entry), serial)
        self.assertEqual(second.call("login", second_entry), serial)
        self.assertEqual(second.take(app_id=ID)[1], "135790")

    def test_the_proven_pin_is_the_one(self):
        first, _ = self.inside("111111")
        second, _ = self.member()
        second.call("store", TOKEN, ID, "222222")
        lease, pin = first.take(app_id=ID)
        self.assertEqual(pin, "222222")
        first.call("end", lease, 1)
        self.assertFalse(self.agent.has_pin("111111"))

    def test_logout_ends_for_all(self):
        first, first_entry = self.inside()
        second, second_entry = self.inside()
        outsider, third_entry = self.member()
        self.assertEqual(second.call("logout", TOKEN, ID), ["ok"])
        for client, entry in ((first, first_entry), (second, second_entry),
                              (outsider, third_entry)):
            self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))
        (domain,) = self.domains()
        self.assertEqual(len(domain["members"]), 3)

    def test_proof_lasts_for_one_login(self):
        first, first_entry = self.inside()
        second, second_entry = self.inside()
        first.call("logout", TOKEN, ID)
        first.call("store", TOKEN, ID, "135790")
        self.assertEqual(first.state(first_entry), "user")
        self.assertEqual(second.state(second_entry), "public")

    def test_proof_holds_for_all_of_a_process(self):
        first, _ = self.inside()
        # Another module instance of the same process, and the ID named once more.
        first.call("raw-hello")
        self.assertEqual(first.state(first.join_domain(app_id=ID)), "user")

    def test_waking_keeps_everybody(self):
        self.rule("allow")
        first, first_entry = self.inside()
        second, second_entry = self.member()
        self.assertEqual(second.state(second_entry), "user")
        self.forget()
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["asleep"] * 2)
        second.call("store", TOKEN, ID, "135790")
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["user"] * 2)

    def test_proof_wakes_what_was_asleep(self):
        first, first_entry = self.inside()
        second, second_entry = self.member()
        self.forget()
        self.assertEqual(first.state(first_entry), "asleep")
        self.assertEqual(second.state(second_entry), "public")
        second.call("store", TOKEN, ID, "135790")
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["user"] * 2)

    def test_a_drawn_id_is_nobody_elses(self):
        self.rule("allow")
        client, entry = self.logged_in()
        (domain,) = self.domains()
        major, minor = domain["app_id"].split(":")
        other = self.client()
        named = int(major) << 32 | int(minor)
        self.assertEqual(other.state(other.join_domain(app_id=named)), "public")
        other.call("store", TOKEN, named, "222222")
        self.assertEqual(client.take()[1], "135790")

    def test_extreme_ids(self):
        self.rule("allow")
        for app_id in (0, 1, 0xffffffff, 0xffffffff00000000, 0xffffffffffffffff):
            first = self.client()
            first.join_domain(app_id=app_id)
            self.assertEqual(first.call("store", TOKEN, app_id, "135790"), ["ok"])
            second = self.client()
            self.assertEqual(second.state(second.join_domain(app_id=app_id)), "user", app_id)
            third = self.client()
            self.assertEqual(third.state(third.join_domain(app_id=app_id ^ 1)), "public", app_id)
            for client in (first, second, third):
                client.end()

    def test_tokens_and_ids_are_apart(self):
        client = self.client()
        pairs = [(token, app_id) for token in (TOKEN, OTHER) for app_id in ("-", 7, 8)]
        entries = {}
        for i, (token, app_id) in enumerate(pairs):
            entries[token, app_id] = client.join_domain(token, app_id)
            client.call("store", token, app_id, f"11111{i}")
        client.call("logout", TOKEN, 7)
        for i, pair in enumerate(pairs):
            state = "public" if pair == (TOKEN, 7) else "user"
            self.assertEqual(client.state(entries[pair]), state, pair)
            if state == "user":
                lease, pin = client.take(*pair)
                self.assertEqual(pin, f"11111{i}")
                client.call("end", lease, 1)


class Rules(SharedCase):
    def setUp(self):
        super().setUp()
        self.other_program = self.box.dir / "other-client"
        shutil.copy2(build_path("tests/agent/link-client"), self.other_program)

    def test_allow(self):
        self.rule("allow")
        self.inside()
        client, entry = self.member(path=self.other_program)
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take(app_id=ID)[1], "135790")

    def test_same_program(self):
        self.rule("same-program")
        self.inside()
        client, entry = self.member()
        self.assertEqual(client.state(entry), "user")
        stranger, entry = self.member(path=self.other_program)
        self.assertEqual(stranger.state(entry), "public")

    def test_same_program_when_its_process_has_gone(self):
        self.rule("same-program")
        first, _ = self.inside()
        second, _ = self.member()
        first.kill()
        self.wait_members(1)
        third, entry = self.member()
        self.assertEqual(third.state(entry), "user")
        stranger, entry = self.member(path=self.other_program)
        self.assertEqual(stranger.state(entry), "public")
        self.assertEqual(second.take(app_id=ID)[1], "135790")

    def test_a_proof_lets_its_program_in_as_well(self):
        self.rule("same-program")
        self.inside()
        stranger, entry = self.member(path=self.other_program)
        sibling, sibling_entry = self.member(path=self.other_program)
        stranger.call("store", TOKEN, ID, "135790")
        self.assertEqual(stranger.state(entry), "user")
        self.assertEqual(sibling.state(sibling_entry), "user")

    def test_a_rule_that_is_tightened(self):
        self.rule("allow")
        first, first_entry = self.inside()
        second, second_entry = self.member()
        self.assertEqual(second.state(second_entry), "user")
        self.rule("ask")
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(first.state(first_entry), "asleep")
        self.assertEqual(second.state(second_entry), "public")
        first.call("store", TOKEN, ID, "135790")
        self.assertEqual(second.state(second_entry), "public")

    def test_a_rule_that_is_loosened(self):
        first, first_entry = self.inside()
        second, second_entry = self.member()
        self.rule("allow")
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(first.state(first_entry), "asleep")
        # It is in, but there is nothing in there until somebody proves the PIN again.
        self.assertEqual(second.state(second_entry), "asleep")
        self.assertEqual(second.call("take", TOKEN, ID), ["asleep"])
        first.call("store", TOKEN, ID, "135790")
        self.assertEqual(second.take(app_id=ID)[1], "135790")


class Ends(SharedCase):
    def test_last_session_of_all(self):
        self.rule("allow")
        first, first_entry = self.inside()
        second, second_entry = self.member()
        self.assertEqual(first.leave_domain(first_entry, app_id=ID), "ok")
        self.assertEqual(second.state(second_entry), "user")
        self.assertEqual(second.leave_domain(second_entry, app_id=ID), "ok")
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(self.domains(), [])

    def test_removal_ends_for_all(self):
        self.rule("allow")
        first, first_entry = self.inside()
        second, second_entry = self.member()
        second.call("report", TOKEN, 3)
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["public"] * 2)
        self.assertFalse(self.agent.has_pin("135790"))

    def test_killed_members(self):
        self.rule("allow")
        first, _ = self.inside()
        second, _ = self.member()
        outsider, _ = self.member(app_id=5)
        first.kill()
        self.wait_members(2)
        self.assertEqual(second.take(app_id=ID)[1], "135790")
        second.kill()  # with the lease
        wait_for(lambda: not self.agent.has_pin("135790"), 5, "the PIN to be wiped")
        outsider.kill()
        wait_for(lambda: self.domains() == [], 5, "the domains to go")

    def test_killed_at_any_moment(self):
        rounds = 100 if FULL else 12
        rng = random.Random(4)
        fds = self.agent.fds() if os.geteuid() == 0 else 0
        self.rule("allow")
        for i in range(rounds):
            clients = [self.client() for _ in range(3)]
            for client in clients:
                client.send("sessions", TOKEN, ID, 1)
                client.send("store", TOKEN, ID, "135790")
                client.send("threads", TOKEN, ID, 4, 20, 0)
                client.send("logout", TOKEN, ID)
                client.send("raw-call", "OpenId", TOKEN, i + 100)
                client.send("raw-call", "CloseId", TOKEN, i + 100)
            # After an answer or two of anybody's, wherever the others are then.
            for _ in range(rng.randrange(4)):
                rng.choice(clients).read()
            rng.shuffle(clients)
            for client in clients:
                os.kill(client.pid, signal.SIGKILL)
            for client in clients:
                client.process.wait(10)
            wait_for(lambda: all(d["open"] for d in self.domains()), 10, "the domains to go")
            self.close_open()
            self.assertEqual(self.domains(), [])
            wait_for(lambda: not self.agent.has_pin("135790"), 5, f"no PIN after round {i}")
        if fds:
            wait_for(lambda: self.agent.fds() <= fds + 2, 10, "the descriptors to be closed")


if __name__ == "__main__":
    tap.main()
