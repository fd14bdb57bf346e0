#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every window: names for screen readers, use by keyboard alone, nothing cut off."""

import pseudolocale
from pinfoldtest import tap
from pinfoldtest.extent import FULL
from tourcase import TourCase


class Everything(TourCase):
    def look(self, stop, window, before):
        focus = self.probe().focus
        self.check_names(stop, window)
        self.check_layout(stop)
        self.check_keyboard(stop, before)
        self.check_enter(stop, window, focus)


class Long(Everything):
    """In texts longer than any language's, whose access keys are the English ones."""

    language = pseudolocale.LANGUAGE

    def test_long(self):
        self.make_tour()


@tap.only_if(FULL)
class Real(Everything):
    is_real = True

    def test_english(self):
        self.make_tour()


if __name__ == "__main__":
    tap.main()
