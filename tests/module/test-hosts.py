#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What programs do with a module: load it twice, under other names, again and again, and fork."""

import os
import shutil
import stat
import tempfile
import unittest
from pathlib import Path

from pinfoldtest import (Driver, Sandbox, Spy, build_path, process, readers, softhsm, tap,
                         wait_for)
from pinfoldtest.extent import FULL
from pinfoldtest.mock import Mock
from pinfoldtest.paths import project_version
from pinfoldtest.pinfold import Pinfold, module_path
from softbed import SoftCase

TOKEN = "=pinfold-test"
NOBODY = 65534


class HostCase(SoftCase):
    def driver(self, **kwargs):
        d = self.pinfold.driver(**kwargs)
        self.addCleanup(d.close)
        return d

    def copy(self, name="copy.so"):
        return shutil.copy(module_path(), self.box.dir / name)

    def assert_signs(self, d, session):
        (key,) = d.find(session, **{"class": "private_key"})
        softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")

    def log_in(self, d):
        d.ok("init os-locking")
        session = d.open_session(TOKEN, "rw")
        d.ok("login", session, "user", softhsm.PIN)
        return session


class Loading(HostCase):
    def test_version(self):
        d = self.driver()
        d.ok("init os-locking")
        self.assertEqual(d.ok("info")["version"], ".".join(project_version().split(".")[:2]))

    def test_symlink_of_another_name(self):
        link = self.box.dir / "softhsm-of-mine.so"
        os.symlink(module_path(), link)
        d = Driver(self.box, link)
        self.addCleanup(d.close)
        self.assert_signs(d, self.log_in(d))
        # The same library by its own name is the same library, as every module.
        d.ok("load", module_path())
        self.assertEqual(d.rv("init"), "CKR_CRYPTOKI_ALREADY_INITIALIZED")

    def test_bus_library_is_loaded_with_the_first_contact(self):
        d = self.driver()
        d.ok("init os-locking")
        d.ok("slots")
        self.assertEqual(d.ok("maps")["libsystemd"], "false")
        d.open_session(TOKEN)
        self.assertEqual(d.ok("maps")["libsystemd"], "true")

    def test_without_the_bus_library_all_is_passed_through(self):
        folder = self.box.dir / "lib"
        folder.mkdir()
        (folder / "libsystemd.so.0").write_text("not a library")
        # The spy is some library of that name that has not one of the functions.
        for name in (None, build_path("tests/spy/spy-backend.so")):
            if name is not None:
                shutil.copy(name, folder / "libsystemd.so.0")
            with self.subTest(library=name):
                d = self.driver(env={"LD_LIBRARY_PATH": folder, "PINFOLD_DEBUG": "1"})
                session = self.log_in(d)
                self.assert_signs(d, session)
                self.assertEqual(self.pinfold.domains(), [])
                d.close()
        said = [line for line in self.box.logs(1000).splitlines() if "libsystemd" in line]
        self.assertEqual(len(said), 2, said)

    def test_two_copies_are_one_process(self):
        d = self.driver()
        first = self.log_in(d)
        d.ok("load", self.copy())
        d.ok("init os-locking")
        second = d.open_session(TOKEN, "rw")
        self.assertEqual(d.state(second), "CKS_RW_USER_FUNCTIONS")
        for session in (second, first) * 5:
            self.assert_signs(d, session)
            d.ok("swap")
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual([(m["pid"], m["sessions"]) for m in domain["members"]], [(d.pid, 2)])
        d.ok("logout", second)
        d.ok("swap")
        self.assertEqual(d.state(first), "CKS_RW_PUBLIC_SESSION")
        d.ok("login", first, "user", softhsm.PIN)
        d.ok("swap")
        d.ok("finalize")
        d.ok("unload")
        self.assert_signs(d, first)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)

    def test_windows_of_two_copies_at_the_same_time(self):
        d = self.driver()
        first = self.log_in(d)
        d.ok("load", self.copy())
        d.ok("init os-locking")
        second = d.open_session(TOKEN, "rw")
        (key,) = d.find(second, **{"class": "private_key"})
        # The one's window is open while the other's opens and closes.
        d.ok("signinit", second, key, "SHA256_RSA_PKCS")
        d.ok("swap")
        self.assert_signs(d, first)
        d.ok("swap")
        softhsm.verify_signature(self.public, d.ok("sign1", second, "text:x").data(), b"x")
        for _ in range(5):
            self.assert_signs(d, second)

    def test_unload_and_load_again(self):
        d = self.driver()
        counts = None
        for _ in range(30):
            self.assert_signs(d, self.log_in(d))
            d.ok("finalize")
            d.ok("unload")
            d.ok("load", module_path())
            now = d.ok("maps")
            counts = counts or (now["threads"], now["fds"])
            self.assertEqual((now["threads"], now["fds"]), counts)
        self.assertEqual(self.pinfold.domains(), [])

    def test_unload_without_finalise(self):
        d = self.driver()
        for _ in range(3):
            self.assert_signs(d, self.log_in(d))
            d.ok("unload")
            wait_for(lambda: self.pinfold.domains() == [], 5, "the domain to be dormant")
            d.ok("load", module_path())

    def test_unload_while_a_window_lingers(self):
        self.pinfold.set("release-delay", "60000")
        spy = Spy(self.box, self.backend)
        d = self.driver(spy=spy)
        session = self.log_in(d)

        def lingers():
            self.assert_signs(d, session)
            return spy.logged_in(d.pid)

        wait_for(lingers, 5, "the window to linger")
        d.ok("unload")  # the code of the thread that waits for it goes away
        wait_for(lambda: self.pinfold.domains() == [], 5, "the domain to be dormant")
        d.ok("load", module_path())
        d.ok("init")

    def test_initialise_and_finalise_many_times(self):
        times = 3000 if FULL else 300
        d = self.driver()
        before = d.ok("maps")["fds"]
        d.ok("loop", times, "init", ";", "open", TOKEN, ";", "login", ".", "user", softhsm.PIN, ";",
             "finalize", timeout=240)
        self.assertEqual(d.ok("maps")["fds"], before)
        self.assertEqual(self.pinfold.domains(), [])


