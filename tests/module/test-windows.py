#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Windows under stress: what is left of a login when something goes wrong in the middle."""

import os
import shutil
import signal
import time

from pinfoldtest import Spy, process, softhsm, tap, wait_for
from pinfoldtest.extent import FULL
from softbed import SoftCase

TOKEN = "=pinfold-test"


class WindowCase(SoftCase):
    def driver(self, init="os-locking", **spy):
        self.spy = Spy(self.box, self.backend, **spy)
        d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        d.ok("init", init)
        return d

    def logged_in(self, **kwargs):
        d = self.driver(**kwargs)
        session = d.open_session(TOKEN, "rw")
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        return d, session, key

    def counts(self, d):
        counts = self.spy.counts(d.pid, "CKR_OK")
        return counts["C_Login"], counts["C_Logout"]

    def assert_signs(self, d, session, key):
        softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")
        self.assertFalse(self.spy.logged_in(d.pid))


class Errors(WindowCase):
    def test_login_that_fails_leaves_nothing_behind(self):
        d, session, key = self.logged_in(fail="C_Login=CKR_DEVICE_ERROR@2")
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_DEVICE_ERROR")
        self.assertEqual(d.state(session), "CKS_RW_USER_FUNCTIONS")
        self.assert_signs(d, session, key)  # it was no verdict on the PIN

    def test_rejected_pin_ends_the_login_and_is_not_sent_again(self):
        d, session, key = self.logged_in(fail="C_Login=CKR_PIN_INCORRECT@2")
        for _ in range(3):
            self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assertEqual(d.state(session), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(len(self.spy.logins(d.pid)), 2)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_logout_that_fails_is_tried_again(self):
        d, session, key = self.logged_in(fail="C_Logout=CKR_DEVICE_ERROR@2")
        d.sign(session, key)
        self.assertTrue(self.spy.logged_in(d.pid))  # nothing can be done about it now
        self.assert_signs(d, session, key)
        self.assert_signs(d, session, key)

    def test_operation_that_fails_closes_its_window(self):
        d, session, key = self.logged_in(fail="C_Sign=CKR_DEVICE_ERROR@1")
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_DEVICE_ERROR")
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(self.counts(d), (2, 2))

    def looks(self, d):
        return self.spy.counts(d.pid)["C_GetTokenInfo"]

    def test_token_that_another_process_writes_is_looked_at_again(self):
        d, session, key = self.logged_in()
        seen = self.looks(d)
        # The spy says what SoftHSM says while another process logs in.
        d, session, key = self.logged_in(
            fail=",".join(f"C_GetTokenInfo=CKR_GENERAL_ERROR@{seen + i}" for i in (1, 2, 5)))
        for _ in range(4):
            self.assert_signs(d, session, key)

    def test_token_that_is_read_in_part_is_looked_at_again(self):
        d, session, key = self.logged_in()
        seen = self.looks(d)
        # The spy says that all is well, and nothing of the token.
        d, session, key = self.logged_in(fail=f"C_GetTokenInfo=CKR_OK@{seen + 1},"
                                              f"C_GetTokenInfo=CKR_OK@{seen + 2}")
        self.assert_signs(d, session, key)
        d, session, key = self.logged_in(fail=f"C_GetTokenInfo=CKR_OK@{seen + 1}+")
        before = self.counts(d)
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_DEVICE_REMOVED")
        self.assertEqual(self.counts(d), before)

    def test_login_that_another_process_disturbs_is_made_again(self):
        d, session, key = self.logged_in(fail="C_Login=CKR_GENERAL_ERROR@2,"
                                              "C_Login=CKR_GENERAL_ERROR@3")
        self.assert_signs(d, session, key)
        self.assertEqual(self.counts(d), (2, 2))
        # The program's own PIN is sent once, whatever is said to it.
        d = self.driver(fail="C_Login=CKR_GENERAL_ERROR@1")
        session = d.open_session(TOKEN)
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN), "CKR_GENERAL_ERROR")
        self.assertEqual(len(self.spy.logins(d.pid)), 1)

    def test_search_that_another_process_disturbs_is_made_again(self):
        d, session, key = self.logged_in()
        begun = self.spy.counts(d.pid)["C_FindObjectsInit"]
        d, session, key = self.logged_in(
            fail=f"C_FindObjectsInit=CKR_GENERAL_ERROR@{begun + 1}")
        ended = self.spy.counts(d.pid)["C_FindObjectsFinal"]
        self.assertEqual(d.find(session, **{"class": "private_key"}), [key])
        # SoftHSM leaves one open that it has refused: it is ended, too.
        self.assertEqual(self.spy.counts(d.pid)["C_FindObjectsFinal"], ended + 2)

    def test_token_that_cannot_be_looked_at_gets_no_pin(self):
        d, session, key = self.logged_in()
        seen = self.looks(d)
        d, session, key = self.logged_in(fail=f"C_GetTokenInfo=CKR_GENERAL_ERROR@{seen + 1}+")
        before = self.counts(d)
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_GENERAL_ERROR")
        self.assertEqual(self.counts(d), before)

    def test_left_open_operations_end_with_their_session(self):
        d, session, key = self.logged_in()
        other = d.open_session(TOKEN)
        for end in (("close", other), ("logout", session)):
            d.ok("signinit", other, key, "SHA256_RSA_PKCS")
            self.assertTrue(self.spy.logged_in(d.pid))
            d.ok(*end)
            self.assertFalse(self.spy.logged_in(d.pid))
            other = d.open_session(TOKEN)
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", other, key, "SHA256_RSA_PKCS")
        d.ok("finalize")
        self.assertFalse(self.spy.logged_in(d.pid))
        calls = [c.function for c in self.spy.calls(pid=d.pid)]
        self.assertLess(len(calls) - 1 - calls[::-1].index("C_Logout"),
                        len(calls) - 1 - calls[::-1].index("C_CloseSession"))
        self.assertEqual(self.pinfold.domains(), [])


