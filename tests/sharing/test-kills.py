#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Programs killed at any moment of a shared login: nothing of them stays, nothing of others goes.

PF_TEST_SEED repeats a run; PF_TEST_FULL=1 kills 500 times instead of 40.
"""

import os
import random
import subprocess

from pinfoldtest import Driver, mock, tap, wait_for
from pinfoldtest.extent import FULL_PLAIN
from sharingcase import USER, SharingCase, close_id

PIN = "Zw7-kq93"  # as long as the mock token's may be
SHARED = (3, 4)
OWN = (8, 8)
KILLS = 250 if FULL_PLAIN else 20  # under each rule

# What a victim does again and again until it is killed. None of it may cost the keeper its login but
# by a lease that the victim held.
OPEN = "open @0"
FIND = "find . class=private_key id=01"
FLOWS = {
    "look": f"{OPEN} ; sessioninfo . ; {OPEN} rw ; closeall @0",
    "work": f"{OPEN} ; {FIND} ; sign . . SHA256_RSA_PKCS 00 ; close .",
    "parts": f"{OPEN} ; {FIND} ; signinit . . SHA256_RSA_PKCS ; signupdate . 00 ; signfinal . ;"
             " close .",
    "prove": f"closeall @0 ; {OPEN} ; try login . user {PIN} ; {FIND} ; sign . . SHA256_RSA_PKCS 00",
    "switch": f"appid set {OWN[0]} {OWN[1]} ; {OPEN} ; try login . user {PIN} ; {FIND} ;"
              f" sign . . SHA256_RSA_PKCS 00 ; logout . ; close . ;"
              f" appid set {SHARED[0]} {SHARED[1]}",
    "keep": f"appid set {OWN[0]} {OWN[1]} ; appid open @0 {OWN[0]} {OWN[1]} ; {OPEN} ;"
            f" try login . user {PIN} ; close . ; appid close @0 {OWN[0]} {OWN[1]} ;"
            f" appid set {SHARED[0]} {SHARED[1]}",
    "start": f"finalize ; init os-locking ; appid set {SHARED[0]} {SHARED[1]} ; {OPEN} ;"
             " sessioninfo .",
}
# Those that never have a PIN to lose.
HARMLESS = ("look", "start")


class KillCase(SharingCase):
    """On the mock token: SoftHSM writes its token's file at each login, and a kill then ruins it."""

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("PF_TEST_SEED") or random.randrange(2**32))
        self.random = random.Random(self.seed)
        self.keeper, self.kept = self.logged_in(SHARED)
        self.lost = 0

    pin = PIN

    def make_token(self):
        token = mock.Mock(self.box)
        self.box.env.update(token.env)
        with Driver(self.box, token.path) as d:
            d.ok("init")
            session = d.open_session("@0", "rw")
            d.ok("login", session, "user", mock.PIN)
            d.ok("setpin", session, mock.PIN, PIN)
        return token.path

    def session(self, app_id=None, mode="ro", label=None, **kwargs):
        d = self.program(app_id, **kwargs)
        return d, d.open_session("@0", mode)

    def work(self, d, session, data=b"work"):
        (key,) = d.find(session, **{"class": "private_key", "id": "01"})
        d.sign(session, key, data)

    def kill_one(self, flow):
        """A victim in the midst of a flow, killed after a random time of at most some rounds."""
        victim = self.program(SHARED, program=self.other_program())
        victim.ok("try", *OPEN.split())
        job = victim.background("times=1000000 " + FLOWS[flow])
        with self.assertRaises(subprocess.TimeoutExpired):
            victim.wait(self.random.uniform(0, 0.06))
        fault = victim.join(job).line if victim.finished(job) else None
        victim.kill()
        self.assertIsNone(fault)
        return victim

    def assert_clean(self, victim):
        def is_gone():
            return all(m["pid"] != victim.pid for d in self.pinfold.domains()
                       for m in d["members"])

        wait_for(is_gone, 5, "the killed process to be forgotten")
        for domain in self.pinfold.domains():
            members = [m["pid"] for m in domain["members"]]
            if domain["app_id"] == f"{SHARED[0]}:{SHARED[1]}":
                self.assertEqual(members, [self.keeper.pid])
                self.assertEqual([m["sessions"] for m in domain["members"]], [1])
            else:
                # An ID that was opened stays, as if its program had ended well.
                self.assertEqual((members, domain["open"]), ([], True), domain)

    def assert_kept(self, flow):
        """The keeper is logged in, or its PIN went with a lease: then it proves it again."""
        domain = self.domain(SHARED)
        self.assertTrue(domain["logged_in"] or domain["asleep"], domain)
        if not domain["logged_in"]:
            self.assertNotIn(flow, HARMLESS)
            self.lost += 1
            self.assertIn("lease-lost", self.reasons())
            self.keeper.ok("login", self.kept, "user", PIN)
        self.assertEqual(self.keeper.state(self.kept), USER)
        self.work(self.keeper, self.kept)

    def reasons(self):
        """Why PINs of the shared ID were forgotten since the last time."""
        found = [message.get_body().unpack()[2] for message in self.monitor.messages()
                 if message.get_member() == "Forgotten"
                 and message.get_body().unpack()[1] == f"{SHARED[0]}:{SHARED[1]}"]
        new, self.seen = found[self.seen:], len(found)
        return new

    def kill_many(self):
        self.monitor = self.box.monitor()
        self.seen = 0
        for number in range(KILLS):
            flow = self.random.choice(self.flows)
            with self.subTest(seed=self.seed, number=number, flow=flow):
                victim = self.kill_one(flow)
                self.assert_clean(victim)
                self.assert_kept(flow)
        if KILLS > 100:  # of few, chance may take any number
            self.assertLess(self.lost, KILLS / 2)
        # No reason but a lost lease, ever.
        self.seen = 0
        self.assertLessEqual(set(self.reasons()), {"lease-lost"})
        close_id(self.keeper, OWN, "@0")
        self.keeper.close()
        wait_for(lambda: self.pinfold.domains() == [], 5, "no domain to be left")
        self.assert_no_pin_left()


class Allowed(KillCase):
    flows = ("look", "work", "parts", "switch", "keep", "start")

    def test_kills(self):
        self.kill_many()


class Asked(KillCase):
    """There is nobody to ask: a victim is let in when it proves the PIN, or not at all."""

    sharing = "ask"
    flows = ("look", "prove", "switch", "keep", "start")

    def test_kills(self):
        self.kill_many()


if __name__ == "__main__":
    tap.main()
