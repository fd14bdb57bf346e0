# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Sequences of faults: drawn by a seed, and played.

FAULTS has all kinds. A fault is drawn with a seed of its own, so that a sequence can be played
again; when exactly its parts meet the programs is the machine's affair.
"""

import random
import threading
import time

from clients import now

FAULTS = {}  # kind -> (function, what it is alone on, weight)


def fault(alone=None, weight=1.0):
    def register(function):
        kind = function.__name__.removeprefix("do_").replace("_", "-")
        FAULTS[kind] = (function, alone, weight)
        return function
    return register


class Fault:
    """One fault of a sequence; when it began and ended, and whom it can have met."""

    def __init__(self, number, kind, seed, delay):
        self.number = number
        self.kind = kind
        self.seed = seed
        self.delay = delay  # after the one before, in seconds
        self.start = None
        self.end = None
        self.families = None  # None: all
        self.names = None  # of clients; None: all
        self.note = ""

    def touches(self, client):
        return ((self.families is None or client.family in self.families) and
                (self.names is None or client.name in self.names))

    def __str__(self):
        spans = [f"{t / 1e6:.3f}" if t else "?" for t in (self.start, self.end)]
        return f"{self.number} {self.kind} {'-'.join(spans)} {self.note}"


def draw(seed, count, pause, kinds=None):
    """The sequence of a seed: pause is the mean time between two."""
    dice = random.Random(seed)
    names = sorted(kinds or FAULTS)
    weights = [FAULTS[name][2] for name in names]
    # Each kind once before chance rules, in a sequence that is long enough.
    first = dice.sample(names, min(len(names), count))
    rest = dice.choices(names, weights, k=count - len(first))
    chosen = first + rest
    dice.shuffle(chosen)
    return [Fault(number, kind, dice.randrange(2**32), dice.uniform(0, 2 * pause))
            for number, kind in enumerate(chosen)]


class Runner:
    """Plays a sequence; faults that are alone on the same thing come one after the other."""

    def __init__(self, bed, crew):
        self.bed = bed
        self.crew = crew
        self.done = []
        self.errors = []
        self._locks = {what: threading.Lock() for _, what, _ in FAULTS.values() if what}
        self._threads = []

    def play(self, sequence, until):
        """Until the sequence or the time (CLOCK_MONOTONIC) is over."""
        for fault in sequence:
            time.sleep(fault.delay)
            if time.monotonic() > until:
                break
            thread = threading.Thread(target=self._play_one, args=(fault, until), daemon=True)
            thread.start()
            self._threads.append(thread)
        for thread in self._threads:
            thread.join()

    def _play_one(self, fault, until):
        function, alone, _ = FAULTS[fault.kind]
        lock = self._locks.get(alone)
        if lock is not None:
            lock.acquire()
        try:
            if time.monotonic() < until:
                fault.start = now()
                self.done.append(fault)
                function(self.bed, self.crew, fault, random.Random(fault.seed))
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append((fault, repr(error)))
        finally:
            fault.end = now()
            if lock is not None:
                lock.release()


def pick(crew, family, dice, fault):
    """A program of the family, which the fault is about."""
    client = dice.choice(crew.of(family))
    fault.names = [client.name]
    fault.note = client.name
    return client
