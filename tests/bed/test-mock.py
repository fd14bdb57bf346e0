#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The mock token: an ordinary token first, then each misbehaviour that it can be told."""

import unittest

from pinfoldtest import Driver, DriverError, Sandbox, tap, wait_for
from pinfoldtest.mock import PIN, SERIAL, SLOT, SO_PIN, Mock


class MockToken(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)

    def driver(self, init="init"):
        driver = Driver(self.box, self.mock.path, env=self.mock.env)
        self.addCleanup(driver.close)
        if init:
            driver.ok(init)
        return driver

    def logged_in(self):
        d = self.driver()
        session = d.open_session()
        d.ok("login", session, "user", PIN)
        return d, session

    def key(self, d, session, key_id="01"):
        return d.find(session, **{"class": "private_key", "id": key_id})[0]

    def test_ordinary_token(self):
        d, session = self.logged_in()
        key = self.key(d, session)
        signature = d.ok("sign", session, key, "RSA_PKCS", "text:data").data().hex()
        (public,) = d.find(session, **{"class": "public_key", "id": "01"})
        d.ok("verify", session, public, "RSA_PKCS", "text:data", signature)
        self.assertEqual(d.rv("verify", session, public, "RSA_PKCS", "text:dato", signature),
                         "CKR_SIGNATURE_INVALID")
        d.ok("signinit", session, key, "RSA_PKCS")
        d.ok("signupdate", session, "text:da")
        d.ok("signupdate", session, "text:ta")
        self.assertEqual(d.ok("signfinal", session, "size=null")["size"], "128")
        self.assertEqual(d.ok("signfinal", session).data().hex(), signature)
        sealed = d.ok("encrypt", session, public, "RSA_PKCS", "text:data").data().hex()
        self.assertEqual(d.ok("decrypt", session, key, "RSA_PKCS", sealed).data(), b"data")
        self.assertEqual(len(d.find(session)), 9)
        self.assertEqual(d.cmd("getattr", session, key, "private_exponent").rv,
                         "CKR_ATTRIBUTE_SENSITIVE")
        d.ok("logout", session)
        self.assertEqual(len(d.find(session)), 5)
        self.assertEqual(d.rv("sign", session, key, "RSA_PKCS", "00"), "CKR_KEY_HANDLE_INVALID")

    def test_objects_can_be_made(self):
        d = self.driver()
        session = d.open_session(mode="rw")
        self.assertEqual(d.rv("create", session, "class=data", "private=true", "token=true"),
                         "CKR_USER_NOT_LOGGED_IN")
        d.ok("login", session, "user", PIN)
        d.ok("create", session, "class=data", "private=true", "label=mine")
        d.ok("setattr", session, ".", "label=yours")
        self.assertEqual(len(d.find(session, label="yours")), 1)
        d.ok("logout", session)
        d.ok("login", session, "user", PIN)
        self.assertEqual(d.find(session, label="yours"), [])

    def test_tries_are_shared_by_processes(self):
        first, second = self.driver(), self.driver()
        for d in (first, second):
            d.open_session()
        self.assertEqual(first.rv("login . user 9999"), "CKR_PIN_INCORRECT")
        self.assertIn("USER_PIN_COUNT_LOW", second.ok("tokeninfo @0").flags())
        self.assertEqual(second.rv("login . user 9999"), "CKR_PIN_INCORRECT")
        self.assertIn("USER_PIN_FINAL_TRY", first.ok("tokeninfo @0").flags())
        self.assertEqual(first.rv("login . user 123"), "CKR_PIN_LEN_RANGE")
        self.assertEqual(first.rv("login . user 9999"), "CKR_PIN_INCORRECT")
        self.assertEqual(second.rv("login", ".", "user", PIN), "CKR_PIN_LOCKED")
        self.assertIn("USER_PIN_LOCKED", first.ok("tokeninfo @0").flags())
        self.assertEqual(self.mock.counts(), {"tries": 0, "ok": 0, "wrong": 3, "blocked": 1,
                                              "presentations": 4})
        self.mock.set_tries(1)
        second.ok("login", ".", "user", PIN)
        self.assertEqual(self.mock.counts()["tries"], 3)

    def test_so_and_pins(self):
        d = self.driver()
        session = d.open_session(mode="rw")
        d.ok("login", session, "so", SO_PIN)
        self.assertEqual(d.rv("open @0 ro"), "CKR_SESSION_READ_WRITE_SO_EXISTS")
        d.ok("initpin", session, "4321")
        d.ok("logout", session)
        self.assertEqual(d.rv("setpin", session, "9999", "5555"), "CKR_PIN_INCORRECT")
        d.ok("setpin", session, "4321", "5555")
        d.ok("login", session, "user", "5555")

    def test_always_authenticate(self):
        d, session = self.logged_in()
        key = self.key(d, session, "02")
        self.assertEqual(d.rv("sign", session, key, "RSA_PKCS", "00"), "CKR_USER_NOT_LOGGED_IN")
        d.ok("signinit", session, key, "RSA_PKCS")
        d.ok("login", session, "context", PIN)
        d.ok("sign1", session, "00")
        self.assertEqual(d.rv("login", session, "context", PIN), "CKR_OPERATION_NOT_INITIALIZED")

    def test_removal_and_swap(self):
        d, session = self.logged_in()
        d.ok("waitevent noblock")
        self.assertEqual(d.rv("waitevent noblock"), "CKR_NO_EVENT")
        job = d.background("waitevent block")
        self.mock.remove()
        self.assertEqual(d.join(job).number("slot"), SLOT)
        self.assertEqual(d.rv("sessioninfo", session), "CKR_SESSION_HANDLE_INVALID")
        self.assertEqual(d.rv("tokeninfo", SLOT), "CKR_TOKEN_NOT_PRESENT")
        self.assertEqual(d.ok("slots present")["count"], "0")
        self.mock.insert("MOCK000000000002", "Other")
        self.assertEqual(d.ok("tokeninfo @0")["serial"], "MOCK000000000002")
        session = d.open_session()
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        d.ok("login", session, "user", PIN)
        self.assertEqual(self.mock.counts()["ok"], 1)
        self.assertEqual(self.mock.counts("MOCK000000000002")["ok"], 1)

    def test_stale_token_information(self):
        self.mock.script(stale=True)
        d = self.driver()
        d.ok("slots")
        self.mock.insert("MOCK000000000002")
        self.assertEqual(d.ok("tokeninfo", SLOT)["serial"], SERIAL)
        d.ok("slots")
        self.assertEqual(d.ok("tokeninfo", SLOT)["serial"], "MOCK000000000002")

    def test_flags_and_garbage(self):
        self.mock.script(pinpad=True, to_be_changed=True)
        d = self.driver()
        flags = d.ok("tokeninfo @0").flags()
        self.assertTrue({"PROTECTED_AUTHENTICATION_PATH", "USER_PIN_TO_BE_CHANGED"} <= flags)
        session = d.open_session()
        d.ok("login", session, "user", "null")
        d.ok("logout", session)
        self.mock.script(pinpad=False)
        self.assertEqual(d.rv("login", session, "user", "null"), "CKR_ARGUMENTS_BAD")
        self.mock.script(garbage_token_info=True)
        self.assertNotEqual(d.ok("tokeninfo", SLOT)["serial"], SERIAL)
        self.mock.script(garbage_token_info=False, login_required=False)
        self.assertEqual(len(d.find(session)), 9)

    def test_handles(self):
        for how in ("stable", "fresh", "reused"):
            self.mock.script(handles=how)
            d, session = self.logged_in()
            before = {h: d.ok("getattr", session, h, "label")["LABEL"] for h in d.find(session)}
            d.ok("logout", session)
            d.ok("login", session, "user", PIN)
            after = {h: d.ok("getattr", session, h, "label")["LABEL"] for h in d.find(session)}
            self.assertEqual(before == after, how == "stable")
            self.assertEqual(before.keys() == after.keys(), how != "fresh")
            d.close()

    def test_twins_and_unenforced_login(self):
        self.mock.script(twins=True, enforces_login=False)
        d, session = self.logged_in()
        twins = d.find(session, **{"class": "private_key", "id": "01"})
        self.assertEqual(len(twins), 2)
        d.ok("logout", session)
        d.ok("sign", session, twins[0], "RSA_PKCS", "00")

    def test_no_threads(self):
        self.mock.script(threads=False)
        d = self.driver(None)
        self.assertEqual(d.rv("init os-locking"), "CKR_CANT_LOCK")
        d.ok("init")
        go_on = self.box.dir / "go-on"
        self.mock.script(f"C_GetInfo=block:{go_on}")
        # One of the two gets in and waits there; the other one meets it, whichever comes first.
        jobs = [d.background("info"), d.background("info")]
        wait_for(lambda: any(d.finished(job) for job in jobs), 10, "the second call's answer")
        go_on.touch()
        self.assertEqual({d.join(job).rv for job in jobs}, {"CKR_OK", "CKR_GENERAL_ERROR"})
        self.assertEqual(self.mock.overlaps(), 1)

    def test_scripted_answers(self):
        d = self.driver()
        session = d.open_session()
        self.mock.script("C_Login=CKR_DEVICE_ERROR@2", "C_Sign=after:CKR_DEVICE_REMOVED",
                         "C_GetInfo=CKR_FUNCTION_FAILED@2+", "C_Logout=delay:200")
        self.assertEqual(d.rv("login", session, "user", "9999"), "CKR_PIN_INCORRECT")
        self.assertEqual(d.rv("login", session, "user", PIN), "CKR_DEVICE_ERROR")
        self.assertEqual(self.mock.counts()["presentations"], 1)
        d.ok("login", session, "user", PIN)
        self.assertEqual(d.rv("sign", session, self.key(d, session), "RSA_PKCS", "00"),
                         "CKR_DEVICE_REMOVED")
        self.assertEqual([d.rv("info") for _ in range(3)],
                         ["CKR_OK", "CKR_FUNCTION_FAILED", "CKR_FUNCTION_FAILED"])
        self.assertGreaterEqual(d.ok("loop", 1, "logout", session).number("us"), 200000)

    def test_crash_and_hang(self):
        self.mock.script("C_Login=crash", "C_GetInfo=hang")
        d = self.driver()
        session = d.open_session()
        with self.assertRaisesRegex(DriverError, "status -11"):
            d.cmd("login", session, "user", PIN)
        d = self.driver()
        job = d.background("info")
        self.assertEqual(d.rv("slots"), "CKR_OK")
        self.assertFalse(d.finished(job))
        d.kill()


if __name__ == "__main__":
    tap.main()
