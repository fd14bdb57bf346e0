# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Drives dialogs as a person with assistive technology does."""

import json
import select
import subprocess
import sys

from .wait import PATIENCE, WaitTimeout, wait_for


class Ui:
    """What is on the session's display; Sandbox.ui() makes it."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self._server = sandbox.start(
            [sys.executable, "-m", "pinfoldtest.atspiserver"], name="atspi",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"G_DEBUG": None})

    def _call(self, cmd, timeout=0, **args):
        request = {"cmd": cmd, "args": args, "timeout": timeout * PATIENCE}
        self._server.stdin.write(json.dumps(request).encode() + b"\n")
        self._server.stdin.flush()
        if not select.select([self._server.stdout], [], [], timeout * PATIENCE + 60)[0]:
            raise WaitTimeout(f"no answer from the accessibility bus to {cmd}")
        line = self._server.stdout.readline()
        if not line:
            raise AssertionError("the accessibility client ended:\n" + self._sandbox.logs())
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{cmd}: {answer['error']}")
        return answer["result"]

    def windows(self):
        """[{"title", "role", "pid", "object"}] of the windows that are showing."""
        return self._call("windows")

    def find_window(self, title, pid=None):
        """The window whose title begins with title, or None."""
        for window in self.windows():
            if window["title"].startswith(title) and pid in (None, window["pid"]):
                return Window(self, window)
        return None

    def as_window(self, info):
        """The Window of an entry of windows()."""
        return Window(self, info)

    def window(self, title, timeout=10, pid=None):
        """Waits for a window whose title begins with title."""
        return wait_for(lambda: self.find_window(title, pid), timeout, f"a window {title!r}")

    def wait_no_window(self, title, timeout=10):
        wait_for(lambda: not self.find_window(title), timeout, f"window {title!r} to go")


class Window:
    """A window that was showing when it was found."""

    def __init__(self, ui, info):
        self.ui = ui
        self.title = info["title"]
        self.pid = info["pid"]
        self.object = info["object"]

    def find(self, name=None, role=None, timeout=5, showing=True):
        """The object with that accessible name and role; waits for it to show, or to be there at
        all, such as what has to be scrolled for."""
        number = self.ui._call("find", timeout, within=self.object, name=name, role=role,
                               showing=showing)
        if number is None:
            raise WaitTimeout(f"nothing named {name!r} with role {role!r} in:\n{self.tree()}")
        return Widget(self.ui, number)

    def is_active(self):
        """Whether it has the keyboard, as far as the program knows."""
        return self.ui._call("state", target=self.object, state="active")

    def has(self, name=None, role=None):
        return self.ui._call("find", within=self.object, name=name, role=role) is not None

    def texts(self):
        """Every text that shows in the window."""
        return self.ui._call("texts", within=self.object)

    def wait_text(self, part, timeout=5):
        """Waits until a text that contains part shows; returns that text."""
        return wait_for(lambda: next((t for t in self.texts() if part in t), None), timeout,
                        f"the text {part!r}")

    def wait_shown(self, text, timeout=5):
        """Waits until text itself shows, not as a part of another one."""
        wait_for(lambda: text in self.texts(), timeout, lambda: f"{text!r} in:\n{self.tree()}")

    def survey(self):
        """[{"object", "role", "name", "states"}] of everything that shows in the window."""
        return self.ui._call("survey", within=self.object)

    def tree(self):
        return self.ui._call("tree", within=self.object)

    def type(self, text, name="PIN", role="password text"):
        """Puts text into the entry of that accessible name."""
        self.find(name, role).set_text(text)

    def press(self, name):
        """Presses the button of that name."""
        self.find(name, "push button").press()


class Widget:
    """One accessible object."""

    def __init__(self, ui, number):
        self.ui = ui
        self._number = number

    def text(self):
        return self.ui._call("text", target=self._number)

    def set_text(self, text):
        if not self.ui._call("set_text", target=self._number, text=text):
            raise AssertionError("the text cannot be set")

    def press(self):
        if not self.ui._call("press", target=self._number):
            raise AssertionError("the object has no action")

    def select(self):
        """Selects it in the list that it is a row of."""
        if not self.ui._call("select", target=self._number):
            raise AssertionError("the object cannot be selected")

    def choose(self, row):
        """Chooses that row, counted from 0, of a combo box."""
        if not self.ui._call("choose", target=self._number, row=row):
            raise AssertionError("nothing can be chosen")

    def focus(self):
        self.ui._call("grab_focus", target=self._number)

    def centre(self):
        """The point of the screen where it is."""
        return self.ui._call("centre", target=self._number)

    def has_state(self, state):
        """Such as "sensitive", "focused", "checked"."""
        return self.ui._call("state", target=self._number, state=state)
