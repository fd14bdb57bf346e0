#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A person is asked, in Pinfold's own dialog, whether a program may use a login it did not make."""

import json
import subprocess
import unittest

from pinfoldtest import need_tools, process, secretscan, tap, wait_for
from pinfoldtest.dialogs import PERMISSION, answer_consent
from pinfoldtest.pinfold import module_path
from sharingcase import LABEL, PIN, PUBLIC, USER, SharingCase

SHARED = (7, 9)
GROUP = "[Misc]\nAppIdMajor = 7\nAppIdMinor = 9"


class ConsentCase(SharingCase):
    """One program is logged in by the shared ID, and others come."""

    sharing = "ask"
    desktop = True

    def config(self):
        return "[Policy]\nprotected-path = pkcs11-tool pinfold-driver other-program"

    def setUp(self):
        super().setUp()
        self.ui = self.box.ui()
        self.keeper, self.kept = self.logged_in(SHARED)

    def press(self, window, name):
        answer_consent(self.ui, window, name)

    def asked(self, **kwargs):
        """A program that asks without a PIN: it, its session, its job, and the dialog."""
        d, session = self.session(SHARED, **kwargs)
        self.assertEqual(d.state(session), PUBLIC)
        job = d.background("login", session, "user", "null")
        return d, session, job, self.ui.window(PERMISSION, timeout=20)

    def decisions(self):
        return json.loads(self.pinfold.ctl("consent", "list", "--json").stdout)


