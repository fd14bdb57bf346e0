#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Memory and system calls that fail, one at a time, over a round of login, search, sign and logout.

A seeded sample of the places; PF_TEST_FULL=1 tries all of them, PF_TEST_SEED another sample.
"""

import contextlib
import os
import random
import signal
import unittest

from pinfoldtest import Sandbox, Spy, process, secretscan, softhsm, tap, wait_for
from pinfoldtest.driver import DriverError
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import Pinfold

PIN = "86420975"
WRONG = "11112222"
# The longest that a call may take which asks nobody (DESIGN 4.14 has 2 s for the agent).
PATIENCE_S = 3
SEED = int(os.environ.get("PF_TEST_SEED", "20260101"))
NEVER = 10 ** 9
# The calls that only the reader of the configuration makes.
CONFIGURATION = ("open ", "fdopen ")
# What a module may say of itself, and that a login is no more whose PIN was lost.
FAILED = {"CKR_HOST_MEMORY", "CKR_FUNCTION_FAILED", "CKR_GENERAL_ERROR"}
LOST = {"CKR_USER_NOT_LOGGED_IN"}


class Round:
    """One process's round; what each command answered."""

    def __init__(self, driver):
        self.driver = driver
        self.answers = []
        self.signatures = []

    def say(self, *words):
        answer = self.driver.cmd(*words, timeout=PATIENCE_S)
        self.answers.append((words[0], answer.rv))
        return answer

    def play(self):
        if self.say("init", "os-locking").ok:
            self._play_session()
            self.say("finalize")
        return self

    def _play_session(self):
        slots = self.say("slots", "present")
        if not slots.ok:
            return
        opened = self.say("open", "=pinfold-test")
        if not opened.ok:
            return
        session = opened["session"]
        self.say("login", session, "user", WRONG)
        self.answers[-1] = ("wrong-login", self.answers[-1][1])
        self.say("login", session, "user", PIN)
        found = self.say("find", session, "class=private_key")
        for key in found.numbers("objects") if found.ok else []:
            for data in (b"one", b"two"):
                signed = self.say("sign", session, key, "SHA256_RSA_PKCS", data.hex())
                if signed.ok:
                    self.signatures.append((signed.data(), data))
        self.say("logout", session)
        self.say("close", session)

    def results(self, command):
        return {rv for name, rv in self.answers if name == command}


