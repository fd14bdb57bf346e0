# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the pictures show: every window, page and state of the app, a line of SCENES each."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from cryptography.hazmat.primitives import serialization
from gi.repository import GLib

from appcase import TITLE, pump, wait_served
from pinfoldtest import Driver, softhsm
from pinfoldtest.atspi import Widget
from tokencase import CLIENT, DECRYPTION, SIGNING, certificate
from windowtour import CHANGE, FLAGS, LOGIN, PERMISSION, READER, Tour

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tokens"))
import p12  # noqa: E402

SOFT = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;"
OTHER = SOFT + "serial=ab;token=Release%20keys"
LONG = ("Personalausweis-Signaturanwendung der Donaudampfschifffahrtsgesellschaft, "
        "Zweigniederlassung Oberammergau-Unterammergau")
SIGN = {"purpose": "context", "operation": "sign"}
UNKNOWN = ("program", "program_known", "program_icon", "executable", "pid")
SETTINGS = {
    "groups": "[('Office', '1207:42', ['/usr/bin/ssh', 'mail.desktop'])]",
    "tokens": f"{{'{OTHER}': {{'mode': <'never'>}}}}",
    "allow-keyring": "true",
    "cache-mode": "'shared'",
}
DESKTOP = "[Desktop Entry]\nType=Application\nName=Mail\nIcon=mail-unread\nExec=/bin/true\n"
PAGES = ("General", "Forgetting", "Tokens", "Groups", "Permissions", "Keyring", "Modules")


@dataclass
class Scene:
    """A window in a state that is worth a picture."""

    name: str
    open: Callable  # takes the studio, returns the window


def without(details, *names):
    return {key: value for key, value in details.items() if key not in names}


