#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every window: names for screen readers, use by keyboard alone, nothing cut off."""

import os
import unittest

from pinfoldtest import tap
from tourcase import TourCase
from windowtour import Translation


class Everything(TourCase):
    def look(self, stop, window, before):
        self.check_names(stop, window)
        self.check_layout(stop)
        self.check_keyboard(stop, before)

    def test_english(self):
        self.make_tour()


class Layout(TourCase):
    """The same windows in other writing, in full runs."""

    def look(self, stop, window, before):
        self.check_layout(stop)

    def make_tour(self):
        if os.environ.get("PF_TEST_FULL") != "1":
            raise unittest.SkipTest("only in full runs (PF_TEST_FULL=1)")
        super().make_tour()

    def test_right_to_left(self):
        self.env = {"PF_LAYOUT_DIRECTION": "rtl"}
        self.make_tour()

    def test_german(self):
        if not Translation.exists("de"):
            raise unittest.SkipTest("there is no German translation")
        self.language = "de"
        self.make_tour()


if __name__ == "__main__":
    tap.main()
