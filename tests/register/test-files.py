#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register and unregister for p11-kit and OpenSSH, whose lists are text files."""

import os
import re
import unittest
from pathlib import Path

from pinfoldtest import need_tools, process, softhsm, tap, wait_for
from pinfoldtest.extent import FULL
from pinfoldtest.paths import library
from pinfoldtest.registration import NOT_ROOT, snapshot
from registercase import RegisterCase

CONFIG = "# mine\nHost gate\n    PKCS11Provider {library}\n\nHost *\n    User me"


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


class P11Kit(SystemCase):
    def setUp(self):
        super().setUp()
        need_tools("p11-kit", "unshare")
        if NOT_ROOT and self.box.run(*NOT_ROOT, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no user namespace of one's own can be had here")
        self.folder = self.home / ".config/pkcs11/modules"

    def listed(self, *prefix):
        """The paths of the modules that p11-kit itself lists."""
        said = self.box.run(*prefix, "p11-kit", "list-modules").stdout
        return [line.split(": ", 1)[1] for line in said.splitlines() if line[:1].strip()]

    def test_and_back(self):
        before = snapshot(self.home)
        self.assertTrue(self.target("register", "p11-kit", prefix=NOT_ROOT)["registered"])
        self.assertIn(self.module, self.listed(*NOT_ROOT))
        after = snapshot(self.home)
        self.assertFalse(self.target("register", "p11-kit", prefix=NOT_ROOT)["changed"])
        self.assertEqual(snapshot(self.home), after)
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertEqual(snapshot(self.home), before)
        self.assertNotIn(self.module, self.listed(*NOT_ROOT))

    def test_a_module_with_an_odd_path(self):
        self.move_build()
        self.ctl("register", "p11-kit", prefix=NOT_ROOT)
        self.assertIn(self.module, self.listed(*NOT_ROOT))

    def test_doubles_are_switched_off_until_unregister(self):
        self.folder.mkdir(parents=True)
        (self.folder / "mine.module").write_text(f"# mine\nmodule:{self.backend}\n\npriority: 3\n")
        before = snapshot(self.home)
        (double, *_) = [d for d in self.target("register", "p11-kit", prefix=NOT_ROOT)["doubles"]
                        if d["name"] == "mine.module"]
        self.assertEqual(double["library"], self.backend)
        self.assertIn(self.backend, self.listed(*NOT_ROOT))
        self.ctl("register", "p11-kit", "--replace", prefix=NOT_ROOT)
        self.assertNotIn(self.backend, self.listed(*NOT_ROOT))
        self.assertIn(self.module, self.listed(*NOT_ROOT))
        self.assertEqual(self.target("register", "p11-kit", "--replace", prefix=NOT_ROOT)["changed"],
                         False)
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertEqual(snapshot(self.home), before)
        self.assertIn(self.backend, self.listed(*NOT_ROOT))

    def test_what_was_changed_since_stays(self):
        self.folder.mkdir(parents=True)
        mine = self.folder / "mine.module"
        mine.write_text(f"module: {self.backend}\n")
        self.ctl("register", "p11-kit", "--replace", prefix=NOT_ROOT)
        mine.write_text(mine.read_text() + "priority: 3\n")
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertEqual(mine.read_text(), f"module: {self.backend}\npriority: 3\n")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["mine.module"])

    @tap.only_if(FULL)
    def test_an_older_file_keeps_what_else_it_says(self):
        self.folder.mkdir(parents=True)
        own = self.folder / "pinfold.module"
        own.write_text("module: /old/pinfold-pkcs11.so\npriority: 7\n")
        self.ctl("register", "p11-kit", prefix=NOT_ROOT)
        self.assertIn("priority: 7\n", own.read_text())
        self.assertIn(self.module, self.listed(*NOT_ROOT))
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertFalse(own.exists())

    @tap.only_if(FULL)
    def test_the_way_into_a_flatpak(self):
        """The commands of the note, and what the program in the sandbox has of them."""
        client = library("pkcs11/p11-kit-client.so", "p11-kit-client.so")
        need_tools("pkcs11-tool")
        if client is None:
            raise unittest.SkipTest("p11-kit-client.so is not installed")
        (self.home / ".var/app/org.mozilla.firefox").mkdir(parents=True)
        softhsm.init_token(self.box)
        note = self.program("register", "firefox", status=1)["notes"][0]
        command = re.search("“(mkdir -p .* pkcs11:)”", note)[1]
        started = self.box.run("sh", "-c", f"{command} >server 2>&1 </dev/null; cat server").stdout
        self.addCleanup(process.end_processes, [int(re.search(r"SERVER_PID=(\d+)", started)[1])])
        wait_for(lambda: "pinfold-test" in self.box.run("pkcs11-tool", "--module", client, "-L",
                                                        check=False).stdout,
                 10, "the client to show the token")

    @unittest.skipUnless(os.geteuid() == 0, "only root is refused")
    def test_root_has_no_modules_of_its_own(self):
        before = snapshot(self.home)
        self.assertIn("--system", self.target("register", "p11-kit", status=1)["error"])
        self.assertEqual(snapshot(self.home), before)

    def test_a_circle_is_refused(self):
        conf = Path(self.box.env["PINFOLD_CONF"])
        conf.write_text("[Modules]\nproxy = /usr/lib/p11-kit-proxy.so\n")
        self.assertIn("p11-kit-proxy.so",
                      self.target("register", "p11-kit", *self.everybody, status=1)["error"])

    def test_for_everybody(self):
        before = snapshot(self.root / "etc")
        self.assertTrue(self.target("register", "p11-kit", *self.everybody)["registered"])
        file = self.root / "etc/pkcs11/modules/pinfold.module"
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)
        self.assertEqual(file.parent.stat().st_mode & 0o777, 0o755)
        self.assertIn(self.module, self.in_image("p11-kit", "list-modules"))
        (records,) = self.root.rglob("registered")
        self.assertEqual([oct(path.stat().st_mode & 0o777) for path in
                          (records.parent.parent, records.parent, records)],
                         ["0o755", "0o755", "0o700"])
        self.ctl("unregister", "p11-kit", *self.everybody)
        self.assertEqual(snapshot(self.root / "etc"), before)
        self.assertFalse(list(self.root.rglob("registered")))

    def test_a_link_to_nothing(self):
        self.folder.mkdir(parents=True)
        (self.folder / "pinfold.module").symlink_to("/nowhere/at/all")
        before = snapshot(self.home)
        self.assertIn("link to nothing",
                      self.target("register", "p11-kit", status=1, prefix=NOT_ROOT)["error"])
        self.assertEqual(snapshot(self.home), before)


