#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A token that takes its time: how far it is, how it is stopped, and what becomes of a wish to quit."""

import contextlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from appcase import wait_served
from pinfoldtest import Driver, Spy, build_path, softhsm, tap
from pinfoldtest.bus import MOCK, Bus
from pinfoldtest.extent import FULL
from pinfoldtest.wait import wait_for
from settingscase import CHOOSER_ENV
from taskcase import LONG, FileCase, Saver

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tokens"))
import p12

MANAGER = ("org.gnome.SessionManager", "/org/gnome/SessionManager")
PASSWORD = "kx7-62840519"
NEW = "83062915"
LATER = "Pinfold quits when the token is done"


def find_helper(box, verb, program=build_path("agent/pinfold-tokens")):
    """The helper that is at that, and not one that only lists tokens; None: there is none."""
    for pid in box.pids_of(program):
        with contextlib.suppress(OSError):
            if f"\0{verb}\0".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


class Slow(FileCase):
    """Each login, each new PIN and each object takes some seconds; there is a session manager."""

    app_env = CHOOSER_ENV

    def make_tokens(self):
        super().make_tokens()
        self.spy = Spy(self.box, self.module, delay="C_Login=3000,C_SetPIN=3000,C_CreateObject=1000")
        self.modules["soft"] = self.spy.path
        self.box.env |= self.spy.env
        root_key, key = p12.ec_key(), p12.ec_key()
        root = p12.certify(root_key, "Root")
        self.file = p12.write(self.box.dir / "anna.p12", key,
                              p12.certify(key, "Anna Beispiel", (root, root_key)), [root],
                              password=PASSWORD)

    def start_app(self, *args, **kwargs):
        self.manager = Bus(self.box.bus_address)
        self.box.start(["/usr/bin/python3", "-m", "dbusmock", "--session", *MANAGER, MANAGER[0]],
                       name="session-manager")
        wait_for(lambda: self.manager.has_owner(MANAGER[0]), LONG, "the session manager")
        for method, takes, gives, code in (("Inhibit", "susu", "u", "ret = 7"),
                                           ("Uninhibit", "u", "", "")):
            self.manager.call(*MANAGER, MOCK, "AddMethod", "(sssss)", MANAGER[0], method, takes,
                              gives, code)
        super().start_app(*args, **kwargs)

    def said(self, method):
        """With what the session manager was called."""
        return [list(args) for _when, name, args in
                self.manager.call(*MANAGER, MOCK, "GetCalls")[0] if name == method]

    def begin_import(self, pin=softhsm.PIN):
        self.activate("import", self.tokens()["pinfold-test"])
        self.choose("Import Keys and Certificates", self.file, "Open")
        window = self.window("Import — pinfold-test")
        self.fill(window, "Import", File_password=PASSWORD, PIN=pin)
        return window

    def count(self, function):
        return self.spy.counts(rv="CKR_OK")[function]

    def wait_copying(self):
        wait_for(lambda: self.count("C_CreateObject"), LONG, "an object")

    def hold(self):
        """The helper stands still at the login that comes after what it asks of mechanisms."""
        def find():
            pid = find_helper(self.box, "import")
            return pid if pid and self.spy.calls("C_GetMechanismInfo", pid) else None

        self.held = wait_for(find, LONG, "the helper")
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        os.kill(self.held, number)

    def typed(self, window, *names):
        """How much there is in those entries."""
        return [len(window.find(name, "password text").text()) for name in names]

    def objects(self):
        """How many there are of each class."""
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test")
            driver.ok("login", session, "user", softhsm.PIN)
            return [len(driver.find(session, **{"class": name}))
                    for name in ("private_key", "public_key", "certificate")]

    @tap.only_if(FULL)
    def test_stopped_in_the_middle(self):
        window = self.begin_import()
        window.wait_text("The token checks the PIN…", LONG)
        self.wait_copying()
        helper, = self.box.pids_of(build_path("agent/pinfold-tokens"))
        os.kill(helper, signal.SIGSTOP)
        window.wait_text("Keys and certificates are copied…", LONG)
        window.find("Progress", "progress bar")
        self.picture("import-working")
        window.press("Cancel")
        window.wait_text("The import is stopped…", LONG)
        os.kill(helper, signal.SIGCONT)
        self.wait_no_window("Import —")
        self.assertEqual(self.objects(), [0, 0, 0])
        self.assertEqual(self.count("C_CreateObject"), self.count("C_DestroyObject"))
        # And that was all: it can be done again, to its end.
        window = self.begin_import()
        self.wait_no_window("Import —")
        self.assertEqual(self.objects(), [1, 1, 2])

    @tap.only_if(FULL)
    def test_stopped_before_the_pin(self):
        self.box.env["PF_SPY_DELAY"] = "C_Initialize=2000"
        self.start_app_anew()
        window = self.begin_import()
        window.press("Cancel")
        window.wait_text("The import is stopped…", LONG)
        cancel = window.find("Cancel", "push button")
        wait_for(lambda: not cancel.has_state("sensitive"), LONG, "the button to rest")
        self.wait_no_window("Import —")
        self.assertEqual(self.spy.logins(), [])

    def start_app_anew(self):
        self.end_app(self.bus)
        FileCase.start_app(self, "--gapplication-service", env=self.app_env)
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), LONG, "the app")

    def test_quit_waits(self):
        window = self.begin_import("9999")
        self.hold()
        self.assertEqual(self.typed(window, "File password", "PIN"), [0, 0])
        self.activate("quit")
        note = self.window("Pinfold")
        note.wait_shown(LATER, timeout=LONG)
        self.picture("quit-later")
        self.signal(signal.SIGCONT)
        # What went wrong is still to be seen.
        window.wait_text("Wrong PIN.", LONG)
        self.wait_no_window("Pinfold")

        self.fill(window, "Import", File_password=PASSWORD, PIN=softhsm.PIN)
        self.hold()
        self.activate("quit")
        self.window("Pinfold").press("Do Not Quit")
        self.wait_no_window("Pinfold")
        self.activate("quit")
        self.window("Pinfold").press("Quit When Done")
        self.signal(signal.SIGCONT)
        self.assertEqual(self.app.wait(LONG * 4), 0)
        self.assertEqual(self.objects(), [1, 1, 2])
        inhibitions = self.said("Inhibit")
        self.assertEqual([words[0] for words in inhibitions], ["org.pinfold.Pinfold"] * 2)
        self.assertIn("copied", inhibitions[0][2])
        self.assertEqual(inhibitions[0][3], 1 | 4)  # logout, suspend
        self.assertEqual(self.said("Uninhibit"), [[7], [7]])

    def test_locked_screen(self):
        """What was typed goes at once; what went wrong is said, and nothing asks for it there."""
        saver = Saver(self.bus)
        window = self.begin("change-pin", "Change PIN — pinfold-test")
        self.fill(window, "Change PIN", Present_PIN="9999", New_PIN=NEW, Repeat_new_PIN=NEW)
        self.held = wait_for(lambda: find_helper(self.box, "change-pin"), LONG, "the helper")
        self.signal(signal.SIGSTOP)
        names = ("Present PIN", "New PIN", "Repeat new PIN")
        self.assertEqual(self.typed(window, *names), [0, len(NEW), len(NEW)])
        saver.set_active(True)
        wait_served(lambda: not any(self.typed(window, *names)), LONG, "it to be forgotten")
        self.signal(signal.SIGCONT)
        wait_for(lambda: self.window("Change PIN —").has("Close", "push button"), LONG, "the note")
        note = self.window("Change PIN — pinfold-test")
        note.wait_text("Wrong PIN.", LONG)
        self.assertFalse(note.has(role="password text"))
        note.press("Close")
        self.wait_no_window("Change PIN —")

    @tap.only_if(FULL)
    def test_terminated(self):
        self.begin_import()
        self.wait_copying()
        self.app.terminate()
        self.assertEqual(self.app.wait(LONG * 4), 0)
        self.assertEqual(self.objects(), [1, 1, 2])

    @tap.only_if(FULL)
    def test_terminated_twice(self):
        """Who cannot wait: nothing looks complete, and it can be done again."""
        self.begin_import()
        self.wait_copying()
        self.app.terminate()
        wait_for(lambda: self.app.terminate() or self.app.poll() is not None, LONG, "the end")
        self.assertLess(sum(self.objects()), 4)
        FileCase.start_app(self, "--gapplication-service", env=self.app_env)
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), LONG, "the app")
        self.begin_import()
        self.wait_no_window("Import —")
        self.assertEqual(self.objects(), [1, 1, 2])


