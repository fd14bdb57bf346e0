#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""doctor and programs: registered by pinfoldctl, and then otherwise than it would."""

import json
import os
import shutil
import unittest
from pathlib import Path

from doctorcase import CTL, DoctorCase
from pinfoldtest import build_path, tap
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import module_path

# p11-kit reads no files of root's own, and goes by what the process sees of itself.
NOT_ROOT = ("unshare", "--user") if os.geteuid() == 0 else ()


class Programs(DoctorCase):
    """Only what a user can set up; what this machine has for everybody is left out of account."""

    def setUp(self):
        listed = self.box.run(CTL, "register", "--list", "--system", "--json").stdout
        if any(target["registered"] for program in json.loads(listed)["programs"]
               for target in program["targets"]):
            raise unittest.SkipTest("Pinfold is registered for everybody on this machine")
        self.home = Path(self.box.env["HOME"])
        self.addCleanup(self.clean)

    def clean(self):
        for name in (".ssh", ".mozilla", ".config/pkcs11", ".local/state/pinfold", "snap"):
            shutil.rmtree(self.home / name, ignore_errors=True)

    def register(self, *words, prefix=()):
        self.box.run(*prefix, CTL, "register", *words)

    def test_none(self):
        findings = self.doctor()
        self.assert_ok(findings, "module", "program:ssh")
        self.assertIn("does not use Pinfold", findings["program:ssh"]["text"])
        self.assert_problem(findings, "programs", "program-none", "pinfoldctl register --list")

    def test_files_that_only_root_may_write(self):
        """What is for everybody can be read, and that is all that is needed."""
        prefix = ("unshare", "--user") if os.geteuid() == 0 else ()
        if self.box.run(*prefix, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no user namespace of one's own can be had here")
        self.no_problem(self.doctor(prefix=prefix), "program-unknown")

    def test_one(self):
        self.register("ssh")
        findings = self.doctor()
        self.assert_ok(findings, "program:ssh")
        self.assertIn("it uses Pinfold", findings["program:ssh"]["text"])
        self.assertNotIn("programs", findings)

    def test_p11_kit_has_both(self):
        if NOT_ROOT and self.box.run(*NOT_ROOT, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no user namespace of one's own can be had here")
        folder = self.home / ".config/pkcs11/modules"
        folder.mkdir(parents=True)
        (folder / "soft.module").write_text(f"module: {self.soft}\n")
        self.register("p11-kit", prefix=NOT_ROOT)
        self.assert_problem(self.doctor(prefix=NOT_ROOT), "program:p11-kit", "program-doubled",
                            self.soft, "twice", "--replace")
        self.register("p11-kit", "--replace", prefix=NOT_ROOT)
        self.assert_ok(self.doctor(prefix=NOT_ROOT), "program:p11-kit")

    def test_two_registrations(self):
        """ssh takes the first that it reads; the other is somebody's who meant the card."""
        (self.home / ".ssh").mkdir(mode=0o700)
        config = self.home / ".ssh/config"
        config.write_text(f"Host gate\n    PKCS11Provider {self.soft}\n")
        config.chmod(0o600)
        self.assertIn("does not use Pinfold, but", self.doctor()["program:ssh"]["text"])
        self.register("ssh")
        self.assert_problem(self.doctor(), "program:ssh", "program-doubled", self.soft)

    @tap.only_if(FULL)
    def test_of_another_installation(self):
        (self.home / ".ssh").mkdir(mode=0o700)
        config = self.home / ".ssh/config"
        config.write_text("PKCS11Provider /opt/old/lib/pkcs11/pinfold-pkcs11.so\n")
        config.chmod(0o600)
        self.assert_problem(self.doctor(), "program:ssh", "program-outdated",
                            "another installation", "register NAME")

    def test_list_that_cannot_be_read(self):
        folder = self.home / ".mozilla/firefox"
        folder.mkdir(parents=True)
        (folder / "profiles.ini").write_text("Secret without a section\n")
        self.assert_problem(self.doctor(), "program:firefox", "program-unknown",
                            "cannot be found out")
        self.assertNotIn("Secret", self.run_doctor("--report").stdout)

    def test_snap(self):
        (self.home / "snap/firefox/common/.mozilla/firefox").mkdir(parents=True)
        self.assert_problem(self.doctor(), "program:firefox", "program-in-sandbox", "Snap",
                            "register NAME")

    @tap.only_if(FULL)
    def test_own_module(self):
        findings = self.doctor()
        self.assertIn(module_path(), findings["module"]["text"])
        tree = self.box.dir / "tree"
        (tree / "app").mkdir(parents=True)
        (tree / "agent").symlink_to(build_path("agent"))
        ctl = shutil.copy2(CTL, tree / "app/pinfoldctl")
        done = self.box.run(ctl, "doctor", check=False)
        self.assertRegex(done.stdout, r"ERROR +module +Pinfold's own module is missing")
        self.assertIn("[own-module-missing]", done.stdout)


if __name__ == "__main__":
    tap.main()
