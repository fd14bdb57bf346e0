#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Adds up what several meson builds say of their tests and prints one closing line."""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


class Total:
    """The sums over all builds, with a line for each failure and each skip."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []
        self.diagnoses = []


def skip_reason(test):
    """The last thing that a program said before it left with 77."""
    lines = ((test.get("stdout") or "") + (test.get("stderr") or "")).split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return said[-1] if said else "no reason given"


def diagnosis(test):
    """What a failed test said in TAP comments; meson shows only its stderr."""
    lines = (test.get("stdout") or "").split("\n")
    return [line for line in lines if line.startswith(("#", "not ok", "Bail out"))][-80:]


def count_case(total, name, case):
    """Counts one part of a test that has several; returns whether it failed."""
    if case.find("failure") is not None or case.find("error") is not None:
        total.failed.append(name)
        return True
    if case.find("skipped") is not None:
        total.skipped.append(f"{name}: {case.findtext('system-out') or 'no reason given'}")
    else:
        total.passed += 1
    return False


def count_build(total, build):
    """Adds one build's tests, of each time that it was asked for some."""
    logs = sorted(Path(build, "meson-logs").glob("testlog*.json"))
    if not logs:
        total.failed.append(f"{build}: no tests were run, or it does not build")
    for log in logs:
        count_log(total, build, log)


def count_log(total, build, log):
    """Adds one log. A test that failed as a whole counts as at least one failure."""
    parts = {}
    if log.with_suffix(".junit.xml").exists():
        for suite in ElementTree.parse(log.with_suffix(".junit.xml")).getroot():
            parts[suite.get("name").partition(".")[2]] = suite.findall("testcase")
    for line in log.read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        name = f"{build}: {test['name']}"
        bad = test["result"] in BAD
        if bad:
            total.diagnoses += [f"== {name}", *diagnosis(test)]
        cases = parts.get(test["name"], [])
        failures = [count_case(total, f"{name}: {case.get('name')}", case) for case in cases]
        if bad and not any(failures):
            total.failed.append(f"{name}: {test['result'].lower()}, status {test['returncode']}")
        elif not cases and test["result"] == "SKIP":
            total.skipped.append(f"{name}: {skip_reason(test)}")
        elif not cases and not bad:
            total.passed += 1


def main():
    total = Total()
    for build in sys.argv[1:]:
        count_build(total, build)
    for line in total.diagnoses:
        print(line)
    for kind, names in (("skipped", total.skipped), ("FAILED", total.failed)):
        for name in names:
            print(f"{kind}: {name}")
    print(f"{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    sys.exit(1 if total.failed or total.passed == 0 else 0)


if __name__ == "__main__":
    main()
