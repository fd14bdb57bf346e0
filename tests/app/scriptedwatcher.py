# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""org.kde.StatusNotifierWatcher as a test dictates it."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

PATH = "/StatusNotifierWatcher"
NAME = "org.kde.StatusNotifierWatcher"
XML = """
<node>
  <interface name="org.kde.StatusNotifierWatcher">
    <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
    <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
    <signal name="StatusNotifierHostRegistered"/>
    <signal name="StatusNotifierHostUnregistered"/>
  </interface>
</node>
"""


class Watcher:
    """Draws nothing and remembers the items; waits in line when another one has the name."""

    def __init__(self, bus, host=True, refuses=False, hangs=False):
        self.items = []
        self.asked = 0  # whether there is a host
        self.host = host
        self.refuses = refuses
        self.hangs = hangs
        self._bus = bus
        self._object = bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0],
                                           self._on_method_call, self._on_get_property, None)
        self._name = Gio.bus_own_name_on_connection(bus, NAME, 0, None, None)

    def _on_method_call(self, _connection, _sender, _path, _iface, _method, args, invocation):
        self.items.append(args[0])
        if self.refuses:
            invocation.return_dbus_error("org.example.Refused", "as the test wants")
        elif not self.hangs:
            invocation.return_value(None)

    def _on_get_property(self, _connection, _sender, _path, _iface, _name):
        self.asked += 1
        return GLib.Variant("b", self.host)

    def set_host(self, host):
        """A host comes or goes."""
        self.host = host
        word = "Registered" if host else "Unregistered"
        self._bus.emit_signal(None, PATH, NAME, f"StatusNotifierHost{word}", None)
        self._bus.flush_sync(None)

    def stop(self):
        if self._name:
            Gio.bus_unown_name(self._name)
            self._bus.unregister_object(self._object)
        self._name = None
