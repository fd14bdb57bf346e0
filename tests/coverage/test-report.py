#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What ./bootstrap coverage refuses."""

import unittest

import report
from pinfoldtest import tap
from pinfoldtest.paths import source_path


def file(name, *counts):
    """As gcovr describes a file whose lines, from the first, ran so often."""
    return {"file": name, "lines": [{"line_number": number, "count": count}
                                    for number, count in enumerate(counts, 1)]}


class Report(unittest.TestCase):
    def count(self, *files):
        counts = report.count_files({"files": files})
        total = report.Count("all")
        for count in counts:
            total.add(count)
        return counts, total

    def test_counts_each_line_once(self):
        twice = file("agent/a.c", 0, 1, 0)
        twice["lines"].append({"line_number": 3, "count": 5})
        twice["lines"].append({"line_number": 4, "count": 0, "gcovr/noncode": True})
        (count,), _ = self.count(twice)
        self.assertEqual((count.lines, count.missed), (3, [1]))

    def test_limit_of_all(self):
        counts, total = self.count(file("agent/a.c", *[1] * 17, *[0] * 3))
        self.assertEqual(report.find_faults(counts, total, set()), [])
        counts, total = self.count(file("agent/a.c", *[1] * 16, *[0] * 4))
        self.assertEqual(len(report.find_faults(counts, total, {"agent/a.c"})), 1)

    def test_file_below_the_limit_is_reviewed(self):
        counts, total = self.count(file("agent/a.c", *[1] * 100), file("agent/b.c", 1, 0))
        (fault,) = report.find_faults(counts, total, set())
        self.assertIn("agent/b.c has 50.0 %", fault)
        self.assertEqual(report.find_faults(counts, total, {"agent/b.c"}), [])

    def test_spans(self):
        self.assertEqual(report.spans([]), "")
        self.assertEqual(report.spans([1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10")

    def test_reviewed_files_exist(self):
        known = report.reviewed()
        self.assertNotEqual(known, set())
        self.assertEqual([name for name in known if not source_path(name).exists()], [])


if __name__ == "__main__":
    tap.main()