class Studio(Tour):
    """The tour's app and agent, with a token on which certificates are."""

    _is_asked = False  # by the agent, and not answered

    def _fill(self):
        box = self.case.box
        module = softhsm.setup(box)
        conf = Path(box.env["XDG_CONFIG_HOME"], "pinfold/pinfold.conf")
        conf.parent.mkdir()
        conf.write_text(f"[Modules]\nsofthsm2 = {module}\n", encoding="utf-8")
        uri = f"{SOFT}serial={softhsm.init_token(box, label='Anna Beispiel')};token=Anna%20Beispiel"
        self.der = certificate("Anna Beispiel", usage=SIGNING)
        self._put(module, {
            "sign": self.der, "login": certificate("anna@beispiel.example", days=12,
                                                   purposes=CLIENT),
            "old": certificate("Anna Beispiel", days=-3, usage=DECRYPTION)})
        key = p12.ec_key()
        self.file = p12.write(box.dir / "anna.p12", key, p12.certify(key, "Anna Beispiel"))
        super()._fill()
        self.agent.history.reverse()
        applications = box.dir / "share/applications"
        applications.mkdir(parents=True)
        (applications / "mail.desktop").write_text(DESKTOP, encoding="utf-8")
        self.module = module
        self.card = {"uri": uri, "label": "Anna Beispiel", "reader": READER, "flags": FLAGS,
                     "module": module, "logout": "ends", "tries_left": 3}
        self.other = {"uri": OTHER, "label": "Release keys", "flags": FLAGS, "logout": "ends"}
        now = int(time.time())
        self.login = {"app_id": "1:2", "token_uri": uri, "logged_in": True, "asleep": False,
                      "since": now - 600, "expires_s": 3000, "members": [
                          {"pid": 4711, "exe": "/usr/lib/firefox/firefox", "name": "Firefox",
                           "sessions": 1}]}
        self.ssh = {"app_id": "1207:42", "token_uri": uri, "logged_in": True, "asleep": False,
                    "open": True, "since": now - 60, "members": [
                        {"pid": 52, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1}]}
        for key, value in SETTINGS.items():
            box.run("gsettings", "set", "org.pinfold", key, value)
        self.rest()

    def _put(self, module, certificates):
        with Driver(self.case.box, module) as driver:
            driver.ok("init")
            session = driver.open_session("=Anna Beispiel", "rw")
            driver.ok("login", session, "user", softhsm.PIN)
            for label, der in certificates.items():
                driver.ok("create", session, "class=certificate", "certificate_type=0",
                          "token=true", "private=false", f"label=text:{label}",
                          "subject=fill:4:30", f"value={der.hex()}")

    def rest(self):
        """An ordinary day."""
        self.report(self.card, self.other, domains=[self.login])

    def report(self, *tokens, reader=True, **more):
        readers = [{"name": READER, "present": any("reader" in t for t in tokens)}]
        self.agent.report(readers=readers if reader else [], tokens=tokens,
                          **{"modules": [{"name": "softhsm2", "path": self.module,
                                          "description": "SoftHSM"}]} | more)

    def say(self, text, *values):
        """A text of the sources, filled in, as it is on the screen."""
        return self.words.get(text) % values if values else self.words.get(text)

    def state(self, *tokens, wait=None, **report):
        """The window when the agent says that."""
        self.report(*tokens, **report)
        window = self.main_window()
        if wait is not None:
            wait_served(lambda: self.words.get(wait) in window.texts(), 20, wait)
        return window

    def tokens(self):
        """The window on an ordinary day, its certificates read."""
        self.rest()
        window = self.main_window()
        wait_served(lambda: "anna@beispiel.example" in window.texts(), 20, "the certificates")
        return window

    def card_alone(self):
        window = self.tokens()
        self.report(self.card, domains=[self.login])
        wait_served(lambda: "Release keys" not in window.texts(), 10, "one token")
        return window

    def token_menu(self):
        window = self.tokens()
        window.find(self.say("Actions for %s", "Anna Beispiel"), "toggle button").press()
        wait_served(lambda: window.has(self.words.get("Forget PIN")), 10, "the menu")
        return window

    def detail(self, subject):
        window = self.tokens()
        rows = [c for c in window.survey() if c["role"] == "list item" and subject in c["name"]]
        Widget(self.ui, rows[-1]["object"]).focus()
        self.case.focus_window(window)
        return self.new_window(self.case.box.screen.key, "Return")

    def settings(self, page):
        self.rest()
        window = self.new_window(self.activate, "settings")
        row = window.find(self.words.get(page), "list item", 10)
        row.focus()
        row.select()
        return window

    def dialog_of_settings(self, page, button):
        below = self.settings(page)
        return self.new_window(self.press, below, button)

    def task(self, action, *more):
        """What is begun in the token's menu."""
        return self.new_window(self.activate, action, *more)

    def soft_task(self, action):
        return self.task(action, GLib.Variant("s", self.card["uri"]))

    def new_window_over(self, open_it):
        """Of two windows that come, the other one than the main window."""
        open_it()
        wait_served(lambda: len(self.windows()) == 2, 10, "two windows")
        return next(self.ui.as_window(w) for w in self.windows() if w["title"] != TITLE)

    def tray_states(self):
        cached = self.login | {"open": False}
        return {"no-reader": lambda: self.report(reader=False),
                "no-token": self.report,
                "token": lambda: self.report(self.card),
                "cached": lambda: self.report(self.card, domains=[cached]),
                "attention": lambda: self.report(self.card | {"tries_left": 1})}

    def settle(self):
        """What the app asks of the agent when a window opens is answered when this returns."""
        for _ in range(3):
            self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                               "List", None, None, 0, 10000, None)
            pump()

    def unknown_card(self):
        self.agent.report(readers=[{"name": READER, "present": True}])
        window = self.main_window()
        wait_served(lambda: window.has(self.words.get("Look Again"), "push button"), 10, "the hint")
        return window

    def import_file(self):
        """By the file chooser, which takes Return when it has found what was typed."""
        chooser = self.soft_task("import")
        self.case.focus_window(chooser)
        self.case.box.screen.type(str(self.file))

        def find():
            self.case.box.screen.key("Return")
            others = [w for w in self.windows() if w["title"] not in (TITLE, chooser.title)]
            return others and self.ui.as_window(others[0])

        return wait_served(find, 10, "the dialog")

    def agent_lost(self):
        self.agent.stop()
        window = self.main_window()
        text = self.words.get("PIN caching is off: the agent is not running")
        wait_served(lambda: text in window.texts(), 20, text)
        return window

    def export(self):
        return self.task("export-certificate",
                         GLib.Variant("(say)", (self.card["uri"], self.der)))

    def asked(self, method, **details):
        self._is_asked = True
        return super().asked(method, **details)

    def pin(self, **details):
        return self.asked(self.prompting.ask, **LOGIN | details)

    def pin_after_wrong(self, **details):
        window = self.pin()
        self.answer(window)
        self._request += 1
        self.prompting.retry(self._request - 1, self._request, **details)
        wait_served(lambda: not any(self.words.get("The token checks the PIN…") in text
                                    for text in window.texts()), 10, "the answer")
        return window

    def pin_checked(self):
        window = self.pin()
        self.answer(window)
        return window

    def answer(self, window):
        answers = len(self.prompting.answers)
        window.find(role="password text").set_text("1234")
        button = window.find(self.words.get("Unlock"), "push button")

        def is_answered():
            button.press()
            return len(self.prompting.answers) > answers

        wait_served(is_answered, 10, "the PIN")

    def closing_hint(self):
        self.case.focus_window(self.main_window())
        return self.new_window(self.case.box.screen.key, "ctrl+w")

    def leave(self):
        """Closes what is open besides the main window."""
        if self._is_asked:
            self.prompting.close(self._request, "withdrawn")
        self._is_asked = False
        for other in reversed(self.windows()):
            if other["title"] != TITLE:
                window = self.ui.as_window(other)
                self.case.focus_window(window)
                self.close_window(window)


