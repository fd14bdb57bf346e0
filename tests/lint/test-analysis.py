#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""clang-tidy and cppcheck find nothing in what is written in C.

An ordinary run has some files, drawn by a seed (PF_TEST_SEED); PF_TEST_FULL=1 has all. What is not
asked of clang-tidy, and why, is in .clang-tidy; a single line is let off by a comment with its reason.
"""

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pinfoldtest import source_path, tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path, need_tools

FOLDERS = ("agent", "app", "p11module", "tests")
SAMPLE = {"clang-tidy": 3, "cppcheck": 200}

# assertWithSideEffect: it takes a function that is named in a g_assert_…() for one that is called there.
# uninitvar: cppcheck takes what uthash's loops give for a variable without a value; the compilers and
#   clang-tidy look for the real ones.
# memleak: it does not know that g_array_append_val() keeps what is in a structure; the tests run with
#   the leak sanitizer.
# missingInclude, missingIncludeSystem, unmatchedSuppression: of the run, not of the code. It has its own
#   file of what is in the headers of GLib and GTK, and with those needs a hundred times as long.
CPPCHECK = ["cppcheck", "--enable=warning,performance,portability", "--inline-suppr", "--quiet",
            "--error-exitcode=1", "--library=gtk", "-DG_DEFINE_QUARK(name, prefix)=",
            "--suppress=assertWithSideEffect", "--suppress=uninitvar", "--suppress=memleak",
            "--suppress=missingInclude", "--suppress=missingIncludeSystem",
            "--suppress=unmatchedSuppression",
            "--template={file}:{line}: {id}: {message}"]


def commands(folders):
    """path -> how the build compiles the file, as these tools understand it: without the headers that
    are compiled before, and without what only gcc knows of warnings."""
    found = {}
    for entry in json.loads(Path(build_path("compile_commands.json")).read_text(encoding="utf-8")):
        path = Path(entry["directory"], entry["file"]).resolve()
        if not any(path.is_relative_to(source_path(folder)) for folder in folders):
            continue
        words = shlex.split(entry["command"])
        while not re.search(r"(cc|clang)(-\d+)?$", words[0]):
            del words[0]
        kept = []
        for word in words:
            if word.endswith("-pch.h") and kept[-1] == "-include":
                kept.pop()
            elif not word.startswith(("-fpch", "-W")):
                kept.append(word)
        found[path] = {"directory": entry["directory"], "file": str(path),
                       "command": shlex.join(kept)}
    return found


class Analysis(unittest.TestCase):
    def setUp(self):
        need_tools("clang-tidy", "cppcheck")
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        shutil.copy(source_path(".clang-tidy"), self.folder)

    def draw(self, tool):
        found = commands(FOLDERS)
        seed = int(os.environ.get("PF_TEST_SEED", random.randrange(10**6)))
        files = sorted(found)
        if not FULL:
            files = random.Random(seed).sample(files, SAMPLE[tool])
        print(f"# {len(files)} files of {len(found)}, PF_TEST_SEED={seed}", flush=True)
        return {path: found[path] for path in files}

    def write(self, found):
        path = Path(self.folder, "compile_commands.json")
        path.write_text(json.dumps(list(found.values())), encoding="utf-8")
        return path

    def tidy(self, found):
        """What clang-tidy says."""
        self.write(found)

        def look_at(path):
            done = subprocess.run(["clang-tidy", "-p", self.folder, "--quiet", str(path)],
                                  capture_output=True, text=True, check=False)
            return done.stdout + (done.stderr if done.returncode else "")

        with ThreadPoolExecutor(os.cpu_count() if FULL else 1) as pool:
            return "".join(pool.map(look_at, found))

    def cppcheck(self, found):
        """What cppcheck says. Headers of the system are not shown to it."""
        own = {path: entry | {"command": shlex.join(word for word in shlex.split(entry["command"])
                                                    if not word.startswith("-I/usr/"))}
               for path, entry in found.items()}
        done = subprocess.run([*CPPCHECK, f"--project={self.write(own)}"], capture_output=True,
                              text=True, check=False)
        return done.stdout + done.stderr

    def bad(self, text):
        """A file that does not compile anywhere, and how it would."""
        path = Path(self.folder, "bad.c")
        path.write_text(text, encoding="ascii")
        return {path: {"directory": self.folder, "file": str(path), "command": "cc -c bad.c"}}

    def test_clang_tidy(self):
        self.assertEqual(self.tidy(self.draw("clang-tidy")), "")

    def test_clang_tidy_finds(self):
        said = self.tidy(self.bad("long f(int a);\nlong f(int a)\n{\n    return a * 1000000;\n}\n"))
        self.assertIn("bugprone-implicit-widening-of-multiplication-result", said)

    def test_cppcheck(self):
        self.assertEqual(self.cppcheck(self.draw("cppcheck")), "")

    def test_cppcheck_finds(self):
        said = self.cppcheck(self.bad("int f(void);\nint f(void)\n{\n    int a[2] = {0};\n"
                                      "    return a[2];\n}\n"))
        self.assertIn("arrayIndexOutOfBounds", said)


if __name__ == "__main__":
    tap.main()
