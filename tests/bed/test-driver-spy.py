#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The driver and the spy against SoftHSM as it is, without Pinfold."""

import os
import subprocess
import sys
import unittest

from pinfoldtest import (
    Driver,
    DriverError,
    Sandbox,
    Spy,
    process,
    softhsm,
    tap,
    wait_for,
)


class RawSoftHsm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False)
        cls.addClassCleanup(cls.box.close)
        cls.module = softhsm.setup(cls.box)
        cls.serial = softhsm.init_token(cls.box)
        cls.public = softhsm.import_key(cls.box)

    def setUp(self):
        self.spy = Spy(self.box, self.module)
        self.spy.clear()

    def driver(self, **kwargs):
        driver = Driver(self.box, self.spy.path, env=self.spy.env, **kwargs)
        self.addCleanup(driver.close)
        return driver

    def test_login_sign_verify(self):
        d = self.driver()
        d.ok("init")
        self.assertEqual(d.ok("tokeninfo @0")["serial"], self.serial)
        session = d.open_session("=pinfold-test")
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])
        self.assertEqual(d.rv("login", session, "user", "9999"), "CKR_PIN_INCORRECT")
        d.ok("login", session, "user", softhsm.PIN)
        self.assertEqual(d.state(session), "CKS_RO_USER_FUNCTIONS")
        (key,) = d.find(session, **{"class": "private_key", "id": "01"})
        signature = d.sign(session, key, b"some data")
        softhsm.verify_signature(self.public, signature, b"some data")
        with self.assertRaises(Exception):
            softhsm.verify_signature(self.public, signature, b"other data")
        d.ok("logout", session)
        self.assertEqual(self.spy.counts(d.pid)["C_Login"], 2)
        self.assertEqual(len(self.spy.calls("C_Login")), 2)
        self.assertEqual([c.rv for c in self.spy.logins(d.pid, user=1)],
                         ["CKR_PIN_INCORRECT", "CKR_OK"])
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_no_pin_in_the_log(self):
        d = self.driver()
        d.ok("init")
        session = d.open_session()
        d.ok("login", session, "user", softhsm.PIN)
        self.assertTrue(self.spy.logged_in(d.pid))
        self.assertNotIn(f"={softhsm.PIN}", self.spy.log.read_text())
        d.ok("finalize")
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_multi_part_and_size_queries(self):
        d = self.driver()
        d.ok("init os-locking")
        session = d.open_session()
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        d.ok("signupdate", session, b"some ".hex())
        d.ok("signupdate", session, b"data".hex())
        self.assertEqual(d.ok("signfinal", session, "size=null").number("size"), 256)
        self.assertEqual(d.rv("signfinal", session, "size=8"), "CKR_BUFFER_TOO_SMALL")
        softhsm.verify_signature(self.public, d.ok("signfinal", session).data(), b"some data")
        d.ok("genkey", session, "aes", 32, "token=false")
        sealed = d.ok("encrypt", session, ".", "AES_CBC_PAD:" + "00" * 16, "text:secret").data()
        opened = d.ok("decrypt", session, ".", "AES_CBC_PAD:" + "00" * 16, sealed.hex()).data()
        self.assertEqual(opened, b"secret")

    def test_attributes_and_objects(self):
        d = self.driver()
        d.ok("init")
        session = d.open_session(mode="rw")
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        answer = d.cmd("getattr", session, key, "label", "id", "class", "sign", "private_exponent")
        self.assertEqual(answer.rv, "CKR_ATTRIBUTE_SENSITIVE")
        self.assertEqual(dict(answer), {"in": "C_GetAttributeValue", "LABEL": "key", "ID": "01",
                                        "CLASS": "PRIVATE_KEY", "SIGN": "true",
                                        "PRIVATE_EXPONENT": "-"})
        d.ok("create", session, "class=data", 'label=a "b" c', "value=text:x", "private=true",
             "token=true")
        self.assertEqual(d.ok("getattr", session, ".", "label")["LABEL"], 'a "b" c')
        d.ok("destroy", session, ".")
        self.assertEqual(d.find(session, **{"class": "data"}), [])

    def test_threads_forks_and_background(self):
        d = self.driver()
        d.ok("threads 1 1 pid")  # with the first, a sanitizer starts one of its own
        threads = d.ok("maps")["threads"]
        d.ok("init os-locking")
        session = d.open_session()
        d.ok("login", session, "user", softhsm.PIN)
        answer = d.cmd("threads 4 5 open @0 ; find . class=private_key ;"
                       " sign . . RSA_PKCS 0102 ; close .")
        self.assertEqual((answer.rv, answer["runs"]), ("CKR_OK", "20"))
        self.assertEqual(self.spy.counts(d.pid, "CKR_OK")["C_Sign"], 20)
        self.assertIn("CKR_CRYPTOKI_ALREADY_INITIALIZED", d.ok("fork init")["child"])
        self.assertEqual({c.pid == d.pid for c in self.spy.calls("C_Initialize")}, {True, False})
        job = d.background("waitevent block")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_NOT_SUPPORTED")
        maps = d.ok("maps")
        self.assertEqual((maps["glib"], maps["threads"]), ("false", threads))

    def test_wrong_commands_call_nothing(self):
        d = self.driver()
        for line in ("nonsense", "open", "open x ro", "sign 1 2 NO_SUCH_MECHANISM 00",
                     "find 1 nothing=1"):
            with self.assertRaises(DriverError):
                d.cmd(line)
        self.assertEqual(self.spy.calls(pid=d.pid), [])

    def test_scripted_delay_and_failure(self):
        self.spy = Spy(self.box, self.module, delay="C_Login=200",
                       fail="C_Sign=CKR_DEVICE_ERROR@2")
        d = self.driver()
        d.ok("init")
        session = d.open_session()
        d.ok("login", session, "user", softhsm.PIN)
        self.assertGreaterEqual(self.spy.logins(d.pid)[0].us, 200000)
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_DEVICE_ERROR")

    def test_torn_lines_of_killed_writers_are_no_calls(self):
        whole = "17.5 20 7 7 driver C_Login session=1 user=1 rv=CKR_OK\n"
        self.spy.log.write_text("17.4 30 8" + whole + "17.6 1 7")
        (call,) = self.spy.calls()
        self.assertEqual((call.pid, call.function, call.args["user"], call.rv),
                         (7, "C_Login", "1", "CKR_OK"))

    def test_memory_scan_finds_what_is_there(self):
        d = self.driver()
        d.ok("init")
        needle = b"pinfold-needle-" + b"0123456789"
        session = d.open_session(mode="rw")
        d.ok("create", session, "class=data", f"label={needle.decode()}", "private=false")
        self.assertTrue(process.scan_memory(d.pid, needle))
        self.assertFalse(process.scan_memory(d.pid, needle + b"-and-more"))


class Cleanup(unittest.TestCase):
    def test_nothing_is_left(self):
        box = Sandbox()
        softhsm.setup(box)
        started = box.start(["sleep", "1000"])
        pids = box.pids()
        self.assertIn(started.pid, pids)
        box.close()
        self.assertFalse([pid for pid in pids if process.is_alive(pid)])
        self.assertFalse(box.dir.exists())

    def test_nothing_is_left_by_a_killed_test(self):
        script = (
            "import os, signal\n"
            "from pinfoldtest import Sandbox\n"
            "box = Sandbox()\n"
            "sleeper = box.start(['setsid', 'sleep', '1000'])\n"
            "print(box.dir, sleeper.pid, flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                              check=False, timeout=30)
        directory, pid = done.stdout.split()
        wait_for(lambda: not os.path.exists(directory), 10, "the directory to go")
        self.assertFalse(process.is_alive(int(pid)))


if __name__ == "__main__":
    tap.main()