SCENES = [
    Scene("window", Studio.card_alone),
    Scene("window-full", Studio.tokens),
    Scene("kept-open", lambda s: s.state(s.card, domains=[s.login, s.ssh], wait="ssh")),
    Scene("menu", Studio.main_menu),
    Scene("token-menu", Studio.token_menu),
    Scene("history", lambda s: s.main_window("History")),
    Scene("certificate-expiring", lambda s: s.detail("anna@beispiel.example")),
    Scene("certificate", lambda s: s.detail("Anna Beispiel")),
    Scene("token-blocked", lambda s: s.state(s.card | {"tries_left": 0}, wait="PIN blocked")),
    Scene("token-last-try", lambda s: s.state(s.card | {"tries_left": 1}, wait="Last try")),
    Scene("token-long", lambda s: s.state(s.card | {"label": LONG}, wait=LONG,
                                         domains=[s.login, s.ssh | {"members": [
                                             s.ssh["members"][0] | {"name": LONG}]}])),
    Scene("no-card", lambda s: s.state(wait="No card")),
    Scene("unknown-card", lambda s: s.unknown_card()),
    Scene("no-reader", lambda s: s.state(reader=False, wait="No card reader and no token")),
    Scene("no-driver", lambda s: s.state(reader=False, modules=(), wait="No card driver")),
    Scene("no-service", lambda s: s.state(reader=False, reader_service=False,
                                          wait="The smart card service is not running")),
    Scene("looking", lambda s: s.state(reader=False, reading=True, wait="Looking for tokens…")),
    Scene("driver-fault", lambda s: s.state(reader=False, modules=[
        {"name": "vendor", "fault": "did not answer in 8 s"}], wait="No card reader and no token")),
    *(Scene(f"settings-{page.lower()}", lambda s, page=page: s.settings(page)) for page in PAGES),
    Scene("settings-group", lambda s: s.dialog_of_settings("Groups", "Add Group…")),
    Scene("settings-program", lambda s: s.dialog_of_settings("Groups", "Add Program…")),
    Scene("about", Studio.about),
    Scene("pin", Studio.pin),
    Scene("pin-wrong", lambda s: s.pin_after_wrong(tries_left=2)),
    Scene("pin-last-try", lambda s: s.pin(tries_left=1)),
    Scene("pin-blocked", lambda s: s.pin_after_wrong(tries_left=0)),
    Scene("pin-checked", Studio.pin_checked),
    Scene("pin-keyring", lambda s: s.pin(keyring="empty")),
    Scene("pin-keyring-refused", lambda s: s.pin(keyring="refused")),
    Scene("pin-long", lambda s: s.pin(program=LONG, token_label=LONG, key_label=LONG, reader=LONG)),
    Scene("pin-unknown", lambda s: s.asked(s.prompting.ask, **without(LOGIN, *UNKNOWN))),
    Scene("sign", lambda s: s.asked(s.prompting.ask_confirm, **LOGIN | SIGN)),
    Scene("sign-pin", lambda s: s.pin(**SIGN)),
    Scene("last-try-of-program", lambda s: s.asked(s.prompting.ask_confirm, **LOGIN | {
        "purpose": "last-try", "operation": "login", "tries_left": 1})),
    Scene("permission", lambda s: s.asked(s.prompting.ask_consent, **PERMISSION)),
    Scene("permission-unknown", lambda s: s.asked(
        s.prompting.ask_consent, **without(PERMISSION, *UNKNOWN) | {"may_remember": False})),
    Scene("change-pin-of-program", lambda s: s.asked(s.prompting.ask_change,
                                                     **CHANGE | {"purpose": "change"})),
    Scene("set-pin-of-program", lambda s: s.asked(s.prompting.ask_change,
                                                  **CHANGE | {"purpose": "set"})),
    *(Scene(action, lambda s, action=action: s.soft_task(action))
      for action in ("change-pin", "unblock-pin", "set-pin", "delete-token")),
    Scene("create-token", lambda s: s.task("create-token")),
    Scene("import-file", lambda s: s.soft_task("import")),
    Scene("import", Studio.import_file),
    Scene("export-file", Studio.export),
    Scene("closing-hint", Studio.closing_hint),
    Scene("agent-lost", Studio.agent_lost),
    Scene("agent-lost-history", lambda s: s.main_window("History")),
]