class Failures(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        self.public = softhsm.import_key(self.box, pin=PIN)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        self.spy = Spy(self.box, self.backend)
        self.log = self.box.dir / "failed-calls"

    def environment(self, library, objects, at):
        env = {"LD_PRELOAD": build_path(f"tests/fuzz/{library}.so"), "PF_FAIL_AT": at,
               "PF_FAIL_OBJECTS": objects, "PF_FAIL_LOG": self.log}
        if os.environ.get("PINFOLD_SANITIZED"):
            # The sanitizer wants to be the first library, and need not be for these calls.
            env["ASAN_OPTIONS"] = ":".join(
                filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        return env

    def failed_call(self):
        """What failed, or None."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return next((line for line in lines if not line.startswith("calls ")), None)

    def count_calls(self):
        (line,) = [line for line in self.log.read_text().splitlines() if line.startswith("calls ")]
        return int(line.split()[1])

    def places(self, total, size):
        if FULL:
            return range(1, total + 1)
        return sorted(random.Random(SEED).sample(range(1, total + 1), min(size, total)))

    def check_signatures(self, played):
        for signature, data in played.signatures:
            softhsm.verify_signature(self.public, signature, data)

    def check_presentations(self, pid, clean):
        """The wrong PIN at most once, and no more logins than without a failure."""
        logins = self.spy.logins(pid)
        wrong = [call for call in logins if call.rv == "CKR_PIN_INCORRECT"]
        self.assertLessEqual(len(wrong), 1)
        self.assertLessEqual(len(logins), clean, [(c.rv, c.args) for c in logins])

    def check_whole(self, played):
        """A round in which nothing fails."""
        bad = [(name, rv) for name, rv in played.answers
               if rv != ("CKR_PIN_INCORRECT" if name == "wrong-login" else "CKR_OK")]
        self.assertEqual(bad, [])
        self.assertEqual(len(played.signatures), 2)
        self.check_signatures(played)


class ModuleFailures(Failures):
    """In the module and in libsystemd, called by it: the host and SoftHSM have all they want."""

    SAMPLE = 20

    def setUp(self):
        super().setUp()
        self.agent = self.pinfold.start_agent()

    def driver(self, objects, at):
        self.log.unlink(missing_ok=True)
        self.spy.clear()
        return self.pinfold.driver(self.spy, env=self.environment("failing-memory", objects, at))

    def check_broken(self, played, at):
        """The round in which something failed."""
        is_lost = False
        for name, rv in played.answers:
            allowed = {"CKR_OK"} | FAILED
            if name == "wrong-login":
                allowed = {"CKR_PIN_INCORRECT"} | FAILED
            elif name in ("find", "sign"):
                # Once the login is lost, what was private is not there.
                allowed |= LOST | ({"CKR_OBJECT_HANDLE_INVALID"} if is_lost else set())
            elif name == "logout" and not {"CKR_OK"} & played.results("login"):
                allowed |= LOST
            is_lost |= rv in LOST
            self.assertIn(rv, allowed, f"{name} at {at}: {self.failed_call()}; {played.answers}")
        self.assertLessEqual(sum(rv in FAILED for _, rv in played.answers), 1,
                             f"at {at}: {self.failed_call()}; {played.answers}")
        self.check_signatures(played)

    def try_place(self, objects, at, clean_logins):
        with self.driver(objects, at) as d:
            played = Round(d).play()
            failed = self.failed_call()
            self.check_broken(played, at)
            self.check_presentations(d.pid, clean_logins + 1)
            self.spy.clear()
            again = Round(d).play()
            if failed is not None or self.failed_call() is None:
                self.check_whole(again)
                self.check_presentations(d.pid, clean_logins)
            self.assertEqual(d.close(), 0)
        self.reached += failed is not None

    def try_places(self, objects, sample):
        with self.driver(objects, NEVER) as d:
            self.check_whole(Round(d).play())
            clean_logins = len(self.spy.logins(d.pid))
            d.close()
        places = self.places(self.count_calls(), sample)
        self.reached = 0
        for at in places:
            with self.subTest(at=at):
                try:
                    self.try_place(objects, at, clean_logins)
                except DriverError as error:
                    # Without its configuration or its backend it is another module.
                    if not (self.failed_call() or "").startswith(CONFIGURATION) and \
                            "no such token" not in str(error):
                        self.fail(f"at {at}: {error}; {self.failed_call()}")
        # How often the module looks for an answer before there is one depends on the machine.
        self.assertGreater(self.reached, 0.5 * len(places))
        self.assertEqual(self.agent.poll(), None)
        wait_for(lambda: self.pinfold.domains() == [], 5, "no domain to be left")
        # The same PIN in all rounds: what any of them left is found now.
        self.assertEqual(secretscan.scan(self.agent.pid, PIN), [])

    def test_own_calls(self):
        self.try_places("pinfold-pkcs11:libinih", NEVER)

    def test_calls_of_libsystemd(self):
        self.try_places("libsystemd", self.SAMPLE)


class AgentFailures(Failures):
    """In the agent, its GLib and its libsystemd: descriptors, locked memory, sockets, files. Without
    ordinary memory GLib ends the process, by design; what then holds is another test's affair."""

    OBJECTS = "pinfold-agent:libsystemd:libglib-2:libgio-2"
    SAMPLE = 8

    def start_agent(self, at):
        """The agent, serving or ended. One that cannot serve says so by its status."""
        self.log.unlink(missing_ok=True)
        env = self.environment("failing-io", self.OBJECTS, at)
        env["G_DEBUG"] = ""  # GLib has critical words for a bus that fails within its own calls
        agent = self.box.start([build_path("agent/pinfold-agent")], name="agent", env=env)
        wait_for(lambda: agent.poll() is not None or self.is_listening(), 10, "the agent")
        return agent

    def is_listening(self):
        with open("/proc/net/unix", encoding="utf-8") as listeners:
            return f"{self.pinfold.socket()}\n" in listeners.read()

    def end_agents(self, agent):
        """Ends it, and the one that the bus started where it could not serve."""
        others = [pid for pid in self.pinfold.agent_pids() if pid != agent.pid]
        for pid in others:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ends by itself
                self.assertEqual(secretscan.scan(pid, PIN), [])
        process.end_processes(others)
        agent.send_signal(signal.SIGTERM)
        agent.wait(10)
        self.assertIn(agent.returncode, (0, 1), self.failed_call())

    def play(self):
        self.spy.clear()
        with self.pinfold.driver(self.spy) as d:
            played = Round(d).play()
            logins = self.spy.logins(d.pid)
        self.assertLessEqual(sum(call.rv == "CKR_PIN_INCORRECT" for call in logins), 1)
        self.check_signatures(played)
        return played

    def try_place(self, at):
        agent = self.start_agent(at)
        played = self.play()
        about = f"at {at}: {self.failed_call()}; {played.answers}"
        # A program's own PIN works whatever the agent does; what it kept may be lost.
        self.assertEqual(played.results("login"), {"CKR_OK"}, about)
        self.assertEqual(played.results("wrong-login"), {"CKR_PIN_INCORRECT"}, about)
        self.assertLessEqual(played.results("sign"),
                             {"CKR_OK", "CKR_OBJECT_HANDLE_INVALID"} | LOST, about)
        failed = self.failed_call()
        again = self.play()
        if failed is not None or self.failed_call() is None:
            self.check_whole(again)
        if agent.poll() is None:
            self.assertEqual(secretscan.scan(agent.pid, PIN), [], about)
        self.end_agents(agent)
        self.reached += failed is not None

    def test_every_place(self):
        agent = self.start_agent(NEVER)
        self.check_whole(self.play())
        self.end_agents(agent)
        places = self.places(self.count_calls(), self.SAMPLE)
        self.reached = 0
        for at in places:
            with self.subTest(at=at):
                try:
                    self.try_place(at)
                except DriverError as error:
                    self.fail(f"at {at}: {error}; {self.failed_call()}")
        self.assertGreater(self.reached, 0.5 * len(places))


if os.environ.get("PINFOLD_SANITIZED"):
    del ModuleFailures  # a sanitizer has the allocator


if __name__ == "__main__":
    tap.main()
