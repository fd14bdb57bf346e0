# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""From what the rounds measured to the table, and to what is asked of Pinfold."""

from statistics import median
from typing import NamedTuple

SIGN = "C_SignInit, C_Sign, RSA-2048"
LOOP = "C_Login, find, C_Sign, C_Logout"
LOAD = "load, C_Initialize, C_Finalize"
NOT_PUBLIC = (SIGN, LOOP, LOAD)
WRAPPERS = ("p11-kit-proxy", "pkcs11-spy", "off", "process")
PINFOLD = ("off", "process")

MOST_ADDED_US = 0.3
MOST_SIGN_OFF = 1.01
MOST_SIGN_PROCESS = 1.10
MOST_LOAD_US = 1000


class Verdict(NamedTuple):
    """One thing asked of Pinfold: the figure is to be at most the limit."""

    what: str
    figure: float
    spread: float  # the median of other runs lies this near in two of three
    limit: float
    unit: str
    is_public: bool = False

    @property
    def is_met(self):
        return self.figure <= self.limit

    def __str__(self):
        word = "met   " if self.is_met else "MISSED"
        return (f"  {word}  {self.what}: {self.figure:.3f} ± {self.spread:.3f}{self.unit}, "
                f"at most {self.limit:.3f}")


class Figures:
    """samples: row -> contestant -> nanoseconds, some of each round, in the order of time.

    Only what was measured side by side is compared; the median of that is the figure.
    """

    def __init__(self, rows, samples, rounds):
        self.calls = {row["row"]: row["calls"] for row in rows}
        self.samples = samples
        self.rounds = rounds

    def us(self, row, name):
        """The median in microseconds."""
        return median(self.samples[row][name]) / 1000

    def added(self, row, name):
        """What was added to the raw step: all samples in microseconds."""
        pairs = zip(self.samples[row][name], self.samples[row]["raw"])
        return [(wrapped - raw) / 1000 for wrapped, raw in pairs]

    def ratios(self, row, name, raw_row=None):
        """The ratios to the raw step, or to another raw one: all samples."""
        pairs = zip(self.samples[row][name], self.samples[raw_row or row]["raw"])
        return [wrapped / raw for wrapped, raw in pairs]

    def spread(self, samples):
        """Half the width of the middle that holds the true median in two of three runs.

        Samples of one round are of the same processes: the rounds are what counts.
        """
        ordered = sorted(samples)
        middle = (len(ordered) - 1) / 2
        reach = len(ordered) / 2 / self.rounds**0.5
        low = ordered[max(0, round(middle - reach))]
        return (ordered[min(len(ordered) - 1, round(middle + reach))] - low) / 2

    def table(self):
        """The table as text: raw and added microseconds of one step, then ratios."""
        head = "".join(f"{name:>15}" for name in WRAPPERS)
        yield f"{'microseconds':42}{'raw':>10}{'added by':>10}{head}"
        for row in self.samples:
            added = (f"{median(self.added(row, name)):15.2f}" for name in WRAPPERS)
            yield f"{row:42}{self.us(row, 'raw'):10.2f}{' ':10}{''.join(added)}"
        yield ""
        yield f"{'times the raw step':62}{head}"
        for row in (SIGN, LOOP, LOAD):
            ratios = (f"{median(self.ratios(row, name)):15.3f}" for name in WRAPPERS)
            yield f"{row:62}{''.join(ratios)}"

    def verdict(self, what, samples, limit, unit, **more):
        return Verdict(what, median(samples), self.spread(samples), limit, unit, **more)

    def public_verdicts(self):
        for name in PINFOLD:
            for row in self.samples:
                if row in NOT_PUBLIC:
                    continue
                calls = self.calls[row]
                added = self.added(row, name)
                each = f" in each of {calls} calls" if calls > 1 else ""
                yield self.verdict(f"{name}: {row}: added{each}", [us / calls for us in added],
                                   MOST_ADDED_US, " us", is_public=True)
                yield self.verdict(f"{name}: {row}: added, against pkcs11-spy", added,
                                   median(self.added(row, "pkcs11-spy")), " us", is_public=True)

    def verdicts(self):
        """All that is asked of Pinfold."""
        yield from self.public_verdicts()
        yield self.verdict("off: sign / raw sign", self.ratios(SIGN, "off"), MOST_SIGN_OFF, "")
        for name, how in (("process", "a window each"), ("lingering", "in one window")):
            yield self.verdict(f"process: sign, {how} / raw loop", self.ratios(SIGN, name, LOOP),
                               MOST_SIGN_PROCESS, "")
        for name in PINFOLD:
            yield self.verdict(f"{name}: {LOAD}: added", self.added(LOAD, name), MOST_LOAD_US,
                               " us")

    def acceptance(self):
        """The verdicts as lines; public calls that meet their limits are only counted."""
        verdicts = list(self.verdicts())
        public = [v for v in verdicts if v.is_public]
        yield f"public calls: {sum(v.is_met for v in public)} of {len(public)} limits met"
        yield from (str(v) for v in verdicts if not v.is_public or not v.is_met)
