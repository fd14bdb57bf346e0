# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""layout-probe.c in the app: what its windows look like from within, and keys for them."""

from typing import NamedTuple

from gi.repository import GLib

from pinfoldtest.paths import build_path


class Control(NamedTuple):
    group: str  # "0": none
    role: str
    name: str


class Report(NamedTuple):
    """What can have the focus, what has it, what Enter presses; and of all windows, what shows."""

    controls: dict
    focus: str
    default: str
    titles: list
    active: str
    labels: list
    objects: list  # as atspi.Window.survey() has them
    faults: list


def environment():
    """For the app; what else it may say is in layout-probe.c."""
    return {"GTK_MODULES": build_path("tests/app/layout-probe.so")}


class Probe:
    def __init__(self, bus):
        self._bus = bus

    def _call(self, method, arguments=None):
        answer = self._bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/test/Probe",
                                     "org.pinfold.test.Probe", method, arguments, None, 0, 60000,
                                     None)
        return answer.unpack()

    def look(self, is_check=False):
        """The report of layout-check.h."""
        text = self._call("Look", GLib.Variant("(b)", (is_check,)))[0]
        lines = [line.split("\t") for line in text.splitlines()]

        def values(kind):
            return [words[1:] for words in lines if words[0] == kind]

        def first(kind):
            return next((words[0] for words in values(kind)), None)

        windows = values("window")
        assert int(first("seen")) > 0 or not windows
        return Report({words[0]: Control(*words[1:]) for words in values("control")},
                      first("focus"), first("default"), [title for _, title in windows],
                      next((title for active, title in windows if active == "1"), None),
                      [words[0] for words in values("label")],
                      [{"role": role, "name": name, "states": ["focusable"] * int(can_focus)}
                       for can_focus, role, name in values("object")],
                      [words[0] for words in values("fault")])

    def press(self, key):
        """Presses a key such as Tab or <Shift>Tab; what has the focus then, or None."""
        focus = self._call("Press", GLib.Variant("(s)", (key,)))[0]
        return str(focus) if focus else None

    def walk(self, key, most):
        """What has the focus after each press of that key, until it has been there, or stays."""
        return [str(n) if n else None for n in self._call("Walk", GLib.Variant("(su)", (key, most)))[0]]

    def act(self, title, role, name, verb="click", text=""):
        """In the window of that title, to what has that role, and a name like the pattern; was there
        such a thing? A verb is click, select, focus or, with a text, type."""
        return self._call("Act", GLib.Variant("(sssss)", (title, role, name, verb, text)))[0]

    def present(self, title):
        self._call("Present", GLib.Variant("(s)", (title,)))

    def setenv(self, name, value):
        """Of the app, from now on; an empty value takes it away."""
        self._call("Setenv", GLib.Variant("(ss)", (name, value)))
