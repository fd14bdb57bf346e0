#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Many programs of one login at once, and a card that counts: a cached PIN costs it one try at
most, whatever happens to the card, its PIN, the programs or the agent meanwhile.

PF_TEST_SEED repeats a run; PF_TEST_FULL=1 takes 50 programs instead of 6, and kills 200 times
instead of 3.
"""

import collections
import os
import random
import subprocess

from cardherd import COUNT, FIND, PUBLIC, REFUSALS, SIGN, USER, CardKept, HerdCase
from pinfoldtest import process, readers, tap, wait_for
from pinfoldtest.extent import FULL_PLAIN

KILLS = (160, 40) if FULL_PLAIN else (2, 1)  # of holders, of the agent
ROUNDS = 3 if FULL_PLAIN else 1


class CardHerd(HerdCase):
    def sign_all(self, on_ask=None, members=None):
        return self.bed.finish(self.bed.begin(SIGN, members), on_ask)

    def split(self):
        """Half of them get a login of their own, with the card's PIN of now."""
        half = self.bed.herd[:COUNT // 2]
        self.bed.each("loop 1 appid set 5 6 ; closeall @0 ; open @0", half)
        half[0].ok("login", ".", "user", self.bed.pin)
        self.bed.each(FIND, half)
        return half

    def unite(self, half):
        self.bed.each("loop 1 appid set 3 4 ; closeall @0 ; open @0", half)

    def assert_refused(self, answers):
        self.assertEqual([a.line for a in answers if a.rv not in REFUSALS], [])

    def assert_public(self):
        states = {answer["state"] for answer in self.bed.each("sessioninfo .")}
        self.assertEqual(states, {PUBLIC})
        for answer in self.bed.each(FIND):
            self.assertEqual(answer.numbers("objects"), [])

    def assert_nothing_more(self):
        """However often they try."""
        before = self.card.stats()["presentations"]
        for _ in range(2):
            answers, _ = self.sign_all()
            self.assert_refused(answers)
        self.assertEqual(self.card.stats()["presentations"], before)

    def finish(self):
        """The end of each case: nobody has crashed, and the bed can be used again."""
        self.bed.each("pid")
        self.assertTrue(process.is_alive(self.bed.asking.agent.pid))
        self.bed.is_spoilt = False

    def assert_healthy(self):
        """The rounds before have left nothing behind."""
        self.bed.recover()
        answers, asked = self.sign_all()
        self.assertEqual(({a.rv for a in answers}, asked), ({"CKR_OK"}, 0))


class Changed(CardHerd):
    """The PIN is another one, and nobody has told Pinfold."""

    def assert_one_wrong(self):
        stats = self.card.stats()
        self.assertEqual((stats["verify_wrong"], stats["pin_tries"]), (1, 2))

    def test_all_at_once(self):
        for _ in range(ROUNDS):
            self.bed.recover()
            self.bed.change_pin()
            answers, asked = self.sign_all()
            self.assert_refused(answers)
            self.assertEqual(asked, 0)
            self.assert_one_wrong()
            self.assertEqual(self.card.stats()["verify_ok"], 0)
            self.assert_public()
            self.assert_nothing_more()
        self.finish()

    def test_in_the_midst_of_work(self):
        for _ in range(ROUNDS):
            self.bed.recover()
            members = self.bed.begin("loop 100000 " + SIGN)
            wait_for(lambda: self.card.stats()["sign"]["9a"] >= COUNT, 60, "signatures")
            self.bed.change_pin()
            answers, _ = self.bed.finish(members)
            self.assert_refused(answers)
            self.sign_all()
            self.assert_one_wrong()
            self.assert_public()
            self.assert_nothing_more()
        self.finish()

    def test_two_logins_with_one_pin(self):
        half = self.split()
        self.bed.change_pin()
        answers, _ = self.sign_all()
        self.assert_refused(answers)
        self.assert_one_wrong()
        self.assert_nothing_more()
        self.assert_public()
        self.unite(half)
        self.finish()

    def test_by_a_program_without_pinfold(self):
        """OpenSC leaves the card verified after it has changed the PIN."""
        raw = self.bed.raw()
        self.addCleanup(raw.close)
        raw.ok("setpin", ".", self.bed.pin, "777777")
        self.card.reset_stats()
        answers, _ = self.sign_all()
        self.assert_refused(answers)
        self.assert_one_wrong()
        self.assert_public()
        self.assert_nothing_more()
        self.finish()

    def test_the_dialog_asks_then(self):
        self.bed.change_pin()
        self.sign_all()
        members = self.bed.begin("login . user null")
        answers, asked = self.bed.finish(members, self.bed.answer)
        self.assertEqual(({a.rv for a in answers}, asked), ({"CKR_OK"}, 1))
        stats = self.card.stats()
        self.assertEqual((stats["verify_wrong"], stats["verify_ok"]), (1, 1))
        self.assertEqual({a["state"] for a in self.bed.each("sessioninfo .")}, {USER})
        self.finish()


class Killed(CardHerd):
    """Whoever has the PIN to present is killed, or the agent, at any moment of it."""

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("PF_TEST_SEED") or random.randrange(2**32))
        self.random = random.Random(self.seed)
        self.ends = collections.Counter()
        self.kept = 0  # rounds after which pcscd kept the card from everybody

    def let_run(self, d, seconds):
        with self.assertRaises(subprocess.TimeoutExpired):
            d.wait(seconds)

    def kill_round(self, kills_agent):
        victim = self.bed.herd.pop(self.random.randrange(COUNT))
        others = self.bed.herd
        self.bed.change_pin()
        self.card.latency(pin=self.random.choice((0, 10, 30)))
        victim.send(*SIGN.split())
        if self.random.random() < 0.5:
            self.let_run(victim, self.random.uniform(0, 0.01))
        # The agent is quick: it can only be killed in time before all the others are told.
        members = [] if kills_agent else self.bed.begin(SIGN, others)
        if self.random.random() < 0.8:
            self.let_run(victim, self.random.uniform(0, self.random.choice((0.005, 0.02, 0.06))))
        if kills_agent:
            self.bed.asking.kill()
            members = [victim, *self.bed.begin(SIGN, others)]
            self.bed.start_agent()
            others.append(victim)
        else:
            victim.kill()
        answers, asked = self.bed.finish(members)
        self.assert_refused(answers)
        self.assert_nothing_more()
        self.assert_public()
        self.ends[self.assert_one_wrong_at_most(), asked > 0] += 1

    def assert_one_wrong_at_most(self):
        stats = self.card.stats()
        self.assertEqual(stats["presentations"], stats["verify_wrong"])
        self.assertLessEqual(stats["verify_wrong"], 1)
        return stats["verify_wrong"]

    def kill_many(self, count, kills_agent):
        # No round after one that failed: answers would be taken for those of others.
        with self.subTest(seed=self.seed):
            for _ in range(count):
                try:
                    self.kill_round(kills_agent)
                except CardKept:
                    self.kept += 1
                    self.assert_one_wrong_at_most()
                    self.take_bed()
                self.bed.recover()
            self.assertLessEqual(self.kept, max(1, count // 40))
            self.assert_healthy()
            self.finish()
        print(f"(wrong presentations, whether a dialog asked): kills {dict(self.ends)}; "
              f"card kept by pcscd: {self.kept}")

    def test_holder(self):
        self.kill_many(KILLS[0], False)

    def test_agent(self):
        self.kill_many(KILLS[1], True)


class Swapped(CardHerd):
    """The PIN of a card goes to no other, not even to one with the same PIN."""

    def swap(self, serial, label, gap):
        self.bed.recover()
        # As the new one's, so that nothing but the card tells them apart.
        self.bed.pin = readers.PIN
        self.card.set_pin(readers.PIN)
        self.bed.log_in()
        members = self.bed.begin("loop 100000 " + SIGN)
        wait_for(lambda: self.card.stats()["sign"]["9a"] >= COUNT // 2, 60, "signatures")
        self.card.command("swap", serial=serial, label=label, gap=gap)
        answers, _ = self.bed.finish(members)
        self.assertNotIn("CKR_OK", {answer.rv for answer in answers})
        self.sign_all()
        wait_for(lambda: not self.bed.pinfold.logged_in_domains(), 5, "the PIN to be forgotten")
        self.bed.wait_token()
        answers, _ = self.sign_all()
        self.assertNotIn("CKR_OK", {answer.rv for answer in answers})
        stats = self.card.stats()
        self.assertEqual((stats["serial"], stats["label"]), (serial, label))
        self.assertEqual((stats["presentations"], stats["sign"]["9a"]), (0, 0))

    def test_another_card(self):
        self.swap("00000000cafe0002", "Another Card", 1.0)
        self.finish()

    def test_another_card_between_two_looks_of_pcscd(self):
        for gap in (0, 0.1, 0.3) if FULL_PLAIN else (0,):
            self.swap("00000000cafe0002", "Another Card", gap)
        self.finish()

    def test_same_serial(self):
        for gap in (0, 1.0)[:1 + FULL_PLAIN]:
            self.swap("00000000cafe0001", "Another Label", gap)
        self.finish()


class LastTry(CardHerd):
    """The last try of a card is a person's."""

    def finish(self):
        # Nobody would log in by a right PIN now without being asked: the agent knows the tries.
        self.bed.restart_agent()
        super().finish()

    def spend_tries(self, d):
        """Two of the three, by a program that has the wrong PIN."""
        for _ in range(2):
            self.assertEqual(d.rv("login . user 999999"), "CKR_PIN_INCORRECT")
        d.close()
        self.card.reset_stats()

    def assert_nothing_was_presented(self):
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["pin_tries"]), (0, 1))

    def test_two_left_then_one(self):
        self.bed.change_pin()
        self.card.set_tries(2)
        answers, _ = self.sign_all()
        self.assert_refused(answers)
        self.assert_nothing_more()
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["pin_tries"]), (1, 1))
        self.finish()

    def test_spent_by_another_program(self):
        """OpenSC shows the others what was so when they last logged in; the agent knows better."""
        d = self.bed.pinfold.driver()
        d.ok("init os-locking")
        d.open_session("@0")
        self.spend_tries(d)
        answers, _ = self.sign_all()
        self.assert_refused(answers)
        self.assert_nothing_more()
        self.assert_nothing_was_presented()
        self.finish()

    def test_two_logins_on_two_tries(self):
        """Each has a PIN that was right once; the second one finds the last try."""
        for _ in range(ROUNDS):
            self.bed.recover()
            self.bed.change_pin()
            half = self.split()
            self.bed.change_pin()
            self.card.set_tries(2)
            answers, _ = self.sign_all()
            self.assert_refused(answers)
            self.assert_nothing_more()
            stats = self.card.stats()
            self.assertEqual((stats["presentations"], stats["pin_tries"]), (1, 1))
            self.unite(half)
        self.finish()


