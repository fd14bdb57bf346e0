# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the app's tests share: the app in a private session, and scripted peers for it."""

import errno
import os
import signal
import socket
import time
import unittest
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

from pinfoldtest.paths import build_path, source_path
from pinfoldtest import process, secretscan
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wait import wait_for

TITLE = "Pinfold"


def pump():
    """Serves this process's own D-Bus objects for a moment."""
    context = GLib.MainContext.default()
    guard = GLib.timeout_add(20, lambda: GLib.SOURCE_REMOVE)
    context.iteration(True)
    source = context.find_source_by_id(guard)
    if source is not None:
        source.destroy()


def wait_served(predicate, timeout=10, what=""):
    """wait_for() that lets this process answer the app meanwhile."""
    return wait_for(predicate, timeout, what, pump=pump)


def serve(seconds):
    """Lets this process answer the app for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pump()


def interface(name):
    """The interface of that name as its XML describes it."""
    xml = source_path("agent/wire", f"{name}.xml").read_text(encoding="utf-8")
    return Gio.DBusNodeInfo.new_for_xml(xml).lookup_interface(name)


class AppCase(unittest.TestCase):
    """A session with a screen; start_app() runs pinfold in it."""

    is_first_run = False
    has_ui = True  # looks at the app by AT-SPI
    program = build_path("app/pinfold")

    def setUp(self):
        self.box = Sandbox(display=True, wm=True, services=False)
        self.addCleanup(self.box.close)
        self.ui = self.box.ui() if self.has_ui else None
        if not self.is_first_run:
            marker = self.state_file("welcome-shown")
            marker.parent.mkdir()
            marker.touch()

    def state_file(self, name):
        return Path(self.box.env["XDG_STATE_HOME"], "pinfold", name)

    def start_app(self, *args, **kwargs):
        self.app = self.box.start([self.program, *args], name="pinfold", **kwargs)
        return self.app

    def end_app(self, bus):
        """Ends the app; another one is its own then, and not sent to this one."""
        process.end_processes([self.app.pid])
        wait_for(lambda: not self.has_name(bus, "org.pinfold.Pinfold"), 10, "the app's name to go")

    def press_keys(self, window, *keys, focused=None):
        """In that window: a window that shows has not been given the keyboard yet."""
        wait_served(lambda: window.is_active() and (focused is None or focused.has_state("focused")),
                    30, lambda: f"the keyboard to be with {window.title}")
        self.box.screen.key(*keys)

    def session_bus(self):
        """This process's connection to the session's bus."""
        flags = Gio.DBusConnectionFlags
        return Gio.DBusConnection.new_for_address_sync(
            self.box.bus_address,
            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)

    def take_private_socket(self, is_full=False):
        """A process listens there that has not the agent's name, with is_full to as many as it
        lets wait, until it gets a SIGUSR1."""
        path = Path(self.box.env["XDG_RUNTIME_DIR"], "pinfold", "agent")
        path.parent.mkdir(mode=0o700)
        code = ("import socket, sys, signal\n"
                "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
                "s = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen(0)\n"
                "signal.sigwait([signal.SIGUSR1])\n"
                "kept = []\nwhile True:\n    kept.append(s.accept())\n")
        holder = self.box.start(["/usr/bin/python3", "-c", code, path])
        waiting = []
        self.addCleanup(lambda: [each.close() for each in waiting])

        def reach(*wanted):
            waiting.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
            return waiting[-1].connect_ex(str(path)) in wanted

        # An app that runs already may be there first, and then it is full.
        wait_for(lambda: reach(0, errno.EAGAIN), 5, "the socket")
        if is_full:
            wait_for(lambda: reach(errno.EAGAIN), 5, "it to be full")
        else:
            holder.send_signal(signal.SIGUSR1)
        return holder

    def has_name(self, bus, name):
        answer = bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "NameHasOwner",
                               GLib.Variant("(s)", (name,)), None, 0, 5000, None)
        return answer.unpack()[0]

    def assert_not_in_memory(self, pid, text):
        """Only root may look into the app, which is the point of its guard."""
        if os.getuid() == 0:
            self.assertEqual(secretscan.scan(pid, text), [])

    def assert_only_in_secrets(self, pid, text):
        """The text is in memory, and only where a PIN may be."""
        hits = secretscan.scan(pid, text)
        self.assertTrue(hits, "the scan finds nothing at all")
        self.assertEqual([hit for hit in hits if hit.where not in secretscan.SAFE], [])

    def picture(self, name):
        """A screenshot when PINFOLD_SCREENSHOTS names a directory for them."""
        folder = os.environ.get("PINFOLD_SCREENSHOTS")
        if folder:
            self.box.screen.screenshot(os.path.join(folder, f"{name}.png"))
