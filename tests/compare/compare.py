#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Runs a program on a backend and through Pinfold and prints what differs.

compare.py -- pkcs11-tool --module {module} -O
compare.py --mode process --card -- pkcs11-tool --module {module} --login --pin env:PIN --test
"""

import argparse
import sys
from pathlib import Path

import places
from steps import Step, differences


def play(place, side, steps, files=(), module=None):
    """Runs the steps on one side from the beginning; returns their Results."""
    place.prepare(side, files, module)
    return [place.run(step) for step in steps]


def compare(place, steps, modes, files=()):
    """Runs the steps raw and in each mode; returns ([Result] of raw, what differs as text)."""
    raw = play(place, places.RAW, steps, files)
    told = []
    for mode in modes:
        ours = play(place, mode, steps, files)
        told += [differences(*three, mode) for three in zip(steps, raw, ours)]
    return raw, "\n\n".join(text for text in told if text)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", action="append", choices=places.MODES,
                        help="instead of all modes")
    parser.add_argument("--card", action="store_true", help="the virtual card, not SoftHSM")
    parser.add_argument("--stdin", default="", help="what the program is told, as text")
    parser.add_argument("--give", action="append", default=[], type=Path,
                        help="a file to copy to where the program runs")
    parser.add_argument("--file", action="append", default=[],
                        help="a file that the program writes")
    parser.add_argument("--show", action="store_true", help="print what the raw side says, too")
    parser.add_argument("argv", nargs="+", metavar="PROGRAM",
                        help="with {module}, {place}, {pin}, {so_pin}; PIN is in the environment")
    args = parser.parse_args()
    steps = [Step(tuple(args.argv), stdin=args.stdin, files=tuple(args.file))]
    files = {path.name: path.read_bytes() for path in args.give}
    with (places.CardPlace if args.card else places.SoftPlace)() as place:
        raw, told = compare(place, steps, args.mode or places.MODES, files)
    if args.show:
        print("\n".join(raw[0].lines(())))
    if told:
        print(told)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
