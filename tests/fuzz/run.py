#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Builds the fuzzers with libFuzzer and sanitizers, runs each for a time, and says what it found."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = ("config", "desktop", "page", "register", "token-text", "socket", "stream")
OPTIONS = ("-Dfuzz=true", "-Dbuildtype=debugoptimized", "-Db_sanitize=address,undefined",
           "-Db_lundef=false")
# Of a single input; one that takes longer hangs.
TIMEOUT_S = 30
MEMORY_MB = 3000


def build(folder):
    env = os.environ | {"CC": "clang"}
    if not (folder / "build.ninja").exists():
        subprocess.run(["meson", "setup", folder, *OPTIONS], cwd=ROOT, env=env, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, "fuzzers", "data/gschemas.compiled"], check=True,
                   stdout=subprocess.DEVNULL)


def figures(log):
    """What libFuzzer said last about itself."""
    text = log.read_text(errors="replace")
    last = re.findall(r"^#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)/(\S+)", text, re.M)
    speed = re.findall(r"average_exec_per_sec:\s+(\d+)", text)
    if not last:
        return "nothing was run"
    runs, coverage, features, inputs, size = last[-1]
    return (f"{runs} inputs, {speed[-1] if speed else '?'} a second, coverage {coverage} edges "
            f"({features} features), corpus {inputs} inputs of {size}")


def run(folder, name, seconds, work):
    """Returns whether nothing was found."""
    corpus = work / name
    corpus.mkdir(parents=True, exist_ok=True)
    log = work / f"{name}.log"
    env = os.environ | {"UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
    with open(log, "wb") as output:
        done = subprocess.run(
            [folder / f"tests/fuzz/fuzz-{name}", f"-max_total_time={seconds}",
             f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}", "-print_final_stats=1",
             f"-artifact_prefix={work}/found-{name}-", corpus, ROOT / "tests/fuzz/corpus" / name],
            env=env, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False)
    print(f"{name}: {'clean' if done.returncode == 0 else f'FOUND SOMETHING, see {log}'}; "
          f"{figures(log)}", flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each (60)")
    parser.add_argument("--build", type=Path, default=ROOT / "build/fuzz")
    args = parser.parse_args()
    wrong = set(args.names) - set(NAMES)
    if wrong:
        parser.error(f"no fuzzer is called {', '.join(sorted(wrong))}")
    build(args.build)
    # What libFuzzer has learnt stays there for the next run.
    good = [run(args.build, name, args.seconds, args.build / "found") for name in args.names or NAMES]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
