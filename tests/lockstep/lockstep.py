# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Plays sequences on both sides, finds the first difference, and makes a failing one small."""

from dataclasses import dataclass

import allowed


def cut(value):
    """For a person."""
    text = repr(value)
    return text if len(text) < 400 else f"{text[:400]}… ({len(text)} characters)"


@dataclass
class Difference:
    """Where the two sides first said different things."""

    seed: object
    step: int
    call: object
    raw: dict
    ours: dict

    def __str__(self):
        keys = sorted(k for k in {**self.raw, **self.ours} if self.raw.get(k) != self.ours.get(k))
        told = "; ".join(f"{k}: raw {cut(self.raw.get(k))}, Pinfold {cut(self.ours.get(k))}"
                         for k in keys)
        return f"seed {self.seed}, {self.call.line}: {told}"


class Lockstep:
    """Plays sequences on a pair of players. counts: calls, and how often each rule was needed."""

    def __init__(self, pair, rules):
        self.pair = pair
        self.rules = rules
        self.calls = 0
        self.allowed = dict.fromkeys((rule.name for rule in rules), 0)

    def play(self, steps, seed=None):
        """Returns the first Difference that no rule allows, or None."""
        self.pair.begin()
        history = allowed.History()
        for number, step in enumerate(steps):
            for call in step:
                raw, ours = self.pair.play(call)
                self.calls += 1
                if raw != ours and not self.is_allowed(history, call, raw, ours):
                    return Difference(seed, number, call, raw, ours)
                history.note(call, raw, ours)
                if any(side.driver is None for side in self.pair.sides):
                    return None  # the backend itself has crashed
        return None

    def is_allowed(self, history, call, raw, ours):
        for rule in self.rules:
            if rule.applies(history, call, raw, ours):
                self.allowed[rule.name] += 1
                return True
        return False

    def shrink(self, steps, difference):
        """The shortest sequence found that still differs, with its difference."""
        best, found = steps[: difference.step + 1], difference
        size = max(1, len(best) // 2)
        while size >= 1:
            at, smaller = 0, False
            while at < len(best):
                tried = best[:at] + best[at + size:]
                seen = self.play(tried, difference.seed) if tried else None
                if seen is not None:
                    best, found, smaller = tried[: seen.step + 1], seen, True
                else:
                    at += size
            if not smaller:
                size //= 2
        return best, found


def tell(steps, difference):
    """The failing sequence as lines for a person."""
    lines = [call.line for step in steps for call in step]
    return "\n".join([*lines, f"--> {difference}"])
