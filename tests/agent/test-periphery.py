#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Watcher, registry, control and pinfoldctl: real pcscd, card, SoftHSM and bus; a scripted cache."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio

from agentbed import history
from pinfoldtest import Sandbox, build_path, process, softhsm, tap, wait_for

CTL = build_path("app/pinfoldctl")
PIV = "pkcs11:model=PKCS%2315%20emulated;manufacturer=piv_II;serial=00000000cafe0001;" \
      "token=Pinfold%20Test%20Card"


class Agent:
    def __init__(self, box, **kwargs):
        self._process = box.start([build_path("tests/agent/periphery-agent"), build_path()],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  **kwargs)
        self.pid = self._process.pid
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.put((time.monotonic(), line.rstrip("\n")))

    def expect(self, text, timeout=20):
        """Waits for a line; returns when it came."""
        deadline = time.monotonic() + timeout
        while True:
            when, line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            if line == text:
                return when

    def seen(self):
        lines = []
        while not self.lines.empty():
            lines.append(self.lines.get()[1])
        return lines

    def tell(self, *words, answer="done"):
        self._process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self._process.stdin.flush()
        self.expect(answer)

    def quit(self):
        self._process.stdin.close()
        return self._process.wait(20)


class Periphery(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        path = softhsm.setup(self.box)
        self.serial = softhsm.init_token(self.box)
        self.soft = ("pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;"
                     f"serial={self.serial};token=pinfold-test")
        self.conf = self.box.dir / "pinfold.conf"
        self.conf.write_text(f"[Modules]\nsoft = {path}\n", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(self.conf)

    def with_card(self):
        self.readers = self.box.readers()
        self.card = self.readers.card()
        with open(self.conf, "a", encoding="utf-8") as conf:
            conf.write(f"opensc = {self.readers.opensc()}\n")

    def start(self):
        self.agent = Agent(self.box)
        self.agent.expect("refreshed")
        return self.agent

    def ctl(self, *args, status=0, env=None):
        done = self.box.run(CTL, *args, check=False, env=env)
        # doctor's tells of everything that these sessions lack.
        if args[0] != "doctor":
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status != 0 and args[0] != "doctor":
            self.assertTrue(done.stderr.startswith("pinfoldctl: "), done.stderr)
        return done.stdout + (done.stderr if status else "")

    def status(self):
        return json.loads(self.ctl("status", "--json"))

    def wait_status(self, predicate, what):
        return wait_for(lambda: predicate(self.status()), 15, what, step=0.1)

    def token_uris(self, status):
        return {token["uri"] for token in status["tokens"]}

    def test_status_shape(self):
        self.with_card()
        agent = self.start()
        agent.tell("domain", PIV, "1:4294967295", 4711)
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        status = self.status()
        self.assertEqual(set(status), {"version", "cache_mode", "readers", "tokens", "domains"})
        self.assertEqual(status["cache_mode"], "process")
        self.assertEqual(status["readers"], [
            {"name": self.readers.names[0], "present": True, "token_uri": PIV},
            {"name": self.readers.names[1], "present": False, "token_uri": None}])
        tokens = {token["uri"]: token for token in status["tokens"]}
        self.assertEqual(set(tokens), {PIV, self.soft})
        self.assertEqual(tokens[PIV]["reader"], self.readers.names[0])
        self.assertIsNone(tokens[self.soft]["reader"])
        self.assertEqual(tokens[self.soft]["label"], "pinfold-test")
        self.assertIn("LOGIN_REQUIRED", tokens[PIV]["flags"])
        self.assertEqual(set(tokens[PIV]), {"uri", "label", "reader", "flags", "logout"})
        self.assertEqual((tokens[PIV]["logout"], tokens[self.soft]["logout"]), ("mark", "ends"))
        self.assertEqual(status["domains"], [{
            "app_id": "1:4294967295", "token_uri": PIV, "logged_in": True, "asleep": False,
            "open": False, "since": 1700000000, "idle_s": 7, "expires_s": -1,
            "members": [{"pid": 4711, "exe": "/usr/bin/some\x1b[2J", "name": "Some Program",
                         "sessions": 2, "still_open": False}]}])
        text = self.ctl("status")
        self.assertIn("Pinfold Test Card", text)
        self.assertIn("Some Program", text)
        self.assertNotIn("\x1b", text)

    def test_card_removed(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        agent.tell("domain", PIV, "1:2", 1)
        agent.tell("domain", self.soft, "1:3", 1)
        agent.tell("domain", "pkcs11:token=unread", "1:4", 1)
        agent.tell("report", "pkcs11:token=nowhere", "Odd_Slot", "hardware")
        agent.tell("keys", PIV)
        agent.tell("keys", self.soft)
        agent.seen()
        self.card.remove()
        noticed = time.monotonic()
        when = agent.expect(f"removed {PIV}")
        self.assertLess(when - noticed, 10)
        agent.expect(f"keys forgotten {PIV}")
        agent.expect("refreshed")
        self.assertEqual([line for line in agent.seen() if line.startswith("keys")], [])
        status = self.status()
        self.assertEqual([d["token_uri"] for d in status["domains"]], [self.soft])
        self.assertEqual(self.token_uris(status), {self.soft})
        removed = {e["token_uri"] for e in history(self.box) if e["reason"] == "removed"}
        # What was there when the agent started was not inserted; software tokens never go.
        self.assertLessEqual({PIV, "pkcs11:token=unread"}, removed)
        self.assertNotIn(self.soft, removed)
        self.assertNotIn("inserted", [e["reason"] for e in history(self.box)])
        self.card.insert()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card again")
        latest = history(self.box)[0]
        self.assertEqual((latest["event"], latest["reason"], latest["token_uri"]),
                         ("token", "inserted", PIV))

    def test_token_without_a_serial(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        nameless = "pkcs11:model=M;manufacturer=X;serial=;token=T"
        agent.tell("report", nameless, "Odd_Slot", "software")
        agent.tell("domain", nameless, "1:1", 1)
        agent.tell("domain", self.soft, "1:2", 1)
        self.readers.card(1, serial="00000000cafe0002", label="Other")
        agent.expect(f"removed {nameless}")
        agent.tell("domain", nameless, "1:1", 1)
        self.card.remove()
        agent.expect(f"removed {nameless}")
        self.assertEqual([d["token_uri"] for d in self.status()["domains"]], [self.soft])

    def test_doubled_token(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        twin = self.readers.card(1)
        agent.expect(f"doubled {PIV}")
        twin.remove()
        agent.expect("refreshed")
        agent.seen()
        self.readers.card(1, serial="00000000cafe0002", label="Other")
        other = PIV.replace("0001", "0002").replace("Pinfold%20Test%20Card", "Other")
        self.wait_status(lambda s: other in self.token_uris(s), "the other card")
        self.assertNotIn(f"doubled {PIV}", agent.seen())

    def test_swap(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        agent.tell("domain", PIV, "1:2", 1)
        self.card.swap("00000000cafe0002", "Other")
        agent.expect(f"removed {PIV}")
        other = PIV.replace("0001", "0002").replace("Pinfold%20Test%20Card", "Other")
        status = self.wait_status(
            lambda s: self.token_uris(s) == {other, self.soft} and s, "the other card")
        self.assertEqual(status["domains"], [])

    def test_pcscd_dies_and_returns(self):
        for kill in (False, True):
            with self.subTest(kill=kill):
                if kill:
                    self.doCleanups()
                    self.setUp()
                self.with_card()
                agent = self.start()
                self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
                agent.tell("domain", PIV, "1:2", 1)
                self.readers.stop(kill=kill)
                agent.expect(f"removed {PIV}", 2)
                self.assertEqual(self.status()["readers"], [])
                self.assertIn("pcscd", self.ctl("doctor"))
                self.readers.restart()
                self.wait_status(lambda s: PIV in self.token_uris(s), "the card again")

    def test_pcscd_comes_later(self):
        run = self.box.dir / "pcscd" / "run" / "pcscd.comm"
        agent = Agent(self.box, env={"PCSCLITE_CSOCK_NAME": run})
        agent.expect("refreshed")
        self.assertEqual(self.status()["readers"], [])
        self.readers = self.box.readers()
        self.wait_status(lambda s: len(s["readers"]) == 2, "the readers")
        self.assertTrue(self.app_status()["reader_service"])

    def test_no_wakeups(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        # What the last refresh left behind (GIO's threads) goes to rest first.
        wait_for(lambda: process.count_wakeups(agent.pid, 3) == 0, 40, "rest", step=0)
        self.assertEqual(process.count_wakeups(agent.pid, 10), 0)

    def test_tries(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        self.card.set_tries(2)
        agent.tell("tries", PIV, answer="tries 2")
        agent.tell("tries", self.soft, answer="tries -1")
        self.assertEqual(self.card.stats()["presentations"], 0)

    def app_status(self):
        """What GetStatus tells the app beyond the JSON."""
        bus = Gio.DBusConnection.new_for_address_sync(
            self.box.bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        answer = bus.call_sync("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1",
                               "GetStatus", None, None, Gio.DBusCallFlags.NONE, 10000, None)
        bus.close_sync(None)
        return answer.unpack()[0]

    def wait_tries(self, expected):
        def find():
            tokens = {token["uri"]: token for token in self.app_status()["tokens"]}
            self.assertNotIn("tries_left", tokens[self.soft])
            return tokens[PIV].get("tries_left") == expected
        wait_for(find, 15, f"{expected} tries", step=0.1)

    def test_tries_in_status(self):
        self.with_card()
        agent = self.start()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        self.wait_tries(3)
        # A refusal has them read again, and a PIN that was taken makes them unknown.
        self.card.set_tries(2)
        agent.tell("presented", PIV, "rejected")
        self.wait_tries(2)
        agent.tell("presented", PIV, "accepted")
        self.wait_tries(None)
        # Any look reads them, which "doctor" is.
        self.ctl("doctor")
        self.wait_tries(2)
        self.card.remove()
        self.card.set_tries(1)
        self.card.insert()
        self.wait_status(lambda s: PIV in self.token_uris(s), "the card's token")
        self.wait_tries(1)
        self.assertEqual(self.card.stats()["presentations"], 0)

    def test_status_for_the_app(self):
        with open(self.conf, "a", encoding="utf-8") as conf:
            conf.write("gone = /nonexistent/module.so\n")
        self.start()
        status = self.app_status()
        self.assertFalse(status["reader_service"] or status["reading"])
        modules = {module["name"]: module.get("fault") for module in status["modules"]}
        self.assertEqual(set(modules), {"soft", "gone"})
        self.assertIsNone(modules["soft"])
        self.assertIn("/nonexistent/module.so", modules["gone"])
        self.assertEqual([(token["module"], token["generates"]) for token in status["tokens"]],
                         [(softhsm.setup(self.box), True)])

    def test_forget(self):
        agent = self.start()
        other = "pkcs11:model=M;manufacturer=X;serial=1;token=Other"
        for uri, app_id, pid in ((self.soft, "1:1", 10), (self.soft, "1:2", 11),
                                 (other, "1:1", 10)):
            agent.tell("domain", uri, app_id, pid)
        self.assertIn("0 PINs", self.ctl("forget", self.soft, "--app-id", "9:9"))
        self.assertIn("1 PIN ", self.ctl("forget", "--app-id", "1:1", "--pid", "10",
                                         "pkcs11:token=Other"))
        self.assertIn("1 PIN ", self.ctl("forget", "--pid=11"))
        self.assertIn("1 PIN ", self.ctl("forget", "pkcs11:manufacturer=SoftHSM%20project"))
        self.assertEqual(self.status()["domains"], [])

    def test_forget_usage(self):
        agent = self.start()
        agent.tell("domain", self.soft, "1:1", 10)
        for args in (["--app-id", "1"], ["--app-id", "1:4294967296"], ["--app-id", "+1:1"],
                     ["--pid", "0"], ["--pid", "x"], ["https://x"], ["pkcs11:object=key"],
                     ["pkcs11:token=%zz"], ["a", "b"], ["--what"]):
            self.ctl("forget", *args, status=2)
        told = self.ctl("forget", "pkcs11:token=x?pin-value=9876", status=2)
        self.assertNotIn("9876", told)
        self.assertEqual(len(self.status()["domains"]), 1)

    def call_forget(self, text):
        return self.box.run("gdbus", "call", "--session", "--dest", "org.pinfold.Agent",
                            "--object-path", "/org/pinfold/Agent", "--method",
                            "org.pinfold.Agent1.Forget", text, check=False)

    def test_forget_filter_is_strict(self):
        agent = self.start()
        agent.tell("domain", self.soft, "1:1", 10)
        for text in ("{'what': <1>}", "{'pid': <'10'>}", "{'pid': <uint32 0>}",
                     "{'app-id': <'1:x'>}", "{'app-id': <' 1:1'>}", "{'token-uri': <'x'>}",
                     "{'token-uri': <'pkcs11:token=a;object=b'>}",
                     "{'pid': <uint32 10>, 'token_uri': <'pkcs11:'>}"):
            done = self.call_forget(text)
            self.assertIn("InvalidArgs", done.stderr, text)
        self.assertEqual(len(self.status()["domains"]), 1)
        self.assertIn("uint32 1", self.call_forget("{'pid': <uint32 10>}").stdout)

    def test_changed_is_coalesced(self):
        agent = self.start()
        monitor = self.box.start(["gdbus", "monitor", "--session", "--dest", "org.pinfold.Agent"],
                                 name="gdbus-monitor")
        log = self.box.dir / "logs/gdbus-monitor.log"
        wait_for(lambda: "The name org.pinfold.Agent is owned" in log.read_text(), 10, "gdbus")
        count = lambda: log.read_text().count("Agent1.Changed")
        before = count()
        agent.tell("changed", 500)
        agent.tell("domain", self.soft, "1:1", 10)
        wait_for(lambda: count() > before, 5, "Changed")
        self.ctl("forget")
        wait_for(lambda: f"Forgotten ('{self.soft}', '1:1', 'command')" in log.read_text(), 5,
                 "Forgotten")
        self.assertLessEqual(count() - before, 5)
        monitor.terminate()

    def test_doctor(self):
        self.conf.write_text(self.conf.read_text() + "gone = /nonexistent.so\n[Misc]\nbad\n")
        self.start()
        text = self.ctl("doctor")
        self.assertIn("backend:gone", text)
        self.assertIn("/nonexistent.so", text)
        self.assertRegex(text, r"pinfold\.conf:\d+: ")
        self.assertIn("locked-memory", text)
        self.assertNotIn("app-id", text)

    def test_doctor_says_that_everybody_shares(self):
        self.conf.write_text(self.conf.read_text() + "[Misc]\nAppIdMajor = 1\nAppIdMinor = 2\n")
        self.start()
        self.assertRegex(self.ctl("doctor"), r"warning +app-id")

    def test_software_token_is_not_removed(self):
        agent = self.start()
        agent.tell("domain", self.soft, "1:1", 10)
        agent.seen()
        (self.box.dir / "softhsm").rename(self.box.dir / "elsewhere")
        self.ctl("doctor")  # reads the backends anew
        self.assertEqual([l for l in agent.seen() if l.startswith("removed")], [])
        self.assertEqual(len(self.status()["domains"]), 1)

    def test_second_agent(self):
        self.start()
        second = Agent(self.box)
        second.expect("name-lost taken")

    def test_no_bus(self):
        agent = Agent(self.box, env={"DBUS_SESSION_BUS_ADDRESS": None, "DISPLAY": ":99"})
        agent.expect("refreshed")
        agent.tell("changed", 1)
        told = self.ctl("status", status=1, env={"DBUS_SESSION_BUS_ADDRESS": None})
        self.assertIn("session bus", told)
        self.ctl("doctor", env={"DBUS_SESSION_BUS_ADDRESS": None})
        self.assertEqual(agent.quit(), 0)

    def test_quit_while_pcscd_hangs(self):
        self.with_card()
        agent = self.start()
        pcscd = self.readers.pid()
        os.kill(pcscd, signal.SIGSTOP)
        self.addCleanup(os.kill, pcscd, signal.SIGCONT)
        self.assertEqual(agent.quit(), 0)


class Settings(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def ctl(self, *args, status=0, **kwargs):
        done = self.box.run(CTL, *args, check=False, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(bool(done.stderr), status != 0, done.stderr)
        return done.stdout.strip() if status == 0 else done.stderr

    def test_get_and_set(self):
        self.assertEqual(self.ctl("get", "cache-mode"), "process")
        self.ctl("set", "cache-mode", "off")
        self.assertEqual(self.ctl("get", "cache-mode"), "off")
        self.ctl("set", "idle-timeout", "60")
        self.assertEqual(self.ctl("get", "idle-timeout"), "60")
        self.ctl("set", "forget-on-lock", "false")
        self.assertEqual(self.ctl("get", "forget-on-lock"), "false")
        self.ctl("set", "groups", "[('web', '', ['/usr/bin/firefox'])]")
        self.assertIn("firefox", self.ctl("get", "groups"))

    def test_value_that_is_not_kept(self):
        """GIO itself says nothing of that, or warns and goes on."""
        for backend in ("memory", "dconf"):
            said = self.ctl("set", "cache-mode", "off", status=1, env={
                "GSETTINGS_BACKEND": backend, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"})
            self.assertIn("“cache-mode” could not be written", said)

    def test_wrong_key_and_value(self):
        self.assertIn("nonsense", self.ctl("get", "nonsense", status=2))
        self.ctl("set", "nonsense", "1", status=2)
        self.assertIn("off, process, shared", self.ctl("set", "cache-mode", "on", status=2))
        self.assertIn("60000", self.ctl("set", "release-delay", "60001", status=2))
        for key, value in (("idle-timeout", "-1"), ("idle-timeout", "soon"),
                           ("forget-on-lock", "maybe"), ("groups", "[")):
            self.ctl("set", key, value, status=2)
        self.ctl("set", "cache-mode", status=2)
        self.ctl("get", status=2)
        self.assertEqual(self.ctl("get", "cache-mode"), "process")

    def test_commands(self):
        self.assertRegex(self.ctl("--version"), r"^pinfoldctl \d+\.\d+")
        self.assertIn("forget [TOKEN-URI]", self.ctl("--help"))
        self.ctl(status=2)
        self.ctl("dance", status=2)
        self.ctl("status", "extra", status=2)

    def test_output_that_cannot_be_written(self):
        for command in ("--version", "--help", "get cache-mode"):
            done = self.box.run("sh", "-c", f'"$0" {command} >/dev/full', CTL, check=False)
            self.assertEqual((done.returncode, done.stderr),
                             (1, "pinfoldctl: the output could not be written\n"))


if __name__ == "__main__":
    tap.main()
