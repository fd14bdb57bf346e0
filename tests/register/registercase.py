# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the tests of register and unregister share: a home, what is in it to the byte, pinfoldctl."""

import json
import os
import re
import shutil
import unittest
from pathlib import Path

from pinfoldtest import Sandbox, build_path, need_backend, need_tools
from pinfoldtest.pinfold import Pinfold, module_path

CTL = build_path("app/pinfoldctl")
MODULE = "pinfold-pkcs11.so"
ODD = "ü x"  # in a path
PROFILES = """[Profile1]
Name=Zweites ü
IsRelative=1
Path=zwei ü x

[Profile0]
Name=default
IsRelative=1
Path=abc.default
Default=1

[General]
StartWithLastProfile=1
Version=2
"""


class RegisterCase(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        self.home = Path(self.box.env["HOME"])
        self.backend = need_backend("softhsm")
        conf = self.home / ".config/pinfold"
        conf.mkdir(mode=0o700)
        Pinfold.write_config(conf / "pinfold.conf", {"softhsm2": self.backend})
        (self.box.dir / "softhsm").mkdir()
        (self.box.dir / "softhsm2.conf").write_text(
            f"directories.tokendir = {self.box.dir}/softhsm\n")
        self.box.env["SOFTHSM2_CONF"] = str(self.box.dir / "softhsm2.conf")
        self.module = module_path()
        self.pinfoldctl = CTL

    def move_build(self):
        """Has pinfoldctl and the module in a folder with an odd name."""
        folder = self.box.dir / ODD
        for name in ("app/pinfoldctl", "p11module/pinfold-pkcs11.so"):
            (folder / name).parent.mkdir(parents=True)
            shutil.copy(build_path(name), folder / name)
        self.pinfoldctl = folder / "app/pinfoldctl"
        self.module = str(folder / "p11module/pinfold-pkcs11.so")

    def ctl(self, *words, status=0, prefix=(), **kwargs):
        """What pinfoldctl prints; on standard error when it is used wrongly."""
        ran = self.box.run(*prefix, self.pinfoldctl, *words, check=False, **kwargs)
        if status is not None:
            self.assertEqual(ran.returncode, status, f"{words}:\n{ran.stdout}{ran.stderr}")
        return ran.stderr if status == 2 else ran.stdout

    def program(self, *words, status=0, **kwargs):
        """The one program that pinfoldctl WORDS --json speaks of."""
        (program,) = json.loads(self.ctl(*words, "--json", status=status, **kwargs))["programs"]
        return program

    def targets(self, *words, **kwargs):
        return self.program(*words, **kwargs)["targets"]

    def target(self, *words, **kwargs):
        (target,) = self.targets(*words, **kwargs)
        return target

    def make_database(self, folder, *modules):
        """An NSS database with these modules: (name, library)."""
        need_tools("certutil", "modutil")
        folder.mkdir(parents=True, exist_ok=True)
        self.box.run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
        for name, library in modules:
            self.modutil(folder, "-add", name, "-libfile", library)

    def modutil(self, folder, *words):
        return self.box.run("modutil", "-force", "-dbdir", f"sql:{folder}", *words).stdout

    def fake_modutil(self, script):
        """The environment in which these lines of shell come before modutil's own work."""
        fake = self.box.dir / "tools/modutil"
        fake.parent.mkdir()
        fake.write_text(f'#!/bin/sh\n{script}\nexec {shutil.which("modutil")} "$@"\n')
        fake.chmod(0o755)
        return {"PATH": f"{fake.parent}:{self.box.env['PATH']}"}

    def modules(self, folder):
        """What NSS itself lists: name -> library."""
        said = self.modutil(folder, "-list")
        return dict(re.findall(r"^ +\d+\. (.*)\n\tlibrary name: (.*)$", said, re.M))

    def make_profiles(self, *modules, root=".mozilla/firefox"):
        """Two profiles, the first with these modules, the second never used; their folders."""
        folder = self.home / root
        folder.mkdir(parents=True)
        (folder / "profiles.ini").write_text(PROFILES)
        self.make_database(folder / "abc.default", *modules)
        (folder / "zwei ü x").mkdir()
        return folder / "abc.default", folder / "zwei ü x"


class SystemCase(RegisterCase):
    def setUp(self):
        super().setUp()
        self.root = self.box.dir / "image ü"
        (self.root / "etc/ssh/ssh_config.d").mkdir(parents=True)
        (self.root / "etc/ssh/ssh_config").write_text("Include /etc/ssh/ssh_config.d/*.conf\n")
        self.everybody = ("--system", "--root", self.root)
        # What holds for all users is not the user's to say.
        self.box.env["PINFOLD_CONF"] = str(self.home / ".config/pinfold/pinfold.conf")

    def in_image(self, *command):
        """What a command prints that has the image's /etc."""
        mount = 'mount --bind "$0/etc" /etc && exec "$@"'
        wrapped = ("unshare", "-rm", "sh", "-c", mount, self.root)
        if self.box.run(*wrapped, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        return self.box.run(*wrapped, *command).stdout

    def in_system(self, script):
        """Runs a script where the image's /etc is the system's, and where Pinfold is in /mnt, which
        like /run and /var/lib is a new folder of root's."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root has folders that are root's")
        new = "".join(f"mount -t tmpfs -o mode=755 none {folder} && "
                      for folder in ("/mnt", "/run", "/var/lib"))
        copy = "".join(f'mkdir /mnt/{folder} && cp "$1/{folder}/{name}" /mnt/{folder} && '
                       for folder, name in (("app", "pinfoldctl"), ("p11module", MODULE)))
        mount = f'{new}{copy}mount --bind "$0/etc" /etc && eval "$2"'
        ran = self.box.run("unshare", "-rm", "sh", "-c", mount, self.root, build_path(), script,
                           check=False)
        if "unshare:" in ran.stderr or "mount:" in ran.stderr:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        return ran
