# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Takes the pictures of one language and one set of colours, on the tour that tourstops.py lists."""

import os
import unittest
from pathlib import Path

from gi.repository import GLib

from appcase import wait_served
from pinfoldtest.paths import build_path, need_tools
from tourcase import TourCase
from windowtour import READER, Translation

GTK_SETTINGS = """[Settings]
gtk-application-prefer-dark-theme={dark}
gtk-enable-animations=0
gtk-cursor-blink=0
"""
# Names of stops, for pictures of those alone; a tour goes to each nevertheless.
WANTED = [name for name in os.environ.get("PF_STOPS", "").split(",") if name]
TRAY = {
    "no-reader": lambda tour: tour.report_nothing(),
    "no-token": lambda tour: tour.report_nothing(readers=[{"name": READER, "present": False}]),
    "token": lambda tour: tour.report(domains=[]),
    "attention": lambda tour: tour.report({"tries_left": 1}, domains=[]),
    "cached": lambda tour: tour.report(),
}


class PictureCase(TourCase):
    """Subclasses say which."""

    name = None  # in the files' names, instead of the language
    is_dark = False

    def setUp(self):
        need_tools("import", "identify", "xdotool")
        super().setUp()
        if self.language is not None and not Translation.exists(self.language):
            raise unittest.SkipTest(f"there is no translation into {self.language}")
        self.folder = Path(os.environ.get("PINFOLD_SCREENSHOTS", build_path("screenshots")))
        self.folder.mkdir(exist_ok=True)
        settings = Path(self.box.env["XDG_CONFIG_HOME"], "gtk-3.0/settings.ini")
        settings.parent.mkdir()
        settings.write_text(GTK_SETTINGS.format(dark=int(self.is_dark)), encoding="utf-8")

    def test_windows(self):
        self.make_tour()

    def look(self, stop, window, before):
        self.shoot_active(stop)

    def leave(self, stop, before):
        if stop.is_foreign:  # which is not looked at
            self.shoot_active(stop)
        super().leave(stop, before)

    def shoot_active(self, stop):
        if WANTED and stop.name not in WANTED:
            return
        self.box.run("xdotool", "mousemove", *self.box.screen.size)
        self.shoot(stop.name, self.box.run("xdotool", "getactivewindow").stdout.strip())

    def shoot(self, name, window="root", crop=None):
        """Takes the picture when it is the same twice: nothing is being drawn any more."""
        last = []

        def is_still():
            self.tour.settle()
            self.box.run("import", "-silent", "-window", window,
                         *(["-crop", crop, "+repage"] if crop else []), "-strip", path)
            last.append(self.box.run("identify", "-format", "%#", path).stdout)
            return len(last) > 1 and last[-1] == last[-2]

        colours = "dark" if self.is_dark else "light"
        path = self.folder / f"{name}-{self.name or self.language or 'en'}-{colours}.png"
        wait_served(is_still, 10, f"{name} to be drawn")

    def test_tray(self):
        """The icon in its states on a panel, its tooltip and its menu."""
        self.box.screen.start_panel()
        self.start_tour()
        wait_served(self.box.screen.tray_items, 10, "the tray icon")
        width, _ = self.box.screen.size
        last = None
        for name, report in TRAY.items():
            report(self.tour)
            last = wait_served(lambda past=last: self.find_icon(past), 10, f"the icon {name}")
            self.shoot(f"tray-{name}", crop=f"160x32+{width - 160}+0")
        for name, act in (
                ("tooltip", lambda: self.box.run("xdotool", "mousemove", width - 16, 16)),
                ("menu", lambda: self.box.screen.click(width - 16, 16, button=3))):
            before = self.find_windows()
            act()
            wait_served(lambda b=before: self.find_windows() != b, 10, f"the tray's {name}")
            self.shoot(f"tray-{name}", crop=f"520x420+{width - 520}+0")

    def find_icon(self, last):
        """The icon, when it is not the last one."""
        owner = self.box.screen.tray_items()[0].partition("/")[0]
        icon = self.tour.bus.call_sync(
            owner, "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
            GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "IconPixmap")), None, 0, 5000,
            None).unpack()[0]
        return icon if icon != last else None

    def find_windows(self):
        """Those that show, and those that no window manager knows too."""
        return self.box.run("xdotool", "search", "--onlyvisible", "--name", "",
                            check=False).stdout.split()