class Agents(WindowCase):
    def test_agent_dies_while_a_window_is_open(self):
        d, session, key = self.logged_in()
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        os.kill(self.pinfold.agent_pid(), signal.SIGKILL)
        softhsm.verify_signature(self.public, d.ok("sign1", session, "text:x").data(), b"x")
        self.assertFalse(self.spy.logged_in(d.pid))
        wait_for(lambda: d.state(session) == "CKS_RW_PUBLIC_SESSION", 5, "the lost login")

    def test_agent_that_hangs_is_waited_for_two_seconds(self):
        d, session, key = self.logged_in()
        pid = self.pinfold.agent_pid()
        os.kill(pid, signal.SIGSTOP)
        start = time.monotonic()
        self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual(d.state(session), "CKS_RW_PUBLIC_SESSION")
        d.ok("login", session, "user", softhsm.PIN)  # passed through: never fails for the agent
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        os.kill(pid, signal.SIGCONT)

        def is_caching_again():
            d.ok("logout", session)
            d.ok("login", session, "user", softhsm.PIN)
            return not self.spy.logged_in(d.pid)

        wait_for(is_caching_again, 10, "caching to be back", step=0.3)

    def test_first_contact_is_not_before_a_token_is_asked_for(self):
        d = self.driver()
        process.end_processes([self.pinfold.agent_pid()])
        d.ok("info")
        d.ok("slots", "present")
        d.ok("slotinfo", "0")
        self.assertEqual(self.pinfold.agent_pids(), [])
        d.ok("tokeninfo", "0")
        wait_for(self.pinfold.agent_pids, 5, "the agent")


class Threads(WindowCase):
    def test_logins_at_the_same_time_present_one_pin(self):
        d = self.driver(delay="C_Login=100")
        sessions = [d.open_session(TOKEN) for _ in range(6)]
        jobs = [d.background("login", s, "user", softhsm.PIN) for s in sessions]
        results = sorted(d.join(job).rv for job in jobs)
        self.assertEqual(results, ["CKR_OK"] + ["CKR_USER_ALREADY_LOGGED_IN"] * 5)
        self.assertEqual(len(self.spy.logins(d.pid)), 1)

    def test_logout_while_others_sign(self):
        d, session, key = self.logged_in(delay="C_Sign=50")
        sessions = [d.open_session(TOKEN) for _ in range(4)]
        jobs = [d.background("sign", s, key, "SHA256_RSA_PKCS", "00") for s in sessions]
        d.ok("logout", session)
        for job in jobs:
            self.assertIn(d.join(job).rv, ("CKR_OK", "CKR_USER_NOT_LOGGED_IN",
                                           "CKR_KEY_HANDLE_INVALID", "CKR_OBJECT_HANDLE_INVALID"))
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(d.state(session), "CKS_RW_PUBLIC_SESSION")

    def test_killed_at_any_moment(self):
        rounds = 50 if FULL else 8
        fresh = self.box.dir / "fresh"
        shutil.copytree(self.box.dir / "softhsm", fresh)
        for number in range(rounds):
            d = self.driver()
            d.send("loop", 1000, "open", TOKEN, ";", "login", ".", "user", softhsm.PIN, ";", "find",
                   ".", "class=private_key", ";", "sign", ".", ".", "RSA_PKCS", "00", ";", "close",
                   ".")
            wait_for(lambda: self.spy.calls("C_Login", d.pid), 5, "the loop to run")
            time.sleep(number % 8 * 0.003)  # another moment each time
            d.kill()
            # SoftHSM writes its token anew at each login, and killed in it leaves an empty one.
            shutil.copytree(fresh, self.box.dir / "softhsm", dirs_exist_ok=True)
        wait_for(lambda: self.pinfold.domains() == [], 5, "no domain to be left")
        d, session, key = self.logged_in()
        self.assert_signs(d, session, key)


