#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Writes data/benchmarks.md and data/benchmarks.svg of the rows that the benches have left in a folder.

What `./bootstrap bench --write` does in the end.
"""

import argparse
import datetime
import json
import os
import platform
import re
from pathlib import Path

from rows import SOURCE, Curve, Row, number

_HEAD = """<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
<!-- SPDX-FileCopyrightText: 2026 The Pinfold authors -->
# Benchmarks

Measured on {date}, on
{machine}.

`./bootstrap bench --write` writes this page and its picture; what is measured, and how, is at the head
of each bench in `tests/bench/`. Times of two machines cannot be compared, but ratios can, nearly.

![How the figures grow](benchmarks.svg)
"""


def machine():
    """What kind of machine this is, in words."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*: (.*)$", info, re.M)
    memory = re.search(r"^MemTotal: +(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"), re.M)
    release = platform.freedesktop_os_release()["PRETTY_NAME"]
    release_number = platform.release().split("-")[0]
    virtual = "a virtual machine with " if " hypervisor" in info else ""
    return (f"{virtual}{os.cpu_count()} processors ({model[1] if model else platform.machine()}), "
            f"{round(int(memory[1]) / 2**20)} GiB of memory, {release}, Linux {release_number}")


def read(folder):
    """The rows and curves of all files."""
    rows, curves = [], []
    for path in sorted(folder.glob("*.json")):
        written = json.loads(path.read_text(encoding="utf-8"))
        rows += [Row(**row) for row in written["rows"]]
        curves += [Curve(**curve) for curve in written["curves"]]
    return rows, curves


def table(rows):
    """A table for each section."""
    section = None
    for row in rows:
        if row.section != section:
            section = row.section
            yield f"\n## {section}\n\n| what | figure | at most | |\n| --- | ---: | ---: | --- |"
        limit = "" if row.limit is None else f"{number(row.limit)} {row.unit}".strip()
        word = "" if row.limit is None else "met" if row.is_met else "**missed**"
        yield f"| {row.what} | {number(row.figure)} {row.unit} | {limit} | {word} |"


def draw(curves, path):
    """A panel for each that curves name, side by side."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "pinfold", "font.size": 9}
    from matplotlib import pyplot

    names = list(dict.fromkeys(curve.panel for curve in curves))
    figure, panels = pyplot.subplots(1, len(names), figsize=(4.5 * len(names), 3.5), squeeze=False)
    for panel, name in zip(panels[0], names):
        mine = [curve for curve in curves if curve.panel == name]
        for curve in mine:
            panel.plot(curve.counts, curve.figures, marker="o", label=curve.name)
            if curve.limit is not None:
                panel.axhline(curve.limit, color="grey", linestyle="--", linewidth=1)
        panel.set(title=name, xscale="log", xlabel=mine[0].counted, ylabel=mine[0].unit)
        figures = [figure for curve in mine for figure in curve.figures]
        if min(figures) > 0 and max(figures) > 20 * min(figures):
            panel.set_yscale("log")
        else:
            panel.set_ylim(bottom=0)
        panel.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description="Writes the page of the benchmarks.")
    parser.add_argument("rows", type=Path, help="folder with what the benches have left")
    parser.add_argument("--into", type=Path, default=SOURCE / "data", help="folder of the page")
    args = parser.parse_args()
    rows, curves = read(args.rows)
    if not rows:
        parser.error(f"{args.rows}: there are no rows")
    page = _HEAD.format(date=datetime.date.today().isoformat(), machine=machine())
    (args.into / "benchmarks.md").write_text(page + "\n".join(table(rows)) + "\n", encoding="utf-8")
    draw(curves, args.into / "benchmarks.svg")


if __name__ == "__main__":
    main()
