#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Checks the checkout by the project's rules, one line of TAP a rule."""

import sys
from pathlib import Path

from pinfoldlint import BUILD_RULES, RULES, crules
from pinfoldlint.tree import CannotCheck, Tree


def main():
    root = Path(__file__).resolve().parents[2]
    tree = Tree.of_checkout(root)
    build = sys.argv[1] if len(sys.argv) > 1 else None
    checks = [(rule, tree) for rule in RULES]
    if build is not None:
        checks += [(rule, build) for rule in BUILD_RULES]
    bad = 0
    for number, (rule, subject) in enumerate(checks, 1):
        title = (rule.__doc__ or rule.__name__).strip().replace("#", "")
        try:
            faults = list(rule(subject))
        except CannotCheck as reason:
            print(f"ok {number} - {title} # SKIP {reason}")
            continue
        for fault in faults:
            print(*(f"# {line}" for line in fault.splitlines()), sep="\n")
        bad += 1 if faults else 0
        print(f"{'not ok' if faults else 'ok'} {number} - {title}")
    for question in crules.questions(tree):
        print(f"# long, but allowed: {question}")
    print(f"1..{len(checks)}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
