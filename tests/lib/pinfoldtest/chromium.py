# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Chromium, which is driven by its windows and by keys."""

import os
from pathlib import Path

from .paths import need_tools
from .wait import wait_for

# The first run asks nothing, and nobody looks for the network.
_QUIET = ("--no-first-run", "--no-default-browser-check", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--disable-gpu",
          "--password-store=basic", "--disable-dev-shm-usage")
_PROMPT = "Unlock Security Device"


class Chromium:
    """Debian's Chromium, with an NSS database of the person's for pinfoldctl to find."""

    def __init__(self, box, authority):
        need_tools("chromium", "certutil", "xdotool")
        self.box = box
        database = Path(box.env["HOME"], ".pki/nssdb")
        database.mkdir(parents=True)
        where = ("-d", f"sql:{database}")
        box.run("certutil", "-N", *where, "--empty-password")
        box.run("certutil", "-A", *where, "-n", "authority", "-t", "CT,C,C", "-i", authority.path)

    def open(self, url):
        """Starts the browser, or has the one that runs open the page; its process."""
        alone = ["--no-sandbox"] if os.geteuid() == 0 else []
        # Who looks for windows by accessibility would wait for it while it waits for a PIN.
        return self.box.start(["chromium", *alone, *_QUIET, url], name="chromium",
                              env={"G_DEBUG": None, "NO_AT_BRIDGE": "1"})

    def wait_prompt(self):
        """Its own dialog for the PIN: the X window."""
        (window,) = wait_for(lambda: self.box.screen.windows(_PROMPT), 30, "Chromium's dialog")
        return window

    def answer(self, pin):
        self.box.screen.focus(self.wait_prompt())
        self.box.screen.type(pin)
        self.box.screen.key("Return")
        wait_for(lambda: not self.box.screen.windows(_PROMPT), 20, "Chromium's dialog to go")

    def choose_certificate(self, is_done):
        """Takes the first of the list when it is there: Return, as that has no window of its own."""
        def try_again():
            if not is_done():
                self.box.screen.key("Return")
            return is_done()

        wait_for(try_again, 20, "the sign-in", step=0.5)
