#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app with the real agent: started for a prompt, wrong and right PINs, Cancel, a new agent."""

import json
import os
import shutil
import subprocess

from gi.repository import GLib

from appcase import AppCase
from pinfoldtest import process, tap
from pinfoldtest.paths import build_path
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wait import wait_for, wait_within

TOKEN = "pkcs11:model=Model;manufacturer=Maker;serial=0001;token=Office%20card"
PIN = "20464128"


class ClientCase(AppCase):
    """A client of the agent, and a person."""

    def start_client(self, how):
        self.client = self.box.start([build_path("tests/agent/link-client")], name="client",
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: self.command(f"contact {how}").startswith("ok"), 10, "the agent")
        self.assertTrue(self.command(f"sessions {TOKEN} - 1").startswith("ok"))

    def send(self, line):
        self.client.stdin.write(line + "\n")
        self.client.stdin.flush()

    def answer(self):
        return self.client.stdout.readline().strip()

    def command(self, line):
        self.send(line)
        return self.answer()

    def type_pin(self, pin, window="PIN —", name="PIN", *more):
        """Into the entry of that name, and what comes after it, then Enter."""
        entry = self.ui.window(window).find(name, "password text")
        wait_for(lambda: entry.has_state("focused") and entry.has_state("sensitive"), 5,
                 "the entry")

        def is_taken():
            self.box.screen.type("0")
            return entry.text()

        wait_for(is_taken, 5, "keys to be taken")
        self.box.screen.key("ctrl+a", "BackSpace")
        self.box.screen.type("\t".join((pin, *more)))
        self.box.screen.key("Return")

    def prompt(self, previous=0):
        self.send(f"prompt {TOKEN} - {previous}")
        return self.ui.window("PIN — Office card")


