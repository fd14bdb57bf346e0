#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench measures what it says it measures. No time is judged here: machines have other work."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from pinfoldtest import build_path, need_backend, source_path, tap
from pinfoldtest.paths import library

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
        rows = [row["row"] for row in result["rows"]] + ["load, C_Initialize, C_Finalize"]
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


if __name__ == "__main__":
    tap.main()
