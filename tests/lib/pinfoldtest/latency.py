# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""How long a program's main loop leaves a question waiting."""

import time
from pathlib import Path

from gi.repository import GLib

# The threads between which a call goes to and fro.
_THREADS = ("gdbus", "pool-spawner")


def _waited_for_cpu(pid):
    """Seconds that the main thread of a process, and those that carry its messages, were ready to run
    while others did."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            if int(task.name) == pid or (task / "comm").read_text().strip() in _THREADS:
                total += int((task / "schedstat").read_text().split()[1])
        except OSError:
            continue  # the thread ended
    return total / 1e9


class Latency:
    """Asks a GApplication the same little question again and again.

    What other processes of the machine take of its CPUs is taken off: a loop that was not allowed to
    run is not a loop that something blocks. The processes of the way, the bus and this one, count
    the same.
    """

    def __init__(self, bus, name, pids):
        self._bus = bus
        self._name = name
        self._path = "/" + name.replace(".", "/")
        self._pids = pids

    def _waited(self):
        return sum(_waited_for_cpu(pid) for pid in self._pids)

    def ask(self):
        """Seconds until the answer to one question."""
        waited = self._waited()
        start = time.monotonic()
        self._bus.call_sync(self._name, self._path, "org.gtk.Actions", "List", None,
                            GLib.VariantType("(as)"), 0, 60000, None)
        return time.monotonic() - start - (self._waited() - waited)

    def longest(self, seconds, between=lambda: None):
        """The longest of the answers in that many seconds; between is called after each."""
        deadline = time.monotonic() + seconds
        longest = 0
        while time.monotonic() < deadline:
            longest = max(longest, self.ask())
            between()
        return longest
