#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What a person waits for, part of `./bootstrap bench`: from a program's C_Login to the PIN dialog.

The app runs already, as it does in a session. Each dialog is asked for by a new process, since one
that was cancelled is remembered. The clock runs from the command to the program until the X server
says that the dialog's window is mapped. Also what memory the app takes then.
"""

import os
import re
import select
import subprocess
import time
from pathlib import Path
from statistics import median

from rows import parse_arguments, run

MOST_MS = 200
TOKEN = "pinfold-test"


ARGS = parse_arguments("Measures how soon the PIN dialog is there.", 20)

# pylint: disable=wrong-import-position
from pinfoldtest import softhsm  # noqa: E402
from pinfoldtest.paths import build_path, need_tools  # noqa: E402
from pinfoldtest.pinfold import Pinfold  # noqa: E402
from pinfoldtest.sandbox import Sandbox  # noqa: E402
from pinfoldtest.wait import wait_for  # noqa: E402


_MAPPED = re.compile(rb"MapNotify event.*?window (0x[0-9a-f]+), override", re.S)


class Screen:
    """The windows that are mapped on the display, as the X server tells it."""

    def __init__(self, box):
        need_tools("xev", "xdotool", "stdbuf")
        self.box = box
        self.buffer = b""
        # Line by line, or the time were that of a full buffer.
        self.xev = box.start(["stdbuf", "-oL", "xev", "-root", "-event", "substructure"],
                             stdout=subprocess.PIPE)

    def wait_mapped(self, timeout=20):
        """The moment of the next window that is mapped, and its title."""
        deadline = time.monotonic() + timeout
        while not (found := _MAPPED.search(self.buffer)):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.xev.stdout], [], [], left)[0]:
                raise AssertionError("no window was mapped\n" + self.box.logs())
            self.buffer += os.read(self.xev.stdout.fileno(), 65536)
        moment = time.monotonic()
        self.buffer = self.buffer[found.end():]
        return moment, self.box.run("xdotool", "getwindowname", found[1].decode()).stdout

    def forget(self):
        """Drops what was told so far."""
        while select.select([self.xev.stdout], [], [], 0)[0]:
            os.read(self.xev.stdout.fileno(), 65536)
        self.buffer = b""


def memory_kib(pid, word):
    """A line of the process's smaps_rollup."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(rf"^{word}:\s+(\d+) kB", text, re.M)[1])


class Bench:
    def __init__(self):
        self.box = Sandbox(bus=False, display=True)
        try:
            softhsm.init_token(self.box)
            self.pinfold = Pinfold(self.box, {"softhsm2": softhsm.setup(self.box)})
            self.pinfold.start_agent()
            self.app = self.box.start([build_path("app/pinfold"), "--gapplication-service"],
                                      name="pinfold")
            self.screen = Screen(self.box)
            self.ui = self.box.ui()
            self.wait_prompter()
        except BaseException:
            self.box.close()
            raise

    def wait_prompter(self):
        def is_registered():
            done = self.box.run(
                "gdbus", "call", "--session", "--dest", "org.pinfold.Agent", "--object-path",
                "/org/pinfold/Agent", "--method", "org.freedesktop.DBus.Properties.Get",
                "org.pinfold.Agent1", "PrompterPresent", check=False)
            return "true" in done.stdout

        wait_for(is_registered, 20, "the app to register", step=0.1)

    def measure(self):
        """Milliseconds of one dialog, which is cancelled."""
        with self.pinfold.driver() as driver:
            driver.ok("init")
            session = driver.open_session(f"={TOKEN}")
            self.screen.forget()
            began = time.monotonic()
            driver.send("login", session, "user", "null")
            mapped, title = self.screen.wait_mapped()
            if not title.startswith("PIN — "):
                raise AssertionError(f"another window was mapped: {title}")
            self.ui.window("PIN — ").press("Cancel")
            if driver.receive().rv != "CKR_FUNCTION_CANCELED":
                raise AssertionError("the dialog was not what was waited for")
            self.ui.wait_no_window("PIN — ")
        return (mapped - began) * 1000

    def report(self, rows):
        section = "The PIN dialog"
        hidden = memory_kib(self.app.pid, "Rss"), memory_kib(self.app.pid, "Pss")
        first = self.measure()
        others = [self.measure() for _ in range(ARGS.rounds)]
        rows.add(section, f"from C_Login to its window: median of {len(others)}", median(others), "ms",
                 MOST_MS)
        rows.add(section, "at most", max(others), "ms")
        rows.add(section, "the app's first", first, "ms")
        for when, rss, pss in (("in the tray", *hidden),
                               ("after dialogs", memory_kib(self.app.pid, "Rss"),
                                memory_kib(self.app.pid, "Pss"))):
            rows.add(section, f"resident memory of the app {when}", rss / 1024, "MiB")
            rows.add(section, f"its share of it {when}", pss / 1024, "MiB")


if __name__ == "__main__":
    run("The PIN dialog", Bench, ARGS)
