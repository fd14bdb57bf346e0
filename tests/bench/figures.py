# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""From what the rounds measured to the table, and to what is asked of Pinfold."""

from math import comb
from statistics import median
from typing import NamedTuple

SIGN = "C_SignInit, C_Sign, RSA-2048"
LOOP = "C_Login, find, C_Sign, C_Logout"
LOAD = "load, C_Initialize, C_Finalize"
ONCE = "C_SignInit, C_Sign / raw with login and logout"
NOT_PUBLIC = (SIGN, LOOP, LOAD, ONCE)
WRAPPERS = ("raw again", "p11-kit-proxy", "pkcs11-spy", "off", "process")
PINFOLD = ("off", "process")

MOST_ADDED_US = 0.3
MOST_SIGN_OFF = 1.01
MOST_SIGN_PROCESS = 1.10
MOST_LOAD_US = 1000


class Estimate(NamedTuple):
    """A median, and between what the true one lies with 95 % confidence."""

    figure: float
    low: float
    high: float

    def __str__(self):
        return f"{self.figure:.3f} ±{(self.high - self.low) / 2:.3f}"


def estimate(values):
    """The median of independent values with its interval, which the order of the values gives.

    Nothing is taken for granted of how they are distributed. Fewer than six values give all
    that they span, which is less certain.
    """
    ordered = sorted(values)
    count = len(ordered)
    out, tail = 0, 1
    while tail <= 0.025 * 2**count:
        out += 1
        tail += comb(count, out)
    out = max(0, out - 1)
    return Estimate(median(ordered), ordered[out], ordered[-1 - out])


class Verdict(NamedTuple):
    """One thing asked of Pinfold: the figure is to be at most the limit."""

    what: str
    figure: float
    low: float
    high: float
    limit: float
    unit: str
    is_public: bool = False

    @property
    def is_met(self):
        return self.figure <= self.limit

    def line(self, words=("met", "MISSED")):
        word = words[0] if self.is_met else words[1]
        return (f"  {word:6}  {self.what}: {self.figure:.3f}{self.unit} "
                f"({self.low:.3f} to {self.high:.3f}), at most {self.limit:.3f}")


class Figures:
    """samples: row -> contestant -> pairs of nanoseconds of a step, raw and wrapped.

    As many of each round, in the order of time. Only the two of a pair, which were measured side
    by side, are compared. A round gives one value, its median: its samples are of the same
    processes and no witnesses of their own.
    """

    def __init__(self, rows, samples, rounds):
        self.calls = {row["row"]: row["calls"] for row in rows}
        self.samples = samples
        self.rounds = rounds

    def by_round(self, samples):
        """The median of each round."""
        size = len(samples) // self.rounds
        return [median(samples[i:i + size]) for i in range(0, size * self.rounds, size)]

    def us(self, row):
        """What a raw step takes: the median in microseconds."""
        return median(raw for pairs in self.samples[row].values() for raw, _ in pairs) / 1000

    def added(self, row, name):
        """What was added to each call of the raw step: microseconds, a value a round."""
        return [ns / 1000 / self.calls.get(row, 1)
                for ns in self.by_round([own - raw for raw, own in self.samples[row][name]])]

    def ratios(self, row, name):
        """The ratios to the raw step, a value a round."""
        return self.by_round([own / raw for raw, own in self.samples[row][name]])

    def cells(self, row, what):
        """A row of the table: what is self.added or self.ratios."""
        return "".join(f"{str(estimate(what(row, name))) if name in self.samples[row] else '-':>15}"
                       for name in WRAPPERS)

    def table(self):
        """The table as text: raw microseconds of a step, added ones of a call, then ratios."""
        head = "".join(f"{name:>15}" for name in WRAPPERS)
        yield f"{'microseconds: raw; added to each call by':52}{'calls':>6}{'raw':>9}{head}"
        for row, calls in self.calls.items():
            if row not in NOT_PUBLIC:
                yield f"{row:52}{calls:6}{self.us(row):9.2f}{self.cells(row, self.added)}"
        if SIGN in self.samples:
            yield ""
            yield f"{'microseconds: raw; times the raw step':58}{'raw':>9}{head}"
            for row in NOT_PUBLIC:
                yield f"{row:58}{self.us(row):9.2f}{self.cells(row, self.ratios)}"

    def disturbance(self):
        """How much slower than in the quickest tenth the raw steps were: the median of the rows."""
        factors = []
        for pairs in self.samples.values():
            numbers = sorted(raw for samples in pairs.values() for raw, _ in samples)
            factors.append(median(numbers) / numbers[len(numbers) // 10])
        return median(factors)

    def public_verdicts(self):
        for name in PINFOLD:
            for row, calls in self.calls.items():
                if row in NOT_PUBLIC:
                    continue
                added = estimate(self.added(row, name))
                spy = median(self.added(row, "pkcs11-spy"))
                each = f" to each of {calls} calls" if calls > 1 else ""
                what = f"{name}: {row}: added{each}"
                yield Verdict(what, *added, MOST_ADDED_US, " us", is_public=True)
                yield Verdict(f"{what}, against pkcs11-spy", *added, spy, " us", is_public=True)

    def sign_verdicts(self):
        yield Verdict("off: sign / raw sign", *estimate(self.ratios(SIGN, "off")), MOST_SIGN_OFF,
                      "")
        for name, how in (("process", "a window each"), ("lingering", "in one window")):
            yield Verdict(f"process: sign, {how} / raw loop", *estimate(self.ratios(ONCE, name)),
                          MOST_SIGN_PROCESS, "")

    def load_verdicts(self):
        for name in PINFOLD:
            yield Verdict(f"{name}: {LOAD}: added", *estimate(self.added(LOAD, name)),
                          MOST_LOAD_US, " us")

    def verdicts(self):
        """All that is asked of Pinfold and was measured."""
        yield from self.public_verdicts()
        if SIGN in self.samples:
            yield from self.sign_verdicts()
        if LOAD in self.samples:
            yield from self.load_verdicts()

    def acceptance(self, is_judged=True):
        """The verdicts as lines; public calls that meet their limits are only counted."""
        verdicts = list(self.verdicts())
        public = [v for v in verdicts if v.is_public]
        word = "" if is_judged else " (not judged)"
        yield ("raw steps took {:.2f} times what the quickest tenth of them took: what a busy machine"
               " makes of all figures").format(self.disturbance())
        yield f"public calls{word}: {sum(v.is_met for v in public)} of {len(public)} limits met"
        yield from (v.line(("met", "MISSED" if is_judged else "over"))
                    for v in verdicts if not v.is_public or not v.is_met)
