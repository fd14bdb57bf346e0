#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench measures what it says it measures. No time is judged here: machines have other work."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from itertools import groupby
from pathlib import Path

from pinfoldtest import Spy, build_path, need_backend, source_path, tap
from pinfoldtest.paths import library
from pinfoldtest.spy import LINE

sys.path.insert(0, str(source_path("tests/bench")))
# pylint: disable=wrong-import-position
from client import BenchError, duel, duel_beside, start_clients  # noqa: E402
from contestants import Contestant, MockToken  # noqa: E402
from figures import LOAD, LOOP, ONCE, SIGN, WRAPPERS, Figures, estimate  # noqa: E402

BENCH = source_path("tests/bench/bench.py")


def run_bench(*args, **env):
    return subprocess.run(["/usr/bin/python3", BENCH, *args], capture_output=True, text=True,
                          check=False, timeout=100, env=os.environ | env)


class Bench(unittest.TestCase):
    def setUp(self):
        need_backend("softhsm")
        for name in ("p11-kit-proxy.so", "pkcs11-spy.so"):
            if library(name) is None:
                raise unittest.SkipTest(f"{name} is not installed")

    def test_measures_all(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bench.json")
            done = run_bench("--quick", "--json", str(path))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            results = json.loads(path.read_text())
        self.assertEqual(set(results), {"softhsm2", "mock"})
        for name, rounds in (("softhsm2", 2), ("mock", 1)):
            self.check_samples(done.stdout, results[name], rounds)
        self.check_verdicts(done.stdout, results["softhsm2"])

    def check_samples(self, output, result, rounds):
        is_whole = SIGN in {row["row"] for row in result["rows"]}
        names = set(WRAPPERS)
        if not is_whole and os.getuid() == 0:
            names.remove("p11-kit-proxy")  # root has no say in what that loads
        rows = {row["row"] for row in result["rows"]} | ({LOAD, ONCE} if is_whole else set())
        self.assertEqual(set(result["samples_ns"]), rows)
        for row, samples in result["samples_ns"].items():
            expected = {"process", "lingering"} if row == ONCE else names
            self.assertEqual(set(samples), expected, row)
            for name, pairs in samples.items():
                self.assertEqual(len(pairs) % rounds, 0, (row, name))
                self.assertGreater(min(min(pair) for pair in pairs), 0, (row, name))
            self.assertRegex(output, rf"(?m)^{row} +\d")

    def check_verdicts(self, output, result):
        for verdict in result["verdicts"]:
            missed = verdict["figure"] > verdict["limit"]
            self.assertEqual(f"MISSED  {verdict['what']}:" in output, missed, output)

    def test_says_what_failed(self):
        done = run_bench("--quick", PINFOLD_SOFTHSM=str(build_path("tests/spy/spy-backend.so")))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


class Spied(Contestant):
    """The mock token, with all clients' calls in one log."""

    log = None

    def set_up(self):
        spy = Spy(self.box, self.backend_path)
        self.module = spy.path
        self.env = spy.env | {"PF_SPY_LOG": str(self.log)}


class SpiedAgain(Spied):
    name = "again"


class Duels(unittest.TestCase):
    def setUp(self):
        self.spied = Spied.log = Path(self.enterContext(tempfile.TemporaryDirectory()), "spy.log")
        raw, again = (kind(MockToken()) for kind in (Spied, SpiedAgain))
        self.addCleanup(raw.close)
        self.addCleanup(again.close)
        clients = start_clients(raw, [again], [again, raw])
        self.sides = [clients[raw], clients[again]]
        for side in self.sides:
            self.addCleanup(side.close)

    def pids_in_turn(self):
        """Who called in what order, and how often."""
        calls = [LINE.search(line) for line in self.spied.read_text().splitlines(keepends=True)]
        pids = [call[3] for call in calls if call[6] == "C_GetSlotInfo"]
        return [(pid, len(list(group))) for pid, group in groupby(pids)]

    def test_takes_turns(self):
        for begins in (0, 1):
            self.spied.write_text("")
            first, second = duel(4, 8, [(side, "C_GetSlotInfo") for side in self.sides], begins)
            self.assertEqual((len(first), len(second)), (4, 4))
            self.assertGreater(min(first + second), 0)
            turns = self.pids_in_turn()
            # Eight of each batch count, three before them do not.
            self.assertEqual([count for _, count in turns], [11, 22, 22, 22, 11], turns)
            self.assertEqual(len({pid for pid, _ in turns}), 2)
            self.assertEqual(turns[0][0], str(self.sides[begins].pid), turns)
            self.assertEqual(turns[0][0], turns[2][0])

    def test_names_the_one_that_failed(self):
        good, bad = "C_GetSlotInfo", "C_DigestInit, C_Digest, SHA-256"
        for rows, name in (((good, bad), "again"), ((bad, good), "raw")):
            with self.assertRaisesRegex(BenchError, f"^{name}: .*CKR 0x54"):
                duel(4, 8, list(zip(self.sides, rows)))

    def test_refuses_nonsense(self):
        for line in ("duel", "duel 9 1 4", "duel 9 1 0 8 C_GetSlotInfo", "duel 9 1 4 0 C_GetSlotInfo",
                     "duel 9 1 4 8 C_Nothing", "duel 9 1 4096 8 C_GetSlotInfo", "steps", "steps x"):
            with self.assertRaisesRegex(BenchError, "CKR 0x7"):
                self.sides[0].ask(line)
        self.assertGreaterEqual(self.sides[0].ask("steps C_GetSlotInfo")["steps"], 1)


class Thin(Spied):
    """Of its backend, which is measured beside it, the spy sees nothing."""

    name = "thin"
    is_thin = True


class Beside(unittest.TestCase):
    def setUp(self):
        self.spied = Spied.log = Path(self.enterContext(tempfile.TemporaryDirectory()), "spy.log")

    def start(self, kind):
        contestant = kind(MockToken())
        self.addCleanup(contestant.close)
        client = start_clients(contestant, [], [contestant])[contestant]
        self.addCleanup(client.close)
        return client

    def count(self, function):
        return self.spied.read_text().count(f" {function} ")

    def test_measures_the_backend_and_the_module(self):
        client = self.start(Thin)
        for begins in (0, 1):
            self.spied.write_text("")
            raw, own = duel_beside(4, 8, client, "C_GetSlotInfo", begins)
            self.assertEqual((len(raw), len(own)), (4, 4))
            self.assertGreater(min(raw + own), 0)
            # The module's alone: eight of each batch count, three before them do not.
            self.assertEqual((self.count("C_GetSlotInfo"), self.count("C_OpenSession")), (44, 0))
        client.ask("login")
        raw, own = duel_beside(4, 8, client, "C_GetAttributeValue, a private key")
        self.assertGreater(min(raw + own), 0)

    def test_needs_a_backend(self):
        with self.assertRaisesRegex(BenchError, "CKR 0x7"):
            duel_beside(4, 8, self.start(Spied), "C_GetSlotInfo")


class Judging(unittest.TestCase):
    """Samples in nanoseconds as they might have been measured; the machine drifts from 1 to 3."""

    def figures(self, calls=1, **more):
        raw = {"call": [1000, 2000, 3000], SIGN: [100, 200, 300], LOOP: [200, 400, 600],
               ONCE: [200, 400, 600], LOAD: [5e6] * 3}
        own = {"call": {"off": [1200, 2200, 3200], "process": [1200, 2200, 3200],
                        "pkcs11-spy": [1300, 2300, 3300]},
               SIGN: {"process": [200, 400, 600]},
               ONCE: {"process": [200, 400, 600], "lingering": [100, 200, 300]},
               LOAD: {"off": [5.5e6] * 3, "process": [5.5e6] * 3}}
        samples = {}
        for row, numbers in raw.items():
            mine = own.get(row, {}) | more.get(row, {})
            samples[row] = {name: [list(pair) for pair in zip(numbers, mine.get(name, numbers))]
                            for name in {*WRAPPERS, *mine}}
        return Figures([{"row": row, "calls": calls} for row in ("call", SIGN, LOOP)], samples, 3)

    def missed(self, **more):
        return [v.what for v in self.figures(**more).verdicts() if not v.is_met]

    def test_meets_all(self):
        self.assertEqual(self.missed(), [])

    def test_compares_what_was_measured_together(self):
        figures = self.figures()
        self.assertEqual([round(us, 3) for us in figures.added("call", "off")], [0.2] * 3)
        self.assertEqual(figures.ratios(ONCE, "process"), [1.0] * 3)
        self.assertEqual(figures.ratios(ONCE, "lingering"), [0.5] * 3)
        self.assertEqual(figures.us("call"), 2.0)

    def test_judges_each_call_of_a_step(self):
        figures = self.figures(calls=2, call={"off": [1500, 2500, 3500]})
        self.assertEqual([round(us, 3) for us in figures.added("call", "off")], [0.25] * 3)
        missed = [v.what for v in figures.verdicts() if not v.is_met]
        self.assertEqual(missed, ["off: call: added to each of 2 calls, against pkcs11-spy"])
        self.assertIn("off: call: added", self.missed(call={"off": [1500, 2500, 3500]}))
        self.assertRegex("\n".join(figures.table()), r"(?m)^call +2 +2\.00 .* 0\.250 ±0\.000")

    def test_a_round_is_one_witness(self):
        pairs = [[10, 10 + extra] for extra in (1, 2, 900, 4, 5, 6, 7, 8, 900)]
        figures = Figures([{"row": "call", "calls": 1}], {"call": {"off": pairs}}, 3)
        self.assertEqual([round(us * 1000) for us in figures.added("call", "off")], [2, 5, 8])

    def test_interval_has_the_true_median(self):
        self.assertEqual(estimate([7]), (7, 7, 7))
        self.assertEqual(estimate([5, 1, 4, 2, 3]), (3, 1, 5))
        # P(fewer than 10 of 30 are below the median) is 2.1 %, fewer than 11: 4.9 %.
        self.assertEqual(estimate(range(30, 0, -1)), (15.5, 10, 21))
        self.assertEqual(estimate([0.0] * 28 + [1e6] * 2), (0, 0, 0))

    def test_says_how_busy_the_machine_was(self):
        times = [1000, 1000, 1500, 1500, 1500]
        figures = Figures([{"row": "call", "calls": 1}],
                          {"call": {name: [[ns, ns] for ns in times] for name in WRAPPERS}}, 5)
        self.assertEqual(figures.disturbance(), 1.5)
        self.assertIn("raw steps took 1.50 times", "\n".join(figures.acceptance()))

    def test_misses(self):
        dear = [1350, 2350, 3350]
        self.assertEqual(self.missed(call={"process": dear}),
                         ["process: call: added", "process: call: added, against pkcs11-spy"])
        self.assertEqual(self.missed(call={"pkcs11-spy": [1100, 2100, 3100]}),
                         [f"{name}: call: added, against pkcs11-spy" for name in ("off", "process")])
        self.assertEqual(self.missed(**{SIGN: {"off": [102, 204, 306]}}), ["off: sign / raw sign"])
        self.assertEqual(self.missed(**{ONCE: {"process": [222, 444, 666]}}),
                         ["process: sign, a window each / raw loop"])
        self.assertEqual(self.missed(**{ONCE: {"lingering": [222, 444, 666]}}),
                         ["process: sign, in one window / raw loop"])
        self.assertEqual(self.missed(**{LOAD: {"off": [6.1e6] * 3}}), [f"off: {LOAD}: added"])

    def test_says_what_is_not_judged(self):
        figures = self.figures(call={"off": [1350, 2350, 3350]})
        self.assertIn("MISSED  off: call: added: 0.350 us", "\n".join(figures.acceptance()))
        lines = "\n".join(figures.acceptance(is_judged=False))
        self.assertIn("public calls (not judged): 2 of 4 limits met", lines)
        self.assertIn("over    off: call: added: 0.350 us", lines)
        self.assertNotIn("MISSED", lines)


if __name__ == "__main__":
    tap.main()
