# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every window of the app, one after the other, with something to see in it.

STOPS lists them: a new window is one line there, and then looked at by all that makes the tour.
"""

import gettext
import time
from dataclasses import dataclass
from typing import Callable

from gi.repository import GLib

from appcase import wait_served
from pinfoldtest.paths import build_path
from promptcase import DETAILS
from scriptedagent import PromptingAgent, ReportingAgent

CARD = "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=00;token=Anna%20Beispiel"
SOFT = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=ab;token=Test%20keys"
READER = "Example Smart Card Reader 00 00"
KEY = {"token_label": "Anna Beispiel", "token_serial": "00000001", "token_model": "PKCS#15",
       "key_label": "Signature key", "reader": READER}
LOGIN = DETAILS | KEY
PERMISSION = {k: v for k, v in LOGIN.items() if k not in ("key_label", "tries_left")} | {
    "shared_id": "1207:42", "users": ["Thunderbird", "ssh"], "may_remember": True}
CHANGE = {k: v for k, v in LOGIN.items() if k != "key_label"}
FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED", "TOKEN_INITIALIZED"]


@dataclass
class Stop:
    """A window, or a page of one."""

    name: str
    open: Callable  # takes the tour, returns the window
    is_dialog: bool = False  # Escape closes it
    is_menu: bool = False  # a popover in the window; Escape closes it
    is_prompt: bool = False  # the agent has asked for it


class Translation:
    """What a text of the sources is on the screen in that language; None: English."""

    def __init__(self, language):
        self.language = language
        self._catalogue = gettext.NullTranslations()
        if language is not None:
            path = build_path("po", language, "LC_MESSAGES", "pinfold.mo")
            with open(path, "rb") as file:
                self._catalogue = gettext.GNUTranslations(file)

    @staticmethod
    def exists(language):
        return build_path("po", language, "LC_MESSAGES", "pinfold.mo").exists()

    def get(self, text):
        """Without the mark of its access key, wherever that is in either language."""
        for at in range(len(text)):
            marked = f"{text[:at]}_{text[at:]}"
            found = self._catalogue.gettext(marked)
            if found != marked:
                return found.replace("_", "")
        return self._catalogue.gettext(text)


class Tour:
    """The app, and an agent in two roles that gives it something to show."""

    def __init__(self, case, language=None, env=None):
        self.case = case
        self.ui = case.ui
        self.words = Translation(language)
        self._request = 100
        self.bus = case.session_bus()
        case.addCleanup(self.bus.close_sync, None)
        self.prompting = PromptingAgent(case.box)
        case.addCleanup(self.prompting.stop)
        self.agent = ReportingAgent(self.bus)
        case.addCleanup(self.agent.stop)
        self._fill()
        case.start_app("--gapplication-service", env=(env or {}) | {"LANGUAGE": language})
        wait_served(lambda: self.prompting.registered and self.agent.asked, 15, "the app")

    def _fill(self):
        now = int(time.time())
        firefox = {"pid": 4711, "exe": "/usr/lib/firefox/firefox", "name": "Firefox", "sessions": 1}
        self.agent.report(
            readers=[{"name": READER, "present": True, "token_uri": CARD}],
            tokens=[{"uri": CARD, "label": "Anna Beispiel", "reader": READER, "flags": FLAGS,
                     "logout": "ends"},
                    {"uri": SOFT, "label": "Test keys", "flags": FLAGS, "logout": "ends"}],
            domains=[{"app_id": "1:2", "token_uri": CARD, "logged_in": True, "asleep": False,
                      "since": now - 600, "members": [firefox]}])
        self.agent.history = [
            {"id": n, "serial": n, "when": (now - 60 * (10 - n)) * 1000000, "program": "Firefox",
             "pid": 4711, "token-uri": CARD, "key-label": "Signature key"} | entry
            for n, entry in enumerate([
                {"event": "login"}, {"event": "use", "operation": "sign", "count": 3},
                {"event": "forgotten", "reason": "screen-locked"},
                {"event": "refused", "reason": "rejected"}], 1)]
        self.agent.consents = [
            {"id": "a1", "program": "Thunderbird", "executable": "/usr/lib/thunderbird/thunderbird",
             "token-uri": CARD, "shared-id": "1207:42", "group": "Office", "decision": "always",
             "since": now}]
        self.agent.keyring = "ready"
        self.agent.stored = [{"token-uri": CARD, "label": "Anna Beispiel", "since": now}]
        self.case.box.run("gsettings", "set", "org.pinfold", "groups",
                          "[('Office', '1207:42', ['/usr/bin/ssh'])]")

    def activate(self, action, *parameters):
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", (action, parameters, {})), None,
                           0, 5000, None)

    def windows(self):
        return [w for w in self.ui.windows() if w["pid"] == self.case.app.pid]

    def new_window(self, open_it, *args):
        """Calls that and waits for the window that comes of it."""
        known = [w["object"] for w in self.windows()]
        open_it(*args)
        found = wait_served(lambda: [w for w in self.windows() if w["object"] not in known], 10,
                            "a new window")
        return self.ui.as_window(found[0])

    def close_window(self, window):
        """By Escape, as often as it takes: the first one may come too soon for a prompt."""
        def is_gone():
            if window.object not in [w["object"] for w in self.windows()]:
                return True
            self.case.box.screen.key("Escape")
            return False

        wait_served(is_gone, 10, f"{window.title!r} to close by Escape")

    def press(self, window, text, role="push button"):
        window.find(self.words.get(text), role).press()

    def main_window(self, page="Tokens"):
        known = self.windows()
        window = self.new_window(self.activate, "open") if not known else \
            self.ui.as_window(known[0])
        self.press(window, page, "radio button")
        return window

    def main_menu(self):
        window = self.main_window()
        self.case.box.screen.key("F10")
        wait_served(lambda: window.has(self.words.get("Settings")), 5, "the menu")
        return window

    def settings(self, page):
        window = self.new_window(self.activate, "settings")
        self.press(window, page, "radio button")
        return window

    def dialog_of_settings(self, page, button):
        self._below = self.settings(page)
        return self.new_window(self.press, self._below, button)

    def about(self):
        return self.new_window(self.activate, "about")

    def asked(self, method, **details):
        self._request += 1
        return self.new_window(lambda: method(self._request, **details))


STOPS = [
    Stop("window", Tour.main_window),
    Stop("menu", Tour.main_menu, is_menu=True),
    Stop("history", lambda tour: tour.main_window("History")),
    Stop("about", Tour.about, is_dialog=True),
    *(Stop(f"settings-{page.lower()}", lambda tour, page=page: tour.settings(page), is_dialog=True)
      for page in ("General", "Groups", "Permissions", "Keyring")),
    Stop("settings-group", lambda tour: tour.dialog_of_settings("Groups", "Add Group…"),
         is_dialog=True),
    Stop("settings-program", lambda tour: tour.dialog_of_settings("Groups", "Add Program…"),
         is_dialog=True),
    Stop("pin", lambda tour: tour.asked(tour.prompting.ask, **LOGIN), is_prompt=True),
    Stop("pin-last-try", lambda tour: tour.asked(tour.prompting.ask, **LOGIN | {"tries_left": 1}),
         is_prompt=True),
    Stop("sign", lambda tour: tour.asked(tour.prompting.ask_confirm, **LOGIN | {
        "purpose": "context", "operation": "sign"}), is_prompt=True),
    Stop("consent", lambda tour: tour.asked(tour.prompting.ask_consent, **PERMISSION),
         is_prompt=True),
    Stop("change-pin", lambda tour: tour.asked(tour.prompting.ask_change, **CHANGE | {
        "purpose": "change"}), is_prompt=True),
]
