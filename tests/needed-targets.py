#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Prints what has to be built for some tests of a build, for ninja, one file a line."""

import argparse
import json
import os
import subprocess


def introspect(build, what):
    return json.loads(subprocess.check_output(["meson", "introspect", build, f"--{what}"]))


def is_wanted(test, args):
    """As `meson test` chooses."""
    suites = {suite.rpartition(":")[2] for suite in test["suite"]}
    if suites & set(args.no_suite):
        return False
    return (not args.suite or bool(suites & set(args.suite))) and \
        (not args.names or test["name"] in args.names)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--no-suite", action="append", default=[])
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    tests = introspect(args.build, "tests")
    if unknown := set(args.names) - {test["name"] for test in tests}:
        parser.error(f"there is no test {', '.join(sorted(unknown))}")
    targets = {target["id"]: target["filename"] for target in introspect(args.build, "targets")}
    needed = {path for test in tests if is_wanted(test, args)
              for target in test["depends"] for path in targets[target]}
    root = os.path.abspath(args.build)
    print(*sorted(os.path.relpath(path, root) for path in needed), sep="\n")


if __name__ == "__main__":
    main()