class Sessions(WindowCase):
    def test_token_that_cannot_change_is_looked_at_once(self):
        d = self.driver()
        slot = d.ok("slots present")["slots"].split(",")[0]
        d.ok("close", d.open_session(slot))
        before = self.spy.counts(d.pid)["C_GetTokenInfo"]
        d.ok("loop", 20, "open", slot, ";", "close", ".")
        self.assertEqual(self.spy.counts(d.pid)["C_GetTokenInfo"], before)
        session = d.open_session(TOKEN, "rw")
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        self.assert_signs(d, session, key)


class Holding(WindowCase):
    def test_private_session_object_keeps_the_window(self):
        d, session, _ = self.logged_in()
        for end in (("destroy", session, "."), ("close", None)):
            other = d.open_session(TOKEN)
            d.ok("create", other if end[0] == "close" else session, "class=data", "label=brief",
                 "value=text:z", "private=true", "token=false")
            self.assertTrue(self.spy.logged_in(d.pid))
            self.assertEqual(len(d.find(session, label="brief")), 1)
            d.ok(end[0], *(end[1:] if end[0] == "destroy" else [other]))
            self.assertFalse(self.spy.logged_in(d.pid))
            self.assertEqual(d.find(session, label="brief"), [])

    def test_objects_and_operations_end_with_a_login_that_ends_elsewhere(self):
        d, session, key = self.logged_in()
        private = ("class=data", "label=brief", "value=text:z", "private=true", "token=false")
        for verb in ("create", "signinit"):
            d.ok(verb, session, *(private if verb == "create" else (key, "SHA256_RSA_PKCS")))
            self.assertTrue(self.spy.logged_in(d.pid))
            d.ok("setpin", session, softhsm.PIN, softhsm.PIN)
            self.assertEqual(d.rv("create", session, *private), "CKR_USER_NOT_LOGGED_IN")
            self.assertFalse(self.spy.logged_in(d.pid))
            d.cmd("sign1", session, "text:x")  # SoftHSM ends it as it ends one over a C_Logout
            self.assertFalse(self.spy.logged_in(d.pid))
            d.ok("login", session, "user", softhsm.PIN)
            self.assertEqual(d.find(session, label="brief"), [])
            (key,) = d.find(session, **{"class": "private_key"})
            self.assert_signs(d, session, key)

    def test_what_turns_out_private_keeps_the_window_too(self):
        d, session, key = self.logged_in()
        other = d.open_session(TOKEN, "rw")
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        made = d.ok("create", other, "class=secret_key", "key_type=aes", "value=fill:16:41",
                    "token=false", "encrypt=true")["object"]
        d.ok("sign1", session, "00")
        self.assertTrue(self.spy.logged_in(d.pid))
        d.ok("encrypt", other, made, "AES_ECB", "fill:16:00")
        d.ok("destroy", other, made)
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_release_delay(self):
        self.pinfold.set("release-delay", "3000")
        d, session, key = self.logged_in()
        threads = d.ok("maps")["threads"]

        def lingers():
            d.sign(session, key)
            return self.spy.logged_in(d.pid)

        wait_for(lingers, 5, "the setting to be in force")
        before = self.counts(d)
        for _ in range(10):
            d.sign(session, key)
        self.assertEqual(self.counts(d), before)
        wait_for(lambda: not self.spy.logged_in(d.pid), 5, "the window to close by itself")
        if "thread" not in os.environ.get("PINFOLD_SANITIZED", ""):  # it starts one of its own
            wait_for(lambda: d.ok("maps")["threads"] == threads, 5, "the thread to end")
        d.sign(session, key)
        d.ok("finalize")
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_hosts_without_threads_have_no_delay(self):
        self.pinfold.set("release-delay", "400")
        d, session, key = self.logged_in(init="nss")
        threads = d.ok("maps")["threads"]
        for _ in range(5):
            self.assert_signs(d, session, key)
            self.assertEqual(d.ok("maps")["threads"], threads)


class Memory(WindowCase):
    def test_memory_does_not_grow_with_use(self):
        d, session, key = self.logged_in()
        work = ["loop", 500, "find", session, "class=private_key", ";", "sign", session, key,
                "RSA_PKCS", "00", ";", "create", session, "class=data", "label=x", "private=true",
                "token=true", ";", "destroy", session, "."]
        d.ok(*work, timeout=180)
        before = self.resident_kib(d.pid)
        d.ok(*work, timeout=180)
        self.assertLess(self.resident_kib(d.pid) - before, 1024)

    @staticmethod
    def resident_kib(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


if os.environ.get("PINFOLD_SANITIZED"):
    del Memory.test_memory_does_not_grow_with_use  # a sanitizer keeps freed memory back


if __name__ == "__main__":
    tap.main()
