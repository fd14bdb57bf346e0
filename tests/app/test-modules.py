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
        wait_for(lambda: self.has_name(self.bus, AGENT[0]), 30, "the agent")
        self.start_app("--gapplication-service", env=CHOOSER_ENV)
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), 30, "the app")
        return self.open_dialog()

    def open_dialog(self):
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", ("settings", [], {})), None, 0,
                           15000, None)
        window = self.ui.window("Settings", 30)
        window.find("Modules", "list item", 30).select()
        return window

    def agents_modules(self):
        """Names of those that the agent has looked at."""
        return [module["name"] for module in self.agents_status()["modules"]]

    def agents_status(self):
        return self.bus.call_sync(*AGENT, "GetStatus", None, None, 0, 15000, None).unpack()[0]

    def wait_file(self, text):
        wait_for(lambda: self.conf.exists() and self.conf.read_text(encoding="utf-8") == text, 30,
                 f"{text!r} in the file")

    def wait_modules(self, *names):
        wait_for(lambda: self.agents_modules() == list(names), 30, f"the agent to know {names}")

    def press(self, window, name):
        """When it can be: not while the files are read."""
        button = window.find(name, "push button", 30)
        wait_for(lambda: button.has_state("sensitive"), 30, f"{name} to be offered")
        button.press()

    def add(self, window, path):
        self.press(window, "Add Module…")
        self.choose_file("Choose a PKCS#11 Module", path)


class Modules(ModulesCase):
    def test_list_and_change(self):
        self.write(f"# mine\n[Modules]\n# the good one\nmock = {self.mock.path} ; tested\n"
                   "gone = /nonexistent/module.so\n[Policy]\nprotected-path = ssh\n")
        window = self.open_page()
        window.wait_text("Works: Mock token", 30)
        window.wait_text("Does not work: ", 30)
        window.wait_text(f"From {self.conf}", 30)
        self.picture("modules")
        window.find("Move down", "push button", 30).press()
        self.wait_file("# mine\n[Modules]\n# the good one\ngone = /nonexistent/module.so\n"
                       f"mock = {self.mock.path} ; tested\n[Policy]\nprotected-path = ssh\n")
        self.wait_modules("gone", "mock")
        self.press(window, "Remove")
        kept = (f"# mine\n[Modules]\n# the good one\nmock = {self.mock.path} ; tested\n"
                "[Policy]\nprotected-path = ssh\n")
        self.wait_file(kept)
        self.wait_modules("mock")
        wait_for(lambda: not any("Does not work" in t for t in window.texts()), 30, "it to go")

        self.add(window, self.soft)
        soft = f"softhsm2 = {self.soft}\n"
        self.wait_file(kept.replace("[Policy]", f"{soft}[Policy]"))
        self.wait_modules("mock", "softhsm2")
        window.wait_text("Works: Implementation of PKCS11", 30)

    def test_nothing_is_written(self):
        """Of what is no module, nor into a file with faults."""
        text = f"[Modules]\nmock = {self.mock.path}\n"
        self.write(text)
        library = self.box.dir / "text.so"
        library.write_text("no library", encoding="utf-8")
        window = self.open_page()
        window.wait_text("Works: Mock token", 30)
        for path, words in ((library, "“text.so” cannot be used and was not added: "),
                            (build_path("p11module/pinfold-pkcs11.so"),
                             "“pinfold-pkcs11.so” is Pinfold itself and was not added."),
                            (self.mock.path, "“mock-backend.so” is in the list already.")):
            self.add(window, path)
            window.wait_text(words, 30)
        self.picture("modules-not-added")
        self.assertEqual(self.conf.read_text(encoding="utf-8"), text)

        text += "what is this\n"
        self.write(text)
        window.find("Close", "push button", 30).press()
        self.ui.wait_no_window("Settings", 30)
        window = self.open_dialog()
        window.wait_text(f"{self.conf}, line 3: is no section, key or comment", 30)
        window.wait_text("It is not changed here until they are corrected.", 30)
        window.wait_text(f"From {self.conf}", 30)
        window.wait_text("Works: Mock token", 30)
        self.picture("modules-faulty-file")
        button = window.find("Add Module…", "push button", 30)
        wait_for(lambda: not button.has_state("sensitive"), 30, "the button to rest")
        self.assertFalse(window.has("Remove", "push button"))
        self.assertEqual(self.conf.read_text(encoding="utf-8"), text)


class Builtin(ModulesCase):
    """Without a file: what Pinfold chooses by itself."""

    def test_switched_off_and_on(self):
        window = self.open_page()
        window.wait_text("Pinfold’s own choice", 30)
        names = wait_for(self.agents_modules, 30, "the agent's modules")
        first = names[0]
        paths = self.paths()
        self.press(window, "Switch Off")
        self.wait_file(f"[Modules]\n{first} = \n")
        self.assertEqual(self.conf.stat().st_mode & 0o777, 0o600)
        self.wait_modules(*names[1:])
        window.wait_text("Switched off", 30)
        self.picture("modules-switched-off")
        self.press(window, "Switch On")
        self.wait_file("[Modules]\n")
        self.wait_modules(*names)
        self.press(window, "Switch Off")
        self.wait_modules(*names[1:])
        # A module of one's own goes beside the chosen ones, not instead of them.
        self.add(window, self.mock.path)
        lines = "".join(f"{name} = {paths[name]}\n" for name in names[1:])
        self.wait_file(f"[Modules]\n{first} = \n{lines}mock-backend = {self.mock.path}\n")
        self.wait_modules(*names[1:], "mock-backend")
        self.press(window, "Switch On")
        self.wait_file(f"[Modules]\n{first} = {paths[first]}\n{lines}"
                       f"mock-backend = {self.mock.path}\n")
        self.wait_modules(*names, "mock-backend")

        # What the dialog sets, the agent obeys.
        window.find("General", "list item", 30).select()
        window.find("Off", "radio button", 30).press()
        wait_for(lambda: self.agents_status()["cache_mode"] == "off", 30, "the agent's mode")

    def paths(self):
        return {module["name"]: module["path"] for module in self.agents_status()["modules"]}


if __name__ == "__main__":
    tap.main()
