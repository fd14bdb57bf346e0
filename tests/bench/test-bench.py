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
from pathlib import Path

from pinfoldtest import build_path, need_backend, source_path, tap
from pinfoldtest.paths import library

sys.path.insert(0, str(source_path("tests/bench")))
from figures import LOAD, LOOP, SIGN, Figures  # noqa: E402  pylint: disable=wrong-import-position

CONTESTANTS = {"raw", "p11-kit-proxy", "pkcs11-spy", "off", "process"}
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
            result = json.loads(path.read_text())
        rows = [row["row"] for row in result["rows"]] + [LOAD]
        self.assertEqual(list(result["samples_ns"])[:len(rows)], rows)
        for row, samples in result["samples_ns"].items():
            self.assertEqual(set(samples) - {"lingering"}, CONTESTANTS, row)
            for name, numbers in samples.items():
                self.assertEqual(len(numbers), 2, (row, name))
                self.assertGreater(min(numbers), 0, (row, name))
            self.assertRegex(done.stdout, rf"(?m)^{row} +\d")
        for verdict in result["verdicts"]:
            missed = verdict["figure"] > verdict["limit"]
            self.assertEqual(f"MISSED  {verdict['what']}:" in done.stdout, missed, done.stdout)

    def test_says_what_failed(self):
        done = run_bench("--quick", PINFOLD_SOFTHSM=str(build_path("tests/spy/spy-backend.so")))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")

class Judging(unittest.TestCase):
    """Samples in nanoseconds as they might have been measured; the machine drifts from 1 to 3."""

    def figures(self, **more):
        samples = {"call": {"raw": [1000, 2000, 3000], "off": [1200, 2200, 3200],
                            "process": [1200, 2200, 3200], "pkcs11-spy": [1300, 2300, 3300]},
                   SIGN: {"raw": [100, 200, 300], "off": [100, 200, 300],
                          "process": [200, 400, 600], "lingering": [100, 200, 300]},
                   LOOP: {"raw": [200, 400, 600]},
                   LOAD: {"raw": [5e6] * 3, "off": [5.5e6] * 3, "process": [5.5e6] * 3}}
        for row in samples:
            for name in CONTESTANTS:
                samples[row].setdefault(name, samples[row]["raw"])
            samples[row] |= more.get(row, {})
        return Figures([{"row": row, "calls": 1} for row in samples], samples, 3)

    def missed(self, **more):
        return [v.what for v in self.figures(**more).verdicts() if not v.is_met]

    def test_meets_all(self):
        self.assertEqual(self.missed(), [])

    def test_compares_what_was_measured_together(self):
        figures = self.figures()
        self.assertEqual([round(us, 3) for us in figures.added("call", "off")], [0.2] * 3)
        self.assertEqual(figures.ratios(SIGN, "process", LOOP), [1.0] * 3)
        self.assertEqual(figures.us("call", "raw"), 2.0)

    def test_misses(self):
        dear = [1350, 2350, 3350]
        self.assertEqual(self.missed(call={"process": dear}),
                         ["process: call: added", "process: call: added, against pkcs11-spy"])
        self.assertEqual(self.missed(call={"pkcs11-spy": [1100, 2100, 3100]}),
                         [f"{name}: call: added, against pkcs11-spy" for name in ("off", "process")])
        self.assertEqual(self.missed(**{SIGN: {"off": [102, 204, 306]}}), ["off: sign / raw sign"])
        self.assertEqual(self.missed(**{SIGN: {"process": [222, 444, 666]}}),
                         ["process: sign, a window each / raw loop"])
        self.assertEqual(self.missed(**{LOAD: {"off": [6.1e6] * 3}}), [f"off: {LOAD}: added"])


if __name__ == "__main__":
    tap.main()
