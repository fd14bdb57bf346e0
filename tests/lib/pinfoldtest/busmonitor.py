# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Records everything that passes over the session bus, byte for byte."""

import uuid
from pathlib import Path

from .paths import need_tools
from .wait import wait_for


class BusMonitor:
    """Started by Sandbox.monitor(); what was on the bus before is not recorded."""

    def __init__(self, sandbox):
        need_tools("dbus-monitor", "dbus-send")
        self._sandbox = sandbox
        self.path = Path(sandbox.dir, f"bus-{uuid.uuid4().hex[:8]}.raw")
        with open(self.path, "wb") as output:
            self._process = sandbox.start(["dbus-monitor", "--session", "--binary"],
                                          stdout=output)
        # dbus-monitor writes the first messages it gets only once it is a monitor.
        self.sync()

    def sync(self):
        """Returns when everything sent before this call is recorded."""
        mark = f"mark{uuid.uuid4().hex}"

        def is_recorded():
            self._sandbox.run("dbus-send", "--session", "--type=signal", "/", f"test.bus.{mark}")
            return mark.encode() in self.path.read_bytes()

        wait_for(is_recorded, 10, "the bus monitor", step=0.05)

    def raw(self):
        """All messages so far, as they were on the wire."""
        self.sync()
        return self.path.read_bytes()

    def contains(self, needle):
        return needle in self.raw()

    def messages(self):
        """The messages as Gio.DBusMessage objects."""
        from gi.repository import Gio

        data, found = self.raw(), []
        while len(data) >= 16:
            size = Gio.DBusMessage.bytes_needed(data[:16])
            if len(data) < size:
                break
            found.append(Gio.DBusMessage.new_from_blob(
                data[:size], Gio.DBusCapabilityFlags.UNIX_FD_PASSING))
            data = data[size:]
        return found

    def stop(self):
        self._process.terminate()
        self._process.wait()