class WithAgent(ClientCase):
    def setUp(self):
        # As in AppCase, but the bus starts agent and app when somebody asks for them.
        self.box = Sandbox(display=True, wm=True)
        self.addCleanup(self.box.close)
        self.ui = self.box.ui()
        self.start_client("start")

    def test_wrong_then_right(self):
        window = self.prompt()
        window.wait_shown("link-client asks for the PIN of “Office card”")
        self.picture("agent-prompt")
        self.type_pin("9999")
        status, lease, pin = self.answer().split()
        self.assertEqual((status, pin), ("ok", "9999"))
        self.command(f"end {lease} 2")
        self.prompt(lease).wait_text("Wrong PIN.")
        self.type_pin(PIN)
        status, lease, pin = self.answer().split()
        self.assertEqual((status, pin), ("ok", PIN))
        self.assertEqual(self.command(f"end {lease} 1"), "ok cached")
        self.ui.wait_no_window("PIN —")
        self.assert_not_in_memory(window.pid, PIN)

    def test_cancel(self):
        self.prompt().press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        self.ui.wait_no_window("PIN —")

    def press_until(self, window, button, is_done):
        """The first presses may come too soon after the window."""
        found = window.find(button, "push button")

        def is_pressed():
            found.press()
            return is_done()

        wait_for(is_pressed, 5, f"{button} to be taken")

    def test_consent(self):
        self.box.run("gsettings", "set", "org.pinfold", "confirm-signatures", "true")
        wait_for(lambda: int(self.command("policy").split()[1]) & 4, 5, "the setting")
        self.assertEqual(self.command(f"store {TOKEN} - {PIN}"), "ok")
        self.send(f"prompt {TOKEN} - 0 context sign Key")
        window = self.ui.window("Sign — Office card")
        window.wait_shown("link-client wants to sign with “Office card”")
        self.press_until(window, "Sign",
                         lambda: any("checks the PIN" in text for text in window.texts()))
        status, lease, pin, source = self.answer().split()
        self.assertEqual((status, pin, source), ("ok", PIN, "cached"))
        self.command(f"end {lease} 1")
        self.ui.wait_no_window("Sign —")
        self.assert_not_in_memory(window.pid, PIN)

    def test_change(self):
        self.assertEqual(self.command(f"store {TOKEN} - {PIN}"), "ok")
        self.send(f"change {TOKEN} - 0 change")
        window = self.ui.window("Change PIN — Office card")
        window.wait_shown("link-client wants to change the PIN of “Office card”")
        self.type_pin("9999", "Change PIN —", "Present PIN", "83062915", "83062915")
        status, lease, old, new = self.answer().split()
        self.assertEqual((status, old, new), ("ok", "9999", "83062915"))
        self.assertEqual(self.command(f"end {lease} 2"), "ok not-cached")
        self.send(f"change {TOKEN} - {lease} change")
        window.wait_text("Wrong PIN.")
        self.type_pin(PIN, "Change PIN —", "Present PIN")
        status, lease, old, new = self.answer().split()
        self.assertEqual((status, old, new), ("ok", PIN, "83062915"))
        self.assertEqual(self.command(f"end {lease} 1"), "ok not-cached")
        self.ui.wait_no_window("Change PIN —")
        self.assertEqual(self.command(f"take {TOKEN} -"), "not-logged-in")
        for pin in (PIN, "83062915"):
            self.assert_not_in_memory(window.pid, pin)

    def tooltip(self):
        """What the tray icon says."""
        owner = self.box.screen.tray_items()[0].partition("/")[0]
        answer = self.bus.call_sync(
            owner, "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
            GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "ToolTip")), None, 0, 5000, None)
        return answer.unpack()[0][3]

    def reject(self):
        lease = self.command(f"take {TOKEN} - sign Key").split()[1]
        self.command(f"end {lease} 2")

    def end_program(self):
        self.client.stdin.close()
        self.client.wait(20)

    def test_tray_says_why_a_pin_was_forgotten(self):
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.box.screen.start_panel()
        self.start_app("--gapplication-service")
        wait_for(self.box.screen.tray_items, 10, "the tray icon")
        ctl = build_path("app/pinfoldctl")
        for reason, words, cause in (
                ("command", "you said so", lambda: self.box.run(ctl, "forget")),
                ("logout", "the program logged out", lambda: self.command(f"logout {TOKEN} -")),
                ("rejected", "the token rejected it", self.reject),
                ("pin-changed", "PIN changed", lambda: self.command(f"report {TOKEN} 1")),
                ("removed", "card removed", lambda: self.command(f"report {TOKEN} 3")),
                ("setting-loosened", "a setting was changed",
                 lambda: self.box.run(ctl, "set", "forget-on-lock", "false")),
                ("mode-changed", "caching mode changed",
                 lambda: self.box.run(ctl, "set", "cache-mode", "shared")),
                ("process-gone", "the program ended", self.end_program)):
            with self.subTest(reason=reason):
                self.assertEqual(self.command(f"store {TOKEN} - {PIN}"), "ok")
                wait_for(lambda: "PIN cached for" in self.tooltip(), 5, "the PIN")
                cause()
                wait_within(lambda: self.tooltip().endswith(f"PIN forgotten: {words}"), 1, words)
                latest = json.loads(self.box.run(ctl, "history", "--json").stdout)
                self.assertEqual(next(e["reason"] for e in latest if e["event"] == "forgotten"),
                                 reason)

    def test_program_goes_away(self):
        self.prompt()
        process.end_processes([self.client.pid])
        self.ui.wait_no_window("PIN —")

    def test_new_agent(self):
        window = self.prompt()
        window.press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        process.end_processes(self.box.pids_of(build_path("agent/pinfold-agent")))
        self.client.stdin.close()
        self.box.start([build_path("agent/pinfold-agent")], name="agent2")
        self.start_client("-")
        again = self.prompt()
        again.press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        self.assertEqual(again.pid, window.pid)


class Upgraded(ClientCase):
    """The package is replaced under the app; then the agent is another one."""

    def setUp(self):
        self.box = Sandbox(display=True, wm=True, services=False)
        self.addCleanup(self.box.close)
        for name in ("agent/pinfold-agent", "app/pinfold"):
            path = self.box.dir / "tree" / name
            path.parent.mkdir(parents=True)
            shutil.copy2(build_path(name), path)
        self.agent = self.box.dir / "tree/agent/pinfold-agent"
        self.app = self.box.dir / "tree/app/pinfold"
        self.box.add_service("org.pinfold.Agent", self.agent)
        self.box.add_service("org.pinfold.Pinfold", f"{self.app} --gapplication-service")
        self.ui = self.box.ui()
        self.start_client("start")

    def test_app_follows(self):
        window = self.prompt()
        window.press("Cancel")
        self.assertEqual(self.answer(), "canceled")
        shutil.copy2(self.app, self.app.with_suffix(".new"))
        os.rename(self.app.with_suffix(".new"), self.app)
        process.end_processes(self.box.pids_of(self.agent))
        self.client.stdin.close()
        self.start_client("start")
        # An app that cannot be asked would not be asked.
        again = self.prompt()
        self.assertEqual(self.box.pids_of(self.app), [again.pid])
        again.press("Cancel")
        self.assertEqual(self.answer(), "canceled")


if __name__ == "__main__":
    tap.main()
