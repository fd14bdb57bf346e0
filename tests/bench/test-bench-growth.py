#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench of growth measures it. No time is judged here: machines have other work."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from pinfoldtest import build_path, need_backend, source_path, tap

BENCH = source_path("tests/bench/bench-growth.py")


class BenchGrowth(unittest.TestCase):
    def setUp(self):
        need_backend("softhsm")

    def run_bench(self, *args, **env):
        return subprocess.run(["/usr/bin/python3", BENCH, "--rounds", "1", "--most", "10", "--keys",
                               "10", *args], capture_output=True, text=True, check=False, timeout=100,
                              env=os.environ | env)

    def test_measures(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.json")
            done = self.run_bench("--rows", str(path))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            written = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual({row["section"] for row in written["rows"]},
                         {"Many sessions in one program", "Many keys on a token"})
        self.assertEqual(len(written["rows"]), 4 + 6 + 3)
        self.assertGreater(min(row["figure"] for row in written["rows"]), 0)
        self.assertEqual([curve["counts"] for curve in written["curves"]], [[10]] * 3)

    def test_says_what_failed(self):
        done = self.run_bench(PINFOLD_SOFTHSM=str(build_path("tests/spy/spy-backend.so")))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


if __name__ == "__main__":
    tap.main()