class Upgraded(FileCase):
    """The package is replaced while a token is at work, and then the agent by another one."""

    def make_tokens(self):
        super().make_tokens()
        self.spy = Spy(self.box, self.module, delay="C_SetPIN=3000")
        self.modules["soft"] = self.spy.path
        self.box.env |= self.spy.env
        for name in ("agent/pinfold-agent", "agent/pinfold-tokens", "app/pinfold"):
            path = self.box.dir / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(build_path(name), path)
        self.agent_program = self.box.dir / "tree/agent/pinfold-agent"
        self.program = self.box.dir / "tree/app/pinfold"

    def replace_app(self):
        new = self.program.with_suffix(".new")
        shutil.copy2(self.program, new)
        os.rename(new, self.program)

    def replace_agent(self):
        self.agent.terminate()
        self.agent.wait(LONG)
        self.start_agent()

    def begin_change(self):
        window = self.begin("change-pin", "Change PIN — pinfold-test")
        self.fill(window, "Change PIN", Present_PIN=softhsm.PIN, New_PIN=NEW, Repeat_new_PIN=NEW)
        program = self.box.dir / "tree/agent/pinfold-tokens"
        return wait_for(lambda: find_helper(self.box, "change-pin", program), LONG, "the helper")

    def pin_changes(self):
        text = self.box.run(build_path("app/pinfoldctl"), "history", "--json").stdout
        return [entry for entry in json.loads(text) if entry["event"] == "pin-changed"]

    def runs_new_app(self):
        return os.readlink(f"/proc/{self.app.pid}/exe") == str(self.program)

    def test_work_is_finished_first(self):
        helper = self.begin_change()
        os.kill(helper, signal.SIGSTOP)
        self.replace_app()
        self.replace_agent()
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Agent"), LONG, "the new agent")
        self.window("Change PIN — pinfold-test").wait_text("The token changes the PIN…", LONG)
        os.kill(helper, signal.SIGCONT)
        wait_for(self.pin_changes, LONG, "the agent to be told")
        # Which refuses it: not before, as there was a PIN in its memory.
        log = self.box.dir / "logs/pinfold.log"
        wait_for(lambda: "does not accept this app" in log.read_text(), LONG, "the refusal")
        wait_for(self.runs_new_app, LONG, "the new app")
        self.assertTrue(self.accepts(NEW))


if __name__ == "__main__":
    tap.main()
