# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A private X server with window manager, panel, keyboard and screenshots."""

import os
import select
import time
from pathlib import Path

from .paths import need_tools
from .wait import wait_for

_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="menu-is-primary" type="bool" value="false"/>
    </property>
  </property>
</channel>
"""


class Display:
    """The session's X server, made by Sandbox(display=True)."""

    size = (1024, 600)

    def __init__(self, sandbox):
        need_tools("Xvfb")
        self.sandbox = sandbox
        read_end, write_end = os.pipe()
        try:
            self._server = sandbox.start(
                ["Xvfb", "-displayfd", write_end, "-screen", "0",
                 f"{self.size[0]}x{self.size[1]}x24", "-nolisten", "tcp", "-noreset"],
                name="Xvfb", pass_fds=[write_end])
            os.close(write_end)
            write_end = None
            self.name = f":{self._read_number(read_end)}"
        finally:
            os.close(read_end)
            if write_end is not None:
                os.close(write_end)
        sandbox.env["DISPLAY"] = self.name
        sandbox.env["GDK_BACKEND"] = "x11"

    def _read_number(self, fd):
        text, deadline = b"", time.monotonic() + 15
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise AssertionError("the X server does not start:\n" + self.sandbox.logs())
            part = os.read(fd, 16)
            if not part:
                raise AssertionError("the X server ended:\n" + self.sandbox.logs())
            text += part
        return int(text)

    def start_window_manager(self):
        need_tools("openbox", "xprop")
        self.sandbox.start(["openbox"])
        wait_for(lambda: "window id" in self.sandbox.run(
            "xprop", "-root", "_NET_SUPPORTING_WM_CHECK", check=False).stdout,
            10, "the window manager")

    def start_panel(self):
        """Starts xfce4-panel with a tray; returns when it shows status notifier items.

        Returns its process, for tests that end it and start another.
        """
        need_tools("xfce4-panel", "gdbus")
        folder = Path(self.sandbox.env["XDG_CONFIG_HOME"], "xfce4/xfconf/xfce-perchannel-xml")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "xfce4-panel.xml").write_text(_PANEL)
        # Its own criticals are none of ours.
        panel = self.sandbox.start(["xfce4-panel", "--disable-wm-check"], env={"G_DEBUG": None})
        wait_for(self._has_tray_host, 20, "the panel's tray", step=0.1)
        return panel

    def _has_tray_host(self):
        done = self.sandbox.run(
            "gdbus", "call", "--session", "--dest", "org.kde.StatusNotifierWatcher",
            "--object-path", "/StatusNotifierWatcher", "--method",
            "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierWatcher",
            "IsStatusNotifierHostRegistered", check=False)
        return "true" in done.stdout

    def tray_items(self):
        """The registered status notifier items, as the watcher names them."""
        done = self.sandbox.run(
            "gdbus", "call", "--session", "--dest", "org.kde.StatusNotifierWatcher",
            "--object-path", "/StatusNotifierWatcher", "--method",
            "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierWatcher",
            "RegisteredStatusNotifierItems", check=False)
        return done.stdout.split("'")[1::2]

    def windows(self, title):
        """The X windows whose titles match the regular expression."""
        done = self.sandbox.run("xdotool", "search", "--onlyvisible", "--name", title, check=False)
        return [int(line) for line in done.stdout.split()]

    def focus(self, window):
        self.sandbox.run("xdotool", "windowfocus", "--sync", window)

    def type(self, text):
        """Types text into the focused window. The text does not appear in an argument list."""
        self.sandbox.run("xdotool", "type", "--file", "-", input=text)

    def key(self, *names):
        """Presses keys such as Return, Escape, ctrl+c."""
        self.sandbox.run("xdotool", "key", *names)

    def click(self, x, y, button=1):
        self.sandbox.run("xdotool", "mousemove", x, y, "click", button)

    def screenshot(self, path=None):
        """A PNG of the whole screen; without a path in PINFOLD_SCREENSHOTS or the sandbox."""
        need_tools("import")
        if path is None:
            folder = os.environ.get("PINFOLD_SCREENSHOTS", str(self.sandbox.dir))
            path = Path(folder, f"screen-{time.monotonic_ns()}.png")
        self.sandbox.run("import", "-silent", "-window", "root", path)
        return Path(path)

    def colours(self, path):
        """How many colours a picture has: 1 is an empty screen."""
        return int(self.sandbox.run("identify", "-format", "%k", path).stdout)
