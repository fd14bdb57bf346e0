# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""org.freedesktop.Notifications as a test dictates it."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

PATH = "/org/freedesktop/Notifications"
NAME = "org.freedesktop.Notifications"
XML = """
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation">
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
    </method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
      <arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  </interface>
</node>
"""


class Notifier:
    """Shows nothing and remembers what it was told to show. HANGS: it never answers."""

    def __init__(self, bus, hangs=False):
        self.shown = {}  # number: (title, body, {label: key of its action})
        self.told = []  # every title, in order
        self.hangs = hangs
        self._last = 0
        self._bus = bus
        self._object = bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0],
                                           self._on_method_call, None, None)
        self._name = Gio.bus_own_name_on_connection(bus, NAME, 0, None, None)

    def _on_method_call(self, _connection, _sender, _path, _iface, method, args, invocation):
        answer = None
        if method == "Notify":
            _app, replaces, _icon, title, body, actions, _hints, _timeout = args.unpack()
            if not replaces:
                self._last += 1
                replaces = self._last
            self.told.append(title)
            self.shown[replaces] = (title, body, dict(zip(actions[1::2], actions[::2])))
            answer = GLib.Variant("(u)", (replaces,))
        elif method == "CloseNotification":
            self.shown.pop(args[0], None)
            self._emit("NotificationClosed", "(uu)", args[0], 3)
        elif method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["actions", "body"],))
        else:
            answer = GLib.Variant("(ssss)", ("scripted", "pinfold", "1", "1.2"))
        if not self.hangs:
            invocation.return_value(answer)

    def _emit(self, signal, signature, *args):
        self._bus.emit_signal(None, PATH, NAME, signal, GLib.Variant(signature, args))

    def find(self, title):
        """The number of the notification with that title, or None."""
        return next((n for n, shown in self.shown.items() if shown[0] == title), None)

    def press(self, number, label):
        """Presses the button of that label; a service closes the notification then."""
        self._emit("ActionInvoked", "(us)", number, self.shown[number][2][label])
        del self.shown[number]
        self._emit("NotificationClosed", "(uu)", number, 2)
        self._bus.flush_sync(None)

    def stop(self):
        if self._name:
            Gio.bus_unown_name(self._name)
            self._bus.unregister_object(self._object)
        self._name = None