class Forks(HostCase):
    def test_child_of_an_initialised_parent(self):
        d = self.driver()
        session = self.log_in(d)
        self.assertIn("CKR_CRYPTOKI_NOT_INITIALIZED",
                      d.ok("fork", "sessioninfo", session)["child"])
        # SoftHSM refuses the child's C_Initialize; that answer is passed on (DESIGN 4.15).
        self.assertIn("CKR_CRYPTOKI_ALREADY_INITIALIZED", d.ok("fork", "init")["child"])
        self.assert_signs(d, session)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)

    def test_child_that_may_initialise(self):
        with open(self.box.dir / "softhsm2.conf", "a", encoding="ascii") as conf:
            conf.write("library.reset_on_fork = true\n")
        d = self.driver()
        session = self.log_in(d)
        said = d.ok("fork", "init", ";", "open", TOKEN, ";", "sessioninfo", ".", ";", "login", ".",
                    "user", softhsm.PIN, ";", "find", ".", "class=private_key", ";", "sign", ".",
                    ".", "SHA256_RSA_PKCS", "00", ";", "finalize")["child"]
        self.assertIn("state=CKS_RO_PUBLIC_SESSION", said)  # nothing of the parent's login
        self.assertNotIn("rv=", said)
        self.assert_signs(d, session)
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual([m["pid"] for m in domain["members"]], [d.pid])

    def test_child_before_the_parent_initialises(self):
        d = self.driver()
        said = d.ok("fork", "init", ";", "open", TOKEN, ";", "login", ".", "user", softhsm.PIN, ";",
                    "finalize")["child"]
        self.assertNotIn("rv=", said)
        self.assert_signs(d, self.log_in(d))

    def test_child_that_only_exits(self):
        d = self.driver()
        session = self.log_in(d)
        for _ in range(10):
            d.ok("fork", "pid")
            self.assert_signs(d, session)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)