class PackagedProgram(ConsentCase):
    """pkcs11-tool, as its package installed it."""

    def setUp(self):
        need_tools("pkcs11-tool")
        super().setUp()
        self.conf = self.box.dir / "tool.conf"
        self.pinfold.write_config(self.conf, {"spy": self.spy.path}, GROUP)
        (self.box.dir / "data").write_bytes(b"work")

    def start_tool(self, *words):
        return self.box.start(
            ["pkcs11-tool", "--module", module_path(), "--token-label", LABEL, *words],
            env=self.spy.env | {"PINFOLD_CONF": str(self.conf)}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def start_signing(self):
        return self.start_tool("--login", "--sign", "--id", "01", "-m", "SHA256-RSA-PKCS",
                               "--input-file", self.box.dir / "data", "--output-file",
                               self.box.dir / "signature")

    def answer(self, decision):
        """A run that is asked about."""
        tool = self.start_signing()
        window = self.ui.window(PERMISSION, timeout=20)
        texts = " ".join(window.texts())
        for part in (str(tool.pid), "/pkcs11-tool", LABEL, "7:9"):
            self.assertIn(part, texts)
        self.assertTrue(window.has("Always allow", "push button"))
        self.press(window, decision)
        return tool

    def assert_signs(self, tool):
        said, _ = tool.communicate(timeout=30)
        self.assertEqual(tool.returncode, 0, said)
        self.assertIsNone(self.ui.find_window(PERMISSION))
        self.assertEqual(self.keeper.state(self.kept), USER)

    def assert_sees(self):
        """It is logged in unasked. It takes a login that is there for a failure of its own, so it is
        told to make none."""
        tool = self.start_tool("--list-objects", "--type", "privkey")
        said, _ = tool.communicate(timeout=30)
        self.assertIn("Private Key Object", said)
        self.assertIsNone(self.ui.find_window(PERMISSION))

    def assert_asked_again(self):
        tool = self.start_signing()
        window = self.ui.window(PERMISSION, timeout=20)
        self.press(window, "Cancel")
        self.assert_refused(tool)

    def assert_refused(self, tool):
        said, _ = tool.communicate(timeout=30)
        self.assertNotEqual(tool.returncode, 0, said)
        self.assertEqual(self.spy.logins(tool.pid), [])

    def test_once(self):
        self.assert_signs(self.answer("Allow once"))
        self.assertEqual(self.decisions(), [])
        self.keeper.ok("logout", self.kept)
        self.keeper.ok("login", self.kept, "user", PIN)
        self.assert_asked_again()

    def test_session(self):
        self.assert_signs(self.answer("Allow for this session"))
        self.keeper.ok("logout", self.kept)
        self.keeper.ok("login", self.kept, "user", PIN)
        self.assert_sees()
        (decision,) = self.decisions()
        self.assertEqual((decision["decision"], decision["app_id"]), ("session", "7:9"))
        self.restart_agent()
        self.assert_asked_again()

    def test_always(self):
        self.assert_signs(self.answer("Always allow"))
        self.restart_agent()
        self.assert_sees()
        (decision,) = self.decisions()
        self.assertEqual((decision["decision"], decision["app_id"]), ("always", "7:9"))
        self.assertTrue(decision["executable"].endswith("/pkcs11-tool"))
        self.assertIn("1 decision", self.pinfold.ctl("consent", "revoke", decision["id"]).stdout)
        self.assertEqual(self.decisions(), [])
        self.assert_asked_again()

    def test_never(self):
        self.assert_refused(self.answer("Never allow"))
        tool = self.start_signing()  # its own login
        window = self.ui.window("PIN — ", timeout=20)
        self.assertEqual(self.decisions()[0]["decision"], "never")
        window.type(PIN)
        wait_for(lambda: window.find("Unlock", "push button").has_state("sensitive"), 5,
                 "the button to be ready")
        window.press("Unlock")
        said, _ = tool.communicate(timeout=30)
        self.assertEqual(tool.returncode, 0, said)
        self.pinfold.ctl("consent", "revoke", "--all")
        self.assert_asked_again()

    def restart_agent(self):
        process.end_processes([self.pinfold.agent_pid()])
        wait_for(lambda: self.pinfold.ctl("status", check=False).returncode == 0, 15, "an agent")
        wait_for(lambda: self.keeper.state(self.kept) == PUBLIC, 15, "the keeper to be public")
        self.keeper.ok("login", self.kept, "user", PIN)
        wait_for(lambda: self.pinfold.logged_in_domains(), 5, "the keeper's login")


class BuiltProgram(ConsentCase):
    """One that lies where anybody could put another: what is remembered of it ends with the agent."""

    def test_always_is_not_offered(self):
        d, session, job, window = self.asked(program=self.other_program())
        self.assertFalse(window.has("Always allow", "push button"))
        self.assertTrue(window.has("Never allow", "push button"))
        self.press(window, "Allow for this session")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assert_works(d, session)

    def test_revocation_holds_at_the_very_next_use(self):
        d, session, job, window = self.asked(program=self.other_program())
        self.press(window, "Allow for this session")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        (key,) = d.find(session, **{"class": "private_key"})
        (decision,) = self.decisions()
        self.pinfold.ctl("consent", "revoke", decision["id"])
        before = len(self.spy.logins(d.pid))
        self.assertNotEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"), "CKR_OK")
        self.assert_public(d, session)
        self.assertEqual(len(self.spy.logins(d.pid)), before)
        self.assert_works(self.keeper, self.kept)

    def test_revocation_spares_who_proved_the_pin(self):
        d, session, job, window = self.asked(program=self.other_program())
        self.press(window, "Allow for this session")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        prover, theirs = self.session(SHARED, program=self.other_program("third-program"))
        prover.ok("login", theirs, "user", PIN)
        self.pinfold.ctl("consent", "revoke", "--all")
        self.assert_public(d, session)
        self.assert_works(prover, theirs)

    def test_refused_program_has_no_pin_but_by_its_own_login(self):
        monitor = self.box.monitor()
        d, session, job, window = self.asked(program=self.other_program())
        self.press(window, "Cancel")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assert_public(d, session)
        self.assertEqual(d.rv("create", session, "class=data", "private=true", "value=00"),
                         "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(self.spy.logins(d.pid), [])
        self.assertEqual(secretscan.scan(d.pid, PIN), [])
        self.assertFalse(monitor.contains(PIN.encode()))
        self.assertTrue(secretscan.scan(self.pinfold.agent_pid(), PIN))
        d.ok("login", session, "user", PIN)
        self.assert_works(d, session)

    def test_equal_questions_are_one(self):
        programs = [self.session(SHARED, program=self.other_program()) for _ in range(3)]
        jobs = [d.background("login", session, "user", "null") for d, session in programs]
        self.press(self.ui.window(PERMISSION, timeout=20), "Allow for this session")
        for (d, session), job in zip(programs, jobs):
            self.assertEqual(d.join(job).rv, "CKR_OK")
            self.assert_works(d, session)


class UnknownProgram(ConsentCase):
    """One in a PID namespace of its own: nobody can tell which program it is."""

    PREFIX = ("unshare", "--pid", "--fork", "--kill-child")

    def setUp(self):
        need_tools("unshare")
        super().setUp()
        if self.box.run(*self.PREFIX, "true", check=False).returncode != 0:
            raise unittest.SkipTest("no PID namespace can be made here")

    def test_nothing_is_remembered(self):
        d, session, job, window = self.asked(prefix=self.PREFIX, program=self.other_program())
        self.assertIn("unknown program", " ".join(window.texts()).lower())
        for name in ("Always allow", "Allow for this session", "Never allow"):
            self.assertFalse(window.has(name, "push button"), name)
        self.press(window, "Cancel")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assert_public(d, session)
        self.assertEqual(self.decisions(), [])
        d.ok("login", session, "user", PIN)
        self.assert_works(d, session)

    def test_once(self):
        d, session, job, window = self.asked(prefix=self.PREFIX, program=self.other_program())
        self.press(window, "Allow once")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assert_works(d, session)
        other, theirs, job, window = self.asked(prefix=self.PREFIX, program=self.other_program())
        self.press(window, "Cancel")
        self.assert_public(other, theirs)
        self.assertEqual(self.decisions(), [])


class Nobody(ConsentCase):
    """No dialog is possible."""

    desktop = False

    def setUp(self):
        SharingCase.setUp(self)
        self.keeper, self.kept = self.logged_in(SHARED)

    def test_not_allowed_but_by_its_own_login(self):
        d, session = self.session(SHARED, program=self.other_program())
        self.assert_public(d, session)
        self.assertNotEqual(d.rv("login", session, "user", "null"), "CKR_OK")
        self.assertEqual(self.spy.logins(d.pid), [])
        self.assertEqual(secretscan.scan(d.pid, PIN), [])
        d.ok("login", session, "user", PIN)
        self.assert_works(d, session)


if __name__ == "__main__":
    tap.main()
