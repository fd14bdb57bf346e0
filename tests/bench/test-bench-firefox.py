#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench of Firefox measures it. No time of a real one is judged here: machines have other work."""

import os
import subprocess
import sys
import unittest

from pinfoldtest import need_backend, source_path, tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import need_tools

sys.path.insert(0, str(source_path("tests/bench")))
# pylint: disable=wrong-import-position
from firefoxfigures import handshake_rows, start_rows  # noqa: E402


class Judging(unittest.TestCase):
    def test_starts(self):
        raw, own, ratio = start_rows([(1000, 1200), (2000, 2100), (3000, 3000)])
        self.assertEqual((raw.figure, own.figure), (2000, 2100))
        self.assertTrue(ratio.is_met)
        self.assertFalse(list(start_rows([(2000, 2102)]))[-1].is_met)

    def test_handshakes(self):
        pairs = [(10, 22), (100, 112), (20, 40)]
        self.assertTrue(list(handshake_rows(pairs, 10))[-1].is_met)
        self.assertFalse(list(handshake_rows(pairs, 9.9))[-1].is_met)


@tap.only_if(FULL)
class BenchFirefox(unittest.TestCase):
    def setUp(self):
        need_backend("opensc")
        need_tools("Xvfb", "firefox-esr", "certutil")

    def run_bench(self, **env):
        return subprocess.run(
            ["/usr/bin/python3", source_path("tests/bench/bench-firefox.py"), "--rounds", "1"],
            capture_output=True, text=True, check=False, timeout=500, env=os.environ | env)

    def test_measures(self):
        done = self.run_bench()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)from its start .*: \d+ ms$")
        self.assertRegex(done.stdout, r"(?m)a sign-in .*: [\d.]+ ms$")
        self.assertEqual(len(done.stdout.splitlines()), 8)

    def test_says_what_failed(self):
        done = self.run_bench(PINFOLD_OPENSC="/dev/null")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


if __name__ == "__main__":
    tap.main()
