#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Display, accessibility, tray and bus monitor of the harness, on programs that are not ours."""

import subprocess
import sys
import unittest

from pinfoldtest import Sandbox, process, source_path, tap, wait_for

PIN = "827364"


class Desktop(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(wm=True)
        self.addCleanup(self.box.close)

    def sample(self):
        program = self.box.start(
            [sys.executable, source_path("tests/bed/sample-dialog.py")], name="sample",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program.stdin.write(f"{PIN}\n".encode())
        program.stdin.flush()
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.stdin.close)
        return program

    def result(self, program):
        out = program.stdout.readline().decode().split()
        program.wait(10)
        return out

    def test_by_accessibility(self):
        program = self.sample()
        ui = self.box.ui()
        dialog = ui.window("PIN — ")
        self.assertEqual(dialog.pid, program.pid)
        self.assertIn("2 tries left", dialog.texts())
        dialog.type(PIN)
        shown = dialog.find("PIN", "password text").text()
        self.assertEqual((len(shown), PIN in shown), (len(PIN), False))
        self.assertTrue(dialog.find("Cancel").has_state("sensitive"))
        self.assertFalse(dialog.has("No such thing"))
        dialog.press("Unlock")
        self.assertEqual(self.result(program), ["True", "True"])
        ui.wait_no_window("PIN — ")

    def test_by_accessibility_cancelled(self):
        program = self.sample()
        self.box.ui().window("PIN — ").press("Cancel")
        self.assertEqual(self.result(program), ["False", "False"])

    def test_by_keyboard(self):
        program = self.sample()
        entry = self.box.ui().window("PIN — ").find("PIN")
        (window,) = wait_for(lambda: self.box.screen.windows("^PIN — "), 10, "the window")
        self.box.screen.focus(window)
        wait_for(lambda: entry.has_state("focused"), 5, "the focus")
        self.box.screen.type(PIN)
        self.box.screen.key("Return")
        self.assertEqual(self.result(program), ["True", "True"])

    def test_screenshot(self):
        screen = self.box.screen
        empty = screen.colours(screen.screenshot())
        program = self.sample()
        self.box.ui().window("PIN — ")
        wait_for(lambda: screen.colours(screen.screenshot()) > empty + 10, 10, "the drawing")
        program.kill()
        program.wait()

    def test_panel_has_a_tray(self):
        panel = self.box.screen.start_panel()
        self.assertEqual(self.box.screen.tray_items(), [])
        panel.terminate()
        panel.wait(10)

    def test_wakeups_are_seen(self):
        sleeper = self.box.start(["sleep", "1000"])
        ticker = self.box.start([sys.executable, "-c",
                                 "import time\nwhile True: time.sleep(0.05)"], name="ticker")
        wait_for(lambda: sum(process.voluntary_switches(ticker.pid).values()) > 5, 10, "the ticker")
        self.assertEqual(process.count_wakeups(sleeper.pid, 0.5), 0)
        wait_for(lambda: process.count_wakeups(ticker.pid, 0.5) > 3, 5, "it to wake up", step=0)


class BusMonitoring(unittest.TestCase):
    def test_monitor_sees_all(self):
        with Sandbox() as box:
            box.run("dbus-send", "--session", "/x", "a.b.before", "string:before-the-monitor")
            monitor = box.monitor()
            box.run("dbus-send", "--session", "/x", "a.b.after", f"string:{PIN}")
            self.assertTrue(monitor.contains(PIN.encode()))
            self.assertFalse(monitor.contains(b"before-the-monitor"))
            self.assertIn("after", [m.get_member() for m in monitor.messages()])


if __name__ == "__main__":
    tap.main()
