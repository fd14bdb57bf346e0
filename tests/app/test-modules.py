#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The page of PKCS#11 modules, with the real agent: what works, and changes of the person's file."""

from pathlib import Path

from gi.repository import GLib

from appcase import AppCase
from pinfoldtest import softhsm, tap
from pinfoldtest.mock import Mock
from pinfoldtest.paths import build_path
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wait import wait_for
from settingscase import CHOOSER_ENV, SettingsCase

AGENT = ("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1")


class ModulesCase(AppCase):
    choose_file = SettingsCase.choose_file

    def setUp(self):
        self.box = Sandbox(display=True, wm=True, services=False, bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.soft = softhsm.setup(self.box)
        self.box.start_bus()
        self.ui = self.box.ui()
        self.conf = Path(self.box.env["XDG_CONFIG_HOME"], "pinfold/pinfold.conf")
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def write(self, text):
        self.conf.parent.mkdir(exist_ok=True)
        self.conf.write_text(text, encoding="utf-8")

    def open_page(self):
        self.box.start([build_path("agent/pinfold-agent")], name="agent")
        wait_for(lambda: self.has_name(self.bus, AGENT[0]), 15, "the agent")
        self.start_app("--gapplication-service", env=CHOOSER_ENV)
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), 15, "the app")
        return self.open_dialog()

    def open_dialog(self):
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", ("settings", [], {})), None, 0,
                           15000, None)
        window = self.ui.window("Settings", 30)
        window.find("Modules", "list item").select()
        return window

    def agents_modules(self):
        """Names of those that the agent has looked at."""
        return [module["name"] for module in self.agents_status()["modules"]]

    def agents_status(self):
        return self.bus.call_sync(*AGENT, "GetStatus", None, None, 0, 15000, None).unpack()[0]

    def wait_file(self, text):
        wait_for(lambda: self.conf.exists() and self.conf.read_text(encoding="utf-8") == text, 10,
                 f"{text!r} in the file")

    def wait_modules(self, *names):
        wait_for(lambda: self.agents_modules() == list(names), 15, f"the agent to know {names}")

    def add(self, window, path):
        window.press("Add Module…")
        self.choose_file("Choose a PKCS#11 Module", path)


class Modules(ModulesCase):
    def test_list_and_change(self):
        self.write(f"# mine\n[Modules]\n# the good one\nmock = {self.mock.path} ; tested\n"
                   "gone = /nonexistent/module.so\n[Policy]\nprotected-path = ssh\n")
        window = self.open_page()
        window.wait_text("Works: Mock token", 15)
        window.wait_text("Does not work: ")
        window.wait_text(f"From {self.conf}")
        self.picture("modules")
        window.find("Move down", "push button").press()
        self.wait_file("# mine\n[Modules]\n# the good one\ngone = /nonexistent/module.so\n"
                       f"mock = {self.mock.path} ; tested\n[Policy]\nprotected-path = ssh\n")
        self.wait_modules("gone", "mock")
        wait_for(lambda: window.find("Remove", "push button").has_state("sensitive"), 10, "Remove")
        window.press("Remove")
        kept = (f"# mine\n[Modules]\n# the good one\nmock = {self.mock.path} ; tested\n"
                "[Policy]\nprotected-path = ssh\n")
        self.wait_file(kept)
        self.wait_modules("mock")
        wait_for(lambda: not any("Does not work" in t for t in window.texts()), 10, "it to go")

        self.add(window, self.soft)
        soft = f"softhsm2 = {self.soft}\n"
        self.wait_file(kept.replace("[Policy]", f"{soft}[Policy]"))
        self.wait_modules("mock", "softhsm2")
        window.wait_text("Works: Implementation of PKCS11", 15)

    def test_nothing_is_written(self):
        """Of what is no module, nor into a file with faults."""
        text = f"[Modules]\nmock = {self.mock.path}\n"
        self.write(text)
        library = self.box.dir / "text.so"
        library.write_text("no library", encoding="utf-8")
        window = self.open_page()
        window.wait_text("Works: Mock token", 15)
        for path, words in ((library, "“text.so” cannot be used and was not added: "),
                            (build_path("p11module/pinfold-pkcs11.so"),
                             "“pinfold-pkcs11.so” is Pinfold itself and was not added."),
                            (self.mock.path, "“mock-backend.so” is in the list already.")):
            self.add(window, path)
            window.wait_text(words, 15)
        self.picture("modules-not-added")
        self.assertEqual(self.conf.read_text(encoding="utf-8"), text)

        text += "what is this\n"
        self.write(text)
        window.press("Close")
        self.ui.wait_no_window("Settings")
        window = self.open_dialog()
        window.wait_text(f"{self.conf}, line 3: is no section, key or comment")
        window.wait_text("It is not changed here until they are corrected.")
        window.wait_text(f"From {self.conf}")
        window.wait_text("Works: Mock token", 15)
        self.picture("modules-faulty-file")
        self.assertFalse(window.find("Add Module…", "push button").has_state("sensitive"))
        self.assertFalse(window.has("Remove", "push button"))
        self.assertEqual(self.conf.read_text(encoding="utf-8"), text)


class Builtin(ModulesCase):
    """Without a file: what Pinfold chooses by itself."""

    def test_switched_off_and_on(self):
        window = self.open_page()
        window.wait_text("Chosen by Pinfold, because no file names a module")
        names = wait_for(self.agents_modules, 15, "the agent's modules")
        first = names[0]
        window.press("Switch Off")
        self.wait_file(f"[Modules]\n{first} = \n")
        self.assertEqual(self.conf.stat().st_mode & 0o777, 0o600)
        self.wait_modules(*names[1:])
        window.wait_text("Switched off")
        self.picture("modules-switched-off")
        # A module of one's own goes beside the chosen ones, not instead of them.
        self.add(window, self.mock.path)
        lines = "".join(f"{name} = {path}\n" for name, path in self.paths(names[1:]))
        self.wait_file(f"[Modules]\n{first} = \n{lines}mock-backend = {self.mock.path}\n")
        self.wait_modules(*names[1:], "mock-backend")
        window.press("Switch On")
        self.wait_file(f"[Modules]\n{lines}mock-backend = {self.mock.path}\n")

        # What the dialog sets, the agent obeys.
        window.find("General", "list item").select()
        window.find("Off", "radio button").press()
        wait_for(lambda: self.agents_status()["cache_mode"] == "off", 10, "the agent's mode")

    def paths(self, names):
        """As the agent has them, in the files' order."""
        return [(m["name"], m["path"]) for m in self.agents_status()["modules"]
                if m["name"] in names]


if __name__ == "__main__":
    tap.main()