class Asleep(CardHerd):
    """A forgotten PIN comes back from a person only, and once for all."""

    def forget(self):
        self.bed.pinfold.ctl("forget")
        self.card.reset_stats()

    def test_one_answer_is_for_all(self):
        for _ in range(ROUNDS):
            self.bed.recover()
            self.forget()
            members = self.bed.begin(SIGN)
            (request,), _ = self.bed.asking.expect("ask")
            self.assertEqual(self.card.stats()["presentations"], 0)
            self.bed.answer(request)
            answers, asked = self.bed.finish(members)
            self.assertEqual(({a.rv for a in answers}, asked), ({"CKR_OK"}, 0))
            stats = self.card.stats()
            # The proof is the first one's window.
            self.assertEqual((stats["verify_ok"], stats["verify_wrong"]), (COUNT, 0))
        self.finish()

    def test_one_no_is_for_all(self):
        self.forget()
        answers, asked = self.sign_all()
        self.assert_refused(answers)
        self.assertEqual((asked, self.card.stats()["presentations"]), (1, 0))
        self.assert_public()
        self.bed.restart_agent()  # a no is remembered
        self.finish()

    def test_wrong_answer_wakes_nobody(self):
        self.forget()
        members = self.bed.begin(SIGN)
        (request,), _ = self.bed.asking.expect("ask")
        self.bed.asking.call("answer", request, "999999")
        (_, request), _ = self.bed.asking.expect("retry")
        stats = self.card.stats()
        self.assertEqual((stats["presentations"], stats["verify_wrong"]), (1, 1))
        self.bed.answer(request)
        answers, asked = self.bed.finish(members)
        self.assertEqual(({a.rv for a in answers}, asked), ({"CKR_OK"}, 0))
        stats = self.card.stats()
        self.assertEqual((stats["verify_ok"], stats["verify_wrong"]), (COUNT, 1))
        self.finish()


if __name__ == "__main__":
    tap.main()