class CardForks(unittest.TestCase):
    def test_child_logs_in_by_itself(self):
        with Sandbox(bus=False) as box:
            reader = box.readers()
            pinfold = Pinfold(box, {"opensc": reader.opensc()})
            reader.card()
            with pinfold.driver() as d:
                d.ok("init os-locking")
                session = d.open_session("@0")
                d.ok("login", session, "user", readers.PIN)
                said = d.ok("fork", "init", ";", "open", "@0", ";", "sessioninfo", ".", ";",
                            "login", ".", "user", readers.PIN, ";", "finalize")["child"]
                self.assertIn("state=CKS_RO_PUBLIC_SESSION", said)
                self.assertNotIn("rv=", said)
                (key,) = d.find(session, **{"class": "private_key", "id": "01"})
                d.sign(session, key)


class SlotEvents(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)

    def driver(self, backends):
        pinfold = Pinfold(self.box, backends)
        d = pinfold.driver(env=self.mock.env)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        d.cmd("slots")
        d.cmd("waitevent", "noblock")  # what there is to say from before
        return d

    def test_finalise_wakes_who_waits(self):
        d = self.driver({"mock": self.mock.path})
        job = d.background("waitevent", "block")
        d.ok("finalize")
        self.assertEqual(d.join(job).rv, "CKR_CRYPTOKI_NOT_INITIALIZED")

    def test_event_of_one_of_two_backends(self):
        d = self.driver({"softhsm2": softhsm.setup(self.box), "mock": self.mock.path})
        job = d.background("waitevent", "block")
        self.assertTrue(d.ok("info"))  # others work meanwhile
        self.mock.remove()
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assertEqual(d.rv("waitevent", "noblock"), "CKR_NO_EVENT")

    def test_backend_that_has_no_events_refuses_as_itself(self):
        d = self.driver({"softhsm2": softhsm.setup(self.box)})
        self.assertEqual(d.rv("waitevent", "block"), "CKR_FUNCTION_NOT_SUPPORTED")
        self.assertEqual(d.rv("waitevent", "noblock"), "CKR_NO_EVENT")


class Setuid(HostCase):
    """A program with more rights than its user does not do what the user's environment says."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can make a setuid program")
        self.place = self.make_place()
        self.addCleanup(shutil.rmtree, self.place)
        self.program = shutil.copy(build_path("tests/driver/pinfold-driver"), self.place)
        self.module = shutil.copy(module_path(), self.place)
        self.config = shutil.copy(self.pinfold.conf, self.place)
        os.chmod(self.config, 0o644)

    def make_place(self):
        """A folder that anybody can enter, where the setuid bit counts."""
        for parent in (Path(build_path("tests/module")), Path("/var/tmp"), Path("/tmp")):
            ways = (parent, *parent.parents)
            if (all(way.stat().st_mode & stat.S_IXOTH for way in ways) and
                    not os.statvfs(parent).f_flag & os.ST_NOSUID):
                place = Path(tempfile.mkdtemp(prefix="pf-setuid-", dir=parent))
                os.chmod(place, 0o755)
                return place
        self.skipTest("no folder here lets a program be setuid")

    def run_as_nobody(self, mode):
        os.chmod(self.program, mode)
        d = Driver(self.box, self.module, program=self.program,
                   env={"PINFOLD_CONF": str(self.config)},
                   prefix=["setpriv", "--reuid", str(NOBODY), "--clear-groups"])
        self.addCleanup(d.close)
        d.ok("init")
        for slot in d.ok("slots").numbers("slots"):
            d.cmd("tokeninfo", slot)
        return d

    def test_environment_is_ignored(self):
        for mode, heeds in ((0o755, True), (0o4755, False)):
            with self.subTest(mode=oct(mode)):
                config = self.place / "pinfold.conf"
                config.write_text(f"[Modules]\nmine = {self.mine()}\n", encoding="ascii")
                d = self.run_as_nobody(mode)
                with open(f"/proc/{d.pid}/maps", encoding="utf-8") as maps:
                    self.assertEqual("of-the-user.so" in maps.read(), heeds)
                self.assertEqual([target for target in process.open_files(d.pid)
                                  if "socket" in target], [])  # nor an agent

    def mine(self):
        copy = self.place / "of-the-user.so"
        if not copy.exists():
            shutil.copy(build_path("tests/mock/mock-backend.so"), copy)
        return copy


if __name__ == "__main__":
    tap.main()
