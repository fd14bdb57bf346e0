#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The bench of the agent measures it. No time is judged here: machines have other work."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from pinfoldtest import need_backend, source_path, tap
from pinfoldtest.extent import FULL

sys.path.insert(0, str(source_path("tests/bench")))
# pylint: disable=wrong-import-position
from rows import Row, Rows, number  # noqa: E402

COUNTS = [1, 10, 100] if FULL else [1]
MOST = COUNTS[-1]
BENCH = source_path("tests/bench/bench-agent.py")


class Judging(unittest.TestCase):
    def test_limits(self):
        self.assertTrue(Row("s", "w", 1.6, "", 1.6).is_met)
        self.assertFalse(Row("s", "w", 1.601, "", 1.6).is_met)
        self.assertEqual(Row("s", "w", 1.601, "ms", 1.6).line(), "  MISSED  w: 1.601 ms, at most 1.6")
        self.assertEqual(Row("s", "w", 12).line(), "          w: 12")

    def test_numbers(self):
        self.assertEqual([number(n) for n in (0, 3.14159, 27.31, 1000.5, 123456.7, 1e7)],
                         ["0", "3.142", "27.31", "1000", "123457", "10000000"])


class Report(unittest.TestCase):
    def write(self, *rows):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        measured = Rows()
        for row in rows:
            measured.add(*row)
            measured.draw("a panel", row[1], "programs", "ms", [1, 10], [row[2], 2 * row[2]])
        if rows:
            measured.write(folder / "rows/some.json")
        done = subprocess.run(["/usr/bin/python3", source_path("tests/bench/write-report.py"),
                               folder / "rows", "--into", folder], capture_output=True, text=True,
                              check=False)
        return folder, done

    def test_writes(self):
        folder, done = self.write(("One", "fetch", 2.5, "ms", 20), ("Two", "size", 31, "MiB", 30))
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (folder / "benchmarks.md").read_text(encoding="utf-8")
        self.assertIn("## One\n\n| what | figure", page)
        self.assertIn("| fetch | 2.5 ms | 20 ms | met |", page)
        self.assertIn("| size | 31 MiB | 30 MiB | **missed** |", page)
        self.assertIn("a panel", (folder / "benchmarks.svg").read_text(encoding="utf-8"))

    def test_nothing_measured(self):
        folder, done = self.write()
        self.assertEqual(done.returncode, 2)
        self.assertIn("there are no rows", done.stderr)
        self.assertFalse((folder / "benchmarks.md").exists())


class BenchAgent(unittest.TestCase):
    def run_bench(self, *args, **env):
        return subprocess.run(["/usr/bin/python3", BENCH, "--rounds", "1", "--seconds", "1",
                               "--most", str(MOST), *args], capture_output=True, text=True, check=False,
                              timeout=200, env=os.environ | env)

    def test_measures(self):
        need_backend("opensc")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.json")
            done = self.run_bench("--rows", str(path))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            written = json.loads(path.read_text(encoding="utf-8"))
        rows = [Row(**row) for row in written["rows"]]
        self.assertEqual({row.section.split(",")[0] for row in rows},
                         {"The agent: a fetch of a cached PIN", "The agent: a card is pulled",
                          *(f"The agent: {count} programs" for count in COUNTS)})
        for row in rows:
            self.assertGreaterEqual(row.figure, 0, row)
            self.assertIn(row.line(), done.stdout)
        self.assertEqual([curve["counts"] for curve in written["curves"]], [COUNTS] * 4)

    def test_says_what_failed(self):
        done = self.run_bench(PINFOLD_OPENSC="/dev/null")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "(?m)^bench: .")


if __name__ == "__main__":
    tap.main()
