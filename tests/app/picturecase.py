# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Takes the pictures of one language and one set of colours."""

import os
import re
import unittest
from pathlib import Path

from gi.repository import GLib

from appcase import TITLE, wait_served
from pinfoldtest.paths import build_path, need_tools
from scenes import SCENES, Studio
from tourcase import TourCase
from windowtour import Translation

GTK_SETTINGS = """[Settings]
gtk-application-prefer-dark-theme={dark}
gtk-enable-animations=0
gtk-cursor-blink=0
gtk-font-name={font}
"""


class PictureCase(TourCase):
    """Subclasses say which."""

    is_dark = False
    font = "DejaVu Sans 10"

    def setUp(self):
        need_tools("import", "identify", "xdotool", "gsettings")
        super().setUp()
        self.folder = Path(os.environ.get("PINFOLD_SCREENSHOTS", build_path("screenshots")))
        self.folder.mkdir(exist_ok=True)
        folder = Path(self.box.env["XDG_CONFIG_HOME"], "gtk-3.0")
        folder.mkdir(parents=True)
        (folder / "settings.ini").write_text(
            GTK_SETTINGS.format(dark=int(self.is_dark), font=self.font), encoding="utf-8")

        self.pictures = [p for p in os.environ.get("PF_SCENES", "").split(",") if p]

    def start_studio(self):
        if self.language is not None and not Translation.exists(self.language):
            raise unittest.SkipTest(f"there is no translation into {self.language}")
        self.report = self.box.dir / "layout"
        probe = {"GTK_MODULES": str(build_path("tests/app/layout-probe.so")),
                 "PF_LAYOUT_REPORT": str(self.report)}
        self.tour = Studio(self, self.language, probe | self.env)
        return self.tour

    def focus_window(self, window):
        """By the window manager; an alert's accessible name is what it says, its title is not."""
        title = TITLE if window.has(role="alert") else window.title
        (found, *_) = wait_served(lambda: self.box.screen.windows(f"^{re.escape(title)}$"), 10, title)
        self.box.run("xdotool", "windowactivate", "--sync", found)

    def is_wanted(self, name):
        return not self.pictures or name in self.pictures

    def shoot(self, name, window="root", crop=None):
        """Takes the picture when it is the same twice: nothing is being drawn any more."""
        last = []

        def is_still():
            self.tour.settle()
            self.box.run("import", "-silent", "-window", window,
                         *(["-crop", crop, "+repage"] if crop else []), "-strip", path)
            last.append(self.box.run("identify", "-format", "%#", path).stdout)
            return len(last) > 1 and last[-1] == last[-2]

        path = self.folder / f"{name}-{self.language or 'en'}-{self.colours()}.png"
        wait_served(is_still, 10, f"{name} to be drawn")

    def colours(self):
        return "rtl" if "PF_LAYOUT_DIRECTION" in self.env else "dark" if self.is_dark else "light"

    def shoot_window(self, name, window):
        self.focus_window(window)
        self.box.run("xdotool", "mousemove", *self.box.screen.size)
        active = self.box.run("xdotool", "getactivewindow").stdout.strip()
        self.shoot(name, active)

    def test_windows(self):
        studio = self.start_studio()
        faults = []
        for scene in SCENES:
            if not self.is_wanted(scene.name):
                continue
            try:
                self.shoot_window(scene.name, scene.open(studio))
            except AssertionError as error:
                faults.append(f"{scene.name}: {error}")
            studio.leave()
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_welcome(self):
        """The first run, without and with something to see."""
        if not self.is_wanted("welcome"):
            return
        self.state_file("welcome-shown").unlink()
        studio = self.start_studio()
        studio.report(reader=False)
        window = studio.new_window_over(lambda: self.box.run(build_path("app/pinfold")))
        self.shoot_window("welcome-empty", window)
        studio.rest()
        wait_served(lambda: "Anna Beispiel" in window.texts(), 10, "the tokens")
        self.shoot_window("welcome", window)

    def test_tray(self):
        """The icon in its states on a panel, its tooltip and its menu."""
        if not self.is_wanted("tray"):
            return
        self.box.screen.start_panel()
        studio = self.start_studio()
        wait_served(self.box.screen.tray_items, 10, "the tray icon")
        width, _ = self.box.screen.size
        last = None
        for name, report in studio.tray_states().items():
            report()
            last = wait_served(lambda past=last: self.new_icon(past), 10, f"the icon {name}")
            self.shoot(f"tray-{name}", crop=f"160x32+{width - 160}+0")
        studio.rest()
        for name, act in (
                ("tooltip", lambda: self.box.run("xdotool", "mousemove", width - 16, 16)),
                ("menu", lambda: self.box.screen.click(width - 16, 16, button=3))):
            before = self.override_windows()
            act()
            wait_served(lambda b=before: self.override_windows() != b, 10, f"the tray's {name}")
            self.shoot(f"tray-{name}", crop=f"520x420+{width - 520}+0")

    def new_icon(self, last):
        """The icon, when it is not the last one."""
        owner = self.box.screen.tray_items()[0].partition("/")[0]
        icon = self.tour.bus.call_sync(
            owner, "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
            GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "IconPixmap")), None, 0, 5000,
            None).unpack()[0]
        return icon if icon != last else None

    def override_windows(self):
        """The windows that show, those that no window manager knows too."""
        return self.box.run("xdotool", "search", "--onlyvisible", "--name", "").stdout.split()
