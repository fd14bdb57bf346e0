#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What calls cost when there is much of something, part of `./bootstrap bench`.

A program with a session and one with thousands make the same call in turns of half a millisecond, each
with a software token of its own behind Pinfold; then one with few objects and one with many. What is
judged is what the second takes in times of the first. SoftHSM's own growth is in it, and stands
beside, measured without Pinfold: where it grows itself, no more is asked than that Pinfold does not
grow faster. A search is timed for all that it finds.
"""

from rows import parse_arguments, run

ARGS = parse_arguments("Measures calls of programs with much of something.", 40,
                       most={"type": int, "default": 10000, "help": "sessions at most"},
                       keys={"type": int, "default": 1000, "help": "keys at most"})

# pylint: disable=wrong-import-position
from client import BenchError, duel, start_clients  # noqa: E402
from contestants import Contestant, PinfoldProcess, SoftHsm  # noqa: E402
from figures import estimate  # noqa: E402

CALLS = ("C_GetSessionInfo", "C_GetSlotInfo", "C_OpenSession, C_CloseSession",
         "C_GetAttributeValue, a public key")
LOGGED_IN = ("C_GetSessionInfo, logged in", "C_GetAttributeValue, a private key")
MOST_RATIO = 1.10
# A search may cost so many times as much for each of many matches as for each of few, or so many
# times as that of a backend whose own does.
MOST_EACH = 1.5
SEARCHES = 5
MAKE_AT_ONCE = 50  # an answer must come within a minute


class Few(PinfoldProcess):
    name = "few"


class Much(PinfoldProcess):
    name = "much"


class RawMuch(Contestant):
    name = "raw, much"


class Pair:
    """Two programs that are alike but for what one has much of."""

    def __init__(self, few, much):
        backend = SoftHsm()
        self.made = []
        try:
            for kind in (few, much):
                self.made.append(kind(backend))
            clients = start_clients(self.made[0], self.made[1:], self.made)
        except BaseException:
            self.close()
            raise
        self.few, self.much = (clients[one] for one in self.made)

    def ratio(self, call):
        """What the second takes, in times of the first."""
        steps = min(side.ask(f"steps {call}")["steps"] for side in (self.few, self.much))
        few, much = duel(2 + ARGS.rounds, steps, [(self.few, call), (self.much, call)])
        return estimate([own / raw for raw, own in list(zip(few, much))[2:]])

    def search(self):
        """Microseconds, and how many were found."""
        answer = self.much.ask(f"search {SEARCHES}")
        return answer["ns"] / 1000, answer["found"]

    def close(self):
        for one in self.made:
            one.close()


class Bench:
    """Two pairs of programs, with Pinfold and without, for each thing that grows."""

    own = raw = None

    def __init__(self):
        self.box = self

    def start(self):
        self.close()
        self.own = Pair(Few, Much)
        self.raw = Pair(Contestant, RawMuch)

    def close(self):
        for pair in filter(None, (self.own, self.raw)):
            pair.close()
        self.own = self.raw = None

    def sides(self):
        return self.own.few, self.own.much, self.raw.few, self.raw.much

    def compare(self, rows, section, count, what, calls):
        """A row for each call; the greatest ratio of those that cost the backend no more."""
        greatest = 0
        for call in calls:
            raw, own = self.raw.ratio(call).figure, self.own.ratio(call)
            if raw <= MOST_RATIO:
                greatest = max(greatest, own.figure)
            rows.add(section, f"{call}: with {count} {what} / with few ({own.low:.3f} to "
                     f"{own.high:.3f}; without Pinfold {raw:.3f})", own.figure, "",
                     MOST_RATIO * (raw if raw > MOST_RATIO else 1))
        return greatest

    def report_sessions(self, rows):
        self.start()
        counts, ratios, there = [], [], 1
        for count in (10, 100, 1000, 10000):
            if count > ARGS.most:
                break
            for pair in (self.own, self.raw):
                pair.much.ask(f"open {count - there}")
            there = count
            ratio = self.compare(rows, "Many sessions in one program", count, "sessions", CALLS)
            counts.append(count)
            ratios.append(ratio)
        rows.draw("calls of a program with many sessions", "the worst of these calls", "sessions",
                  "times as with one", counts, ratios, MOST_RATIO)

    def report_keys(self, rows):
        self.start()
        section = "Many keys on a token"
        there, counts, own_us, raw_us = 0, [], [], []
        for count in (10, 100, 1000):
            if count > ARGS.keys:
                break
            for pair in (self.own, self.raw):
                pair.much.ask("login")
                for made in range(there, count, MAKE_AT_ONCE):
                    pair.much.ask(f"make {min(MAKE_AT_ONCE, count - made)}")
                pair.much.ask("logout")
            there = count
            self.compare(rows, section, count, "private keys", CALLS)
            for side in self.sides():
                side.ask("login")
            self.compare(rows, section, count, "private keys", LOGGED_IN)
            for pair, times in ((self.own, own_us), (self.raw, raw_us)):
                us, found = pair.search()
                if found != count:
                    raise AssertionError(f"{found} of {count} keys were found")
                times.append(us)
            counts.append(count)
            rows.add(section, f"a search that finds {count} keys", own_us[-1], "µs")
            rows.add(section, "the same without Pinfold", raw_us[-1], "µs")
            for side in self.sides():
                side.ask("logout")
        own, raw = (us[-1] / counts[-1] / (us[0] / counts[0]) for us in (own_us, raw_us))
        rows.add(section, f"a search, for each match: of {counts[-1]} / of {counts[0]} "
                 f"(without Pinfold {raw:.3f})", own, "", MOST_EACH * max(1, raw))
        for name, times in (("with Pinfold", own_us), ("without", raw_us)):
            rows.draw("a search for private keys", name, "keys found", "µs", counts, times)

    def report(self, rows):
        try:
            self.report_sessions(rows)
            self.report_keys(rows)
        except BenchError as error:
            raise AssertionError(str(error)) from None


if __name__ == "__main__":
    run("Growth", Bench, ARGS)