class Ssh(SystemCase):
    def setUp(self):
        super().setUp()
        need_tools("ssh")
        self.folder = self.home / ".ssh"
        self.config = self.folder / "config"

    def write(self, text, mode=0o600):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.config.write_text(text)
        self.config.chmod(mode)

    def provider(self, host):
        """What ssh itself makes of the configuration."""
        said = self.box.run("ssh", "-G", "-F", self.config, host).stdout
        return next((line.split(" ", 1)[1] for line in said.splitlines()
                     if line.startswith("pkcs11provider ")), None)

    def test_without_a_configuration(self):
        before = snapshot(self.home)
        self.ctl("register", "ssh")
        self.assertEqual(self.provider("anywhere"), self.module)
        self.assertEqual(self.config.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.folder.stat().st_mode & 0o777, 0o700)
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_a_module_with_an_odd_path(self):
        self.move_build()
        self.write("User me\n")
        before = snapshot(self.home)
        self.ctl("register", "ssh")
        self.assertEqual(self.provider("anywhere"), self.module)
        self.assertFalse(self.target("register", "ssh")["changed"])
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_what_is_chosen_for_a_host_stays(self):
        self.write(CONFIG.format(library=self.backend), 0o640)
        before = snapshot(self.home)
        self.assertEqual(self.target("register", "ssh")["doubles"],
                         [{"name": "PKCS11Provider", "library": self.backend}])
        self.assertEqual([self.provider("gate"), self.provider("anywhere")],
                         [self.backend, self.module])
        after = snapshot(self.home)
        self.assertFalse(self.target("register", "ssh")["changed"])
        self.assertEqual(snapshot(self.home), after)
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_replaced_it_holds_for_each_host(self):
        self.write(CONFIG.format(library=self.backend))
        before = snapshot(self.home)
        self.ctl("register", "ssh")
        self.assertEqual(self.target("register", "ssh", "--replace")["doubles"], [])
        self.assertEqual([self.provider("gate"), self.provider("anywhere")], [self.module] * 2)
        self.assertFalse(self.target("register", "ssh", "--replace")["changed"])
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_what_was_changed_since_stays(self):
        self.write("Host *\n    User me\n")
        self.ctl("register", "ssh")
        self.config.write_text("# new\n" + self.config.read_text() + "# last\n")
        self.ctl("unregister", "ssh")
        self.assertEqual(self.config.read_text(), "# new\nHost *\n    User me\n# last\n")

    def test_without_its_last_mark_what_follows_stays(self):
        self.write("User me\n")
        self.ctl("register", "ssh")
        text = self.config.read_text().replace("# Pinfold: end\n", "Host gate\n    Port 2222\n")
        self.config.write_text(text)
        self.ctl("unregister", "ssh")
        self.assertEqual(self.config.read_text(),
                         "User me\nMatch all\nHost gate\n    Port 2222\n")

    def test_dry_run_shows_the_lines(self):
        self.write("User me\n")
        before = snapshot(self.home)
        said = self.ctl("register", "ssh", "--dry-run")
        self.assertIn(f"    +     PKCS11Provider {self.module}\n", said)
        self.assertNotIn("- User me", said)
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_bytes_that_are_no_utf8_stay(self):
        self.folder.mkdir(mode=0o700)
        self.config.write_bytes(b"# caf\xe9\r\nUser me\r\n")
        before = snapshot(self.home)
        self.ctl("register", "ssh")
        self.assertEqual(self.provider("anywhere"), self.module)
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_a_link_stays_one(self):
        kept = self.home / "dot files"
        kept.mkdir()
        (kept / "ssh").write_text("User me\n")
        self.folder.mkdir(mode=0o700)
        self.config.symlink_to("../dot files/ssh")
        before = snapshot(self.home)
        self.ctl("register", "ssh")
        self.assertTrue(self.config.is_symlink())
        self.assertIn(self.module, (kept / "ssh").read_text())
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_what_is_no_file_or_no_text_is_refused(self):
        self.config.mkdir(parents=True)
        self.assertIn("not a regular file", self.target("register", "ssh", status=1)["error"])
        self.config.rmdir()
        self.config.write_bytes(b"User me\0\n")
        for verb in ("register", "unregister"):
            self.assertIn("not a text file", self.target(verb, "ssh", status=1)["error"])
        self.assertEqual(self.config.read_bytes(), b"User me\0\n")

    def test_for_everybody(self):
        before = snapshot(self.root / "etc")
        self.ctl("register", "ssh", *self.everybody)
        # ssh looks up who runs it.
        (self.root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
        said = self.in_image("ssh", "-G", "-F", "/etc/ssh/ssh_config", "anywhere")
        self.assertIn(f"pkcs11provider {self.module}\n", said)
        (self.root / "etc/passwd").unlink()
        self.ctl("unregister", "ssh", *self.everybody)
        self.assertEqual(snapshot(self.root / "etc"), before)

    def test_a_system_that_reads_no_such_files(self):
        (self.root / "etc/ssh/ssh_config").write_text("Host *\n")
        before = snapshot(self.root)
        self.assertIn("Include", self.target("register", "ssh", *self.everybody, status=1)["error"])
        self.assertEqual(snapshot(self.root), before)


if __name__ == "__main__":
    tap.main()
