#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tokens in the window: certificates, PIN states, menus, and what to do where there is none."""

import os
from pathlib import Path

from appcase import TITLE, wait_served
from pinfoldtest import softhsm, tap
from pinfoldtest.mock import Mock
from pinfoldtest.paths import build_path
from pinfoldtest.spy import Spy
from tokencase import CLIENT, DECRYPTION, SIGNING, TokenCase, certificate

CARD = "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=0042;token=Anna%20Beispiel"
MOCK = "pkcs11:model=mock;manufacturer=Pinfold%20tests;serial=MOCK000000000001;token=Mock%20Token"
READER = "Virtual PCD 00 00"
PIN_FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED"]
HELPER = build_path("agent/pinfold-tokens")


class Certificates(TokenCase):
    def test_rows(self):
        token = self.make_soft_token(
            sign=certificate("Anna Beispiel", usage=SIGNING),
            login=certificate("anna@beispiel.example", days=12, purposes=CLIENT),
            old=certificate("Anna Alt", days=-3, usage=DECRYPTION), odd=b"\x30\x03nix")
        agent = self.start_with_agent()
        agent.report(tokens=[token])
        window = self.ui.window(TITLE, 30)
        self.wait_texts(window, "pinfold-test", "Holder", "Anna Beispiel", "Serial number",
                        "SoftHSM v2 (SoftHSM project)", "Issued by Beispiel CA", "Valid until ",
                        "For signing", "Expires in 12 days", "For authentication · login",
                        "Expired on ", "For encryption", "It cannot be read", "odd")
        self.picture("token-window-certificates")
        texts = window.texts()
        places = [next(n for n, text in enumerate(texts) if text.startswith(words)) for words in
                  ("Valid until", "Expires in 12 days", "Expired on", "It cannot be read")]
        self.assertEqual(places, sorted(places))
        self.assertRegex(window.tree(), r"label 'Anna Beispiel'\s+label 'Holder'")
        if os.access(f"/proc/{self.app.pid}/maps", os.R_OK):
            self.assertNotIn("softhsm", Path(f"/proc/{self.app.pid}/maps").read_text())

        # What is no certificate has nothing more to show.
        self.activate_row(window, "odd, It cannot be read")
        self.activate_row(window, "anna@beispiel.example, Expires in 12 days")
        detail = self.ui.window("Certificate — ")
        self.assertEqual(detail.title, "Certificate — anna@beispiel.example")
        self.wait_texts(detail, "Expires in 12 days", "Beispiel CA")
        self.picture("token-window-detail")
        self.press_keys(detail, "Escape")
        self.ui.wait_no_window("Certificate —")

        serial = softhsm.init_token(self.box, label="empty")
        agent.report(tokens=[token | {"label": "empty", "uri": token["uri"].rpartition("serial=")[0]
                                      + f"serial={serial};token=empty"}])
        self.wait_texts(window, "empty", "None that can be read without the PIN.")
        self.assertNotIn("Holder", window.texts())

    def activate_row(self, window, name):
        """By the keyboard."""
        row = window.find(name, "list item")
        row.focus()
        self.press_keys(window, "Return", focused=row)

    def test_read_once(self):
        token = self.make_soft_token(one=certificate("Anna Beispiel"))
        spy = Spy(self.box, token["module"])
        self.box.env |= spy.env
        agent = self.start_with_agent()
        token["module"] = spy.path
        agent.report(tokens=[token])
        window = self.ui.window(TITLE, 30)
        self.wait_texts(window, "Anna Beispiel")

        def count():
            return spy.counts().get("C_Initialize", 0)

        self.assertEqual(count(), 1)
        # Neither other tokens nor anything else about it has it read again.
        agent.report(tokens=[token | {"flags": ["USER_PIN_LOCKED"]}],
                     readers=[{"name": READER, "present": False}])
        self.wait_texts(window, "PIN blocked", READER)
        self.assertEqual(count(), 1)
        # But that it went and came.
        agent.report()
        self.wait_no_text(window, "Anna Beispiel")
        agent.report(tokens=[token])
        self.wait_texts(window, "Anna Beispiel")
        self.assertEqual(count(), 2)

    def test_pulled_while_a_login_stays(self):
        """What comes back may have been changed elsewhere, or be another card of the same name."""
        token = self.make_soft_token(one=certificate("Anna Beispiel"))
        spy = Spy(self.box, token["module"])
        self.box.env |= spy.env
        token |= {"module": spy.path, "reader": READER}
        asleep = {"app_id": "1:2", "token_uri": token["uri"], "asleep": True, "members": []}
        agent = self.start_with_agent()
        agent.report(tokens=[token], readers=[{"name": READER, "present": True}], domains=[asleep])
        window = self.ui.window(TITLE, 30)
        self.wait_texts(window, "Anna Beispiel")
        agent.report(readers=[{"name": READER, "present": False}], domains=[asleep])
        self.wait_texts(window, "No card", "PIN forgotten; asks again at the next use")
        self.wait_no_text(window, "Anna Beispiel")
        agent.report(tokens=[token], readers=[{"name": READER, "present": True}], domains=[asleep])
        self.wait_texts(window, "Anna Beispiel")
        self.assertEqual(spy.counts().get("C_Initialize", 0), 2)


