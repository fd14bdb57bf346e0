#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What `./bootstrap bench` does: the cost of a call through Pinfold and through other wrappers.

Each wrapper is measured against the raw backend in batches of half a millisecond, in the order
raw, wrapped, wrapped, raw, and only such neighbours are compared: then a machine that has other
work, or changes its speed, disturbs both alike. Each round has new processes, because where the
parts of a process happen to lie in memory is worth some per cent and stays for its life: of a call
of 50 us that is more than is added to it, so there are many rounds and each is short, and long
calls through Pinfold are measured against those that go to the same backend in the same process,
where Pinfold is all that differs (but what a window changes of that backend's state). The raw
backend is measured against itself as well, which shows how far the figures can be believed.
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
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--quick", action="store_true", help="see that it works; figures are rough")
    parser.add_argument("--json", type=Path, help="write all samples to a file")
    parser.add_argument("--rows", type=Path, help="write the rows of the table to a file")
    args = parser.parse_args()
    if args.build:
        os.environ["PINFOLD_BUILD"] = str(Path(args.build).resolve())
    if args.rounds < 1:
        parser.error("--rounds: at least 1")
    args.fours, args.laps = (1, 1) if args.quick else (3, 1)
    args.rounds = 2 if args.quick else args.rounds
    return args


ARGS = parse_arguments()
MOCK_SHARE = 3  # its calls vary less: a third of the rounds will do
# Fewer steps in a batch than this are of calls that take some microseconds. Those vary by more than
# what is added to them: so many times as much is measured of these, and of what has narrow limits.
FEW_STEPS, MANY_TIMES = 100, 2

# pylint: disable=wrong-import-position
import contestants  # noqa: E402
from client import BenchError, duel, duel_beside, rows, start_clients  # noqa: E402
from contestants import MockToken, SoftHsm  # noqa: E402
from figures import LOAD, LOOP, NOT_PUBLIC, ONCE, SIGN, Figures  # noqa: E402
from rows import Row, Rows  # noqa: E402


class Bench:
    """The rounds on one backend, and what they measured.

    samples: row -> contestant -> pairs of nanoseconds, raw and wrapped, some of each round.
    """

    def __init__(self, made):
        self.made = made
        self.raw = made[0]
        self.rows = [row for row in rows() if row["row"] not in self.raw.backend.lacks]
        self.samples = defaultdict(lambda: defaultdict(list))
        self.steps = {}
        self.turn = 0
        self.clients = {}
        self.is_logged_in = False

    def in_turn(self, among=None):
        """The contestants, another one first each time."""
        among = self.made if among is None else among
        self.turn += 1
        first = self.turn % len(among)
        return among[first:] + among[:first]

    def wrappers(self):
        return [one for one in self.made if one is not self.raw]

    def steps_of(self, contestant, row):
        """Steps of a batch; that of the slower of two is theirs."""
        key = (contestant.name, row)
        if key not in self.steps:
            self.steps[key] = self.clients[contestant].ask(f"steps {row}")["steps"]
        return self.steps[key]

    def measure(self, name, wrapped, row, raw_row=None):
        """Measures a wrapper's row against the raw one, or against another raw one."""
        raw_row = raw_row or row
        sides = [(self.clients[self.raw], raw_row), (self.clients[wrapped], row)]
        steps = min(self.steps_of(self.raw, raw_row), self.steps_of(wrapped, row))
        is_long = row not in NOT_PUBLIC and steps < FEW_STEPS
        fours = ARGS.fours * (MANY_TIMES if row != LOOP and steps < FEW_STEPS else 1)
        # The first two laps are those in which the clients wake up.
        laps, begins = 2 + 2 * fours, self.turn % 2
        if is_long and wrapped.is_thin and (not self.is_logged_in or not wrapped.has_windows):
            raw, own = duel_beside(laps, steps, self.clients[wrapped], row, begins)
        else:
            raw, own = duel(laps, steps, sides, begins)
        for i in range(2, len(raw), 2):
            self.samples[name][wrapped.name].append([sum(raw[i:i + 2]) / 2, sum(own[i:i + 2]) / 2])

    def measure_rows(self, needs_login):
        for row in (r["row"] for r in self.rows if r["login"] == needs_login):
            for wrapped in self.in_turn([w for w in self.wrappers() if not w.signs_only]):
                self.measure(row, wrapped, row)

    def measure_signing_once(self):
        """What a signature costs that logs in by itself, when a program on the raw backend does."""
        for wrapped in self.in_turn([w for w in self.wrappers() if w.has_windows]):
            self.measure(ONCE, wrapped, SIGN, LOOP)

    def measure_load(self):
        for _ in range(ARGS.laps):
            ns = {one.name: one.time_load() for one in self.in_turn()
                  if not one.signs_only}
            for wrapped in (w for w in self.wrappers() if not w.signs_only):
                self.samples[LOAD][wrapped.name].append([ns[self.raw.name], ns[wrapped.name]])

    def log_in(self, among):
        self.is_logged_in = True
        for contestant in among:
            self.clients[contestant].ask("login")
            contestant.check(self.clients[contestant])

    def run_round(self):
        self.clients = start_clients(self.raw, self.wrappers(), self.in_turn())
        self.is_logged_in = False
        self.measure_rows(False)
        self.log_in(self.wrappers())
        if SIGN not in self.raw.backend.lacks:
            self.measure_signing_once()
        self.log_in([self.raw])
        self.measure_rows(True)
        for contestant, client in self.clients.items():
            client.ask("logout")
            client.close()
            contestant.after_round()
        if LOAD not in self.raw.backend.lacks:
            self.measure_load()


def run_bench(backend, rounds):
    """Measures all contestants on a backend; returns the Bench and its number of rounds."""
    made = []
    try:
        made = contestants.make_all(backend)
        bench = Bench(made)
        for number in range(rounds):
            if sys.stderr.isatty():
                print(f"\r{backend.name}: round {number + 1} of {rounds} ", end="", file=sys.stderr)
            bench.run_round()
        return bench, rounds
    finally:
        contestants.close_all(made)
        if sys.stderr.isatty():
            print(file=sys.stderr)


def report(benches):
    result = {}
    rows = Rows()
    for bench, rounds in benches:
        backend = bench.raw.backend
        figures = Figures(bench.rows, bench.samples, rounds)
        print(f"== {backend.name}: {backend.what}")
        for line in (*figures.table(), "", *figures.acceptance(backend.is_judged), ""):
            print(line)
        result[backend.name] = {"rows": bench.rows, "samples_ns": bench.samples,
                                "verdicts": [v._asdict() for v in figures.verdicts()]}
        rows.rows += [Row(f"Calls on {backend.what}, added by Pinfold", v.what, v.figure,
                          v.unit.strip(), v.limit if backend.is_judged else None)
                      for v in figures.verdicts()]
    if ARGS.rows:
        rows.write(ARGS.rows)
    if ARGS.json:
        ARGS.json.write_text(json.dumps(result, indent=1) + "\n")


def main():
    try:
        report([run_bench(SoftHsm(), ARGS.rounds),
                run_bench(MockToken(), -(-ARGS.rounds // MOCK_SHARE))])
    except (BenchError, AssertionError) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
