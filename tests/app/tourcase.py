# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What each window of the tour is held to: names, the keyboard, and that nothing is cut off."""

import os
import re
import time
from pathlib import Path

from appcase import AppCase, pump, wait_served
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path, need_tools
from pinfoldtest.wait import WaitTimeout
from tourstops import STOPS
from windowtour import Tour

# What a person can use, and has to be told the name of.
CONTROLS = {"push button", "toggle button", "radio button", "check box", "combo box", "text",
            "password text", "spin button", "slider", "switch", "entry", "menu item",
            "check menu item", "radio menu item", "list item", "menu", "page tab", "tree table",
            "table", "list box", "menu button"}
NO_ROLE = {"", "invalid", "unknown", "redundant object"}
# They take the focus only to pass it on; a link is a part of a text, which is its name.
CARRIERS = {"link", "scroll pane", "frame", "dialog", "alert", "window", "viewport"}
# Seconds that a window may take to come to rest; when one has not, the tour has failed.
REST = 5


class TourCase(AppCase):
    """Subclasses say in what language and how, and what to do at each stop."""

    is_first_run = True
    language = None
    env = {}
    # With keys by the X server, and names by AT-SPI, as a person's. Else the app itself tells the
    # names and takes the keys, which is done at once.
    is_real = False

    def setUp(self):
        self.has_ui = self.is_real
        super().setUp()

    def start_tour(self):
        need_tools("xdotool", "gsettings", "openssl")
        self.tour = Tour(self, self.language,
                         self.env | {"NO_AT_BRIDGE": None if self.is_real else "1"})
        self.faults = []
        self.seen = set()
        self.walked = set()  # members of groups: (title, role, name)

    def make_tour(self):
        """Goes to each stop; whatever is wrong with any is in self.faults."""
        self.start_tour()
        for stop in (stop for stop in STOPS if FULL or not stop.is_variant):
            try:
                self.visit(stop)
            except WaitTimeout as error:
                self.fault(stop, error)
                self.leave(stop, self.before)
        self.assertEqual(self.faults, [], "\n" + "\n".join(self.faults))

    def visit(self, stop):
        self.before = before = self.probe()
        window = stop.open(self.tour)
        if not stop.is_menu:
            self.give_keyboard(window)
        self.tour.settle()
        self.wait_shown(stop)
        if not stop.is_foreign:
            self.look(stop, window, before)
        self.leave(stop, before)

    def look(self, stop, window, before):
        raise NotImplementedError

    def probe(self, is_check=False):
        """What layout-probe.c says now."""
        return self.tour.probe.look(is_check)

    def wait_shown(self, stop):
        """Until there is what the stop is about."""
        if stop.shows is None:
            return
        text = self.tour.words.get(stop.shows)
        pattern = re.compile(re.escape(text).replace("%s", ".*"))
        wait_served(lambda: any(pattern.match(label) for label in self.probe().labels), 10,
                    f"{text!r} at {stop.name}")

    def give_keyboard(self, title, may_go=False):
        """The window manager gives it to what a click has opened, and nobody has clicked here. Was
        it there to take it? One that may go does so when what it waited for is over."""
        def find_holder():
            report = self.probe()
            if report.active == title or (may_go and title not in report.titles):
                return report
            self.tour.probe.present(title)
            return None

        report = wait_served(find_holder, 10, f"{title!r} to have the keyboard")
        return title in report.titles

    def press(self, key):
        """A key such as Tab or <Shift>Tab."""
        if self.is_real:
            self.box.screen.key(key.replace("<Shift>", "shift+").replace("<Control>", "ctrl+"))
        else:
            self.tour.probe.press(key)

    def follow(self, key, before=None):
        """What has the focus after that key; None when it stays where it is, which may be told."""
        before = before or self.probe().focus
        if not self.is_real:
            after = self.tour.probe.press(key)
            return after if after != before else None
        self.press(key)
        try:
            return wait_served(lambda: (now := self.probe().focus) != before and now, 0.2, "a move")
        except WaitTimeout:
            return None

    def press_until(self, key, is_done, what):
        """Presses that; again, where it may have come too soon for a prompt. What the probe presses is
        done when it answers; what the X server does may be on its way, and would be done twice."""
        def is_pressed():
            self.press(key)
            deadline = time.monotonic() + (1 if self.is_real else 0.1)
            while not is_done() and time.monotonic() < deadline:
                pump()
            return is_done()

        wait_served(is_pressed, 5, what)

    def fault(self, stop, text):
        self.faults.append(f"{stop.name}: {text}")

    def leave(self, stop, before):
        """By Escape, which is the way out of each dialog and menu."""
        self.tour.go_on()
        if stop.is_menu:
            self.press_until("Escape",
                             lambda: not self.probe().controls.keys() - before.controls.keys(),
                             f"{stop.name} to close")
        elif stop.is_dialog or stop.is_prompt or stop.is_foreign:
            kept = [self.tour.words.get("Pinfold"), *([] if stop.is_last else before.titles)]
            while others := self.others(kept):
                active = self.probe().active
                top = active if active in others else others[-1]
                if self.give_keyboard(top, may_go=True):
                    self.press_until("Escape", lambda: len(self.others(kept)) < len(others),
                                     f"{top!r} to close by Escape at {stop.name}")
        if stop.is_last:
            self.tour.unlock()

    def others(self, kept):
        """Titles of what shows beside those."""
        return [title for title in self.probe().titles if title not in kept]

    def check_names(self, stop, window):
        """Says which control has no role or no name."""
        controls = self.ui.window(window).survey() if self.is_real else \
            self.probe(is_check=True).objects
        for number, control in enumerate(controls):
            is_control = control["role"] in CONTROLS or (
                "focusable" in control["states"] and control["role"] not in CARRIERS)
            after = next((c["name"] for c in controls[number:] if c["name"]), "the end")
            if control["role"] in NO_ROLE:
                self.fault(stop, f"something before {after!r} has no role")
            elif is_control and not control["name"]:
                self.fault(stop, f"a {control['role']} before {after!r} has no name")

    def check_layout(self, stop):
        """Says what the window system or a neighbour cuts off, once the window is at rest."""
        deadline = time.monotonic() + (REST if not self.faults else 0.5)
        while (faults := self.probe(is_check=True).faults) and time.monotonic() < deadline:
            pump()
        for fault in faults:
            if fault not in self.seen:
                self.seen.add(fault)
                self.fault(stop, fault)

    def check_keyboard(self, stop, before):
        """Says what Tab, and the arrow keys among equals, do not come to, and where they stick."""
        report = self.probe()
        title, controls = report.active, report.controls
        if stop.is_menu:
            controls = {n: c for n, c in controls.items() if n not in before.controls}
        known = {number for number, c in controls.items() if (title, c.role, c.name) in self.walked}
        for key in ("Tab", "<Shift>Tab"):
            reached = known | self.walk(stop, key, controls)
            for first in {c.group: n for n, c in controls.items() if n in reached - known}.values():
                reached |= self.explore_group(key, first, controls, reached)
            for number in controls.keys() - reached:
                self.fault(stop, f"{key} does not reach the {controls[number].role} "
                                 f"{controls[number].name!r}")
            known |= {number for number, c in controls.items() if c.group != "0"}
        self.walked |= {(title, c.role, c.name) for c in controls.values() if c.group != "0"}

    def walk(self, stop, key, controls):
        """What that key comes to, until it comes to something again."""
        focus = self.probe().focus
        if len(controls) < 2 and (focus in controls or not controls):
            return {focus}
        first = self.follow(key, focus) or self.follow_late(key)  # a prompt takes no key at once
        if len(controls) < 2:
            return {first}
        path = [focus, first]
        if first is not None:
            path += self.steps(key, first, 3 * len(controls) + 10)
        if path[-1] in (None, path[-2]):
            stuck = controls.get(path[-2])
            self.fault(stop, f"{key} does not leave the {stuck.role} {stuck.name!r}"
                       if stuck else f"{key} moves nothing")
        return {*path[1:]}

    def steps(self, key, focus, most):
        """What has the focus after each press of that key, until it has been there, or stays."""
        if not self.is_real:
            return self.tour.probe.walk(key, most)
        path = [focus]
        while len(path) < most:
            path.append(self.follow(key, path[-1]))
            if path[-1] is None or path[-1] in path[:-1]:
                break
        return path[1:]

    def follow_late(self, key):
        deadline = time.monotonic() + 0.6
        while (focus := self.follow(key)) is None and time.monotonic() < deadline:
            pump()
        return focus

    def go_to(self, key, focus):
        """By that key, which has come there before."""
        for _ in range(200):
            if self.probe().focus == focus:
                return
            self.follow(key)

    def explore_group(self, key, first, controls, reached):
        """What the arrow keys come to among its equals, where Tab reaches one of them alone."""
        group = controls[first].group
        members = {number for number, c in controls.items() if c.group == group}
        found = {first}
        if group == "0" or members <= reached:
            return found
        self.go_to(key, first)
        if controls[first].role == "list item":
            found.add(self.follow("Home") or first)
        for arrow in ("Down", "Up"):
            for _ in members:
                if not members <= found:
                    found.add(self.follow(arrow))
        for arrow in ("Up", "Down"):
            for _ in members:
                if self.probe().focus != first:
                    self.follow(arrow)
        return found

    def check_enter(self, stop, window, focus):
        """Says when Enter presses another button than it should; presses it where that is told."""
        default, words = self.probe().default or "", self.tour.words
        if stop.enter is not None and default not in (words.get(stop.enter),
                                                      words.get_gtk(stop.enter)):
            self.fault(stop, f"Enter presses {default!r} and not {stop.enter!r}")
        if stop.is_sent is None:
            return
        for name, text in stop.types.items():
            role = "text" if name == "Name" else "password text"
            self.tour.act(window, name, role, "type", text)
        if not stop.types:
            self.go_to("Tab", focus)
        self.give_keyboard(window)
        self.press("Return")
        wait_served(lambda: stop.is_sent(self.tour), 10, f"Enter to do something at {stop.name}")
        self.check_layout(stop)
        if stop.is_prompt and window in self.probe().titles:
            self.tour.close_prompt()

    def take_picture(self, name):
        """Of the window in front alone, into the folder of pictures."""
        folder = Path(os.environ.get("PINFOLD_SCREENSHOTS", build_path("screenshots")))
        folder.mkdir(exist_ok=True)
        window = self.box.run("xdotool", "getactivewindow").stdout.strip()
        self.box.run("import", "-silent", "-window", window, folder / f"{name}.png")
