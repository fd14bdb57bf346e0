#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The window with the real agent: a card that hangs, cards that come and go, what is missing."""

import os
import signal
import threading

from gi.repository import GLib

from appcase import TITLE
from pinfoldtest import Driver, process, softhsm, tap, wait_for
from pinfoldtest.latency import Latency
from pinfoldtest.mock import Mock
from pinfoldtest.paths import build_path
from pinfoldtest.readers import PIN
from pinfoldtest.sandbox import Sandbox
from tokencase import TokenCase

AGENT = build_path("agent/pinfold-agent")
MOCK = "pkcs11:model=mock;manufacturer=Pinfold%20tests;serial=MOCK000000000001;token=Mock%20Token"
FULL = os.environ.get("PF_TEST_FULL") == "1"
# What the loop of a build with sanitizers does takes several times as long.
LIMIT = 0.25 if os.environ.get("PINFOLD_SANITIZED", "none") != "none" else 0.05
EVERY_CALL = ("C_Initialize", "C_Finalize", "C_GetInfo", "C_GetSlotList", "C_GetSlotInfo",
              "C_GetTokenInfo", "C_OpenSession", "C_CloseSession", "C_GetSessionInfo",
              "C_FindObjectsInit", "C_FindObjects", "C_FindObjectsFinal", "C_GetAttributeValue")


class AgentCase(TokenCase):
    def start_agent(self):
        self.box.start([AGENT], name="agent")
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Agent"), 15, "the agent")

    def activate(self, action, *parameters):
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", (action, parameters, {})), None,
                           0, 5000, None)


class Hanging(AgentCase):
    """Every call of the backend takes ten seconds."""

    def setUp(self):
        super().setUp()
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.use_modules(mock=self.mock.path)
        self.start_agent()
        self.start_app()
        self.window = self.ui.window(TITLE, 30)
        self.wait_texts(self.window, "Mock Token", "signing key", "It cannot be read",
                        timeout=20)

    def hang(self):
        self.mock.script(*(f"{call}=delay:10000" for call in EVERY_CALL))
        self.window.find("Actions for Mock Token", "toggle button").press()
        self.window.find("Read Certificates Again").press()
        self.activate("look-again")
        self.wait_texts(self.window, "Reading the certificates…")
        wait_for(lambda: len(self.box.pids_of(build_path("agent/pinfold-tokens"))) >= 2, 10,
                 "the agent's look and the app's")

    def latency(self):
        bus = self.box._bus_process.pid
        return Latency(self.bus, "org.pinfold.Pinfold", [self.app.pid, bus, os.getpid()])

    def prove_measure(self, latency):
        """It sees a loop that stands still."""
        self.app.send_signal(signal.SIGSTOP)
        wake = threading.Timer(0.4, self.app.send_signal, (signal.SIGCONT,))
        wake.start()
        self.assertGreater(latency.ask(), 0.2)
        wake.join()

    def test_window_stays_responsive(self):
        latency = self.latency()
        self.prove_measure(latency)
        self.hang()
        pages = ["History", "Tokens"]

        def turn_page():
            self.window.find(pages[0], "radio button").press()
            pages.reverse()

        longest = latency.longest(12 if FULL else 3, turn_page)
        print(f"# longest wait for the main loop: {longest * 1000:.1f} ms")
        self.assertLess(longest, LIMIT)
        if FULL:
            self.window.find("Tokens", "radio button").press()
            self.wait_texts(self.window, "The driver “mock” does not work", timeout=30)
            self.picture("token-window-hanging")
            self.activate("read-certificates", GLib.Variant("s", MOCK))
        # Nor does the end wait for it.
        self.app.terminate()
        self.assertEqual(self.app.wait(10), 0)


class Card(AgentCase):
    """A virtual PIV card, through OpenSC."""

    def setUp(self):
        # Readers before the bus's clients: they know pcscd from the environment.
        self.box = Sandbox(display=True, wm=True, services=False)
        self.addCleanup(self.box.close)
        self.ui = self.box.ui()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.readers = self.box.readers()

    def start(self, **modules):
        self.use_modules(**modules)
        self.start_agent()
        self.start_app()
        self.window = self.ui.window(TITLE, 30)

    def test_card(self):
        card = self.readers.card()
        opensc = self.readers.opensc()
        self.start(soft=softhsm.setup(self.box))
        self.wait_texts(self.window, "Card not recognized", "Is the card the right way round?",
                        timeout=30)
        # The person does what is said there.
        self.use_modules(opensc=opensc)
        self.window.press("Look Again")
        self.wait_texts(self.window, "Pinfold Test Card", "3 tries left", "00000000cafe0001",
                        "Holder", "PKCS#15 emulated (piv_II)", self.readers.names[0],
                        "For signing, authentication · Certificate for PIV Authentication",
                        timeout=30)
        self.picture("token-window-card")
        with Driver(self.box, build_path("p11module/pinfold-pkcs11.so")) as driver:
            driver.ok("init")
            session = driver.open_session("=Pinfold Test Card")
            self.assertEqual(driver.rv("login", session, "user", "999999"), "CKR_PIN_INCORRECT")
            self.wait_texts(self.window, "2 tries left")
            # No card tells how many there are after the right one.
            driver.ok("login", session, "user", PIN)
            self.wait_no_text(self.window, "tries left")
        card.remove()
        self.wait_no_text(self.window, "Pinfold Test Card", timeout=20)
        self.wait_texts(self.window, "No card", "Insert your card.")
        card.set_tries(1)
        card.insert()
        self.wait_texts(self.window, "Pinfold Test Card", "Last try", "For signing", timeout=30)
        self.assertEqual(card.stats()["presentations"], 2)

    def test_services(self):
        self.readers.stop()
        self.start(soft=softhsm.setup(self.box))
        self.wait_texts(self.window, "The smart card service is not running", timeout=30)
        self.readers.restart()
        self.wait_texts(self.window, self.readers.names[0], "No card", timeout=30)
        process.end_processes(self.box.pids_of(AGENT))
        self.wait_texts(self.window, "PIN caching is off: the agent is not running")
        self.window.find("Start", "push button", 30)
        self.start_agent()
        self.wait_texts(self.window, self.readers.names[0], timeout=30)


if __name__ == "__main__":
    tap.main()
