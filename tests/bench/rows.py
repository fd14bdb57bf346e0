# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the benches have measured, as rows of one table and curves of one plot; and their beginning.

Each bench prints its rows as they come, and writes them to a file when it is asked to, of which
write-report.py makes the page in the documentation.
"""

import argparse
import json
import os
import sys
import unittest
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parents[2]


class Row(NamedTuple):
    """One figure; a limit, where something is asked, is the most that it may be."""

    section: str
    what: str
    figure: float
    unit: str = ""
    limit: float | None = None

    @property
    def is_met(self):
        return self.limit is None or self.figure <= self.limit

    def line(self):
        word = "" if self.limit is None else "met" if self.is_met else "MISSED"
        limit = "" if self.limit is None else f", at most {number(self.limit)}"
        return f"  {word:6}  {self.what}: {number(self.figure)} {self.unit}".rstrip() + limit


class Curve(NamedTuple):
    """A line of one panel of the plot: how a figure grows with what is counted."""

    panel: str
    name: str
    counted: str
    unit: str
    counts: list
    figures: list
    limit: float | None = None


def number(value):
    """As many digits as say something."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


class Rows:
    """All of one bench. Prints them: a headline for each section."""

    def __init__(self):
        self.rows = []
        self.curves = []

    def add(self, section, what, figure, unit="", limit=None):
        if not any(row.section == section for row in self.rows):
            print(f"== {section}", flush=True)
        row = Row(section, what, figure, unit, limit)
        self.rows.append(row)
        print(row.line(), flush=True)

    def draw(self, *args, **kwargs):
        self.curves.append(Curve(*args, **kwargs))

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"rows": [row._asdict() for row in self.rows],
                                    "curves": [curve._asdict() for curve in self.curves]},
                                   indent=1) + "\n", encoding="utf-8")


def parse_arguments(description, rounds, **more):
    """The arguments that all benches have; more: name -> what add_argument() is told of an option.

    The build folder is known to the harness from here on, whose modules are found.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("build", nargs="?", help="build folder (else environment PINFOLD_BUILD)")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--rows", type=Path, help="write the rows of the table to a file")
    for name, kind in more.items():
        parser.add_argument(f"--{name}", **kind)
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds: at least 1")
    if args.build:
        os.environ["PINFOLD_BUILD"] = str(Path(args.build).resolve())
    folders = [str(SOURCE / "tests" / name) for name in ("lib", "agent")]
    sys.path[:0] = folders
    os.environ["PYTHONPATH"] = folders[0]  # for what a sandbox starts
    sys.dont_write_bytecode = True
    return args


def run(subject, kind, args):
    """Measures: kind() has `report(rows)`, and a sandbox as `box`, which is closed in the end."""
    rows = Rows()
    try:
        bench = kind()
        try:
            bench.report(rows)
        finally:
            bench.box.close()
    except unittest.SkipTest as reason:
        print(f"{subject}: not measured, {reason}")
    except AssertionError as error:
        sys.exit(f"bench: {error}")
    if args.rows:
        rows.write(args.rows)
