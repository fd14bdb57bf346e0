# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Runs unittest cases and prints TAP, so that meson counts each of them."""

import os
import signal
import sys
import traceback
import unittest


class _TapResult(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.out = stream
        self.number = 0
        self.bad = 0

    def _line(self, good, test, suffix=""):
        self.number += 1
        self.bad += 0 if good else 1
        name = test.id().removeprefix("__main__.").replace("#", "")
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}{suffix}", file=self.out,
              flush=True)

    def diagnose(self, text):
        for line in text.rstrip().splitlines():
            print(f"# {line}", file=self.out, flush=True)

    def _fault(self, test, error):
        self.diagnose("".join(traceback.format_exception(*error)))
        for box in list(getattr(sys.modules.get(f"{__package__}.sandbox"), "live", [])):
            self.diagnose(box.logs())
        self._line(False, test)

    def addSuccess(self, test):
        self._line(True, test)

    def addFailure(self, test, err):
        self._fault(test, err)

    def addError(self, test, err):
        self._fault(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._fault(subtest, err)

    def addSkip(self, test, reason):
        self._line(True, test, f" # SKIP {reason}")

    def addExpectedFailure(self, test, err):
        self._line(True, test)

    def addUnexpectedSuccess(self, test):
        self._line(False, test)


def only_if(condition):
    """Leaves a case, or a class of them, out of runs that it is not meant for: a skip is for what a
    machine lacks."""
    return (lambda case: case) if condition else (lambda case: None)


def main():
    """Runs the cases of the main module; words of the command line select among their names."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Children must not write into the TAP stream: they get stderr as their stdout.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    tests = [t for t in _flatten(suite)
             if not sys.argv[1:] or any(word in t.id() for word in sys.argv[1:])]
    if not tests:
        print("Bail out! no tests", file=out, flush=True)
        sys.exit(1)
    result = _TapResult(out)
    selected = unittest.TestSuite(tests)
    selected.run(result)
    print(f"1..{result.number}", file=out, flush=True)
    sys.exit(1 if result.bad else 0)


def _flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _flatten(item)
        else:
            yield item
