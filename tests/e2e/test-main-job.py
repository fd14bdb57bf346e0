#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The main job on a software token: one login, many signatures, nobody else is let in."""

import os
import signal
import time
import unittest
from unittest.mock import ANY

from pinfoldtest import (Sandbox, Spy, need_tools, process, softhsm, tap, wait_for,
                         wait_within)
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import Pinfold

SIGNATURES = 25


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False)
        cls.addClassCleanup(cls.box.close)
        cls.backend = softhsm.setup(cls.box)
        softhsm.init_token(cls.box)
        cls.public = softhsm.import_key(cls.box)
        cls.pinfold = Pinfold(cls.box, {"softhsm2": cls.backend})

    def setUp(self):
        self.spy = Spy(self.box, self.backend)
        self.spy.clear()

    def driver(self, **kwargs):
        driver = self.pinfold.driver(self.spy, **kwargs)
        self.addCleanup(driver.close)
        return driver

    def logged_in(self, mode="ro"):
        d = self.driver()
        d.ok("init os-locking")
        session = d.open_session("=pinfold-test", mode)
        d.ok("login", session, "user", softhsm.PIN)
        return d, session

    def wait_for_no_domain(self):
        wait_for(lambda: self.pinfold.domains() == [], 5, "no domain to be left")

    def backend_counts(self, d):
        counts = self.spy.counts(d.pid, "CKR_OK")
        return counts["C_Login"], counts["C_Logout"]

    def test_login_leaves_the_backend_logged_out(self):
        d, session = self.logged_in()
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(self.backend_counts(d), (1, 1))
        self.assertEqual(d.state(session), "CKS_RO_USER_FUNCTIONS")
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN),
                         "CKR_USER_ALREADY_LOGGED_IN")
        self.assertEqual(self.backend_counts(d), (1, 1))

    def test_n_signatures_cost_n_logins(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        for number in range(SIGNATURES):
            data = f"document {number}".encode()
            softhsm.verify_signature(self.public, d.sign(session, key, data), data)
            self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(self.backend_counts(d), (1 + SIGNATURES, 1 + SIGNATURES))

    def happened(self, d, count):
        """(event, operation, key, reason, count) of the latest entries of a program, latest first.
        """
        return [tuple(e[key] for key in ("event", "operation", "key_label", "reason", "count"))
                for e in self.pinfold.history() if e["pid"] == d.pid][:count]

    def test_history(self):
        d, session = self.logged_in("rw")
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        d.sign(session, key)
        signed = ("use", "sign", "key", None, 2)
        self.assertEqual(self.happened(d, 3), [signed, ("login", None, None, "program", 1)])
        # A session object holds a window open, in which no PIN is asked for.
        d.ok("create", session, "class=data", "label=x", "private=true", "token=false")
        d.sign(session, key)
        wait_for(lambda: self.happened(d, 1) == [signed[:4] + (3,)], 5, "the third signature")
        self.assertIn(("use", "create", None, None, 1), self.happened(d, 2))
        self.pinfold.ctl("forget")
        self.assertEqual(self.happened(d, 1), [("forgotten", None, None, "command", 1)])
        other = self.driver()
        other.ok("init os-locking")
        wrong = other.open_session("=pinfold-test")
        self.assertEqual(other.rv("login", wrong, "user", "97531864"), "CKR_PIN_INCORRECT")
        self.assertEqual(self.happened(other, 2), [("refused", None, None, "rejected", 1)])
        text = self.pinfold.ctl("history").stdout
        for words in ("Signed (3×)", "pinfold-test: key", "Refused: wrong PIN"):
            self.assertIn(words, text)
        # Neither PIN is in it; the one that was wrong is like no other number there.
        self.assertNotIn("97531864", text + str(self.pinfold.history()))
        for entry in self.pinfold.history():
            self.assertNotIn(softhsm.PIN, [str(value) for value in entry.values()])

    def test_history_of_ends(self):
        """How programs themselves end a login."""
        d, session = self.logged_in()
        d.ok("logout", session)
        self.assertEqual(self.happened(d, 1), [("forgotten", None, None, "logout", 1)])
        d.ok("login", session, "user", softhsm.PIN)
        d.ok("close", session)
        self.assertEqual(self.happened(d, 1), [("forgotten", None, None, "last-session", 1)])
        d, session = self.logged_in()
        d.kill()
        self.wait_for_no_domain()
        self.assertEqual(self.happened(d, 1), [("forgotten", None, None, "process-gone", 1)])

    def test_multi_part_signature_is_one_window(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        for part in (b"a", b"b", b"c"):
            d.ok("signupdate", session, part.hex())
        self.assertEqual(d.ok("signfinal", session, "size=null").number("size"), 256)
        self.assertEqual(d.rv("signfinal", session, "size=8"), "CKR_BUFFER_TOO_SMALL")
        self.assertTrue(self.spy.logged_in(d.pid))
        softhsm.verify_signature(self.public, d.ok("signfinal", session).data(), b"abc")
        self.assertFalse(self.spy.logged_in(d.pid))
        self.assertEqual(self.backend_counts(d), (2, 2))

    def test_decryption(self):
        d, session = self.logged_in()
        (public,) = d.find(session, **{"class": "public_key"})
        (private,) = d.find(session, **{"class": "private_key"})
        sealed = d.ok("encrypt", session, public, "RSA_PKCS", "text:secret").data()
        self.assertEqual(self.backend_counts(d), (1, 1))
        opened = d.ok("decrypt", session, private, "RSA_PKCS", sealed.hex()).data()
        self.assertEqual(opened, b"secret")
        self.assertEqual(self.backend_counts(d), (2, 2))

    def test_searches_and_reads_cost_no_login(self):
        d, session = self.logged_in()
        d.ok("loop", "300", "find", session, "class=private_key", "id=01")
        (key,) = d.find(session, **{"class": "private_key"})
        answer = d.ok("getattr", session, key, "label", "id", "key_type", "modulus", "token",
                      "private", "sign")
        self.assertEqual((answer["LABEL"], answer["ID"], answer["PRIVATE"]), ("key", "01", "true"))
        # NSS searches for a certificate by its value: no value of a key has to be known for that.
        self.assertEqual(d.find(session, **{"class": "certificate", "value": "00"}), [])
        self.assertEqual(self.backend_counts(d), (1, 1))
        # What only the token knows costs one.
        self.assertEqual(d.find(session, **{"class": "private_key", "value": "00"}), [])
        self.assertEqual(self.backend_counts(d), (2, 2))

    def test_another_process_is_not_logged_in(self):
        d, session = self.logged_in()
        other = self.driver()
        other.ok("init os-locking")
        theirs = other.open_session("=pinfold-test", "rw")
        self.assertEqual(other.state(theirs), "CKS_RW_PUBLIC_SESSION")
        self.assertEqual(other.find(theirs, **{"class": "private_key"}), [])
        for command in (["logout", theirs],
                        ["genkeypair", theirs, "rsa", "1024", "priv.private=true"],
                        ["create", theirs, "class=data", "label=x", "value=text:x", "private=true",
                         "token=true"]):
            self.assertEqual(other.rv(*command), "CKR_USER_NOT_LOGGED_IN", command)
        # Not even while the first one's window is open.
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        self.assertEqual(other.find(theirs, **{"class": "private_key"}), [])
        d.ok("sign1", session, "00")
        self.assertEqual(self.spy.logins(other.pid), [])

    def test_last_session_closed(self):
        d, session = self.logged_in()
        second = d.open_session("=pinfold-test")
        d.ok("close", session)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        d.ok("close", second)
        self.assertEqual(self.pinfold.domains(), [])
        again = d.open_session("=pinfold-test")
        self.assertEqual(d.state(again), "CKS_RO_PUBLIC_SESSION")

    def test_killed_process_leaves_nothing(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        self.assertEqual([m["pid"] for x in self.pinfold.logged_in_domains()
                          for m in x["members"]], [d.pid])
        d.kill()
        self.wait_for_no_domain()

    def test_logout(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("logout", session)
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])
        self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        self.assertEqual(d.rv("logout", session), "CKR_USER_NOT_LOGGED_IN")

    def test_forget_makes_the_domain_sleep(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        self.assertIn("1", self.pinfold.ctl("forget").stdout)
        (domain,) = [x for x in self.pinfold.domains()]
        self.assertEqual((domain["logged_in"], domain["asleep"]), (False, True))
        self.assertEqual(process.scan_memory(self.pinfold.agent_pid(), b"\x04\0\0\0" +
                                             softhsm.PIN.encode()), [])
        # Nobody can be asked here: the operation fails, and the session is public from then on.
        self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        d.ok("login", session, "user", softhsm.PIN)
        d.sign(session, d.find(session, **{"class": "private_key"})[0])

    def still_open(self, d):
        return [m["still_open"] for x in self.pinfold.domains() for m in x["members"]
                if m["pid"] == d.pid]

    def test_operation_that_outlives_its_pin(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        self.assertEqual(self.still_open(d), [False])
        self.pinfold.ctl("forget")
        self.assertEqual(self.still_open(d), [True])
        self.assertIn("; still open in pinfold-driver", self.pinfold.ctl("status").stdout)
        d.ok("sign1", session, "text:x")
        wait_within(lambda: self.still_open(d) == [False], 1, "the end of the operation")
        self.assertNotIn("still open", self.pinfold.ctl("status").stdout)
        # Nothing was under way this time.
        d.ok("login", session, "user", softhsm.PIN)
        self.pinfold.ctl("forget")
        self.assertEqual(self.still_open(d), [False])

    def test_wrong_pin_is_the_backends_own_answer(self):
        d = self.driver()
        d.ok("init")
        session = d.open_session("=pinfold-test")
        self.assertEqual(d.rv("login", session, "user", "9999"), "CKR_PIN_INCORRECT")
        self.assertEqual(d.rv("login", session, "user", ""), "CKR_PIN_INCORRECT")
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_threads_share_windows(self):
        d, session = self.logged_in()
        answer = d.cmd("threads 4 100 open =pinfold-test ; find . class=private_key ;"
                       " sign . . SHA256_RSA_PKCS 0102 ; close .", timeout=60)
        self.assertEqual((answer.rv, answer["runs"]), ("CKR_OK", "400"))
        logins, logouts = self.backend_counts(d)
        self.assertEqual(logins, logouts)
        self.assertLessEqual(logins, 401)
        self.assertEqual(d.state(session), "CKS_RO_USER_FUNCTIONS")

    def test_modes_switch_live(self):
        d, session = self.logged_in()
        self.addCleanup(self.pinfold.set, "cache-mode", "process")
        self.pinfold.set("cache-mode", "off")
        wait_for(lambda: d.state(session) == "CKS_RO_PUBLIC_SESSION", 5, "the logout")
        self.spy.clear()
        d.ok("login", session, "user", softhsm.PIN)
        self.assertTrue(self.spy.logged_in(d.pid))
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        self.assertEqual(self.backend_counts(d), (1, 0))
        self.pinfold.set("cache-mode", "process")
        wait_for(lambda: self.pinfold.status()["cache_mode"] == "process", 5, "the mode")
        d.sign(session, key)  # a real login stays what it is until logout
        d.ok("logout", session)
        d.ok("login", session, "user", softhsm.PIN)
        self.assertFalse(self.spy.logged_in(d.pid))

    def test_module_is_a_quiet_guest(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        maps = d.ok("maps")
        self.assertEqual((maps["glib"], maps["threads"]), ("false", "1"))


class Faults(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.public = softhsm.import_key(self.box)

    def logged_in(self, pinfold, **kwargs):
        d = pinfold.driver(**kwargs)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        session = d.open_session("=pinfold-test")
        d.ok("login", session, "user", softhsm.PIN)
        return d, session

    def sign_once(self, d, session):
        (key,) = d.find(session, **{"class": "private_key"})
        softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")

    def test_no_agent_at_all(self):
        os.unlink(self.box.dir / "share/dbus-1/services/org.pinfold.Agent.service")
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        for env in ({}, {"DBUS_SESSION_BUS_ADDRESS": None}, {"XDG_RUNTIME_DIR": None}):
            d, session = self.logged_in(pinfold, env=env)
            self.sign_once(d, session)
            self.assertEqual(d.state(session), "CKS_RO_USER_FUNCTIONS")
            d.ok("logout", session)
            self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(pinfold.agent_pids(), [])

    def test_agent_killed_and_back(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        os.kill(pinfold.agent_pid(), 9)
        wait_for(lambda: d.state(session) == "CKS_RO_PUBLIC_SESSION", 5, "the lost login")
        # A login made during the outage is the backend's own until logout; then caching is back.
        d.ok("login", session, "user", softhsm.PIN)
        self.sign_once(d, session)

        def is_caching_again():
            d.ok("logout", session)
            d.ok("login", session, "user", softhsm.PIN)
            return len(pinfold.logged_in_domains()) == 1

        wait_for(is_caching_again, 10, "caching to be back", step=0.3)
        self.sign_once(d, session)

    def test_agent_killed_just_before_a_program_comes(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        pinfold.ctl("status")
        for _ in range(10):
            # The bus may believe in the dead one for a moment longer.
            os.kill(pinfold.agent_pid(), 9)
            start = time.monotonic()
            d, _ = self.logged_in(pinfold)
            took = time.monotonic() - start
            # One that needs more than two seconds to start, on a busy machine, is not waited for.
            self.assertEqual(len(pinfold.logged_in_domains()), 1 if took < 1.9 else ANY)
            d.close()

    def test_agent_stopped(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        late = pinfold.driver()
        self.addCleanup(late.close)
        agent = pinfold.agent_pid()
        os.kill(agent, signal.SIGSTOP)
        self.addCleanup(os.kill, agent, signal.SIGCONT)

        def bounded(call, *words):
            start = time.monotonic()
            answer = call(*words)
            self.assertLess(time.monotonic() - start, 15, words)
            return answer

        # The PIN cannot be had: the login is lost, and says so.
        (key,) = d.find(session, **{"class": "private_key"})
        self.assertEqual(bounded(d.rv, "sign", session, key, "SHA256_RSA_PKCS", "00"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(bounded(d.state, session), "CKS_RO_PUBLIC_SESSION")
        # From then on as without an agent, in a program that knew it and in a new one.
        bounded(d.ok, "login", session, "user", softhsm.PIN)
        self.sign_once(d, session)
        late.ok("init")
        theirs = bounded(late.ok, "open", "=pinfold-test").number("session")
        bounded(late.ok, "login", theirs, "user", softhsm.PIN)
        self.sign_once(late, theirs)
        os.kill(agent, signal.SIGCONT)

        def is_caching_again():
            d.ok("logout", session)
            d.ok("login", session, "user", softhsm.PIN)
            return len(pinfold.logged_in_domains()) == 1

        wait_for(is_caching_again, 10, "caching to be back", step=0.3)
        self.sign_once(d, session)
        self.sign_once(late, theirs)

    def test_no_memory_to_lock(self):
        limited = ["/usr/bin/prlimit", "--memlock=0:0"]
        if os.geteuid() == 0:
            need_tools("setpriv")
            limited += ["/usr/bin/setpriv", "--bounding-set", "-ipc_lock", "--inh-caps",
                        "-ipc_lock"]
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        # In the program alone: its logins are the backend's own.
        d, session = self.logged_in(pinfold, prefix=limited)
        self.sign_once(d, session)
        self.assertEqual(pinfold.logged_in_domains(), [])
        self.assertEqual(pinfold.status()["cache_mode"], "process")
        d.close()
        # In the agent: everybody's, and it says why.
        process.end_processes([pinfold.agent_pid()])
        pinfold.start_agent(prefix=limited)
        wait_for(lambda: pinfold.ctl("status", check=False).returncode == 0, 10, "the agent")
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        self.assertEqual(d.rv("login", session, "user", softhsm.PIN), "CKR_USER_ALREADY_LOGGED_IN")
        d.ok("logout", session)
        self.assertEqual(d.rv("login", session, "user", "9999"), "CKR_PIN_INCORRECT")
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")
        self.assertEqual(pinfold.status()["cache_mode"], "off")
        report = pinfold.ctl("doctor", check=False)
        self.assertIn("ERROR    locked-memory", report.stdout)
        self.assertNotEqual(report.returncode, 0)

    def test_faulty_backends_do_not_disturb(self):
        text = self.box.dir / "no-module.so"
        text.write_text("this is no shared object")
        pinfold = Pinfold(self.box, {"missing": "/nonexistent/module.so", "text": str(text),
                                     "softhsm2": self.backend})
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        found = wait_for(lambda: (lambda out: out if "nonexistent" in out and "no-module" in out
                                  else None)(pinfold.ctl("doctor", check=False).stdout), 10,
                         "doctor to name the faults")
        self.assertIn("missing", found)

    def test_broken_configuration(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend},
                          config="nonsense without meaning\n[PKCS11]\nP11_EnableCachePIN = maybe")
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        self.assertEqual(len(pinfold.logged_in_domains()), 1)  # the built-in default: caching
        report = pinfold.ctl("doctor", check=False).stdout
        self.assertIn("pinfold.conf", report)
        self.assertIn("must be 0 or 1", report)

    def test_caching_switched_off_by_configuration(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend},
                          config="[PKCS11]\nP11_EnableCachePIN = 0")
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        self.assertEqual(pinfold.logged_in_domains(), [])

    def test_ctl_refuses_nonsense(self):
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        for args in (("set", "no-such-key", "1"), ("set", "cache-mode", "sometimes"),
                     ("set", "release-delay", "-5"), ("get", "no-such-key"), ("nonsense",), ()):
            done = pinfold.ctl(*args, check=False)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr.strip(), args)
        pinfold.set("cache-mode", "off")
        self.assertEqual(pinfold.ctl("get", "cache-mode").stdout.strip(), "off")

    def test_agent_at_rest_sleeps(self):
        seconds = 60 if FULL else 10
        pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        d, session = self.logged_in(pinfold)
        self.sign_once(d, session)
        pid = pinfold.agent_pid()
        wait_for(lambda: process.count_wakeups(pid, 3) == 0, 40, "the agent to come to rest")
        self.assertEqual(process.count_wakeups(pid, seconds), 0)


if "thread" in os.environ.get("PINFOLD_SANITIZED", ""):
    del Faults.test_agent_at_rest_sleeps  # ThreadSanitizer's own thread wakes up
if os.environ.get("PINFOLD_SANITIZED"):
    del Faults.test_no_memory_to_lock  # a sanitizer makes mlock() do nothing


if __name__ == "__main__":
    tap.main()
