#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Token window, settings and the app's life, on a desktop without a tray."""

import contextlib
import errno
import signal
import socket
import time
from pathlib import Path

from gi.repository import GLib

from appcase import TITLE, AppCase, pump, wait_served
from pinfoldtest import tap
from pinfoldtest.paths import build_path, need_tools
from pinfoldtest.process import count_wakeups, process_of
from pinfoldtest.wait import wait_for
from scriptedagent import ReportingAgent

CARD = "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=00;token=Anna%20Beispiel"
SOFT = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=ab;token=demo"
READER = "Virtual PCD 00 00"
CALL_TIMEOUT_S = 25  # of GDBus
FIREFOX = {"app_id": "1:2", "token_uri": CARD, "logged_in": True, "asleep": False,
           "since": int(time.time()), "members": [
               {"pid": 4711, "exe": "/usr/lib/firefox/firefox", "name": "Firefox",
                "sessions": 1}]}


class Windows(AppCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def start_with_agent(self):
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        self.start_app()
        wait_served(lambda: agent.asked, 15, "the first question")
        return agent

    def wait_texts(self, window, *parts):
        wait_served(lambda: all(any(p in t for t in window.texts()) for p in parts), 5,
                    lambda: f"{parts} in:\n{window.tree()}")

    def activate(self, action, *targets):
        """What the window's menu does."""
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", (action, targets, {})), None, 0,
                           5000, None)

    def test_readers_and_tokens(self):
        agent = self.start_with_agent()
        card = {"name": READER, "present": True, "token_uri": CARD}
        agent.report(
            readers=[card, {"name": "Empty reader", "present": False},
                     {"name": "Odd reader", "present": True}],
            tokens=[{"uri": CARD, "label": "Anna <i>Beispiel</i>", "reader": READER, "flags": [],
                     "logout": "mark"}],
            domains=[FIREFOX])
        window = self.ui.window(TITLE)
        self.wait_texts(window, "Anna <i>Beispiel</i>", READER, "PIN cached", "Firefox",
                        "Process 4711 · PIN cached since", "Empty reader", "No card",
                        "Card not recognized",
                        "A logout leaves the card unlocked, until it is reset or pulled")
        agent.report(
            readers=[card],
            tokens=[{"uri": SOFT, "label": "demo", "flags": ["USER_PIN_FINAL_TRY"]}],
            domains=[FIREFOX])
        self.wait_texts(window, "demo", "Software token", "Last try",
                        "What a logout ends was not measured", "Firefox")
        self.picture("token-window")
        window.press("Forget")
        wait_served(lambda: agent.forgotten, 5, "Forget")
        self.assertEqual(agent.forgotten, [{"token-uri": CARD, "app-id": "1:2"}])
        window.press("Forget All PINs")
        wait_served(lambda: len(agent.forgotten) == 2, 5, "Forget All PINs")
        self.assertEqual(agent.forgotten[1], {})

        agent.report(readers=[{"name": READER, "present": False}])
        wait_served(lambda: "Firefox" not in window.texts(), 5, "the card to go")
        forget = window.find("Forget All PINs", "push button")
        wait_served(lambda: not forget.has_state("sensitive"), 5, "nothing to forget")

    def test_unlisted_token_and_asleep(self):
        agent = self.start_with_agent()
        agent.report(domains=[FIREFOX | {"logged_in": False, "asleep": True}])
        window = self.ui.window(TITLE)
        self.wait_texts(window, "Anna Beispiel", "PIN forgotten; asks again at the next use")
        wait_served(lambda: not window.has("Forget", "push button"), 5, "nothing to forget")

    def test_still_open(self):
        agent = self.start_with_agent()
        members = [FIREFOX["members"][0] | {"still_open": True},
                   {"pid": 5, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1,
                    "still_open": False}]
        agent.report(domains=[FIREFOX | {"logged_in": False, "asleep": True, "members": members}])
        window = self.ui.window(TITLE)
        self.wait_texts(window, "next use · Still open in Firefox")
        # The PIN is there again: what is open is open by it.
        agent.report(domains=[FIREFOX | {"members": members}])
        self.wait_texts(window, "PIN cached since")
        wait_served(lambda: not any("Still open" in text for text in window.texts()), 5,
                    "what is open to be open by the PIN")

    def test_kept_open(self):
        agent = self.start_with_agent()
        open_login = {"app_id": "1:2", "token_uri": SOFT, "logged_in": False, "asleep": False,
                      "open": True, "since": 0}
        agent.report(tokens=[{"uri": SOFT, "label": "demo", "flags": []}],
                     domains=[open_login, FIREFOX | {"app_id": "3:4", "open": True}])
        window = self.ui.window(TITLE)
        self.wait_texts(window, "Kept open (ID 1:2)", "No PIN cached", "Firefox",
                        "· Kept open (ID 3:4)")
        self.picture("token-window-open")
        agent.refuses = ("CloseId",)
        window.press("End")
        self.wait_texts(window, "The login could not be ended: the agent did not answer.")
        agent.refuses = ()
        window.press("End")
        wait_served(lambda: agent.closed, 5, "CloseId")
        self.assertEqual(agent.closed, [(SOFT, "1:2")])
        agent.report(tokens=[{"uri": SOFT, "label": "demo", "flags": []}],
                     domains=[open_login | {"open": False}])
        wait_served(lambda: not window.has("End", "push button"), 5, "the login to go")
        wait_served(lambda: "Kept open (ID 1:2)" not in window.texts(), 5, "its state to go")

    def test_empty(self):
        agent = self.start_with_agent()
        agent.report()
        self.wait_texts(self.ui.window(TITLE), "Connect a card reader and insert your card.")
        self.picture("token-window-empty")

    def test_agent_lost_and_started(self):
        self.start_app()
        window = self.ui.window(TITLE)
        window.wait_text("PIN caching is off: the agent is not running")
        self.picture("token-window-lost")
        window.press("Start")
        window.wait_text("The agent could not be started.")
        agent = ReportingAgent(self.bus)
        agent.report(readers=[{"name": READER, "present": False}])
        self.wait_texts(window, READER)
        wait_served(lambda: "PIN caching is off: the agent is not running" not in window.texts(), 5,
                    "the complaint to go")
        wait_served(lambda: "The agent could not be started." not in window.texts(), 5,
                    "what is over to go, too")
        agent.stop()
        window.wait_text("PIN caching is off: the agent is not running")
        window.press("Start")
        window.wait_text("The agent could not be started.")
        self.close_window()
        self.ui.window("Pinfold keeps running").press("Close")
        self.activate("open")
        window = self.ui.window(TITLE)
        window.wait_text("PIN caching is off: the agent is not running")
        self.assertNotIn("The agent could not be started.", window.texts())

    def settle(self):
        """What the app does about all that it has been told is here when this returns: it answers from
        the same loop, and its calls come before its answer."""
        for _ in range(5):
            self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                               "List", None, None, 0, 5000, None)
            pump()

    def test_agent_hangs(self):
        """For longer than a call waits, and without a word that anything has changed since."""
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        agent.report(tokens=[{"uri": SOFT, "label": "demo", "flags": []}])
        agent.history = [{"id": 1, "serial": 1, "when": 1, "event": "pin-changed"}]
        agent.consents = [{"id": "1", "program": "Test Mail", "decision": "always"}]
        agent.keyring, agent.stored = "ready", [{"token-uri": SOFT, "label": "kept"}]
        agent.hangs = True
        self.start_app()
        wait_served(lambda: agent.asked, 15, "the first question")
        window = self.ui.window(TITLE)
        window.find("History", "radio button").press()
        self.activate("settings")
        settings = self.ui.window("Settings")
        questions = {"GetStatus", "GetHistory", "ListConsents", "ListStoredPins"}
        wait_served(lambda: questions.issubset(agent.called), 10, "all questions")
        agent.hangs = False
        agent.called = []
        wait_served(lambda: questions.issubset(agent.called), CALL_TIMEOUT_S + 5,
                    lambda: f"the questions again, not only {agent.called}")
        self.wait_texts(window, "PIN changed")
        window.find("Tokens", "radio button").press()
        self.wait_texts(window, "demo")
        for page, text in (("Permissions", "Test Mail"), ("Keyring", "kept")):
            settings.find(page, "list item").select()
            self.wait_texts(settings, text)

    def test_impostor(self):
        """A program with the agent's name, while another one listens on the private socket."""
        self.take_private_socket()
        impostor = ReportingAgent(self.bus)
        self.addCleanup(impostor.stop)
        impostor.report(readers=[{"name": READER, "present": False}])
        self.start_app()
        window = self.ui.window(TITLE)
        self.wait_texts(window, "Another program answers as Pinfold’s agent")
        self.assertNotIn(READER, window.texts())
        self.assertFalse(window.has("Start", "push button"))
        # None of the pages asks it anything either, whatever it says.
        window.find("History", "radio button").press()
        self.activate("settings")
        impostor.decide([])
        impostor.store("ready")
        impostor.happen()
        self.wait_texts(self.ui.window("Settings"), "General")
        self.settle()
        self.assertEqual(impostor.called, [])

    def test_impostor_at_a_full_socket(self):
        """Who listens there cannot be asked at once: nobody is trusted until it can."""
        holder = self.take_private_socket(is_full=True)
        impostor = ReportingAgent(self.bus)
        self.addCleanup(impostor.stop)
        self.start_app()
        window = self.ui.window(TITLE)
        self.settle()
        holder.send_signal(signal.SIGUSR1)
        self.wait_texts(window, "Another program answers as Pinfold’s agent")
        self.assertEqual(impostor.called, [])

    @contextlib.contextmanager
    def own_full_socket(self):
        """This process listens on the private socket, to as many as it lets wait; gives accept(),
        which returns the next of them, or None."""
        folder = Path(self.box.env["XDG_RUNTIME_DIR"], "pinfold")
        folder.mkdir(mode=0o700)
        with contextlib.ExitStack() as stack, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "agent"))
            listener.listen(0)
            listener.setblocking(False)
            error = 0
            while error != errno.EAGAIN:
                peer = stack.enter_context(socket.socket(socket.AF_UNIX))
                peer.setblocking(False)
                error = peer.connect_ex(str(folder / "agent"))

            def accept():
                with contextlib.suppress(BlockingIOError):
                    return stack.enter_context(listener.accept()[0])
                return None

            yield accept

    def test_prompter_at_a_full_socket(self):
        """It connects when it can."""
        with self.own_full_socket() as accept:
            self.start_app("--gapplication-service")
            wait_served(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), 15, "the app")
            self.settle()

            def greeting():
                peer = accept()
                if peer is None:
                    return None
                peer.settimeout(5)
                return process_of(peer) == self.app.pid and peer.recv(5)

            self.assertEqual(wait_served(greeting, 15, "the app to connect"), b"\0AUTH")

    def test_forget_at_once(self):
        """By a button of a notification, which starts the app: the agent is not known yet."""
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        target = GLib.Variant("(ss)", (CARD, ""))
        with self.own_full_socket() as accept:
            self.start_app("--gapplication-service")
            wait_served(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), 15, "the app")
            self.activate("forget", target)
            self.settle()
            self.assertEqual(agent.called, [])
            wait_served(lambda: (accept(), agent.forgotten)[1], 15, "the wish to come")
            agent.report()
            self.settle()
        self.assertEqual(agent.forgotten, [{"token-uri": CARD}])

    def test_forget_before_an_impostor(self):
        """Nothing is asked of it, nor of the agent that comes after it, which has no PIN yet."""
        holder = self.take_private_socket(is_full=True)
        impostor = ReportingAgent(self.bus)
        self.addCleanup(impostor.stop)
        self.start_app()
        window = self.ui.window(TITLE)
        self.activate("forget", GLib.Variant("(ss)", (CARD, "")))
        self.settle()
        holder.send_signal(signal.SIGUSR1)
        self.wait_texts(window, "Another program answers as Pinfold’s agent")
        holder.kill()
        holder.wait()
        impostor.stop()
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        agent.report(readers=[{"name": READER, "present": False}])
        self.wait_texts(window, READER)
        self.assertEqual(impostor.called, [])
        self.assertNotIn("Forget", agent.called)

    def close_window(self):
        self.ui.window(TITLE).find("Close", "push button").press()

    def test_closing_hides_and_says_so_once(self):
        self.start_app()
        self.close_window()
        hint = self.ui.window("Pinfold keeps running")
        self.picture("closing-hint")
        wait_for(lambda: not any(self.ui.as_window(each).has("Main menu")
                                 for each in self.ui.windows() if each["pid"] == self.app.pid), 5,
                 "the window to be hidden")
        hint.press("Close")
        self.ui.wait_no_window(TITLE)
        marker = Path(self.box.env["XDG_STATE_HOME"], "pinfold/closing-hint-shown")
        wait_for(marker.exists, 5, "the marker")

        # A second launch raises the same window and ends.
        again = self.box.run(build_path("app/pinfold"))
        self.assertEqual(again.returncode, 0)
        window = self.ui.window(TITLE)
        self.assertEqual(window.pid, self.app.pid)
        self.close_window()
        self.ui.wait_no_window(TITLE)
        self.assertIsNone(self.app.poll())
        self.activate("quit")
        self.assertEqual(self.app.wait(10), 0)
        self.start_app()
        self.ui.window(TITLE)

        def is_closed():
            self.box.screen.key("ctrl+w")
            return not self.ui.find_window(TITLE)

        wait_for(is_closed, 5, "the window to close by Ctrl+W")

    def setting(self, key):
        return self.box.run("gsettings", "get", "org.pinfold", key).stdout.strip()

    def test_settings(self):
        need_tools("gsettings")
        self.start_app()
        self.ui.window(TITLE)
        self.activate("settings")
        window = self.ui.window("Settings")
        self.picture("settings")
        self.assertTrue(window.find("For each program", "radio button").has_state("checked"))
        window.find("Off", "radio button").press()
        wait_for(lambda: self.setting("cache-mode") == "'off'", 5, "the mode")
        window.find("Ask for PINs in Pinfold’s own dialog", "toggle button").press()
        wait_for(lambda: self.setting("prompt") == "'application'", 5, "the prompt")
        window.find("Forgetting", "list item").select()
        reset = window.find("When the screen is locked", "radio button")
        self.assertTrue(reset.has_state("checked"))
        window.find("Never", "radio button").press()
        wait_for(lambda: self.setting("reset-card") == "'never'", 5, "the rarest reset")
        reset.press()
        reset.focus()
        self.box.screen.key("Down")  # to what had to be scrolled for
        wait_for(lambda: self.setting("reset-card") == "'always'", 5, "the most frequent one")
        window.find("Whenever a PIN is forgotten", "radio button")
        self.picture("settings-reset")
        # From outside, too.
        window.find("General", "list item").select()
        self.box.run("gsettings", "set", "org.pinfold", "cache-mode", "shared")
        button = window.find("Shared between programs", "radio button")
        wait_for(lambda: button.has_state("checked"), 5, "the radio button")

    def test_service_rests(self):
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        self.start_app("--gapplication-service")
        wait_served(lambda: agent.asked, 15, "the first question")
        self.assertEqual([w for w in self.ui.windows() if w["pid"] == self.app.pid], [])
        self.activate("open")
        self.close_window()
        self.ui.window("Pinfold keeps running").press("Close")
        self.ui.wait_no_window(TITLE)
        wait_for(lambda: count_wakeups(self.app.pid, 3) == 0, 20, "the app to rest", step=0)

    def test_command_line(self):
        done = self.box.run(build_path("app/pinfold"), "--version")
        self.assertRegex(done.stdout, r"^pinfold \d+\.\d+")
        done = self.box.run(build_path("app/pinfold"), "--help")
        self.assertIn("--gapplication-service",
                      self.box.run(build_path("app/pinfold"), "--help-all").stdout)
        self.assertIn("--version", done.stdout)
        done = self.box.run(build_path("app/pinfold"), "--nonsense", check=False)
        self.assertEqual(done.returncode, 1)


class NoBus(AppCase):
    def test_start_and_quit(self):
        """The app has nobody to ask and nobody to show its icon, and says what does not work."""
        bus = self.session_bus()
        self.addCleanup(bus.close_sync, None)
        # The app's tests look at it by a bus that it would find by the session's.
        eyes = bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None,
                             None, 0, 5000, None).unpack()[0]
        self.start_app(env={"AT_SPI_BUS_ADDRESS": eyes, "DBUS_SESSION_BUS_ADDRESS":
                            f"unix:path={self.box.dir}/no-bus"})
        window = self.ui.window(TITLE)
        window.press("Start")
        window.wait_text("The agent could not be started.")
        self.app.send_signal(signal.SIGTERM)
        self.assertEqual(self.app.wait(10), 0)


if __name__ == "__main__":
    tap.main()
