#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Several pinfoldctl at once: one after the other."""

import os
import subprocess
import sys

from pinfoldtest import process, tap, wait_for
from pinfoldtest.registration import snapshot
from registercase import SystemCase

HOLDER = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


class Together(SystemCase):
    def setUp(self):
        super().setUp()
        for folder in (self.home, self.root):
            folder.chmod(0o700)

    def start(self, *words, env=None):
        return self.box.start([self.pinfoldctl, *words], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def start_waiting(self, *words, env=None):
        """pinfoldctl that waits for another one, and says so."""
        waiting = self.start(*words, env=env)
        self.assertIn("Another pinfoldctl", waiting.stderr.readline())
        return waiting

    def assert_succeeds(self, ctl):
        said, _ = ctl.communicate(timeout=60)
        self.assertEqual(ctl.returncode, 0, said)
        return said

    def hold(self, folder):
        holder = self.box.start([sys.executable, "-c", HOLDER, folder], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.communicate)
        self.assertEqual(holder.stdout.readline(), "locked\n")
        return holder

    def make_slow_modutil(self):
        """modutil that adds nothing until somebody writes to the pipe; the environment that has it."""
        self.make_database(self.home / ".pki/nssdb")
        self.calls, self.pipe = self.box.dir / "calls", self.box.dir / "pipe"
        os.mkfifo(self.pipe)
        return self.fake_modutil(f'case "$*" in *-add*) echo add >>{self.calls}; '
                                 f'cat {self.pipe};; esac')

    def test_the_second_waits_for_the_first_and_has_nothing_to_do(self):
        env = self.make_slow_modutil()
        before = snapshot(self.home)
        first = self.start("register", "chromium", env=env)
        wait_for(self.calls.exists, 10, "modutil")
        second = self.start_waiting("register", "chromium", env=env)
        self.pipe.write_text("go on\n")
        self.assertIn("registered now", self.assert_succeeds(first))
        self.assertIn(": registered\n", self.assert_succeeds(second))
        self.assertEqual(self.calls.read_text(), "add\n")
        self.assertEqual(self.modules(self.home / ".pki/nssdb"), {"Pinfold": self.module})
        self.ctl("unregister", "chromium")
        self.assertEqual(snapshot(self.home), before)

    def test_unregister_waits_for_register(self):
        env = self.make_slow_modutil()
        before = snapshot(self.home)
        first = self.start("register", "chromium", env=env)
        wait_for(self.calls.exists, 10, "modutil")
        second = self.start_waiting("unregister", "chromium", env=env)
        self.pipe.write_text("go on\n")
        self.assert_succeeds(first)
        self.assertIn("no longer registered", self.assert_succeeds(second))
        self.assertEqual(snapshot(self.home), before)

    def test_many_at_once(self):
        config = self.home / ".ssh/config"
        config.parent.mkdir(mode=0o700)
        config.write_text("User me\n")
        before = snapshot(self.home)
        for ctl in [self.start("register", "ssh", "java") for _ in range(5)]:
            self.assert_succeeds(ctl)
        self.assertEqual(config.read_text().count("PKCS11Provider"), 1)
        for ctl in [self.start("unregister", "ssh", "java") for _ in range(5)]:
            self.assert_succeeds(ctl)
        self.assertEqual(snapshot(self.home), before)

    def test_looking_does_not_wait(self):
        self.hold(self.home)
        self.ctl("register", "--list", "java")
        self.ctl("register", "--dry-run", "java")

    def test_one_that_is_killed_keeps_nobody(self):
        holder = self.hold(self.home)
        waiting = self.start_waiting("register", "java")
        process.end_processes([holder.pid])
        self.assert_succeeds(waiting)

    def test_others_can_keep_nobody(self):
        """Who may read a folder may lock it, another user as well."""
        for folder, words in ((self.home, ("java",)), (self.root, ("ssh", *self.everybody))):
            folder.chmod(0o755)
            self.hold(folder)
            self.ctl("register", *words)
        holder = self.hold(self.box.env["XDG_RUNTIME_DIR"])
        waiting = self.start_waiting("unregister", "java")
        process.end_processes([holder.pid])
        self.assert_succeeds(waiting)

    def test_for_everybody(self):
        holder = self.hold(self.root)
        waiting = self.start_waiting("register", "ssh", *self.everybody)
        self.ctl("register", "java")  # the person's own is another matter
        process.end_processes([holder.pid])
        self.assert_succeeds(waiting)
        self.ctl("unregister", "ssh", *self.everybody)


if __name__ == "__main__":
    tap.main()
