# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Looks at and uses the accessible objects of a session; told what to do by JSON lines.

A program of its own (python3 -m pinfoldtest.atspiserver), because the accessibility library
belongs to one session for the life of a process, and a hanging one must not hang the test.
"""

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def pump(seconds=0.02):
    """Runs the main context for that long: the library's view of the world follows only so."""
    context = GLib.MainContext.default()
    fired = []
    GLib.timeout_add(int(seconds * 1000), lambda: fired.append(1))
    while not fired:
        context.iteration(True)


def count_children(node):
    try:
        return node.get_child_count()
    except GLib.Error:
        return 0


def children(node, count=None):
    """The count is asked for where it is not known."""
    count = count_children(node) if count is None else count
    try:
        return [c for c in (node.get_child_at_index(i) for i in range(count)) if c is not None]
    except GLib.Error:
        return []


def name_of(node):
    try:
        return node.get_name() or ""
    except GLib.Error:
        return ""


def role_of(node):
    try:
        return node.get_role_name()
    except GLib.Error:
        return ""


def has_state(node, state):
    try:
        return node.get_state_set().contains(getattr(Atspi.StateType, state.upper()))
    except GLib.Error:
        return False


def text_of(node):
    try:
        if node.get_text_iface() is None:
            return None
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    except GLib.Error:
        return None


# A folder of /usr/bin has thousands of cells, each of which is a call or several to a program that
# is busy with making them: under load that took longer than anybody waited.
NOT_WALKED = ("table", "tree table")


STATES = ("showing", "sensitive", "focusable", "focused", "checked", "defunct")


def states_of(node):
    """Those of STATES that it has, by one look."""
    try:
        states = node.get_state_set()
        return [name for name in STATES
                if states.contains(getattr(Atspi.StateType, name.upper()))]
    except GLib.Error:
        return []


def label_of(node):
    """The name of what it is labelled by, as screen readers say it."""
    try:
        for relation in node.get_relation_set():
            if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
                return name_of(relation.get_target(0))
    except GLib.Error:
        pass
    return ""


def walk(node, showing=False, depth=0):
    """The object and what is below it, but not the cells of a table; with showing not what is below
    hidden objects. (What scrolls may be out of sight itself, and a part of it not.)"""
    yield node, depth
    count = count_children(node)
    if count == 0 or depth == 40 or role_of(node) in NOT_WALKED or \
            showing and not has_state(node, "visible"):
        return
    for child in children(node, count):
        yield from walk(child, showing, depth + 1)


# The library waits 0.8 s for an answer, takes none for an application without windows, and does not
# look again: on a busy machine a program that just starts was never seen.
ANSWER_MS = 60000


class Server:
    """The commands. Objects are known to the other side by numbers."""

    def __init__(self):
        Atspi.init()
        Atspi.set_timeout(ANSWER_MS, ANSWER_MS)
        self._objects = {}

    def _number(self, node):
        number = len(self._objects) + 1
        self._objects[number] = node
        return number

    def windows(self):
        """All top-level windows that are showing."""
        found = []
        for app in children(Atspi.get_desktop(0)):
            for window in children(app):
                if has_state(window, "showing"):
                    found.append({"title": name_of(window), "role": role_of(window),
                                  "pid": app.get_process_id(),
                                  "object": self._number_of(window)})
        return found

    def find(self, within, name=None, role=None, showing=True):
        """The first object below within with that accessible name and role."""
        for node, _ in walk(self._objects[within], showing):
            if name is not None and name_of(node) != name:
                continue
            if role is not None and role_of(node) != role:
                continue
            if not showing or has_state(node, "showing"):
                return self._number(node)
        return None

    def texts(self, within):
        """Every text that is showing below within: names and contents of labels and the like."""
        found = []
        for node, _ in walk(self._objects[within], showing=True):
            if not has_state(node, "showing"):
                continue
            for text in (name_of(node), text_of(node)):
                if text and text not in found:
                    found.append(text)
        return found

    def tree(self, within):
        """What is below within, for people."""
        return "\n".join(f"{'  ' * depth}{role_of(node)} '{name_of(node)}'"
                         for node, depth in walk(self._objects[within]))

    def text(self, target):
        return text_of(self._objects[target])

    def set_text(self, target, text):
        return Atspi.EditableText.set_text_contents(self._objects[target], text)

    def press(self, target):
        """The object's first action: a button's click."""
        return Atspi.Action.do_action(self._objects[target], 0)

    def select(self, target):
        """As a row of a list: its list selects it."""
        node = self._objects[target]
        return Atspi.Selection.select_child(node.get_parent(), node.get_index_in_parent())

    def choose(self, target, row):
        """As a combo box."""
        return Atspi.Selection.select_child(self._objects[target], row)

    def grab_focus(self, target):
        return Atspi.Component.grab_focus(self._objects[target])

    def centre(self, target):
        """Where it is on the screen."""
        box = Atspi.Component.get_extents(self._objects[target], Atspi.CoordType.SCREEN)
        return [box.x + box.width // 2, box.y + box.height // 2]

    def state(self, target, state):
        return has_state(self._objects[target], state)

    def survey(self, within):
        """Everything that shows below within: role, name, and whether a person can use it."""
        found = []
        for node, _ in walk(self._objects[within]):
            states = states_of(node)
            if "showing" not in states:
                continue
            found.append({"object": self._number_of(node), "role": role_of(node),
                          "name": name_of(node) or label_of(node), "states": states})
        return found

    def _number_of(self, node):
        """The number of an object that may have one already."""
        for number, known in self._objects.items():
            if known is node:
                return number
        return self._number(node)


def main():
    server = Server()
    for line in sys.stdin:
        request = json.loads(line)
        command = getattr(server, request["cmd"])
        deadline = time.monotonic() + request.get("timeout", 0)
        try:
            pump()
            result = command(**request.get("args", {}))
            while not result and time.monotonic() < deadline:
                pump()
                result = command(**request.get("args", {}))
            answer = {"result": result}
        except GLib.Error as error:
            answer = {"error": error.message}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
