#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench of the dialog measures it. No time is judged here: machines have other work."""

import os
import subprocess
import unittest

from pinfoldtest import build_path, need_backend, source_path, tap
from pinfoldtest.paths import need_tools

BENCH = source_path("tests/bench/bench-dialog.py")


class BenchDialog(unittest.TestCase):
    def setUp(self):
        need_backend("softhsm")
        need_tools("Xvfb", "xev", "xdotool")

    def run_bench(self, **env):
        return subprocess.run(["/usr/bin/python3", BENCH, "--rounds", "2"], capture_output=True,
                              text=True, check=False, timeout=100, env=os.environ | env)

    def test_measures(self):
        done = self.run_bench()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)from C_Login .*: median of 2: [\d.]+ ms, at most 200$")
        self.assertRegex(done.stdout, r"(?m)resident memory of the app in the tray: [\d.]+ MiB$")

    def test_says_what_failed(self):
        done = self.run_bench(PINFOLD_SOFTHSM=str(build_path("tests/spy/spy-backend.so")))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


if __name__ == "__main__":
    tap.main()
