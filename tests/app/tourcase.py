# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What each window of the tour is held to: names, the keyboard, and that nothing is cut off."""

import os
import re
import signal
from pathlib import Path
from typing import NamedTuple

from appcase import AppCase, wait_served
from pinfoldtest.paths import build_path, need_tools
from pinfoldtest.wait import WaitTimeout
from windowtour import STOPS, Tour

# What a person can use, and has to be told the name of.
CONTROLS = {"push button", "toggle button", "radio button", "check box", "combo box", "text",
            "password text", "spin button", "slider", "switch", "entry", "menu item",
            "check menu item", "radio menu item", "list item", "menu", "page tab", "tree table",
            "table", "list box", "menu button"}
NO_ROLE = {"", "invalid", "unknown", "redundant object"}
# They take the focus only to pass it on; a link is a part of a text, which is its name.
CARRIERS = {"link", "scroll pane", "frame", "dialog", "alert", "window", "viewport"}
# Of these Tab reaches one, and the arrow keys the others.
GROUPS = {"radio button", "list item"}


class Control(NamedTuple):
    role: str
    name: str


class Report(NamedTuple):
    """What can have the focus, what has it, and what is wrong."""

    controls: dict
    focus: str
    faults: list


class TourCase(AppCase):
    """Subclasses say in what language and colours, and what to do at each stop."""

    language = None
    env = {}

    def start_tour(self):
        need_tools("xdotool", "gsettings")
        self.report = self.box.dir / "layout"
        self.tour = Tour(self, self.language, {
            "GTK_MODULES": str(build_path("tests/app/layout-probe.so")),
            "PF_LAYOUT_REPORT": str(self.report)} | self.env)
        self.faults = []
        self.seen = set()

    def make_tour(self):
        """Goes to each stop; whatever is wrong with any is in self.faults."""
        self.start_tour()
        for stop in STOPS:
            before = self.probe().controls if self.tour.windows() else {}
            window = stop.open(self.tour)
            if not stop.is_menu:
                self.focus_window(window)
            self.look(stop, window, before)
            if stop.is_dialog or stop.is_prompt:
                self.tour.close_window(window)
            elif stop.is_menu:
                self.close_menu(stop)
            if stop.is_dialog:
                for other in reversed(self.tour.windows()[1:]):
                    self.tour.close_window(self.ui.as_window(other))
        self.assertEqual(self.faults, [], "\n" + "\n".join(self.faults))

    def look(self, stop, window, before):
        raise NotImplementedError

    def focus_window(self, window):
        """The window manager gives it to what a click has opened, and nobody has clicked here."""
        (found, *_) = wait_served(
            lambda: self.box.screen.windows(f"^{re.escape(window.title)}$"), 10, window.title)
        self.box.run("xdotool", "windowactivate", "--sync", found)

    def fault(self, stop, text):
        self.faults.append(f"{stop.name}: {text}")

    def close_menu(self, stop):
        items = len(self.probe().controls)
        self.box.screen.key("Escape")
        wait_served(lambda: len(self.probe().controls) < items, 10, f"{stop.name} to close")

    def check_names(self, stop, window):
        """Says which control has no role or no name."""
        controls = window.survey()
        for number, control in enumerate(controls):
            is_control = control["role"] in CONTROLS or (
                "focusable" in control["states"] and control["role"] not in CARRIERS)
            after = next((c["name"] for c in controls[number:] if c["name"]), "the end")
            if control["role"] in NO_ROLE:
                self.fault(stop, f"something before {after!r} has no role")
            elif is_control and not control["name"]:
                self.fault(stop, f"a {control['role']} before {after!r} has no name")

    def probe(self):
        """What layout-probe.c says now."""
        self.report.unlink(missing_ok=True)
        os.kill(self.app.pid, signal.SIGUSR1)
        wait_served(self.report.exists, 10, "the layout's report")
        lines = [line.split("\t") for line in self.report.read_text(encoding="utf-8").splitlines()]
        controls = {words[1]: Control(*words[2:]) for words in lines if words[0] == "control"}
        focus = [words[1] for words in lines if words[0] == "focus" and words[1] in controls]
        self.assertGreater(int(lines[0][1]), 10)
        return Report(controls, focus[0] if focus else None,
                      [words[1] for words in lines if words[0] == "fault"])

    def check_layout(self, stop):
        """Says what the window system or a neighbour cuts off."""
        for fault in self.probe().faults:
            if fault not in self.seen:
                self.seen.add(fault)
                self.fault(stop, fault)

    def press_and_follow(self, key):
        """What has the focus after that key; None when it stays where it is."""
        before = self.probe().focus
        self.box.screen.key(key)
        try:
            return wait_served(lambda: (now := self.probe().focus) != before and now, 1, "a move")
        except WaitTimeout:
            return None

    def check_keyboard(self, stop, before):
        """Says what Tab, and the arrow keys among equals, do not come to.

        Keys are pressed only where they should move the focus: that they do not takes long to see.
        """
        wanted = wait_served(lambda: self.probe().controls, 10, f"an active window at {stop.name}")
        if stop.is_menu:
            wanted = {number: c for number, c in wanted.items() if number not in before}
        tabbed, reached = [], set()
        while len(tabbed) <= 3 * len(wanted) + 10:
            focus = self.press_and_follow("Tab")
            if focus is None and not tabbed:
                focus = self.press_and_follow("Tab")  # a prompt does not take keys at once
            if focus is None or focus in tabbed:
                break
            tabbed.append(focus)
            reached.add(focus)
            if focus in wanted and wanted[focus].role in GROUPS:
                for key, back in (("Down", "Up"), ("Up", "Down")):
                    self.explore_group(focus, key, back, wanted, reached)
        for number in wanted.keys() - reached:
            self.fault(stop, f"the keyboard does not reach the {wanted[number].role} "
                             f"{wanted[number].name!r}")

    def explore_group(self, first, key, back, wanted, reached):
        """Adds what that key comes to from there, as long as there may be more; and goes back."""
        role, steps = wanted[first].role, 0
        while any(c.role == role for number, c in wanted.items() if number not in reached):
            focus = self.press_and_follow(key)
            if focus is None or focus not in wanted or wanted[focus].role != role:
                break
            reached.add(focus)
            steps += 1
        for _ in range(steps):
            self.press_and_follow(back)

    def take_picture(self, name):
        """Of the window in front alone, into the folder of pictures."""
        folder = Path(os.environ.get("PINFOLD_SCREENSHOTS", build_path("screenshots")))
        folder.mkdir(exist_ok=True)
        window = self.box.run("xdotool", "getactivewindow").stdout.strip()
        self.box.run("import", "-silent", "-window", window, folder / f"{name}.png")
