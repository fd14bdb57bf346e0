#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""For each program: its list damaged, read-only, no file, or in use. What cannot be done leaves
everything as it was, to the byte, and says so."""

import sqlite3
import unittest

from pinfoldtest import tap
from pinfoldtest.extent import FULL
from pinfoldtest.registration import NOT_ROOT, snapshot
from registercase import RegisterCase

# Runs a command with the folder $1 read-only: root may write everywhere else.
READ_ONLY = ("unshare", "-rm", "sh", "-c",
             'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"', "sh")


class Hindrances:
    """The same for all; subclasses name the program and its list."""

    name = list = None
    prefix = ()

    def setUp(self):
        super().setUp()
        self.path = self.home / self.list
        self.prepare()

    def prepare(self):
        """What the program has before it is registered."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def states(self, verb, status=0, prefix=None):
        targets = self.targets(verb, self.name, status=status, prefix=prefix or self.prefix)
        return [target for target in targets if target["path"] == str(self.path)]

    def assert_refused(self, verb, prefix=None):
        before = snapshot(self.home)
        (target,) = self.states(verb, 1, prefix)
        self.assertTrue(target["error"])
        self.assertEqual(snapshot(self.home), before)

    def test_damaged(self):
        self.path.write_bytes(b"\x00\x7fELF\x00 nothing that it could be")
        self.assert_refused("register")
        self.assert_refused("unregister")

    def test_damaged_since(self):
        self.ctl("register", self.name, prefix=self.prefix)
        good = self.path.read_bytes()
        self.path.write_bytes(b"\x00\x7fELF\x00 nothing that it could be")
        self.assert_refused("unregister")
        self.path.write_bytes(good)
        self.ctl("unregister", self.name, prefix=self.prefix)
        self.assertEqual(self.registered(), [])

    def test_no_file(self):
        self.path.unlink(missing_ok=True)
        self.path.mkdir()
        self.assert_refused("register")
        self.assert_refused("unregister")

    def test_read_only(self):
        if self.box.run(*READ_ONLY, self.path.parent, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        read_only = (*READ_ONLY, self.path.parent, *self.prefix)
        before = snapshot(self.home)
        self.assert_refused("register", read_only)
        self.ctl("register", self.name, prefix=self.prefix)
        self.assert_refused("unregister", read_only)
        self.ctl("unregister", self.name, prefix=self.prefix)
        self.assertEqual(snapshot(self.home), before)

    def test_the_record_is_lost(self):
        """unregister takes out what is there, then, and leaves nothing of its own."""
        before = snapshot(self.home)
        self.ctl("register", self.name, prefix=self.prefix)
        for record in (self.home / ".local/state/pinfold").rglob("record.ini"):
            record.write_bytes(b"\x00 nothing\n[")
        self.ctl("unregister", self.name, prefix=self.prefix)
        self.assertEqual(self.registered(), [])
        self.assertEqual(snapshot(self.home), before)

    def registered(self):
        targets = self.program("register", "--list", self.name, prefix=self.prefix)["targets"]
        return [target["path"] for target in targets if target["registered"]]


class P11Kit(Hindrances, RegisterCase):
    name, list, prefix = "p11-kit", ".config/pkcs11/modules/pinfold.module", NOT_ROOT


class Ssh(Hindrances, RegisterCase):
    name, list = "ssh", ".ssh/config"

    def prepare(self):
        super().prepare()
        self.path.write_text("User me\n")


class Java(Hindrances, RegisterCase):
    name, list = "java", ".config/pinfold/java-pkcs11.cfg"


class OpenSsl(Hindrances, RegisterCase):
    name, list = "openssl", ".config/pinfold/openssl.cnf"


class Database(Hindrances):
    """NSS's, with a file of its own beside the list of modules."""

    def prepare(self):
        self.make_database(self.path.parent, ("Soft", self.backend))

    def test_damaged_beside_the_list(self):
        for name in ("cert9.db", "key4.db"):
            file = self.path.parent / name
            good = file.read_bytes()
            file.write_bytes(b"not a database" * 100)
            before = snapshot(self.home)
            (target,) = self.targets("register", self.name, status=None)
            self.assertEqual("error" in target, snapshot(self.home) == before, name)
            self.ctl("unregister", self.name)
            self.assertEqual(snapshot(self.home), before)
            file.write_bytes(good)

    def test_in_use_beside_the_list(self):
        """Somebody writes to the database: only the list of modules is changed, or nothing."""
        before = snapshot(self.home)
        for name in ("cert9.db", "key4.db"):
            with sqlite3.connect(self.path.parent / name, isolation_level=None) as database:
                database.execute("BEGIN EXCLUSIVE")
                (target,) = self.targets("register", self.name, status=None)
                self.assertEqual(target["registered"], "error" not in target)
                database.execute("ROLLBACK")
            database.close()
            self.ctl("unregister", self.name)
            self.assertEqual(snapshot(self.home), before)


class Chromium(Database, RegisterCase):
    name, list = "chromium", ".pki/nssdb/pkcs11.txt"


class Profile(Database):
    def prepare(self):
        self.make_profiles(("Soft", self.backend), root=str(self.path.parents[1]))
        (self.path.parents[1] / "zwei ü x").rmdir()


@tap.only_if(FULL)
class Firefox(Profile, RegisterCase):
    name, list = "firefox", ".mozilla/firefox/abc.default/pkcs11.txt"


@tap.only_if(FULL)
class Thunderbird(Profile, RegisterCase):
    name, list = "thunderbird", ".thunderbird/abc.default/pkcs11.txt"


if __name__ == "__main__":
    tap.main()
