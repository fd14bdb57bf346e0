# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the tests of the settings share: the dialog, opened on a page, and the settings behind it."""

import ast
import os
import re

from gi.repository import GLib

from appcase import AppCase, wait_served
from pinfoldtest.wait import wait_for
from scriptedagent import ReportingAgent

CARD = "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=00;token=Anna%20Beispiel"
DESKTOP = "[Desktop Entry]\nType=Application\nName={name}\nIcon={icon}\nExec=/bin/true\n"
# The file chooser leaves work to threads of its own, which the app's end cuts off.
CHOOSER_ENV = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


class SettingsCase(AppCase):
    page = None
    app_env = None

    def setUp(self):
        super().setUp()
        folder = self.box.dir / "share/applications"
        folder.mkdir(parents=True)
        (folder / "mail.desktop").write_text(DESKTOP.format(name="Test Mail", icon="mail-unread"))
        (folder / "web.desktop").write_text(DESKTOP.format(name="Test Web", icon="web-browser"))
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)

    def open_page(self, domains=(), **report):
        """The dialog, on its page; what the agent reports is for report()."""
        self.start_app("--gapplication-service", env=self.app_env)
        wait_served(lambda: self.agent.asked, 15, "the first question")
        asked = self.agent.asked
        self.agent.report(domains=domains, **report)
        wait_served(lambda: self.agent.asked > asked, 10, "the next question")
        return self.open_dialog()

    def open_dialog(self):
        """The same of an app that is there."""
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", ("settings", [], {})), None, 0,
                           15000, None)
        window = self.ui.window("Settings", 30)
        self.turn_to(window, self.page)
        return window

    def open_again(self, window):
        """A new dialog instead of window: it reads the files again."""
        window.press("Close")
        self.ui.wait_no_window("Settings", 30)
        return self.open_dialog()

    def turn_to(self, window, page):
        window.find(page, "list item", 30).select()

    def get(self, key):
        return self.box.run("gsettings", "get", "org.pinfold", key).stdout.strip()

    def set(self, key, value):
        self.box.run("gsettings", "set", "org.pinfold", key, str(value))

    def groups(self):
        return ast.literal_eval(re.sub(r"@\S+ ", "", self.get("groups")))

    def wait_groups(self, *groups):
        wait_served(lambda: self.groups() == list(groups), 10, f"{groups} in the settings")

    def wait_texts(self, window, *parts):
        wait_served(lambda: all(any(p in t for t in window.texts()) for p in parts), 30,
                    lambda: f"{parts} in:\n{window.tree()}")

    def wait_no_text(self, window, part):
        wait_served(lambda: not any(part in t for t in window.texts()), 30, f"{part!r} to go")

    def choose_file(self, title, path):
        """By the chooser of that title, whose entry for a path opens when a slash is typed."""
        window = self.ui.window(title, 30)  # it lists its folder first
        self.box.screen.focus(wait_for(lambda: self.box.screen.windows(f"^{title}$"), 30,
                                       "the file chooser")[0])
        self.box.screen.type(str(path))
        choose = window.find("Choose", "push button", 30)
        wait_served(lambda: choose.has_state("sensitive"), 30, "the file to be found")
        choose.press()
        self.ui.wait_no_window(title, 30)
