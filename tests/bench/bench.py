#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What `./bootstrap bench` does: the cost of a call through Pinfold and through other wrappers.

All are measured in turns of some milliseconds, and only figures of one round are compared: then a
machine that has other work disturbs all alike. Each round has new processes, because where the
parts of a process happen to lie in memory is worth some per cent and stays for its life.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/lib")]
sys.dont_write_bytecode = True


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures what PKCS#11 wrappers cost.")
    parser.add_argument("build", nargs="?", help="build folder (else environment PINFOLD_BUILD)")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="see that it works; figures are rough")
    parser.add_argument("--json", type=Path, help="write all samples to a file")
    args = parser.parse_args()
    if args.build:
        os.environ["PINFOLD_BUILD"] = str(Path(args.build).resolve())
    if args.rounds < 1:
        parser.error("--rounds: at least 1")
    args.batches, args.laps = (3, 1) if args.quick else (15, 3)
    args.rounds = 2 if args.quick else args.rounds
    return args


ARGS = parse_arguments()

# pylint: disable=wrong-import-position
import contestants  # noqa: E402
from contestants import BenchError, Client, Contestant  # noqa: E402
from figures import LOAD, Figures  # noqa: E402


class Bench:
    """The rounds, and what they measured."""

    def __init__(self, made):
        self.made = made
        self.rows = contestants.rows()
        self.samples = defaultdict(lambda: defaultdict(list))
        self.turn = 0

    def in_turn(self):
        """The contestants, another one first each time."""
        self.turn += 1
        first = self.turn % len(self.made)
        return self.made[first:] + self.made[:first]

    def measure(self, row, time):
        """Measures a row of all contestants, some laps in this round."""
        for _ in range(ARGS.laps):
            for contestant in self.in_turn():
                if contestant.measures(row):
                    self.samples[row][contestant.name].append(time(contestant))

    def measure_rows(self, clients, needs_login):
        for row in (r["row"] for r in self.rows if r["login"] == needs_login):
            self.measure(row, lambda one, row=row: clients[one].time(row, ARGS.batches))

    def run_round(self):
        clients = {contestant: Client(contestant) for contestant in self.in_turn()}
        self.measure_rows(clients, False)
        for contestant, client in clients.items():
            client.ask("login")
            contestant.check(client)
        self.measure_rows(clients, True)
        for contestant, client in clients.items():
            client.ask("logout")
            client.close()
            contestant.after_round()
        self.measure(LOAD, Contestant.time_load)


def report(bench):
    figures = Figures(bench.rows, bench.samples, ARGS.rounds)
    for line in (*figures.table(), "", *figures.acceptance()):
        print(line)
    if ARGS.json:
        verdicts = [verdict._asdict() for verdict in figures.verdicts()]
        ARGS.json.write_text(json.dumps({"rows": bench.rows, "samples_ns": bench.samples,
                                         "verdicts": verdicts}, indent=1) + "\n")


def main():
    made = []
    try:
        made = contestants.make_all()
        bench = Bench(made)
        for number in range(ARGS.rounds):
            if sys.stderr.isatty():
                print(f"\rround {number + 1} of {ARGS.rounds} ", end="", file=sys.stderr)
            bench.run_round()
        print(file=sys.stderr)
        report(bench)
    except (BenchError, AssertionError) as error:
        sys.exit(f"bench: {error}")
    finally:
        contestants.close_all(made)


if __name__ == "__main__":
    main()
