#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Where a PIN is through its whole life: in locked secret memory while it should be, else nowhere.

Searched for in clear, hex and base64, in one, two and four bytes a character, whole and in pieces:
in memory, on the session bus, on sockets, in logs, files, environments, arguments and core dumps.
"""

import contextlib
import json
import os
import resource
import unittest
from collections import Counter
from pathlib import Path

from pinfoldtest import (Driver, Sandbox, Spy, build_path, process, secretscan, softhsm, tap,
                         wait_for)
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import Pinfold
from pinfoldtest.recording import Recording

PIN = "Zq7!vX-29kd_Wm4#Jr8tLp0Hs3+"
NEW_PIN = "bT5/xG=61nf_Yc8@Ke2uDo9Pw4-"
WRONG_PIN = "mJ4-zU9;qE"
CARD_PIN = "73914682"


def places(pid, *pins):
    """How often the PINs are in each kind of memory of a process."""
    return Counter(hit.where for hit in secretscan.scan(pid, *pins))


def in_secrets(hits):
    return {hit.secret for hit in hits if hit.where == "secret"}


class SecretCase(unittest.TestCase):
    """Only root may look into agent and app: for others the rest has to do."""

    def assert_nowhere(self, pid, *pins):
        if process.may_look_into(pid):
            self.assertEqual(secretscan.scan(pid, *(pins or (PIN, NEW_PIN))), [])

    def assert_guarded(self, pid, *pins):
        """They are there, and only where they may be."""
        if not process.may_look_into(pid):
            return
        hits = secretscan.scan(pid, *pins)
        self.assertEqual(in_secrets(hits), set(pins))
        self.assertEqual([hit for hit in hits if hit.where not in secretscan.SAFE], [])


@tap.only_if(not os.environ.get("PINFOLD_SANITIZED"))  # which keeps what was freed
class Compared(SecretCase):
    """A client's copies are the backend's own: with Pinfold no more, and in no other memory."""

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def life(self, d, label, pin, new_pin):
        """What is found after each step of a client's life."""
        found = {}

        def step(name, *words):
            d.ok(*words)
            found[name] = places(d.pid, pin, new_pin)

        step("init", "init", "os-locking")
        session = d.open_session(label, "rw")
        step("login", "login", session, "user", pin)
        (key, *_) = d.find(session, **{"class": "private_key"})
        for _ in range(3):
            step("sign", "sign", session, key, self.mechanism, "00" * 32)
        step("logout", "logout", session)
        d.cmd("login", session, "user", new_pin)
        found["wrong"] = places(d.pid, pin, new_pin)
        step("again", "login", session, "user", pin)
        step("change", "setpin", session, pin, new_pin)
        step("closed", "closeall", label)
        step("finalized", "finalize")
        return found

    def compare(self, name, backend, label, pin, new_pin):
        pinfold = Pinfold(self.box, {name: backend})
        with Driver(self.box, backend) as d:
            raw = self.life(d, label, pin, new_pin)
        with pinfold.driver() as d:
            ours = self.life(d, label, new_pin, pin)
        print(f"# {name} alone: {raw}\n# with Pinfold: {ours}", flush=True)
        more = {step: ours[step] - raw[step] for step in raw if ours[step] - raw[step]}
        self.assertEqual(more, {})
        self.assert_nowhere(pinfold.agent_pid(), pin, new_pin)

    mechanism = "SHA256_RSA_PKCS"

    def test_softhsm(self):
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        softhsm.import_key(self.box, pin=PIN)
        self.compare("softhsm2", backend, "=pinfold-test", PIN, NEW_PIN)

    @tap.only_if(FULL)
    def test_opensc(self):
        readers_ = self.box.readers()
        backend = readers_.opensc()
        readers_.card().set_pin(CARD_PIN)
        self.mechanism = "RSA_PKCS"
        self.compare("opensc", backend, "@0", CARD_PIN, "28641937")


