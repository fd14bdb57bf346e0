#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the agent knows of a token that the app has changed, when the app's job is done."""

import shutil
import signal

from gi.repository import GLib
from jobcase import HELPER, JOB, JobCase, piv, softhsm
from pinfoldtest import Spy, build_path, tap, wait_for
from pinfoldtest.bus import Bus
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import Pinfold
from pinfoldtest.wait import WaitTimeout

NEW = "87654321"


class Told(JobCase):
    def setUp(self):
        super().setUp()
        self.prepare()
        self.pinfold = Pinfold(self.box, {"opensc" if self.has_card else "soft": self.module})
        self.bus = Bus(self.box.env["DBUS_SESSION_BUS_ADDRESS"])
        self.start_agent()
        wait_for(lambda: self.uri in self.listed(), 20, "the token", step=0.1)

    def start_agent(self):
        """In a tree where the jobs are its app's."""
        tree = self.box.dir / "tree"
        for name, source in (("agent/pinfold-agent", build_path("agent/pinfold-agent")),
                             ("agent/pinfold-tokens", HELPER), ("app/pinfold", JOB)):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, tree / name)
        self.app = tree / "app/pinfold"
        self.agent = self.pinfold.start_agent(program=tree / "agent/pinfold-agent")
        wait_for(lambda: self.bus.has_owner("org.pinfold.Agent"), 10, "the agent's name")

    def start(self, *args, **kwargs):
        return super().start(*args, program=(self.app,), **kwargs)

    def call(self, method, *words):
        self.bus.call("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1", method,
                      f"({'s' * len(words)})", *words)

    def listed(self):
        return {token["uri"]: token["flags"] for token in self.pinfold.status()["tokens"]}

    def wait_flag(self, flag):
        wait_for(lambda: flag in self.listed()[self.uri], 20, flag, step=0.1)

    def log_in(self, pin):
        driver = self.pinfold.driver()
        self.addCleanup(driver.close)
        driver.ok("init")
        session = driver.open_session("@0", "rw")
        driver.ok("login", session, "user", pin)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)
        return driver, session

    def note(self, uri, change):
        return self.box.run("gdbus", "call", "-e", "-d", "org.pinfold.Agent",
                            "-o", "/org/pinfold/Agent",
                            "-m", "org.pinfold.Agent1.NoteTokenChange", uri, change, check=False)


class Card(Told):
    has_card = True

    def prepare(self):
        self.piv()

    def test_changed_pin_is_forgotten(self):
        driver, session = self.log_in(piv.PIN)
        key = driver.find(session, **{"class": "private_key"})[0]
        self.card.reset_stats()
        self.assertDone(self.job("change-pin", piv.PIN, NEW))
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        self.assertEqual(driver.state(session), "CKS_RW_PUBLIC_SESSION")
        self.assertIn(driver.rv("sign", session, key, "SHA256_RSA_PKCS", "00"),
                      ("CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID"))
        changed = [e for e in self.pinfold.history() if e["event"] == "pin-changed"]
        self.assertEqual([(e["token_uri"], e["reason"]) for e in changed], [(self.uri, "dialog")])
        # The old PIN was never presented again.
        self.assertEqual(self.card.stats()["verify_wrong"], 0)
        driver.ok("login", session, "user", NEW)

    def test_refused_pin_is_told_and_nothing_forgotten(self):
        self.log_in(piv.PIN)
        self.card.set_tries(2)
        self.assertFault(self.job("change-pin", "111111", NEW), "rejected")
        self.wait_flag("USER_PIN_FINAL_TRY")
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)

    def test_unblocked_card_is_shown_so(self):
        self.card.set_tries(0)
        self.assertFault(self.job("change-pin", piv.PIN, NEW), "locked")
        self.wait_flag("USER_PIN_LOCKED")
        self.assertDone(self.job("unblock", piv.PUK, NEW))
        wait_for(lambda: "USER_PIN_LOCKED" not in self.listed()[self.uri], 20, "it to be unblocked",
                 step=0.1)


