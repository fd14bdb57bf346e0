#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What lines of agent and module the tests of a build have run, by file and folder.

Fails below the limit, and where a file that has less than it has no reason in tests/coverage/review.md.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REVIEW = "tests/coverage/review.md"
LIMIT = 85
FOLDERS = ("agent", "agent/busloop", "agent/tokens", "agent/wire", "p11module")


class Count:
    """Lines that could run, and those that did not."""

    def __init__(self, name):
        self.name = name
        self.lines = 0
        self.missed = []

    def add(self, other):
        self.lines += other.lines
        self.missed += other.missed

    def percent(self):
        return 100.0 * (self.lines - len(self.missed)) / self.lines if self.lines else 100.0

    def row(self):
        shown = f"{self.lines - len(self.missed)} of {self.lines}"
        return f"{self.name:<36} {shown:>14}  {self.percent():5.1f} %"


def measure(build):
    """Has gcovr ask gcov; its answer, and pages of the sources in BUILD/report."""
    pages = build / "report"
    pages.mkdir(exist_ok=True)
    subprocess.run(
        ["gcovr", "--root", ROOT, "--filter", "agent/", "--filter", "p11module/", "--json", build / "coverage.json",
         "--html-details", pages / "index.html", "-j", "2",
         *(build / folder for folder in ("agent", "p11module", "tests"))],
        check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    return json.loads((build / "coverage.json").read_text(encoding="utf-8"))


def count_files(answer):
    """A count for each file; one line of several functions' copies has run if one of them has."""
    counts = []
    for file in answer["files"]:
        times = {}
        for line in file["lines"]:
            if not line.get("gcovr/noncode"):
                times[line["line_number"]] = max(times.get(line["line_number"], 0), line["count"])
        count = Count(file["file"])
        count.lines = len(times)
        count.missed = sorted(number for number, runs in times.items() if runs == 0)
        if count.lines:
            counts.append(count)
    return sorted(counts, key=lambda count: count.name)


def spans(numbers):
    """1, 2, 3, 7 -> 1-3, 7."""
    found = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in found)


def reviewed():
    """The files of which the review says what is not run, and why."""
    text = (ROOT / REVIEW).read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^\| `([\w/.-]+\.[ch])` \|", text))


def find_faults(counts, total, known):
    """What makes the figures not good enough."""
    faults = []
    if total.percent() < LIMIT:
        faults.append(f"all together have {total.percent():.1f} %, less than {LIMIT} %")
    for count in counts:
        if count.percent() < LIMIT and count.name not in known:
            faults.append(f"{count.name} has {count.percent():.1f} %, and no row in {REVIEW}")
    return faults


def print_rows(counts):
    """Files, then folders; returns the total."""
    total = Count("all")
    folders = {name: Count(f"{name}/") for name in FOLDERS}
    for count in counts:
        total.add(count)
        folders[count.name.rpartition("/")[0]].add(count)
        print(f"{count.row()}  {spans(count.missed)}".rstrip())
    print()
    for count in folders.values():
        print(count.row())
    return total


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD")
    build = Path(sys.argv[1]).resolve()
    counts = count_files(measure(build))
    total = print_rows(counts)
    faults = find_faults(counts, total, reviewed())
    for fault in faults:
        print(f"FAILED: {fault}")
    print(f"coverage: {total.row().partition(' ')[2].strip()} of the lines of agent and module; {LIMIT} % are wanted")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
