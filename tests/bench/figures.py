# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""From what the rounds measured to the table, and to what is asked of Pinfold."""

from statistics import median

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


class Figures:
    """samples: row -> contestant -> nanoseconds, one in each round."""

    def __init__(self, rows, samples):
        self.rows = rows
        self.calls = {row["row"]: row["calls"] for row in rows}
        self.samples = samples

    def us(self, row, name):
        """The median of all rounds in microseconds."""
        return median(self.samples[row][name]) / 1000

    def added_us(self, row, name):
        """The median over the rounds of what was added to the raw step of the same round."""
        pairs = zip(self.samples[row][name], self.samples[row]["raw"])
        return median(wrapped - raw for wrapped, raw in pairs) / 1000

    def ratio(self, row, name, raw_row=None):
        """The median over the rounds of the ratio to a raw step of the same round."""
        pairs = zip(self.samples[row][name], self.samples[raw_row or row]["raw"])
        return median(wrapped / raw for wrapped, raw in pairs)

    def public_rows(self):
        return [row for row in self.samples if row not in NOT_PUBLIC]

    def table(self):
        """The table as text: raw and added microseconds of one step."""
        yield f"{'microseconds':42}{'raw':>10}  added by:{WRAPPERS[0]:>6}" + "".join(
            f"{name:>14}" for name in WRAPPERS[1:])
        for row in self.samples:
            added = (f"{self.added_us(row, name):14.2f}" for name in WRAPPERS)
            yield f"{row:42}{self.us(row, 'raw'):10.2f}{' ':7}{''.join(added)}"
        yield ""
        yield f"{'ratio to raw':42}{' ':17}" + "".join(f"{name:>14}" for name in WRAPPERS)
        for row in (SIGN, LOOP, LOAD):
            ratios = (f"{self.ratio(row, name):14.3f}" for name in WRAPPERS)
            yield f"{row:42}{' ':17}{''.join(ratios)}"

    def verdicts(self):
        """What is asked of Pinfold: (text, figure, limit, unit), the figure to be at most the limit."""
        for name in PINFOLD:
            for row in self.public_rows():
                calls = self.calls[row]
                added = self.added_us(row, name)
                each = f" each of {calls} calls" if calls > 1 else ""
                yield f"{name}: {row}: added by{each}", added / calls, MOST_ADDED_US, "us"
                yield f"{name}: {row}: less than pkcs11-spy", added, self.added_us(
                    row, "pkcs11-spy"), "us"
        yield "off: sign / raw sign", self.ratio(SIGN, "off"), MOST_SIGN_OFF, ""
        yield ("process: sign, a window each / raw loop", self.ratio(SIGN, "process", LOOP),
               MOST_SIGN_PROCESS, "")
        yield ("process: sign, lingering window / raw loop", self.ratio(SIGN, "lingering", LOOP),
               MOST_SIGN_PROCESS, "")
        for name in PINFOLD:
            yield f"{name}: {LOAD}: added", self.added_us(LOAD, name), MOST_LOAD_US, "us"

    def acceptance(self):
        """The verdicts as lines; public calls that meet their limits make one line together."""
        public = [v for v in self.verdicts() if v[3] == "us" and LOAD not in v[0]]
        missed = [v for v in public if v[1] > v[2]]
        yield f"public calls: {len(public) - len(missed)} of {len(public)} limits met"
        for text, figure, limit, unit in missed:
            yield f"  MISSED  {text}: {figure:.3f} {unit}, at most {limit:.3f}"
        for text, figure, limit, unit in self.verdicts():
            if (text, figure, limit, unit) not in public:
                word = "met   " if figure <= limit else "MISSED"
                yield f"  {word}  {text}: {figure:.3f} {unit}, at most {limit:.3f}"
