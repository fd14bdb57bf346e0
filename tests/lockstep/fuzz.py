#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Plays seeds by hand: fuzz.py [--mode process] [--card] [--seeds FIRST-LAST]."""

import argparse
import sys
import time

import bench


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="process", choices=("off", "process", "shared"))
    parser.add_argument("--card", action="store_true", help="the virtual card, not SoftHSM")
    parser.add_argument("--seeds", default="1-20")
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--keep-on", action="store_true")
    args = parser.parse_args()
    first, last = (int(n) for n in args.seeds.split("-"))
    start = time.monotonic()
    with (bench.CardBench if args.card else bench.SoftTokenBench)(args.mode) as place:
        failures = 0
        for seed in range(first, last + 1):
            told = place.run(seed, args.length, shrink=not args.no_shrink)
            if told is not None:
                failures += 1
                print(told, end="\n\n", flush=True)
                if not args.keep_on:
                    break
        print(f"{place.lockstep.calls} calls, {failures} differences, "
              f"{time.monotonic() - start:.1f} s; allowed: {place.lockstep.allowed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
