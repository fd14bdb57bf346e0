# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The app with an agent, a card and files that give its windows something to show.

What there is to see is a list: tourstops.py.
"""

import gettext
import time
from pathlib import Path

from gi.repository import GLib

import pseudolocale
from appcase import pump, wait_served
from layoutprobe import Probe, environment
from pinfoldtest.mock import Mock
from pinfoldtest.paths import build_path
from scriptedagent import PromptingAgent, ReportingAgent
from settingscase import CHOOSER_ENV, DESKTOP

LABEL = "Anna Beispiel"
CARD = ("pkcs11:model=PKCS%2315%20emulated;manufacturer=piv_II;serial=MOCK000000000001;"
        "token=Anna%20Beispiel")
SOFT = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=ab;token=Test%20keys"
READER = "Example Smart Card Reader 00 00"
FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED", "TOKEN_INITIALIZED"]
PASSWORD = "kx7-62840519"
BROKEN = "/nonexistent/vendor-module.so"
# For the app to answer, on a machine that has much else to do.
PATIENCE_MS = 60000


class NotThere(gettext.NullTranslations):
    """What a catalogue falls back on: else nobody knew whether a text is in it that is the same in
    both languages."""

    def gettext(self, message):
        return None


class Translation:
    """What a text of the sources is on the screen in that language; None: English."""

    def __init__(self, language, folder=None):
        self.language = language
        self._catalogue = NotThere()
        self._gtk = gettext.translation("gtk30", "/usr/share/locale", [language or "en"],
                                        fallback=True)
        if language is not None:
            path = Path(folder or build_path("po"), language, "LC_MESSAGES/pinfold.mo")
            with open(path, "rb") as file:
                self._catalogue = gettext.GNUTranslations(file)
            self._catalogue.add_fallback(NotThere())

    @staticmethod
    def exists(language):
        return build_path("po", language, "LC_MESSAGES", "pinfold.mo").exists()

    def get(self, text):
        """Without the mark of its access key, wherever that is in either language. Where there is
        one with and one without, it is the latter: Chinese writes access keys out."""
        for at in (None, *range(len(text))):
            marked = text if at is None else f"{text[:at]}_{text[at:]}"
            found = self._catalogue.gettext(marked)
            if found is not None:
                return found.replace("_", "")
        return text.replace("_", "")

    def get_gtk(self, text):
        """The same of a text of GTK's."""
        return self._gtk.gettext(f"_{text}").replace("_", "")


