#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every window in other languages, from right to left and in large text: nothing cut off."""

import gettext
import unittest

import pseudolocale
from pinfoldtest import build_path, source_path, tap
from pinfoldtest.extent import FULL
from tourcase import TourCase


class Catalogs(unittest.TestCase):
    """Without them the tours would all be English, and see nothing."""

    def test_each_language_has_one(self):
        lines = source_path("po/LINGUAS").read_text(encoding="utf-8").splitlines()
        for language in (line for line in lines if line and not line.startswith("#")):
            catalog = gettext.translation("pinfold", build_path("po"), [language])
            self.assertNotEqual(catalog.gettext("_Settings"), "_Settings", language)


@tap.only_if(FULL)
class Layout(TourCase):
    def look(self, stop, window, before):
        self.check_layout(stop)

    def test_right_to_left(self):
        self.language = pseudolocale.LANGUAGE
        self.env = {"PF_PROBE_DIRECTION": "rtl"}
        self.make_tour()

    def test_large_text(self):
        self.env = {"PF_PROBE_TEXT_SCALE": "1.5"}
        self.make_tour()

    def test_german(self):
        self.make_tour_in("de")

    def test_german_large_text(self):
        self.env = {"PF_PROBE_TEXT_SCALE": "1.5"}
        self.make_tour_in("de")

    def test_spanish(self):
        self.make_tour_in("es")

    def test_french(self):
        self.make_tour_in("fr")

    def test_swedish(self):
        self.make_tour_in("sv")

    def test_chinese(self):
        self.make_tour_in("zh_CN")

    def make_tour_in(self, language):
        self.language = language
        self.make_tour()


if __name__ == "__main__":
    tap.main()