class InUse(SecretCase):
    """A client in the midst of a login with a cached PIN, which the backend takes long for."""

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        softhsm.import_key(self.box, pin=PIN)
        self.pinfold = Pinfold(self.box, {"softhsm2": backend})
        spy = Spy(self.box, backend, delay="C_Login=60000@2")
        self.d = self.pinfold.driver(spy)
        self.addCleanup(self.d.kill)
        resource.prlimit(self.d.pid, resource.RLIMIT_CORE,
                         (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        self.d.ok("init", "os-locking")
        session = self.d.open_session("=pinfold-test")
        self.d.ok("login", session, "user", PIN)
        (key,) = self.d.find(session, **{"class": "private_key"})
        self.assert_nowhere(self.d.pid)
        self.d.background("sign", session, key, "SHA256_RSA_PKCS", "00")
        wait_for(lambda: secretscan.scan(self.d.pid, PIN), 10, "the PIN to be leased")

    def test_only_in_a_secret(self):
        self.assert_guarded(self.d.pid, PIN)
        self.assert_guarded(self.pinfold.agent_pid(), PIN)

    def test_forked_child_has_nothing(self):
        self.d.background("fork", "loop", 2**40, "pid")
        (child,) = wait_for(lambda: process.descendants(self.d.pid), 5, "the child")
        self.assert_nowhere(child)
        os.kill(child, 9)
        self.assert_guarded(self.d.pid, PIN)

    def test_core_dump_has_nothing(self):
        pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii")
        limit = resource.prlimit(self.d.pid, resource.RLIMIT_CORE)[0]
        if pattern.startswith("|") or "/" in pattern or limit != resource.RLIM_INFINITY:
            self.skipTest("core dumps go where this test does not look")
        os.kill(self.d.pid, 6)
        self.d.wait(20)
        (core,) = self.box.dir.glob("core*")
        data = core.read_bytes()
        self.assertIn(b"pinfold-test", data)  # what else was in memory is in it
        self.assertEqual(secretscan.in_bytes(data, PIN), [])


@tap.only_if(not os.environ.get("PINFOLD_SANITIZED"))  # which does not run under strace
class WholeLife(SecretCase):
    """Everything real and recorded, and as talkative as it can be."""

    def setUp(self):
        self.box = Sandbox(bus=False, display=True, wm=True)
        self.addCleanup(self.box.close)
        self.recording = Recording(self.box)
        strace = " ".join(self.recording.prefix)
        self.box.add_service("org.pinfold.Agent", f"{strace} {build_path('agent/pinfold-agent')}")
        self.box.add_service("org.pinfold.Pinfold",
                             f"{strace} {build_path('app/pinfold')} --gapplication-service")
        self.box.env |= {"G_MESSAGES_DEBUG": "all", "PINFOLD_DEBUG": "1"}
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        softhsm.import_key(self.box, pin=PIN)
        self.pinfold = Pinfold(self.box, {"softhsm2": backend})
        self.monitor = self.box.monitor()
        self.ui = self.box.ui()
        self.d = self.pinfold.driver(prefix=self.recording.prefix)
        self.addCleanup(self.d.close)
        self.d.ok("init", "nss")

    def client(self):
        """The pid of the program itself: the driver's is strace's."""
        (pid,) = process.descendants(self.d.pid)
        return pid

    def app(self):
        (pid,) = self.pinfold.app_pids()
        return pid

    def type(self, window, name, *pins):
        """As a person does, by keys; and looks at the app's memory before Enter."""
        screen, entry = self.box.screen, window.find(name, "password text")
        wait_for(lambda: entry.has_state("focused") and entry.has_state("sensitive"), 5, "focus")

        def is_taken():
            screen.type("0")
            return entry.text()

        wait_for(is_taken, 5, "keys to be taken")
        screen.key("ctrl+a", "BackSpace")
        screen.type("\t".join(pins))
        button = "Unlock" if name == "PIN" else "Change PIN"
        wait_for(lambda: window.find(button, "push button").has_state("sensitive"), 5, "the button")
        app = self.app()
        # A button may be ready before the last key has come.
        if process.may_look_into(app):
            wait_for(lambda: in_secrets(secretscan.scan(app, *pins)) == set(pins), 5, "the keys")
        self.assert_guarded(app, *pins)
        screen.key("Return")

    def end_of(self, job, title):
        self.assertEqual(self.d.join(job).rv, "CKR_OK")
        self.ui.wait_no_window(title)
        self.assert_nowhere(self.app())
        self.assert_nowhere(self.client())

    def test_whole_life(self):
        d = self.d
        session = d.open_session("=pinfold-test", "rw")
        d.ok("login", session, "user", PIN)
        agent = self.pinfold.agent_pid()
        self.assert_guarded(agent, PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        self.assert_nowhere(self.client())
        self.assert_guarded(agent, PIN)
        self.pinfold.ctl("forget")
        self.assert_nowhere(agent)

        job = d.background("sign", session, key, "SHA256_RSA_PKCS", "00")
        self.type(self.ui.window("PIN — ", timeout=15), "PIN", WRONG_PIN)
        self.ui.window("PIN — ").wait_text("Wrong PIN")
        self.assert_nowhere(self.app(), WRONG_PIN)
        self.assert_nowhere(agent, WRONG_PIN)
        self.type(self.ui.window("PIN — "), "PIN", PIN)
        self.end_of(job, "PIN — ")
        self.assert_guarded(agent, PIN)

        job = d.background("setpin", session, "null", "null")
        self.type(self.ui.window("Change PIN — ", timeout=15), "Present PIN", PIN, NEW_PIN, NEW_PIN)
        self.end_of(job, "Change PIN — ")
        self.assert_nowhere(agent)

        job = d.background("login", session, "user", "null")
        self.type(self.ui.window("PIN — ", timeout=15), "PIN", NEW_PIN)
        self.end_of(job, "PIN — ")
        self.assert_guarded(agent, NEW_PIN)
        d.ok("logout", session)
        self.assert_nowhere(agent)

        # What GLib has to say goes to standard output, too.
        status = self.pinfold.ctl("status", "--json", env={"G_MESSAGES_DEBUG": None}).stdout
        uri = json.loads(status)["tokens"][0]["uri"]
        ctl = (*self.recording.prefix, build_path("app/pinfoldctl"))
        self.box.run(*ctl, "login", "--token", uri, "--app-id", "7:9", "--pin-fd", "0",
                     input=NEW_PIN + "\n")
        self.assert_guarded(agent, NEW_PIN)
        self.box.run(*ctl, "logout", "--token", uri, "--app-id", "7:9")
        self.assert_nowhere(agent)

        self.box.run(*ctl, "login", "--token", uri, "--app-id", "7:9", "--pin-fd", "0",
                     input=NEW_PIN + "\n")
        os.kill(agent, 15)
        wait_for(lambda: not process.is_alive(agent), 5, "the agent's end")
        self.assert_left_nothing()
        # Nor in the display server, the buses and whatever else there is in the session.
        for pid in self.box.pids() if FULL else []:
            self.assert_nowhere(pid)

    def assert_left_nothing(self):
        for what, data in self.everything():
            for pin in (PIN, NEW_PIN):
                self.assertEqual(secretscan.in_bytes(data, pin), [], what)

    def everything(self):
        """(what, bytes) of all that was written, sent and is there."""
        yield "session bus", self.monitor.raw()
        calls = self.recording.calls()
        # What the whole test is about was seen: the private socket, and programs' arguments.
        seen = [("sendmsg", b"StoreLogin"), ("sendmsg", b"TakePin"), ("execve", b"--pin-fd")]
        if os.geteuid() == 0:  # strace looks into agent and app for root only, too
            seen += [("recvmsg", b"StoreLogin"), ("sendmsg", b"AnswerPin")]
        for call, words in seen:
            self.assertTrue(any(name == call and words in data for name, data in calls), words)
        for name in {name for name, data in calls}:
            yield name, b"\n".join(data for other, data in calls if other == name)
        for path in self.box.dir.rglob("*"):
            if path.is_file() and not path.parent.name.startswith("recording-"):
                yield str(path), path.read_bytes()
        for pid in self.box.pids():
            names = ("environ", "cmdline") if process.may_look_into(pid) else ("cmdline",)
            for name in names:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                    yield f"{name} of {pid}", Path(f"/proc/{pid}/{name}").read_bytes()


if __name__ == "__main__":
    tap.main()
