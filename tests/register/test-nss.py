#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register and unregister for Firefox, Thunderbird and Chromium: their NSS databases."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from pinfoldtest import source_path, tap
from pinfoldtest.extent import FULL
from pinfoldtest.registration import snapshot
from registercase import CTL, RegisterCase

OWN = "Pinfold"
# Holds the lock as Firefox does, until its input ends.
HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


class Profiles(RegisterCase):
    def test_two_profiles_and_back(self):
        first, second = self.make_profiles()
        (first / "key4.db").chmod(0o640)
        before = snapshot(self.home)
        self.assertEqual([t["registered"] for t in self.targets("register", "firefox")],
                         [True, True])
        for folder in (first, second):
            self.assertEqual(self.modules(folder), {OWN: self.module})
        after = snapshot(self.home)
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, {".mozilla/firefox/abc.default/pkcs11.txt"})
        self.assertEqual([t["changed"] for t in self.targets("register", "firefox")],
                         [False, False])
        self.assertEqual(snapshot(self.home), after)
        self.assertEqual([t["registered"] for t in self.targets("unregister", "firefox")],
                         [False, False])
        self.assertEqual(snapshot(self.home), before)
        self.assertEqual([t["changed"] for t in self.targets("unregister", "firefox")],
                         [False, False])

    def test_a_module_with_an_odd_path(self):
        self.move_build()
        first, _ = self.make_profiles()
        before = snapshot(self.home)
        self.ctl("register", "firefox")
        self.assertEqual(self.modules(first), {OWN: self.module})
        self.assertFalse(self.targets("register", "firefox")[0]["changed"])
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    def test_dry_run_changes_nothing_and_says_what_would_be_done(self):
        first, second = self.make_profiles(("Soft token", self.backend))
        before = snapshot(self.home)
        said = self.ctl("register", "firefox", "--dry-run", "--replace")
        self.assertIn(f"modutil -force -dbdir 'sql:{second}' -add Pinfold -libfile {self.module}",
                      said)
        self.assertIn(f"modutil -force -dbdir sql:{first} -delete 'Soft token'", said)
        self.assertEqual(snapshot(self.home), before)
        self.ctl("register", "firefox")
        registered = snapshot(self.home)
        said = self.ctl("unregister", "firefox", "--dry-run")
        self.assertIn(f"    - library={self.module}\n    - name=Pinfold\n", said)
        self.assertIn(f"remove {second}/cert9.db", said)
        self.assertEqual(snapshot(self.home), registered)

    def test_names_that_are_no_utf8(self):
        first, _ = self.make_profiles(("Soft", self.backend))
        path = first / "pkcs11.txt"
        path.write_bytes(path.read_bytes().replace(b"name=Soft", b"name=S\xf6ft"))
        before = snapshot(self.home)
        (_, target) = self.targets("register", "firefox", "--replace", "--dry-run")
        self.assertIn("-delete S�ft", "".join(target["changes"]))
        (_, target) = self.targets("register", "firefox")
        self.assertEqual(target["doubles"], [{"name": "S�ft", "library": self.backend}])
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_thunderbird_and_the_newer_folders(self):
        first, _ = self.make_profiles(root=".thunderbird")
        newer, _ = self.make_profiles(root=".config/mozilla/firefox")
        before = snapshot(self.home)
        self.ctl("register", "thunderbird", "firefox")
        self.assertEqual(self.modules(first), {OWN: self.module})
        self.assertEqual(self.modules(newer), {OWN: self.module})
        self.ctl("unregister", "thunderbird", "firefox")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_a_double_is_pointed_out_and_kept(self):
        first, second = self.make_profiles(("Soft", self.backend))
        before = snapshot(self.home)
        one, other = (t["doubles"] for t in self.targets("register", "firefox"))
        self.assertEqual([one, other], [[], [{"name": "Soft", "library": self.backend}]])
        self.assertEqual(self.modules(first), {"Soft": self.backend, OWN: self.module})
        self.assertIn("“Soft”", self.ctl("register", "firefox"))
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    def test_a_double_is_replaced_and_comes_back(self):
        first, _ = self.make_profiles(("Soft", self.backend))
        before = snapshot(self.home)
        self.ctl("register", "firefox")
        self.ctl("register", "firefox", "--replace")
        self.assertEqual(self.modules(first), {OWN: self.module})
        self.assertEqual([t["changed"] for t in self.targets("register", "firefox", "--replace")],
                         [False, False])
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    def test_a_double_comes_back_as_it_was_though_the_list_has_changed(self):
        first, _ = self.make_profiles(("Soft", self.backend))
        path = first / "pkcs11.txt"
        said = "NSS=slotParams=(0x00000000=[slotFlags=PublicCerts])"
        path.write_text(path.read_text().replace("name=Soft\n", f"name=Soft\n{said}\n"))
        self.ctl("register", "firefox", "--replace")
        other = self.box.dir / "other.so"
        shutil.copy(self.backend, other)
        self.modutil(first, "-add", "Other", "-libfile", other)
        self.ctl("unregister", "firefox")
        self.assertEqual(self.modules(first), {"Soft": self.backend, "Other": str(other)})
        self.assertIn(said, path.read_text())
        self.assertFalse((self.home / ".local/state/pinfold").exists())

    @tap.only_if(FULL)
    def test_a_list_that_was_changed_since_keeps_the_changes(self):
        first, second = self.make_profiles()
        self.ctl("register", "firefox")
        other = self.box.dir / "other.so"
        shutil.copy(self.backend, other)
        self.modutil(second, "-add", "Other", "-libfile", other)
        self.ctl("unregister", "firefox")
        self.assertEqual(self.modules(second), {"Other": str(other)})
        self.assertTrue((second / "key4.db").exists())
        self.assertEqual(self.modules(first), {})

    @tap.only_if(FULL)
    def test_what_was_replaced_comes_back_though_pinfold_was_taken_out_by_hand(self):
        first, _ = self.make_profiles(("Soft", self.backend))
        self.ctl("register", "firefox", "--replace")
        self.modutil(first, "-delete", OWN)
        self.ctl("unregister", "firefox")
        self.assertEqual(self.modules(first), {"Soft": self.backend})

    def test_one_that_is_registered_by_hand_is_taken_out_too(self):
        first, _ = self.make_profiles(("By hand", self.module))
        self.assertEqual([t["registered"] for t in self.targets("register", "--list", "firefox")],
                         [False, True])
        self.ctl("unregister", "firefox")
        self.assertEqual(self.modules(first), {})

    @tap.only_if(FULL)
    def test_an_older_installation_is_replaced(self):
        older = self.box.dir / "old/pinfold-pkcs11.so"
        older.parent.mkdir()
        shutil.copy(self.backend, older)
        first, _ = self.make_profiles((OWN, older))
        self.ctl("register", "firefox")
        self.assertEqual(self.modules(first), {OWN: self.module})
        self.ctl("unregister", "firefox")
        self.assertEqual(self.modules(first), {})

    def hold(self, path):
        holder = self.box.start([sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.communicate)
        self.assertEqual(holder.stdout.readline(), "locked\n")
        return holder

    def test_a_running_program_keeps_its_profile_and_only_that(self):
        first, second = self.make_profiles()
        before = snapshot(first)
        holder = self.hold(first / ".parentlock")
        said = self.targets("register", "firefox", status=1)
        self.assertEqual([(t["registered"], "close the program" in t.get("error", ""))
                          for t in said], [(True, False), (False, True)])
        self.assertEqual(self.modules(second), {OWN: self.module})
        holder.communicate()
        self.assertEqual({n: v for n, v in snapshot(first).items() if n != ".parentlock"}, before)
        self.ctl("register", "firefox")
        holder = self.hold(first / ".parentlock")
        said = self.targets("unregister", "firefox", status=1)
        self.assertEqual([t["registered"] for t in said], [False, True])
        holder.communicate()
        self.ctl("unregister", "firefox")
        self.assertEqual({n: v for n, v in snapshot(first).items() if n != ".parentlock"}, before)

    def test_a_lock_that_is_no_file_keeps_nobody(self):
        first, _ = self.make_profiles()
        os.mkfifo(first / ".parentlock")
        self.ctl("register", "firefox", timeout=20)
        self.assertEqual(self.modules(first), {OWN: self.module})

    @tap.only_if(FULL)
    def test_a_lock_by_a_link_counts_while_its_process_lives(self):
        first, _ = self.make_profiles()
        os.symlink(f"127.0.1.1:{os.getpid()}", first / "lock")
        self.assertIn("close the program", self.ctl("register", "firefox", status=1))
        (first / "lock").unlink()
        gone = self.box.start(["true"])
        gone.wait()
        os.symlink(f"127.0.1.1:{gone.pid}", first / "lock")
        self.ctl("register", "firefox")
        self.assertEqual(self.modules(first), {OWN: self.module})

    @tap.only_if(FULL)
    def test_a_profile_whose_folder_is_gone(self):
        first, second = self.make_profiles()
        second.rmdir()
        program = self.program("register", "firefox")
        self.assertEqual(len(program["targets"]), 1)
        self.assertIn("zwei ü x is not there", program["notes"][0])
        self.assertEqual(self.modules(first), {OWN: self.module})
        shutil.rmtree(first)
        self.assertEqual(self.targets("register", "firefox", status=1), [])
        self.assertEqual(self.targets("unregister", "firefox"), [])

    @tap.only_if(FULL)
    def test_no_profile_at_all(self):
        before = snapshot(self.home)
        self.assertIn("start it once", self.ctl("register", "firefox", status=1))
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    def test_a_damaged_list_of_profiles(self):
        self.make_profiles()
        (self.home / ".mozilla/firefox/profiles.ini").write_bytes(b"\x00\x01 nothing\nPath=x\n")
        before = snapshot(self.home)
        for verb in ("register", "unregister"):
            self.assertIn("cannot be understood", self.ctl(verb, "firefox", status=1))
        self.assertEqual(snapshot(self.home), before)

    def test_a_damaged_list_of_modules(self):
        first, second = self.make_profiles()
        for damage in (b"\x00\x7fELF", b"no such thing\n"):
            (first / "pkcs11.txt").write_bytes(damage)
            before = snapshot(first)
            one, other = self.targets("register", "firefox", status=1)
            self.assertTrue(one["registered"])
            self.assertIn("pkcs11.txt", other["error"])
            self.assertEqual(snapshot(first), before)
        self.assertEqual(self.modules(second), {OWN: self.module})

    def test_damaged_databases(self):
        first, _ = self.make_profiles()
        (first / "cert9.db").write_bytes(b"not a database" * 100)
        before = snapshot(first)
        self.targets("register", "firefox", status=1)
        self.assertEqual(snapshot(first), before)

    def test_links_stay_links(self):
        first, _ = self.make_profiles()
        kept = self.home / "dotfiles"
        kept.mkdir()
        (first / "pkcs11.txt").rename(kept / "list")
        (first / "pkcs11.txt").symlink_to(kept / "list")
        before = snapshot(self.home)
        self.ctl("register", "firefox")
        self.assertTrue((first / "pkcs11.txt").is_symlink())
        self.assertEqual(self.modules(first), {OWN: self.module})
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    def test_a_read_only_profile(self):
        first, second = self.make_profiles()
        second.rmdir()
        before = snapshot(self.home)
        # Root may write everywhere but on what is mounted so.
        read_only = ("unshare", "-rm", "sh", "-c",
                     'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"',
                     "sh", str(first))
        if self.box.run(*read_only, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        (target,) = self.targets("register", "firefox", status=1, prefix=read_only)
        self.assertIn("Read-only", target["error"])
        self.assertEqual(snapshot(self.home), before)

    def test_a_tool_that_fails_half_way_leaves_all_as_it_was(self):
        first, second = self.make_profiles(("Soft", self.backend))
        before = snapshot(self.home)
        env = self.fake_modutil('case "$*" in *-add*) echo broken >&2; exit 5;; esac')
        said = self.targets("register", "firefox", "--replace", status=1, env=env)
        self.assertIn("broken", said[0]["error"])
        self.assertEqual(snapshot(self.home), before)

    def test_what_cannot_be_put_back_at_once_is_kept(self):
        """And said; unregister does it, when that is possible again."""
        first, second = self.make_profiles(("Soft", self.backend))
        second.rmdir()
        before = snapshot(self.home)
        own_mounts = ("unshare", "-rm")
        if self.box.run(*own_mounts, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        env = self.fake_modutil('d="${3#sql:}"; printf "library=\\nname=Half\\n" >"$d/pkcs11.txt"\n'
                                'mount --bind "$d" "$d" && mount -o remount,ro,bind "$d"; exit 5')
        ran = self.box.run(*own_mounts, CTL, "register", "firefox", check=False, env=env)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("Read-only", ran.stderr)
        self.assertIn("name=Half", (first / "pkcs11.txt").read_text())
        self.ctl("unregister", "firefox")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_without_the_tools_it_says_what_to_install(self):
        self.make_profiles()
        before = snapshot(self.home)
        said = self.ctl("register", "firefox", status=1, env={"PATH": "/nonexistent"})
        self.assertIn("libnss3-tools", said)
        self.assertEqual(snapshot(self.home), before)

    def test_a_folder_of_somebody_else(self):
        """Root's files are not put into it: the home, or what the environment names instead."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root can give a folder away")
        theirs = self.box.dir / "theirs"
        theirs.mkdir(mode=0o777)
        os.chown(theirs, 65534, 65534)
        for kind in ("CONFIG", "DATA", "STATE"):
            for folder in (theirs, theirs / "not/yet"):
                self.assert_refused(folder, env={f"XDG_{kind}_HOME": str(folder)})
        self.assertEqual(snapshot(theirs), {})
        os.chown(self.home, 65534, 65534)
        self.assert_refused(self.home)
        os.chown(self.home, 0, 0)
        self.ctl("register", "java", env={"XDG_STATE_HOME": str(self.box.dir / "not/yet")})
        self.assertEqual(len(list((self.box.dir / "not/yet/pinfold/registered").iterdir())), 1)
        self.ctl("unregister", "java", env={"XDG_STATE_HOME": str(self.box.dir / "not/yet")})

    def assert_refused(self, folder, **kwargs):
        before = snapshot(self.home)
        ran = self.box.run(CTL, "register", "java", check=False, **kwargs)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(f"the folder {folder} is not yours", ran.stderr)
        self.assertEqual(snapshot(self.home), before)

    def test_sandboxed_programs_are_left_and_spoken_of(self):
        for folder in ("snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox"):
            (self.home / folder).mkdir(parents=True)
        before = snapshot(self.home)
        said = self.ctl("register", "firefox", status=1)
        for word in ("Snap", "flatpak override", "p11-kit server", self.module):
            self.assertIn(word, said)
        self.assertEqual(snapshot(self.home), before)


class Chromium(RegisterCase):
    def test_without_a_database(self):
        before = snapshot(self.home)
        self.ctl("register", "chromium")
        self.assertEqual(self.modules(self.home / ".pki/nssdb"), {OWN: self.module})
        self.assertEqual((self.home / ".pki").stat().st_mode & 0o777, 0o700)
        self.ctl("unregister", "chromium")
        self.assertEqual(snapshot(self.home), before)

    def test_a_tool_that_fails_leaves_no_folder(self):
        before = snapshot(self.home)
        self.ctl("register", "chromium", status=1, env=self.fake_modutil("exit 5"))
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_what_was_put_into_a_new_database_stays(self):
        self.ctl("register", "chromium")
        folder = self.home / ".pki/nssdb"
        (self.box.dir / "noise").write_bytes(os.urandom(64))
        self.box.run("certutil", "-S", "-d", f"sql:{folder}", "-n", "own", "-s", "CN=own", "-x",
                     "-t", ",,", "-z", "noise")
        self.ctl("unregister", "chromium")
        self.assertEqual(self.modules(folder), {})
        self.assertIn("own", self.box.run("certutil", "-L", "-d", f"sql:{folder}").stdout)

    @tap.only_if(FULL)
    def test_both_databases(self):
        for folder in (self.home / ".pki/nssdb", self.home / ".local/share/pki/nssdb"):
            self.make_database(folder)
        before = snapshot(self.home)
        self.assertEqual(len(self.targets("register", "chromium")), 2)
        self.assertEqual(self.modules(self.home / ".local/share/pki/nssdb"), {OWN: self.module})
        self.ctl("unregister", "chromium")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_only_the_newer_database(self):
        self.make_database(self.home / ".local/share/pki/nssdb")
        self.ctl("register", "chromium")
        self.assertFalse((self.home / ".pki").exists())

    @tap.only_if(FULL)
    def test_a_database_with_a_password(self):
        folder = self.home / ".pki/nssdb"
        folder.mkdir(parents=True)
        (self.box.dir / "password").write_text("secret\n")
        self.box.run("certutil", "-N", "-d", f"sql:{folder}", "-f", self.box.dir / "password")
        before = snapshot(self.home)
        self.ctl("register", "chromium")
        self.assertEqual(self.modules(folder), {OWN: self.module})
        self.ctl("unregister", "chromium")
        self.assertEqual(snapshot(self.home), before)

    def test_there_is_no_list_for_all_users(self):
        self.assertIn("without --system",
                      self.ctl("register", "chromium", "--system", "--root", self.box.dir,
                               status=1))


class Words(RegisterCase):
    def test_wrong_words(self):
        for words in ((), ("netscape",), ("firefox", "--all"), ("firefox", "--root", "/x")):
            self.ctl("register", *words, status=2)
        self.ctl("unregister", "firefox", "--replace", status=2)
        self.ctl("unregister", status=2)

    def test_what_is_for_all_users_needs_root(self):
        not_root = ("unshare", "--user") if os.geteuid() == 0 else ()
        ran = self.box.run(*not_root, CTL, "register", "firefox", "--system", check=False)
        if not_root and "unshare:" in ran.stderr:
            raise unittest.SkipTest("no user namespace of one's own can be had here")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("needs root", ran.stderr)

    def test_the_manual_has_each_program(self):
        manual = source_path("data/pinfoldctl.1").read_text()
        for program in json.loads(self.ctl("register", "--list", "--json"))["programs"]:
            self.assertRegex(manual, rf"(?m)^\.It Cm .*\b{program['name']}$")

    def test_list(self):
        before = snapshot(self.home)
        said = self.ctl("register", "--list")
        for word in ("Firefox", "Thunderbird", "Chromium", "p11-kit", "OpenSSH"):
            self.assertIn(word, said)
        self.assertEqual(snapshot(self.home), before)


if __name__ == "__main__":
    tap.main()