class Soft(Told):
    has_card = False

    def prepare(self):
        self.softhsm()

    def sign_while_pin_is_changed(self, ms):
        """The client, its signature that waits, the job that takes so long."""
        softhsm.import_key(self.box)
        driver, session = self.log_in(softhsm.PIN)
        key, = driver.find(session, **{"class": "private_key"})
        spy = Spy(self.box, self.module, delay=f"C_SetPIN={ms}")
        self.box.env.update(spy.env)
        job = self.start("change-pin", softhsm.PIN, NEW, module=spy.path)
        wait_for(lambda: spy.calls("C_OpenSession"), 30, "the helper at the token")
        sign = driver.background("sign", session, key, "SHA256_RSA_PKCS", "00")
        with self.assertRaises(WaitTimeout):
            wait_for(lambda: driver.finished(sign), 0.5, "what must not be")
        return driver, sign, job

    def test_no_pin_is_lent_meanwhile(self):
        """A program that needs the PIN while it is being changed would present the old one."""
        driver, sign, job = self.sign_while_pin_is_changed(3000)
        self.assertDone(self.finish(job))
        self.assertIn(driver.join(sign).rv, ("CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID"))

    def test_pin_is_forgotten_when_the_app_is_gone(self):
        """Nobody can say any more whether the token has another one by now."""
        driver, sign, job = self.sign_while_pin_is_changed(60000)
        job.kill()
        job.wait()
        job.stdout.close()
        job.stderr.close()
        self.assertEqual(driver.join(sign).rv, "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.pinfold.logged_in_domains(), [])
        forgotten = [e for e in self.pinfold.history() if e["event"] == "forgotten"]
        self.assertEqual([e["reason"] for e in forgotten], ["lease-lost"])
        driver.ok("login", driver.open_session("@0", "rw"), "user", softhsm.PIN)

    def test_only_the_app_begins_a_change(self):
        """Whoever could have programs wait by it, over and over."""
        softhsm.import_key(self.box)
        driver, session = self.log_in(softhsm.PIN)
        key, = driver.find(session, **{"class": "private_key"})
        with self.assertRaisesRegex(GLib.Error, "InvalidArgs"):
            self.call("BeginTokenChange", "nonsense")
        with self.assertRaisesRegex(GLib.Error, "AccessDenied"):
            self.call("BeginTokenChange", self.uri)
        driver.sign(session, key)

    def test_no_change_without_the_agents_promise(self):
        """It might lend the old PIN meanwhile; where there is none, nobody does."""
        spy = Spy(self.box, self.module)
        self.box.env.update(spy.env)

        def change():
            return self.finish(JobCase.start(self, "change-pin", softhsm.PIN, NEW,
                                             module=spy.path))

        self.assertFault(change(), "not-held")  # by who is not its app
        if FULL:
            self.agent.send_signal(signal.SIGSTOP)
            self.assertFault(change(), "not-held")
            self.agent.send_signal(signal.SIGCONT)
        self.assertEqual(spy.logins(), [])
        self.agent.terminate()
        self.agent.wait(20)
        wait_for(lambda: not self.bus.has_owner("org.pinfold.Agent"), 10, "the name to go")
        self.assertDone(change())
        self.assertTrue(self.accepts(NEW))

    def test_refusal_waits_for_nobody(self):
        """An agent that hangs, or takes its time to look at the tokens."""
        self.box.env["G_MESSAGES_DEBUG"] = "all"
        self.agent.send_signal(signal.SIGSTOP)
        file = self.box.dir / "file.p12"
        file.write_text("no keys here", encoding="utf-8")
        job = JobCase.start(self, "import", softhsm.PIN, "password", file=file)
        said = job.stdout.read() + job.stderr.read()
        self.agent.send_signal(signal.SIGCONT)
        job.stdout.close()
        job.stderr.close()
        self.assertEqual(job.wait(60), 0, said)
        self.assertIn('"fault":"bad-file"', said)
        self.assertNotIn("the agent was not told", said)

    def test_too_many(self):
        self.assertEqual(self.box.run(self.app, "begin", self.uri).stdout, "8\n")

    def test_unknown(self):
        for uri, change in (("nonsense", "pin"), (self.uri, "nothing"), (self.uri, "")):
            done = self.note(uri, change)
            self.assertEqual(done.returncode, 1)
            self.assertIn("InvalidArgs", done.stderr)

    def test_deleted(self):
        """Also where a program has it open still."""
        self.log_in(softhsm.PIN)
        self.assertEqual(self.note(self.uri, "deleted").returncode, 0)
        self.assertEqual(self.pinfold.logged_in_domains(), [])

    def test_objects(self):
        """Keeps the login; what came is there at the latest after the next use of a key."""
        softhsm.import_key(self.box, label="first", key_id="01")
        driver, session = self.log_in(softhsm.PIN)
        first, = driver.find(session, **{"class": "private_key"})
        softhsm.import_key(self.box, label="second", key_id="02")
        driver.sign(session, first)
        self.assertEqual(driver.find(session, **{"class": "private_key"}), [first])
        self.assertEqual(self.note(self.uri, "objects").returncode, 0)
        driver.sign(session, first)
        self.assertEqual(len(driver.find(session, **{"class": "private_key"})), 2)
        self.assertEqual(len(self.pinfold.logged_in_domains()), 1)


if __name__ == "__main__":
    del Told
    tap.main()
