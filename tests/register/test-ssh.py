#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register and unregister for OpenSSH, whose configuration is a text that may include others."""

import os

from pinfoldtest import need_tools, tap
from pinfoldtest.extent import FULL
from pinfoldtest.registration import snapshot
from registercase import SystemCase

CONFIG = "# mine\nHost gate\n    PKCS11Provider {library}\n\nHost *\n    User me"


class SshCase(SystemCase):
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


class Ssh(SshCase):
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

    def test_what_came_after_ours_does_not_come_before_it(self):
        """Ours is written anew, as an older one is there; at the end it would be too late."""
        self.write(f"Host old\n    PKCS11Provider /old/{os.path.basename(self.module)}\n"
                   f"Match all\n    PKCS11Provider {self.module}\n" +
                   CONFIG.format(library=self.backend))
        hosts = ("gate", "old", "anywhere")
        self.assertTrue(self.target("register", "ssh", "--replace")["changed"])
        self.assertEqual([self.provider(host) for host in hosts], [self.module] * 3)
        self.assertFalse(self.target("register", "ssh", "--replace")["changed"])

    def test_what_was_changed_since_stays(self):
        self.write("Host *\n    User me\n")
        self.ctl("register", "ssh")
        self.config.write_text("# new\n" + self.config.read_text() + "# last\n")
        self.ctl("unregister", "ssh")
        self.assertEqual(self.config.read_text(), "# new\nHost *\n    User me\n# last\n")

    def test_a_mark_that_is_left_alone_takes_nothing_along(self):
        self.write("User me\n")
        self.ctl("register", "ssh")
        kept = self.config.read_text().replace("# Pinfold: end\n", "Host other\n    User you\n")
        self.write(kept)
        self.ctl("unregister", "ssh")
        self.assertEqual(self.config.read_text(), "User me\nMatch all\nHost other\n    User you\n")

    def test_a_mark_without_its_end_before_a_whole_one(self):
        self.write("User me\n")
        self.ctl("register", "ssh")
        ours = self.config.read_text().removeprefix("User me\n")
        self.write("# Pinfold: begin (pinfoldctl unregister ssh removes this)\nUser me\n" + ours)
        self.ctl("unregister", "ssh")
        self.assertEqual(self.config.read_text(), "User me\n")

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

class SshIncludes(SshCase):
    """What stands in files that the configuration includes."""

    def include(self, text, name="hosts.d/one", line="Include hosts.d/*\n"):
        """A file of that text, and a configuration that includes it."""
        self.write(line + "User me\n")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def test_a_double_is_pointed_out_and_replaced(self):
        path = self.include(f"PKCS11Provider {self.backend}\n")
        before = snapshot(self.home)
        double = {"name": f"{path}: PKCS11Provider", "library": self.backend}
        self.assertEqual(self.target("register", "ssh")["doubles"], [double])
        self.assertEqual(self.target("register", "--list", "ssh")["doubles"], [double])
        self.assertEqual(self.provider("anywhere"), self.backend)
        self.assertEqual(self.target("register", "ssh", "--replace")["doubles"], [])
        self.assertEqual(self.provider("anywhere"), self.module)
        self.assertFalse(self.target("register", "ssh", "--replace")["changed"])
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_each_way_to_name_them(self):
        path = self.include("", "dir x/one")
        for line in ('Include "dir x/one"', f"Include '{path}'", 'include="~/.ssh/dir x/o*"',
                     '\tINCLUDE nowhere "dir x/[no]ne"  # more', 'Host gate\n  Include "dir x/one"'):
            self.include(f"PKCS11Provider={self.backend}\n", "dir x/one", f"{line}\n")
            self.assertEqual(self.provider("gate"), self.backend, line)
            self.assertEqual([d["library"] for d in self.target("register", "--list", "ssh")
                              ["doubles"]], [self.backend], line)
        for line in ("# Include one", "Includes one", "Include #one", "Include"):
            self.include(f"PKCS11Provider {self.backend}\n", "one", f"{line}\n")
            self.assertEqual(self.target("register", "--list", "ssh")["doubles"], [], line)

    def test_what_comes_after_ours_is_no_double(self):
        path = self.include(f"PKCS11Provider {self.backend}\n", line="")
        self.ctl("register", "ssh")
        self.config.write_text(self.config.read_text() + f"Include {path}\n")
        self.assertEqual(self.target("register", "ssh")["doubles"], [])
        self.assertEqual(self.provider("anywhere"), self.module)

    def test_hosts_of_an_included_file_end_with_it(self):
        self.include(f"Host gate\nPKCS11Provider {self.module}\n")
        self.write(self.config.read_text() + f"PKCS11Provider {self.backend}\n")
        self.assertEqual([self.provider("gate"), self.provider("anywhere")],
                         [self.module, self.backend])
        self.assertEqual([d["name"] for d in self.target("register", "ssh")["doubles"]],
                         ["PKCS11Provider"])

    def test_a_circle(self):
        path = self.include("Include hosts.d/*\nInclude hosts.d/*\n")
        path.write_text(path.read_text() + f"PKCS11Provider {self.backend}\n")
        self.assertTrue(self.target("register", "ssh")["doubles"])

    def test_a_configuration_that_includes_itself(self):
        """ssh refuses it, and somebody will mend it; what Pinfold wrote is none of a stranger's."""
        for line in ("Include *\n", "Host gate\n  Include config\n"):
            self.write(line)
            before = snapshot(self.home)
            self.assertTrue(self.target("register", "ssh")["changed"], line)
            self.ctl("unregister", "ssh")
            self.assertEqual(snapshot(self.home), before, line)

    def test_pinfold_in_a_file_that_somebody_else_has_written(self):
        path = self.include(f"PKCS11Provider {self.module}\n")
        before = snapshot(self.home)
        target = self.target("register", "ssh")
        self.assertEqual((target["registered"], target["changed"]), (True, False))
        self.assertIn(f"{path} names it", self.target("unregister", "ssh", status=1)["error"])
        self.assertEqual(snapshot(self.home), before)

    def test_another_installation_in_such_a_file(self):
        path = self.include("PKCS11Provider /old/pinfold-pkcs11.so\n")
        before = snapshot(self.home)
        self.assertEqual([d["name"] for d in self.target("register", "ssh")["doubles"]],
                         [f"{path}: PKCS11Provider"])
        self.ctl("register", "ssh", "--replace")
        self.assertEqual(self.provider("anywhere"), self.module)
        self.ctl("unregister", "ssh")
        self.assertEqual(snapshot(self.home), before)

    def test_what_is_read_before_ours_for_everybody(self):
        first = self.root / "etc/ssh/ssh_config.d/10-other.conf"
        first.write_text(f"PKCS11Provider {self.backend}\n")
        last = self.root / "etc/ssh/ssh_config.d/90-last.conf"
        last.write_text(f"PKCS11Provider {self.backend}\n")
        self.ctl("register", "ssh", *self.everybody)
        self.assertEqual(self.target("register", "ssh", *self.everybody)["doubles"],
                         [{"name": f"{first}: PKCS11Provider", "library": self.backend}])
        before = snapshot(self.root)
        self.assertIn("10-other.conf", self.target("register", "ssh", "--replace", *self.everybody,
                                                   status=1)["error"])
        self.assertEqual(snapshot(self.root), before)
        first.unlink()
        self.assertEqual(self.target("register", "ssh", *self.everybody)["doubles"], [])


if __name__ == "__main__":
    tap.main()
