#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register and unregister for p11-kit, whose list is files of text."""

import base64
import os
import re
import unittest
from pathlib import Path

from pinfoldtest import need_tools, process, softhsm, tap, wait_for
from pinfoldtest.extent import FULL
from pinfoldtest.paths import library
from pinfoldtest.registration import NOT_ROOT, snapshot
from registercase import MODULE, SystemCase


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

    def test_the_backend_under_pinfolds_own_name(self):
        self.folder.mkdir(parents=True)
        (self.folder / "pinfold.module").write_text(f"module: {self.backend}\n")
        self.ctl("register", "p11-kit", "--replace", prefix=NOT_ROOT)
        self.assertIn(self.module, self.listed(*NOT_ROOT))
        self.assertNotIn(self.backend, self.listed(*NOT_ROOT))
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertNotIn(self.module, self.listed(*NOT_ROOT))

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
        """The commands of the hint, and what the program in the sandbox has of them."""
        client = library("pkcs11/p11-kit-client.so", "p11-kit-client.so")
        need_tools("pkcs11-tool")
        if client is None:
            raise unittest.SkipTest("p11-kit-client.so is not installed")
        (self.home / ".var/app/org.mozilla.firefox").mkdir(parents=True)
        softhsm.init_token(self.box)
        hint = self.program("register", "firefox", status=1)["hints"][0]
        command = re.search("“(mkdir -p .* pkcs11:)”", hint)[1]
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

    def test_for_everybody_only_what_root_alone_can_change(self):
        file = self.root / "etc/pkcs11/modules/pinfold.module"
        module = f"/mnt/p11module/{MODULE}"
        ctl = "/mnt/app/pinfoldctl {} p11-kit --system"
        for spoil in (f"chmod g+w {module}", "chmod o+w /mnt/p11module", "chmod 1777 /mnt"):
            ran = self.in_system(f"{spoil}; {ctl.format('register')}")
            self.assertEqual(ran.returncode, 1, ran.stdout)
            self.assertIn("others than root", ran.stderr)
            self.assertFalse(file.exists())
        ran = self.in_system(f"{ctl.format('register')} && grep {module} /etc/pkcs11/modules/*; "
                             f"chmod g+w {module}; {ctl.format('unregister')}")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(f"module: {module}", ran.stdout)
        self.assertFalse(file.exists())

    def test_a_record_that_does_not_say_of_what(self):
        self.ctl("register", "p11-kit", prefix=NOT_ROOT)
        (record,) = self.home.rglob("record.ini")
        record.write_text(re.sub("path=.*\n", "", record.read_text()))
        (self.folder / "pinfold.module").unlink()
        self.assertTrue(self.target("register", "p11-kit", prefix=NOT_ROOT)["registered"])
        self.ctl("unregister", "p11-kit", prefix=NOT_ROOT)
        self.assertFalse(list(self.home.rglob("*.module")) + list(self.home.rglob("registered")))

    def test_what_is_put_back_is_for_everybody_again(self):
        own = self.root / "etc/pkcs11/modules/pinfold.module"
        own.parent.mkdir(parents=True)
        mine = own.with_name("mine.module")
        mine.write_text(f"module: {self.backend}\n")
        self.ctl("register", "p11-kit", "--replace", *self.everybody)
        own.write_text(own.read_text() + "priority: 7\n")
        own.chmod(0o644)
        before = snapshot(self.root)
        # What is mounted cannot be replaced; it comes after the file that is removed.
        stuck = ("unshare", "-rm", "sh", "-c", 'mount --bind "$0" "$0" && exec "$@"', mine)
        if self.box.run(*stuck, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no mount namespace of one's own can be had here")
        self.assertTrue(self.target("unregister", "p11-kit", *self.everybody, status=1,
                                    prefix=stuck)["error"])
        self.assertEqual(snapshot(self.root), before)

    def test_an_image_that_leads_out_of_it(self):
        """By a link, which means another place once the image is a system; nothing is done there."""
        outside = self.box.dir / "outside"
        outside.mkdir()
        (outside / "kept").write_text("kept\n")
        self.target("register", "p11-kit", *self.everybody)
        (records,) = self.root.rglob("registered")
        self.ctl("unregister", "p11-kit", *self.everybody)
        folder = self.root / "etc/pkcs11"
        for path in (folder, folder / "modules", folder / "modules/pinfold.module", records.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(outside / "kept" if path.suffix else outside)
            before = snapshot(self.root), snapshot(outside)
            self.assertIn(f"leads out of {self.root}",
                          self.target("register", "p11-kit", *self.everybody, status=1)["error"])
            self.assertEqual((snapshot(self.root), snapshot(outside)), before, path)
            path.unlink()

    def test_an_image_whose_record_names_what_is_outside(self):
        outside = self.box.dir / "outside"
        self.target("register", "p11-kit", *self.everybody)
        (record,) = self.root.rglob("record.ini")
        good = record.read_text()
        inside = re.search("path=(.*)", good)[1]
        for name in (outside, self.root / "etc/../../outside"):
            record.write_text(good.replace(inside, base64.b64encode(bytes(name)).decode())
                              .replace("existed=false", "existed=true")
                              .replace(re.search("left=.*", good)[0], "left="))
            record.with_name("before-0").write_text("from the image\n")
            self.assertIn(f"leads out of {self.root}",
                          self.target("unregister", "p11-kit", *self.everybody, status=1)["error"])
            self.assertFalse(outside.exists())

    def test_a_record_folder_that_is_elsewhere(self):
        outside = self.box.dir / "outside"
        outside.mkdir()
        self.target("register", "p11-kit", *self.everybody)
        (record,) = self.root.rglob("record.ini")
        folder = record.parent
        folder.rename(outside / "records")
        folder.symlink_to(outside / "records")
        before = snapshot(outside)
        self.assertIn(f"leads out of {self.root}",
                      self.target("unregister", "p11-kit", *self.everybody, status=1)["error"])
        self.assertEqual(snapshot(outside), before)

    def test_a_link_to_nothing(self):
        self.folder.mkdir(parents=True)
        (self.folder / "pinfold.module").symlink_to("/nowhere/at/all")
        before = snapshot(self.home)
        self.assertIn("link to nothing",
                      self.target("register", "p11-kit", status=1, prefix=NOT_ROOT)["error"])
        self.assertEqual(snapshot(self.home), before)


if __name__ == "__main__":
    tap.main()
