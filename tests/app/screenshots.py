#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Takes a picture of each stop of the tour: light, dark, in other languages, from right to left.

They go to the folder "screenshots" of the build, as STOP-LANGUAGE-COLOURS.png. ./bootstrap
screenshots makes all of them, a full run those in English. The few in data/screenshots are for people
who do not have Pinfold yet.
"""

import os
import re
import subprocess
import sys
import unittest

import picturecase
from pinfoldtest import tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path, source_path
from tourstops import STOPS

# Of all languages and colours.
ALL = os.environ.get("PF_ALL_PICTURES") == "1"
KEPT = source_path("data/screenshots")
KEPT_BYTES = 60_000  # of each: they are in everybody's clone


class Kept(unittest.TestCase):
    """The pictures in the tree."""

    def test_shown_and_made(self):
        """Each is of a stop, small, and shown by software centres; the README shows one."""
        names = sorted(path.stem for path in KEPT.glob("*.png"))
        self.assertEqual(set(names) - {stop.name for stop in STOPS}, set())
        self.assertEqual([n for n in names if (KEPT / f"{n}.png").stat().st_size > KEPT_BYTES], [])
        metainfo = source_path("data/org.pinfold.Pinfold.metainfo.xml.in").read_text("utf-8")
        self.assertEqual(sorted(re.findall(r"/data/screenshots/(.*)\.png</image>", metainfo)), names)
        readme = source_path("README.md").read_text("utf-8")
        self.assertIn(re.search(r"\(data/screenshots/(.*)\.png\)", readme)[1], names)

    def test_built(self):
        """What ./bootstrap screenshots builds is what is looked at, in each language."""
        commands = source_path("bootstrap").read_text("utf-8")
        name = re.search(r"^run_screenshots\(\).*?build test (\S+)", commands, re.M | re.S)[1]
        needed = subprocess.run([sys.executable, source_path("tests/needed-targets.py"),
                                 build_path("."), name], capture_output=True, text=True, check=True)
        self.assertLessEqual({"app/pinfold", "app/pinfoldctl", "po/de/LC_MESSAGES/pinfold.mo"},
                             set(needed.stdout.split()))

    def test_names(self):
        names = [stop.name for stop in STOPS]
        self.assertEqual(len(set(names)), len(names), "one picture would overwrite another")


@tap.only_if(FULL)
class English(picturecase.PictureCase):
    pass


@tap.only_if(ALL)
class EnglishDark(picturecase.PictureCase):
    is_dark = True


@tap.only_if(ALL)
class German(picturecase.PictureCase):
    language = "de"


@tap.only_if(ALL)
class GermanDark(picturecase.PictureCase):
    language, is_dark = "de", True


@tap.only_if(ALL)
class Chinese(picturecase.PictureCase):
    language = "zh_CN"


@tap.only_if(ALL)
class RightToLeft(picturecase.PictureCase):
    """As in Arabic; no text is, as Pinfold speaks no such language."""

    name = "rtl"
    env = {"PF_PROBE_DIRECTION": "rtl"}


if __name__ == "__main__":
    tap.main()
