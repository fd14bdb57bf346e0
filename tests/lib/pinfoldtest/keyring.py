# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The person's keyring: a gnome-keyring-daemon of the sandbox's own, unlocked by its own password."""

import subprocess

from gi.repository import GLib

from .paths import need_tools
from .wait import wait_for

NAME = "org.freedesktop.secrets"
SERVICE = "/org/freedesktop/secrets"
PASSWORD = b"the keyring's own"
SCHEMA = "org.pinfold.Pin"


class Keyring:
    """There when the constructor returns: unlocked, and the default of the Secret Service."""

    def __init__(self, box, bus):
        """bus: a Bus to the session bus."""
        need_tools("gnome-keyring-daemon")
        self.box = box
        self.bus = bus
        self.start()

    def start(self):
        self.process = self.box.start(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets",
             f"--control-directory={self.box.dir}/keyring"], name="keyring",
            stdin=subprocess.PIPE)
        self.process.stdin.write(PASSWORD)
        self.process.stdin.close()
        wait_for(lambda: self.bus.has_owner(NAME) and self.collection() != "/", 20, "the keyring")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def call(self, path, interface, method, signature="()", *args):
        return self.bus.call(NAME, path, f"org.freedesktop.Secret.{interface}", method, signature,
                             *args)

    def collection(self):
        return self.call(SERVICE, "Service", "ReadAlias", "(s)", "default")[0]

    def lock(self):
        self.call(SERVICE, "Service", "Lock", "(ao)", [self.collection()])

    def items(self):
        """The attributes of Pinfold's items."""
        unlocked, locked = self.call(SERVICE, "Service", "SearchItems", "(a{ss})",
                                     {"xdg:schema": SCHEMA})
        found = []
        for path in unlocked + locked:
            try:
                found += self.bus.call(NAME, path, "org.freedesktop.DBus.Properties", "Get", "(ss)",
                                       "org.freedesktop.Secret.Item", "Attributes")
            except GLib.Error:
                pass  # it is gone by now
        return found
