# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A connection of the test's own to one of the sandbox's buses."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

MOCK = "org.freedesktop.DBus.Mock"


class Bus:
    """A connection of the test's own."""

    def __init__(self, address):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                 Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.connection.set_exit_on_close(False)

    def call(self, name, path, interface, method, signature="()", *args):
        answer = self.connection.call_sync(name, path, interface, method,
                                           GLib.Variant(signature, args), None, 0, 10000, None)
        return answer.unpack()

    def has_owner(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", "(s)", name)[0]

    def emit(self, name, path, interface, signal, signature="", *args):
        """The mock that owns name emits a signal."""
        values = GLib.Variant(f"({signature})", args)
        self.call(name, path, MOCK, "EmitSignal", "(sssav)", interface, signal, signature,
                  [values.get_child_value(i) for i in range(len(args))])

    def set(self, name, path, interface, key, signature, value):
        """A property of the mock changes, and it says so."""
        self.call(name, path, "org.freedesktop.DBus.Properties", "Set", "(ssv)", interface, key,
                  GLib.Variant(signature, value))
