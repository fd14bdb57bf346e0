# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A private Wayland compositor (sway, without a screen) with a keyboard."""

import os

from .paths import need_tools
from .wait import wait_for

_CONF = """output HEADLESS-1 resolution 1024x600
xwayland disable
default_border none
for_window [app_id=".*"] floating enable
"""


class Compositor:
    """For a sandbox with neither display nor bus, before both: what the bus starts finds it."""

    def __init__(self, sandbox):
        need_tools("sway", "wtype")
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
        # A keyboard that nobody uses: a window gets the focus only where there is one.
        sandbox.start(["wtype", "-s", "86400000"])

    def _socket(self):
        runtime = self.sandbox.dir / "run"
        return next((p for p in runtime.glob("wayland-*") if p.suffix != ".lock"), None)

    def type(self, text):
        """Types text in place of what is in the focused entry; it is in no argument list.

        Each call is a new keyboard, with which the focus comes anew: keys that are typed at once
        may be dropped, here or by a dialog that does not take what was meant for another window.
        """
        self.sandbox.run("wtype", "-s", "600", "-M", "ctrl", "-k", "a", "-m", "ctrl",
                         "-k", "BackSpace", "-", input=text)
