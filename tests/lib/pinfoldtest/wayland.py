# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A private Wayland compositor (sway, without a screen) with a keyboard."""

import os
import socket
import struct

from .paths import need_tools
from .wait import wait_for

_CONF = """output HEADLESS-1 resolution 1024x600
xwayland disable
default_border none
for_window [app_id=".*"] floating enable
"""
_KEYMAP = b"""xkb_keymap {
xkb_keycodes { include "evdev" };
xkb_types { include "complete" };
xkb_compat { include "complete" };
xkb_symbols { include "pc+us" };
};
\0"""
# What Linux calls the keys of a keyboard (input-event-codes.h).
_KEYS = {"Escape": 1, "BackSpace": 14, "Tab": 15, "Return": 28} | {
    digit: code for code, digit in enumerate("1234567890", 2)}


class Compositor:
    """For a sandbox with neither display nor bus, before both: what the bus starts finds it."""

    def __init__(self, sandbox):
        need_tools("sway")
        self.sandbox = sandbox
        conf = sandbox.dir / "sway.conf"
        conf.write_text(_CONF)
        # sway does not run as root; in a user namespace of its own it is nobody.
        prefix = ["unshare", "--user"] if os.getuid() == 0 else []
        sandbox.start([*prefix, "sway", "--config", conf], name="sway", env={
            "WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman",
            "G_DEBUG": None})
        wait_for(self._socket, 10, "the compositor's socket")
        sandbox.env |= {"WAYLAND_DISPLAY": self._socket().name, "GDK_BACKEND": "wayland"}
        self._keyboard = _Keyboard(self._socket())
        sandbox.on_close(self._keyboard.close)

    def _socket(self):
        runtime = self.sandbox.dir / "run"
        return next((p for p in runtime.glob("wayland-*") if p.suffix != ".lock"), None)

    def type(self, digits):
        self.key(*digits)

    def key(self, *names):
        """Presses digits, Return, Escape, BackSpace, Tab."""
        for name in names:
            self._keyboard.press(_KEYS[name])


class _Keyboard:
    """The compositor's one keyboard, as long as it is there.

    Not wtype, which brings another keyboard for each text: with each the window in front loses the
    focus and gets it back, and a PIN dialog takes no key in the first moment after that. Nothing in
    Debian keeps one, and the four requests that it takes are of a protocol that does not change.
    """

    _DISPLAY, _REGISTRY, _SYNC, _SEAT, _MANAGER, _KEYBOARD = range(1, 7)

    def __init__(self, path):
        self._server = socket.socket(socket.AF_UNIX)
        self._server.settimeout(60)
        wait_for(lambda: self._server.connect_ex(str(path)) == 0, 10, "the compositor")
        self._time = 0
        self._send(self._DISPLAY, 1, struct.pack("=I", self._REGISTRY))
        self._send(self._DISPLAY, 0, struct.pack("=I", self._SYNC))
        globals_ = self._read_globals()
        self._bind(globals_, "wl_seat", self._SEAT)
        self._bind(globals_, "zwp_virtual_keyboard_manager_v1", self._MANAGER)
        self._send(self._MANAGER, 0, struct.pack("=II", self._SEAT, self._KEYBOARD))
        keymap = os.memfd_create("keymap")
        os.write(keymap, _KEYMAP)
        self._send(self._KEYBOARD, 0, struct.pack("=II", 1, len(_KEYMAP)), [keymap])
        os.close(keymap)

    def close(self):
        self._server.close()

    def press(self, key):
        for state in (1, 0):
            self._time += 1
            self._send(self._KEYBOARD, 1, struct.pack("=III", self._time, key, state))

    def _send(self, target, opcode, args, fds=()):
        head = struct.pack("=II", target, (8 + len(args)) << 16 | opcode)
        socket.send_fds(self._server, [head + args], fds)

    def _bind(self, globals_, name, number):
        text = name.encode() + b"\0"
        text += b"\0" * (-len(text) % 4)
        self._send(self._REGISTRY, 0, struct.pack("=II", globals_[name], len(name) + 1) + text
                   + struct.pack("=II", 1, number))

    def _read_globals(self):
        """{interface: its number}, of what the compositor tells before it answers the sync."""
        found = {}
        while True:
            target, size = struct.unpack("=II", self._read(8))
            args = self._read((size >> 16) - 8)
            if target == self._SYNC:
                return found
            if target == self._REGISTRY:
                number, length = struct.unpack_from("=II", args)
                found[args[8:8 + length - 1].decode()] = number

    def _read(self, count):
        data = b""
        while len(data) < count:
            part = self._server.recv(count - len(data))
            if not part:
                raise AssertionError("the compositor ended")
            data += part
        return data
