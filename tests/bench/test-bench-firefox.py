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
from firefoxfigures import handshake_lines, start_lines  # noqa: E402


class Judging(unittest.TestCase):
    def test_starts(self):
        said = "\n".join(start_lines([(1000, 1200), (2000, 2100), (3000, 3000)]))
        self.assertIn("2100 ms, with OpenSC alone 2000 (medians of 3)", said)
        self.assertIn("met     1.050 times", said)
        self.assertIn("MISSED  1.051 times", "\n".join(start_lines([(2000, 2102)])))

    def test_handshakes(self):
        pairs = [(10, 22), (100, 112), (20, 40)]
        self.assertIn("met     2.0 ms besides the login", "\n".join(handshake_lines(pairs, 10)))
        self.assertIn("MISSED  2.1 ms besides the login", "\n".join(handshake_lines(pairs, 9.9)))


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
        self.assertRegex(done.stdout, r"(?m)^Firefox, from its start .*: \d+ ms, .* \d+ \(")
        self.assertRegex(done.stdout, r"(?m)^Firefox, a sign-in .*: \d+\.\d ms, .* the card: \d")
        self.assertEqual(len(done.stdout.splitlines()), 4)

    def test_says_what_failed(self):
        done = self.run_bench(PINFOLD_OPENSC="/dev/null")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


if __name__ == "__main__":
    tap.main()