class Tour:
    """The app, and an agent in two roles that gives it something to show."""

    def __init__(self, case, language=None, env=None):
        self.case, self.box = case, case.box
        self.request = 100  # the number of the agent's last question
        self._mock = Mock(self.box)
        self._gate = None
        self.box.env |= self._mock.env
        self._write_files()
        env = environment() | CHOOSER_ENV | {"LANGUAGE": language} | (env or {})
        locales = None
        if language == pseudolocale.LANGUAGE:
            locales = self.box.dir / "locales"
            pseudolocale.make(build_path("po/de/LC_MESSAGES/pinfold.mo"), locales)
            # GLib translates when there was a translation as the app began, before the probe.
            env |= {"LANGUAGE": "de", "PF_PROBE_LANGUAGE": language, "PF_PROBE_LOCALES": locales}
        self.words = Translation(language, locales)
        self.bus = case.session_bus()
        case.addCleanup(self.bus.close_sync, None)
        self.probe = Probe(self.bus)
        self.prompting = PromptingAgent(self.box)
        case.addCleanup(self.prompting.stop)
        self.start_agent()
        self.report()
        case.start_app("--gapplication-service", env=env)
        wait_served(lambda: self.prompting.registered and self.agent.asked, 15, "the app")

    def _write_files(self):
        """A card with two certificates, of which one ends soon, and what the settings list."""
        value = self.box.dir / "certificate"
        for number, (name, days) in enumerate((("Anna Beispiel", 400),
                                               ("anna.beispiel@example.org", 12)), 1):
            self.box.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                         "ec_paramgen_curve:P-256", "-nodes", "-days", days, "-outform", "DER",
                         "-subj", f"/O=Beispiel GmbH/CN={name}", "-addext",
                         "keyUsage=digitalSignature,nonRepudiation", "-keyout", "/dev/null",
                         "-out", f"{value}.{number}")
        self._keys = self.box.dir / "keys.p12"
        self.box.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                     "/CN=Anna Beispiel", "-keyout", self.box.dir / "key.pem", "-out",
                     self.box.dir / "cert.pem")
        self.box.run("openssl", "pkcs12", "-export", "-inkey", self.box.dir / "key.pem", "-in",
                     self.box.dir / "cert.pem", "-passout", f"pass:{PASSWORD}", "-out", self._keys)
        self._mock.script(label=LABEL, manufacturer="piv_II", model="PKCS#15 emulated",
                          reader=READER, certificate=value, generates=True)
        self._configure_modules()
        # Which has the tokens from elsewhere.
        ssh = Path(self.box.env["HOME"], ".ssh/config")
        ssh.parent.mkdir(mode=0o700)
        ssh.write_text(f"PKCS11Provider {self._mock.path}\n")
        folder = self.box.dir / "share/applications"
        folder.mkdir(parents=True)
        (folder / "mail.desktop").write_text(DESKTOP.format(name="Test Mail", icon="mail-unread"))
        self.set_groups("[('Office', '1207:42', ['/usr/bin/ssh'])]")

    def configure(self, text):
        """Writes the person's configuration file."""
        conf = Path(self.box.env["XDG_CONFIG_HOME"], "pinfold/pinfold.conf")
        conf.parent.mkdir(exist_ok=True)
        conf.write_text(text, encoding="utf-8")

    def _configure_modules(self):
        self.configure(f"[Modules]\nmock = {self._mock.path}\nvendor = {BROKEN}\n")

    def set_groups(self, text):
        self.box.run("gsettings", "set", "org.pinfold", "groups", text)

    def start_agent(self):
        self.agent = ReportingAgent(self.bus)
        self.case.addCleanup(self.agent.stop)
        now = int(time.time())
        self.agent.history = [
            {"id": n, "serial": n, "when": (now - 60 * (10 - n)) * 1000000, "program": "Firefox",
             "pid": 4711, "token-uri": CARD, "key-label": "Signature key"} | entry
            for n, entry in enumerate([
                {"event": "login"}, {"event": "use", "operation": "sign", "count": 3},
                {"event": "forgotten", "reason": "screen-locked"},
                {"event": "refused", "reason": "rejected"}], 1)][::-1]  # the latest first
        self.agent.consents = [
            {"id": "a1", "program": "Thunderbird", "executable": "/usr/lib/thunderbird/thunderbird",
             "token-uri": CARD, "shared-id": "1207:42", "group": "Office", "decision": "always",
             "since": now}]
        self.agent.keyring = "ready"
        self.agent.stored = [{"token-uri": CARD, "label": LABEL, "since": now}]

    def report(self, *tokens, reader=True, domains=None, **more):
        """What the agent says of readers and tokens: a card in use, unless told otherwise; a token
        is a dictionary of what is different about the card's."""
        card = {"uri": CARD, "label": LABEL, "reader": READER, "flags": FLAGS, "logout": "ends",
                "module": self._mock.path, "generates": True}
        firefox = {"pid": 4711, "exe": "/usr/lib/firefox/firefox", "name": "Firefox", "sessions": 1}
        if domains is None:
            domains = [{"app_id": "1:2", "token_uri": CARD, "logged_in": True, "asleep": False,
                        "since": int(time.time()) - 600, "members": [firefox]}]
        tokens = [{k: v for k, v in (card | token).items() if v is not None}
                  for token in tokens or [{}]]
        modules = [{"name": "mock", "path": self._mock.path, "description": "Mock token"},
                   {"name": "vendor", "path": BROKEN, "fault": "cannot open shared object file"}]
        self.agent.report(**{"tokens": tokens, "domains": domains, "modules": modules, "readers": [
            {"name": READER, "present": True, "token_uri": CARD}] if reader else []} | more)

    def report_nothing(self, **more):
        self.report(**{"reader": False, "tokens": [], "domains": []} | more)

    def activate(self, action, *parameters):
        """A str is one, anything else a GVariant."""
        values = [GLib.Variant("s", p) if isinstance(p, str) else p for p in parameters]
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", (action, values, {})), None,
                           0, PATIENCE_MS, None)

    def settle(self):
        """What the app asks of the agent when a window opens is answered when this returns."""
        for _ in range(5):
            self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                               "List", None, None, 0, PATIENCE_MS, None)
            pump()

    def titles(self):
        """Of the windows that show, by which they are known here."""
        return self.probe.look().titles

    def new_window(self, open_it, *args):
        """Calls that and waits for the window that comes of it."""
        known = self.titles()
        open_it(*args)
        return wait_served(lambda: next((t for t in self.titles() if t not in known), None), 10,
                           "a new window")

    def act(self, window, text, role="push button", verb="click", typed=""):
        """When it is there; a text of the sources, or a pattern."""
        name = self.words.get(text)
        wait_served(lambda: self._try_act(window, role, name, verb, typed), 10,
                    f"{role} {name!r} in {window!r}")

    def _try_act(self, window, role, name, *how):
        return self.probe.act(window, role, name, *how) or \
            self.probe.act(window, role, f"{name}(?)", *how)  # with an access key, in Chinese

    def welcome(self):
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold",
                           "org.freedesktop.Application", "Activate",
                           GLib.Variant("(a{sv})", ({},)), None, 0, PATIENCE_MS, None)
        title = self.words.get("Welcome to Pinfold")
        return wait_served(lambda: title in self.titles() and title, 10, title)

    def main_window(self, page="Tokens"):
        title = self.words.get("Pinfold")
        if title not in self.titles():
            self.new_window(self.activate, "open")
        self.act(title, page, "radio button")
        return title

    def main_menu(self):
        window = self.main_window()
        self.case.give_keyboard(window)
        self.case.press("F10")
        return window

    def token_menu(self):
        window = self.main_window()
        self.act(window, self.words.get("Actions for %s") % LABEL, "toggle button")
        return window

    def certificate(self):
        """By the keyboard, from its row."""
        self.report()
        window = self.main_window()
        self.act(window, "anna.beispiel@example.org*", "list item", "focus")
        self.case.give_keyboard(window)
        return self.new_window(self.case.press, "Return")

    def settings(self, page):
        """Of the dialog that is there, or of a new one."""
        title = self.words.get("Settings")
        if title not in self.titles():
            self.new_window(self.activate, "settings")
        self.act(title, page, "list item", "select")
        return title

    def locked_settings(self, page):
        """As the administrator of the computer has set them, until unlock(). The dialog reads the
        files when it opens, and in part whenever it gets the keyboard."""
        conf = self.box.dir / "locked.conf"
        conf.write_text("[Policy]\nlock = cache-mode prompt sharing idle-timeout max-lifetime "
                        "forget-on-lock forget-on-suspend forget-on-user-switch release-delay "
                        "reset-card allow-keyring confirm-signatures groups share-by-default tokens "
                        "Modules\n", encoding="utf-8")
        self.probe.setenv("PINFOLD_CONF", str(conf))
        return self.settings(page)

    def unlock(self):
        """For the next dialog."""
        self.probe.setenv("PINFOLD_CONF", "")

    def above_settings(self, page, button):
        return self.new_window(self.act, self.settings(page), button)

    def choose(self, chooser, path, button):
        """In a file chooser, whose entry for a path comes by Ctrl+L."""
        self.case.give_keyboard(chooser)

        def has_entry():
            return self.probe.act(chooser, "text", "*", "type", str(path))

        def is_chosen():
            self._try_act(chooser, "push button", self.words.get(button))
            return chooser not in self.titles()

        has_entry() or self.case.press_until("<Control>l", has_entry, "the entry for a path")
        wait_served(is_chosen, 10, f"{path} to be chosen")

    def import_file(self):
        return self.new_window(self.choose, self.new_window(self.activate, "import", CARD),
                               self._keys, "_Open")

    def send_import(self, shows, password=PASSWORD):
        """With a wrong PIN, so that the dialog stays; until it shows that."""
        self._configure_modules()
        window, text = self.import_file(), self.words.get(shows)
        for name, typed in (("File password", password), ("PIN", "9999")):
            self.act(window, name, "password text", "type", typed)
        self._send(window, "Import", lambda: text in self.probe.look().labels)
        return window

    def _send(self, window, button, is_done):
        """Presses that, as soon as it can be."""
        def is_sent():
            if is_done():
                return True
            self._try_act(window, "push button", self.words.get(button))
            return False

        wait_served(is_sent, 15, f"{button!r} to do something in {window!r}")

    def working_import(self):
        """The token does not answer until go_on()."""
        self.request += 2
        self._gate = self.box.dir / f"gate-{self.request}"
        self._mock.script(f"C_Login=block:{self._gate}")
        return self.send_import("The token checks the PIN…")

    def generate(self, *rules):
        """When the token has said which kinds of keys it makes."""
        self._configure_modules()
        self._mock.script(*rules, generates=True)
        window = self.new_window(self.activate, "generate-key", CARD)
        kind = self.words.get("RSA, 2048 bits")
        wait_served(lambda: any(control["name"] == kind
                                for control in self.probe.look(is_check=True).objects), 15,
                    f"{kind!r} in {window!r}")
        return window

    def _send_generation(self, window, is_done):
        self.act(window, "Name", "text", "type", "Anna Beispiel")
        self.act(window, "PIN", "password text", "type", "1234")
        self._send(window, "Generate", is_done)

    def working_generation(self):
        """The token makes no key until go_on(), and then none, either."""
        text = self.words.get("The token makes the key. That can take some minutes…")
        self.request += 2
        self._gate = self.box.dir / f"gate-{self.request}"
        window = self.generate(f"C_GenerateKeyPair=block:{self._gate}")
        self._send_generation(window, lambda: text in self.probe.look().labels)
        return window

    def generated(self):
        known = self.titles()
        window = self.generate()

        def find_window():
            return next((t for t in self.titles() if t not in known and t != window), None)

        self._send_generation(window, find_window)
        return find_window()

    def go_on(self):
        """With what the token has kept waiting."""
        if self._gate is not None:
            self._mock.script(generates=False)
            self._gate.touch()
            self._gate = None

    def asked(self, method, then=None, **details):
        """By the agent, for what then does with the number of the question."""
        self.request += 2
        window = self.new_window(lambda: method(self.request, **details))
        if then is not None:
            then(self.request)
        return window

    def offer(self, **details):
        self.request += 2
        self.prompting.offer_consent(self.request, **details)

    def withdraw_offer(self):
        self.prompting.close(self.request, "withdrawn")

    def close_prompt(self, reason="accepted"):
        self.prompting.close(self.request, reason)
