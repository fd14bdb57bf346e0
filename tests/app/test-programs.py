#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The page of programs that can use Pinfold: switches that run pinfoldctl."""

import fcntl
import os
import re
import shutil
from pathlib import Path

from gi.repository import GLib

from appcase import wait_served
from pinfoldtest import build_path, need_backend, tap
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import Pinfold, module_path
from settingscase import SettingsCase

# What belongs to a terminal, as pinfoldctl prints it.
TERMINAL = re.compile(r"pinfoldctl|--|\bregister|ssh-add|keytool|[A-Z]+_[A-Z]+=|\$")
FAILED = "The settings of a program were not changed"
OTHERS = "Host gate\n    PKCS11Provider {library}\n"


class Programs(SettingsCase):
    page = "Programs"

    def setUp(self):
        super().setUp()
        # One that p11-kit does not know, which the machine's own files would tell it of.
        self.backend = str(self.box.dir / "some-token.so")
        shutil.copy(need_backend("softhsm"), self.backend)
        self.home = Path(self.box.env["HOME"])
        (self.home / ".config/pinfold").mkdir(mode=0o700)
        Pinfold.write_config(self.home / ".config/pinfold/pinfold.conf",
                             {"softhsm2": self.backend})
        self.config = self.home / ".ssh/config"
        self.config.parent.mkdir(mode=0o700)

    def open_as_the_welcome_page_does(self):
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.asked, 15, "the first question")
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", ("use-with", [], {})), None, 0,
                           15000, None)
        return self.ui.window("Settings", 30)

    def switch(self, window, name):
        return window.find(name, "toggle button", 30, showing=False)

    def wait_switch(self, window, name, on):
        wait_served(lambda: self.switch(window, name).has_state("checked") == on, 30,
                    f"{name} to be {'on' if on else 'off'} in:\n{window.tree()}")

    def text(self):
        return self.config.read_text() if self.config.exists() else ""

    def test_on_and_off_by_the_keyboard_and_what_fails(self):
        self.config.write_text("User me\n")
        (self.home / ".var/app/org.mozilla.firefox").mkdir(parents=True)
        window = self.open_as_the_welcome_page_does()
        self.wait_texts(window, "OpenSSH", "Java", "Firefox has not been used here yet")
        wait_served(lambda: not self.switch(window, "Firefox").has_state("sensitive"), 30,
                    "nothing of Firefox to be switched")
        self.wait_switch(window, "OpenSSH", False)
        self.focus_switch(window, "OpenSSH")
        self.press_keys(window, "space")
        self.wait_switch(window, "OpenSSH", True)
        self.wait_in_file(f"PKCS11Provider {module_path()}\n")
        self.wait_focus(window, "OpenSSH")
        self.wait_texts(window, "Firefox is also here as a Flatpak")
        # What is said to root is about the terminal.
        self.assertEqual([text for text in window.texts() if TERMINAL.search(text) and
                          "root" not in text], [])
        self.switch(window, "OpenSSH").press()
        self.wait_switch(window, "OpenSSH", False)
        wait_served(lambda: self.text() == "User me\n", 30, "the file to be as it was")
        self.config.unlink()
        self.config.mkdir()
        self.switch(window, "OpenSSH").press()
        self.wait_texts(window, "is not a regular file")
        self.wait_switch(window, "OpenSSH", False)

    def test_what_is_wanted_while_another_is_changed(self):
        window = self.open_page()
        self.wait_texts(window, "OpenSSH", "OpenSSL")
        self.home.chmod(0o700)
        lock = os.open(self.home, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)  # as if another pinfoldctl were at work
        for name in ("OpenSSH", "OpenSSL"):
            self.switch(window, name).press()
            self.wait_switch(window, name, True)
        os.close(lock)
        self.wait_in_file(f"PKCS11Provider {module_path()}\n")
        wait_served((self.home / ".config/pinfold/openssl.cnf").exists, 30, "OpenSSL's file")
        self.wait_no_text(window, "Looking at the programs…")
        for name in ("OpenSSH", "OpenSSL"):
            self.wait_switch(window, name, True)

    def test_what_waits_when_the_window_is_closed(self):
        """It is done all the same, and what fails is told."""
        fault = self.wrap_ctl('case "$*" in "register openssl"*) test ! -e {path} || '
                              '{{ echo "pinfoldctl: no luck" >&2; exit 1; }};; esac')
        window = self.open_page()
        self.wait_texts(window, "OpenSSH", "OpenSSL")
        fault.touch()
        self.home.chmod(0o700)
        lock = os.open(self.home, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)  # as if another pinfoldctl were at work
        for name in ("Java", "OpenSSH", "OpenSSL"):
            self.switch(window, name).press()
            self.wait_switch(window, name, True)
        window.press("Close")
        self.ui.wait_no_window("Settings", 30)
        os.close(lock)
        self.wait_in_file(f"PKCS11Provider {module_path()}\n")
        self.wait_texts(self.ui.window(FAILED, 30), "no luck")

    def test_switched_while_the_programs_are_looked_at(self):
        """As they are when a click brings the window to the front."""
        gate = self.wrap_ctl('case "$*" in *--list*) test ! -p {path} || cat {path};; esac')
        window = self.open_page()
        self.wait_switch(window, "OpenSSH", False)
        os.mkfifo(gate)
        self.turn_to(window, "General")
        self.turn_to(window, "Programs")
        self.wait_texts(window, "Looking at the programs…")
        self.switch(window, "OpenSSH").press()
        wait_served(self.text, 30, "the file to be written")
        gate.unlink()
        self.wait_switch(window, "OpenSSH", True)

    def test_what_pinfoldctl_cannot_say(self):
        """The switch goes back to what is there."""
        fault = self.wrap_ctl('case "$*" in "register ssh"*) test ! -e {path} || '
                              '{{ echo "pinfoldctl: no luck" >&2; exit 1; }};; esac')
        window = self.open_page()
        self.wait_switch(window, "OpenSSH", False)
        fault.touch()
        self.switch(window, "OpenSSH").press()
        self.wait_texts(window, "no luck")
        self.wait_switch(window, "OpenSSH", False)
        fault.unlink()
        self.switch(window, "OpenSSH").press()
        self.wait_switch(window, "OpenSSH", True)
        self.wait_in_file(module_path())

    def wrap_ctl(self, script):
        """The app has a pinfoldctl that runs the line of shell first; returns the path in that, where
        there is nothing yet."""
        path, folder = self.box.dir / "path", self.box.dir / "bin"
        folder.mkdir()
        self.program = folder / "pinfold"
        shutil.copy2(build_path("app/pinfold"), self.program)
        ctl = folder / "pinfoldctl"
        ctl.write_text(f'#!/bin/sh\n{script.format(path=path)}\n'
                       f'exec {build_path("app/pinfoldctl")} "$@"\n')
        ctl.chmod(0o755)
        return path

    @tap.only_if(FULL)
    def test_others_are_pointed_out_and_replaced(self):
        before = OTHERS.format(library=self.backend)
        self.config.write_text(before)
        window = self.open_page()
        self.wait_texts(window, "the same cards and tokens")
        self.focus_switch(window, "OpenSSH")  # which has it scrolled into view
        window.find("Replace by Pinfold", "push button", 30).press()
        self.wait_switch(window, "OpenSSH", True)
        self.wait_no_text(window, "the same cards and tokens")
        self.wait_in_file(module_path())
        self.assertLess(self.text().index(module_path()), self.text().index(self.backend))
        self.switch(window, "OpenSSH").press()
        wait_served(lambda: self.text() == before, 30, "the file to be as it was")

    def wait_in_file(self, part):
        """A switch shows what is wanted before it is."""
        wait_served(lambda: part in self.text(), 30, lambda: f"{part!r} in {self.text()!r}")

    def focus_switch(self, window, name):
        self.switch(window, name).focus()
        self.wait_focus(window, name)

    def wait_focus(self, window, name):
        wait_served(lambda: self.switch(window, name).has_state("focused"), 30, "the focus")


if __name__ == "__main__":
    tap.main()
