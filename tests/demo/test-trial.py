#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Runs the trial of `./bootstrap run` twice without a display: told as it is, and nothing left."""

import subprocess
import sys
import unittest
from pathlib import Path

from pinfoldtest import Sandbox, build_path, source_path, tap

TOLD = ("Pinfold trial", "CKR_OK", "CKS_RO_USER_FUNCTIONS", "logged out", "signature 3: 256 bytes",
        "1 login and 1 logout", "CKR_USER_NOT_LOGGED_IN", "no login is left",
        "nobody was asked again", "has ended")


class Trial(unittest.TestCase):
    def run_trial(self, box):
        done = box.run("/usr/bin/python3", source_path("tests/demo/trial.py"), build_path(),
                       check=False, timeout=100, env={"PINFOLD_CONF": None})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for text in TOLD:
            self.assertIn(text, done.stdout)
        return done.stdout

    def test_twice(self):
        for bus in (False, True):
            with self.subTest(bus=bus), Sandbox(bus=bus, services=False) as box:
                before = set(box.pids())
                self.assertIn("made now", self.run_trial(box))
                self.assertIn("made by an earlier run", self.run_trial(box))
                left = set(box.pids()) - before
                self.assertEqual(left, set())
                home = Path(box.env["HOME"])
                touched = {p.relative_to(home).parts[:4] for p in home.rglob("*") if p.is_file()}
                self.assertEqual({parts[:4] for parts in touched},
                                 {(".local", "share", "pinfold", "trial")})

    def answer(self, box, pin):
        """Starts the trial, types the PIN into its dialog; what it printed."""
        trial = box.start(["/usr/bin/python3", source_path("tests/demo/trial.py"), build_path()],
                          stdout=subprocess.PIPE, text=True)
        dialog = box.ui().window("PIN — ", timeout=30)
        dialog.type(pin)
        dialog.press("Unlock")
        told, _ = trial.communicate(timeout=100)
        return trial.returncode, told

    def test_display(self):
        with Sandbox(wm=True, services=False) as box:
            for made in ("made now", "made by an earlier run"):
                status, told = self.answer(box, "246810")
                self.assertEqual(status, 0, told)
                for text in (made, "into Pinfold's dialog", "goes on running", *TOLD[1:5]):
                    self.assertIn(text, told)
                running = {name: box.pids_of(build_path(name))
                           for name in ("agent/pinfold-agent", "app/pinfold")}
                self.assertEqual([len(pids) for pids in running.values()], [1, 1], running)

    def test_no_build(self):
        with Sandbox(bus=True, services=False) as box:
            done = box.run(sys.executable, source_path("tests/demo/trial.py"), box.dir, check=False)
            self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    tap.main()