class Mocked(TokenCase):
    """A backend that does what the test says."""

    def setUp(self):
        super().setUp()
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.use_modules(mock=self.mock.path)
        self.token = {"uri": MOCK, "label": "Mock Token", "module": self.mock.path,
                      "flags": PIN_FLAGS}

    def helpers(self):
        return self.box.pids_of(HELPER)

    def test_faults(self):
        agent = self.start_with_agent()
        self.mock.script("C_FindObjectsInit=CKR_DEVICE_ERROR")
        agent.report(tokens=[self.token])
        window = self.ui.window(TITLE, 30)
        self.wait_texts(window, "The certificates could not be read.")
        self.picture("token-window-fault")
        self.mock.script("C_Initialize=crash")
        window.press("Try Again")
        self.wait_texts(window, "The token’s driver crashed.")
        self.mock.script()
        window.press("Try Again")
        self.wait_texts(window, "signing key")
        wait_served(lambda: not window.has("Try Again", "push button"), 10, "the button to go")

        # A reading ends when the card goes.
        agent.report()
        self.wait_texts(window, "No card reader and no token")
        self.mock.script("C_FindObjectsInit=hang")
        agent.report(tokens=[self.token])
        self.wait_texts(window, "Reading the certificates…")
        wait_served(self.helpers, 10, "the helper")
        self.picture("token-window-reading")
        agent.report()
        wait_served(lambda: not self.helpers(), 10, "the helper's end")


class States(TokenCase):
    def report(self, token=None, reader=True, **more):
        entry = {"uri": CARD, "label": "Anna", "flags": PIN_FLAGS, "reader": READER}
        self.agent.report(readers=[{"name": READER, "present": True}] if reader else [],
                          tokens=[entry | token] if token is not None else [], **more)

    def test_states(self):
        self.start_with_agent()
        window = self.ui.window(TITLE, 30)
        self.check_pin(window)
        self.check_reading(window)
        self.check_nothing(window)
        self.check_notices(window)

    def check_pin(self, window):
        for token, words in (({"tries_left": 3}, "3 tries left"), ({"tries_left": 1}, "Last try"),
                             ({"flags": [*PIN_FLAGS, "USER_PIN_FINAL_TRY"]}, "Last try"),
                             ({"flags": [*PIN_FLAGS, "USER_PIN_LOCKED"]}, "PIN blocked"),
                             ({"flags": ["LOGIN_REQUIRED"]}, "PIN not set"),
                             ({"flags": ["TOKEN_INITIALIZED"]}, "No PIN needed")):
            with self.subTest(words=words):
                self.report(token)
                self.wait_texts(window, words)
        self.report({"tries_left": 0})
        self.wait_texts(window, "Unblock the PIN with the PUK")
        self.picture("token-window-blocked")

    def check_reading(self, window):
        self.report(reading=True)
        self.wait_texts(window, "Reading the card…")
        self.report()
        self.wait_texts(window, "Card not recognized", "Is the card the right way round?")
        self.picture("token-window-unknown")
        window.press("Look Again")
        wait_served(lambda: self.agent.looked, 5, "the look")
        self.report({})
        self.wait_texts(window, "Anna")
        wait_served(lambda: not window.has("Look Again", "push button"), 10, "the button to go")

    def check_nothing(self, window):
        for name, facts, words in (
                ("waiting", {"modules": (), "reading": True}, ("Looking for tokens…",)),
                ("driver", {"modules": ()}, ("No card driver", "Install OpenSC")),
                ("service", {"reader_service": False},
                 ("The smart card service is not running", "install pcscd")),
                ("reader", {}, ("No card reader and no token", "Connect a card reader")),
                ("fault", {"modules": ({"name": "x", "fault": "did not answer in 8 s"},)},
                 ("The driver “x” does not work: did not answer in 8 s",))):
            with self.subTest(name=name):
                self.report(reader=False, **facts)
                self.wait_texts(window, *words)
                wait_served(lambda: window.has("Settings", "push button") == (name == "driver"), 10,
                            lambda: f"the button or none in:\n{window.tree()}")
                self.picture(f"token-window-no-{name}")

    def check_notices(self, window):
        """What is missing is said below what is there, too."""
        self.agent.report(readers=[{"name": READER, "present": False}])
        self.wait_texts(window, "No card", "Insert your card.")
        self.picture("token-window-insert")
        self.report({}, reader_service=False)
        self.wait_texts(window, "Cards cannot be seen: install pcscd")
        self.report({}, modules=())
        self.wait_texts(window, "There is no card driver.")
        self.report({})
        self.wait_no_text(window, "There is no card driver.")

    def open_menu(self, window):
        window.find("Actions for Anna", "toggle button").press()

    def test_menu(self):
        self.start_with_agent()
        window = self.ui.window(TITLE, 30)
        self.report({}, domains=[{"app_id": "1:2", "token_uri": CARD, "logged_in": True}])
        self.wait_texts(window, "Anna", "Programs using it")
        self.open_menu(window)
        window.find("Read Certificates Again")
        # Of a token whose module makes none.
        self.assertFalse(window.has("Generate Key…"))
        self.picture("token-window-menu")
        # What is told meanwhile closes no menu.
        self.report({"tries_left": 2}, domains=[{"app_id": "1:2", "token_uri": CARD,
                                                 "logged_in": True}])
        self.wait_texts(window, "2 tries left")
        window.find("Forget PIN").press()
        wait_served(lambda: self.agent.forgotten, 5, "Forget")
        self.assertEqual(self.agent.forgotten, [{"token-uri": CARD}])
        self.report({"generates": True})
        self.wait_no_text(window, "Programs using it")
        self.open_menu(window)
        window.find("Generate Key…")
        for name in ("Forget PIN", "Delete…", "Set PIN…"):
            self.assertFalse(window.has(name), name)


if __name__ == "__main__":
    tap.main()
