#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The tray icon on xfce4-panel: states, tooltip, menu, and panels that come and go."""

import re

from gi.repository import GLib

from appcase import TITLE, AppCase, pump, wait_served
from pinfoldtest import build_path, process, source_path, tap
from pinfoldtest.wait import wait_for, wait_within
from scriptedagent import PromptingAgent, ReportingAgent
from scriptedwatcher import Watcher

ITEM = "/StatusNotifierItem"
ITEM_INTERFACE = "org.kde.StatusNotifierItem"
MENU_INTERFACE = "com.canonical.dbusmenu"
DEMO = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=ab;token=my_demo"
FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED"]
TOKEN = {"uri": DEMO, "label": "my_demo", "flags": FLAGS}
LOGIN = {"app_id": "1:2", "token_uri": DEMO, "logged_in": True, "asleep": False, "since": 1,
         "members": [{"pid": 1, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1}]}


CACHED = "my_demo: PIN cached for ssh"
NOT_CACHED = "my_demo: No PIN cached"
READER = {"name": "Reader", "present": False}


def interface_text():
    return source_path("agent/wire/org.pinfold.Agent1.xml").read_text(encoding="utf-8")


class Tray(AppCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.panel = self.box.screen.start_panel()
        self.agent = ReportingAgent(self.bus)
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.asked, 15, "the first question")
        self.wait_item()

    def wait_item(self):
        items = wait_served(self.box.screen.tray_items, 10, "the tray icon")
        self.assertEqual(len(items), 1)
        self.owner = items[0].partition("/")[0]

    def call(self, path, iface, method, arguments=None):
        return self.bus.call_sync(self.owner, path, iface, method, arguments, None, 0, 5000,
                                  None).unpack()

    def item(self, name):
        return self.call(ITEM, "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (ITEM_INTERFACE, name)))[0]

    def menu(self):
        """{label: (id, properties)} of every entry."""
        layout = self.call(self.item("Menu"), MENU_INTERFACE, "GetLayout",
                           GLib.Variant("(iias)", (0, -1, [])))[1]
        found = {}

        def walk(node):
            number, properties, children = node
            found[properties.get("label", "")] = (number, properties)
            for child in children:
                walk(child)

        walk(layout)
        return found

    def choose(self, label):
        number, properties = self.menu()[label]
        self.assertTrue(properties.get("enabled", True), label)
        self.call(self.item("Menu"), MENU_INTERFACE, "Event",
                  GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("s", ""), 0)))

    def choose_in_group(self, label):
        """As xfce4-panel does it: choose() is how lxqt-panel does."""
        number = self.menu()[label][0]
        event = (number, "clicked", GLib.Variant("s", ""), 0)
        errors = self.call(self.item("Menu"), MENU_INTERFACE, "EventGroup",
                           GLib.Variant("(a(isvu))", ([event],)))[0]
        self.assertEqual(errors, [])

    def wait_tooltip(self, text, within=5):
        wait_served(lambda: self.item("ToolTip")[3] == text, within, f"the tooltip {text!r}")

    def test_why_a_pin_was_forgotten(self):
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip(CACHED)
        asleep = LOGIN | {"logged_in": False, "asleep": True}
        for reason, words in (("screen-locked", "screen locked"),
                              ("suspend", "the computer went to sleep"),
                              ("idle-timeout", "it was not used for too long")):
            self.agent.say_forgotten(reason)
            self.agent.report(tokens=[TOKEN], domains=[asleep])
            self.wait_tooltip(f"{NOT_CACHED}\nPIN forgotten: {words}", 1)
        still = asleep | {"members": [LOGIN["members"][0] | {"still_open": True}]}
        self.agent.report(tokens=[TOKEN], domains=[still])
        self.wait_tooltip(f"{NOT_CACHED}\nPIN forgotten: it was not used for too long\n"
                          "Still open in ssh")
        # Where a PIN is there again, that counts; a reason of a newer agent has no words.
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip(CACHED)
        self.agent.say_forgotten("whim")
        self.agent.report(tokens=[TOKEN], domains=[asleep])
        self.wait_tooltip(NOT_CACHED)

    def test_why_of_another_agent(self):
        """One that is killed says nothing, and the next does not know of any PIN."""
        self.agent.report(tokens=[TOKEN])
        self.agent.say_forgotten("screen-locked")
        self.wait_tooltip(f"{NOT_CACHED}\nPIN forgotten: screen locked")
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip(CACHED)
        self.start_next_agent()
        self.wait_tooltip(NOT_CACHED)
        # One that is stopped says so, and that stays true.
        self.agent.say_forgotten("agent-stop")
        self.start_next_agent()
        self.wait_tooltip(f"{NOT_CACHED}\nPIN forgotten: the agent was stopped")

    def start_next_agent(self):
        self.agent.stop()
        self.wait_tooltip("PIN caching is off: the agent is not running")
        self.agent = ReportingAgent(self.bus)
        self.agent.report(tokens=[TOKEN])

    def test_every_reason_has_words(self):
        contract = re.search(r"@reason: (.*?)\.", interface_text(), re.S)[1]
        reasons = [reason.strip() for reason in contract.split(",")]
        self.assertIn("max-lifetime", reasons)
        self.agent.report(tokens=[TOKEN])
        seen = set()
        for reason in reasons:
            self.agent.say_forgotten(reason)
            seen.add(wait_within(lambda: self.new_words(seen), 1, reason, pump))
        self.assertEqual(len(seen), len(reasons))

    def new_words(self, seen):
        words = self.item("ToolTip")[3].partition("PIN forgotten: ")[2]
        return words if words not in seen else None

    def wait_state(self, tooltip, status="Active"):
        """Waits for that tooltip; returns the icon."""
        self.wait_tooltip(tooltip)
        wait_served(lambda: self.item("Status") == status, 5, status)
        if status == "NeedsAttention":
            self.assertEqual(self.item("AttentionIconPixmap"), self.item("IconPixmap"))
        return self.item("IconPixmap")

    def test_states(self):
        self.agent.report()
        seen = [self.wait_state("No card reader")]
        self.agent.report(readers=[READER])
        seen.append(self.wait_state("No token"))
        self.agent.report(readers=[READER], tokens=[TOKEN])
        seen.append(self.wait_state(NOT_CACHED))
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        seen.append(self.wait_state(CACHED))
        self.assertEqual(self.item("IconAccessibleDesc"), "1 PIN cached")
        self.picture("tray-cached")
        self.agent.report(tokens=[TOKEN | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]}])
        seen.append(self.wait_state("my_demo: Last try", "NeedsAttention"))
        self.picture("tray-attention")
        self.agent.report(tokens=[TOKEN | {"flags": FLAGS + ["USER_PIN_LOCKED"]}])
        self.assertEqual(self.wait_state("my_demo: PIN blocked", "NeedsAttention"), seen[-1])
        self.agent.report(tokens=[TOKEN])
        self.assertEqual(self.wait_state(NOT_CACHED), seen[2])
        self.agent.stop()
        seen.append(self.wait_state("PIN caching is off: the agent is not running",
                                    "NeedsAttention"))
        self.picture("tray-lost")
        self.assertEqual(len({str(icon) for icon in seen}), 6, "each state has its own icon")
        for width, height, argb in seen[0]:
            self.assertEqual(len(argb), 4 * width * height)

    def test_agent_lost(self):
        self.agent.report(tokens=[TOKEN])
        self.wait_tooltip(NOT_CACHED)
        self.agent.stop()
        line = "PIN caching is off: the agent is not running"
        wait_served(lambda: line in self.menu(), 5, "the line that says so")
        self.assertFalse(self.menu()[line][1].get("enabled", True))
        self.assertNotIn(f"{NOT_CACHED}".replace("_", "__"), self.menu())
        self.choose("Start the _Agent")
        self.agent = ReportingAgent(self.bus)
        wait_served(lambda: self.agent.asked, 10, "the new agent to be asked")
        self.agent.report(tokens=[TOKEN])
        self.wait_tooltip(NOT_CACHED)
        self.assertNotIn(line, self.menu())

    def test_impostor(self):
        self.agent.stop()
        lost = "PIN caching is off: the agent is not running"
        self.wait_tooltip(lost)
        self.take_private_socket()
        self.agent = ReportingAgent(self.bus)
        line = "Another program answers as Pinfold’s agent"
        self.wait_tooltip(line)
        menu = self.menu()
        self.assertFalse(menu[line][1].get("enabled", True))
        for wrong in (lost, "Start the _Agent", "No token"):
            self.assertNotIn(wrong, menu)

    def test_tooltip_tells_programs_and_time(self):
        tomorrow = 86400
        until = {"expires_s": tomorrow, "members": [
            {"pid": 2, "exe": "/x", "name": "<b>A</b> & B", "sessions": 1}]}
        kept = LOGIN | {"app_id": "3:4", "open": True, "members": []}
        self.agent.report(tokens=[TOKEN | {"label": "<i>my</i>"}],
                          domains=[LOGIN | {"expires_s": -1}, LOGIN | until, kept])
        lines = wait_served(lambda: self.tooltip_lines(3), 5, "three lines")
        self.assertEqual(lines[0], "‹i›my‹/i›: PIN cached for ssh")
        self.assertRegex(lines[1], r"^‹i›my‹/i›: PIN cached for ‹b›A‹/b› \+ B, until \S+ \d\d:\d\d$")
        self.assertEqual(lines[2], "‹i›my‹/i›: PIN cached · Kept open (ID 3:4)")

    def tooltip_lines(self, count):
        lines = self.item("ToolTip")[3].split("\n")
        return lines if len(lines) == count else None

    def test_tooltip_has_an_end(self):
        many = [{"uri": f"pkcs11:token=t{n}", "label": f"t{n}" + "x" * 200, "flags": FLAGS}
                for n in range(12)]
        self.agent.report(tokens=many)
        lines = wait_served(lambda: self.tooltip_lines(8), 5, "eight lines")
        self.assertEqual(lines[-1], "and 5 more")
        self.assertEqual(max(len(line) for line in lines), 91)

    def test_menu(self):
        self.agent.report(tokens=[TOKEN])
        wait_served(lambda: "my__demo: No PIN cached" in self.menu(), 5, "the token's entry")
        self.assertFalse(self.menu()["_Forget All PINs"][1].get("enabled", True))
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        wait_served(lambda: "Forget PIN of “my__demo”" in self.menu(), 5, "the entry to forget")
        self.choose("Forget PIN of “my__demo”")
        wait_served(lambda: self.agent.forgotten, 5, "Forget")
        self.choose("_Forget All PINs")
        wait_served(lambda: len(self.agent.forgotten) == 2, 5, "Forget")
        self.assertEqual(self.agent.forgotten, [{"token-uri": DEMO}, {}])

        self.assertEqual(self.menu()["_Per Program"][1]["toggle-state"], 1)
        self.choose("_Off")
        wait_served(lambda: self.menu()["_Off"][1]["toggle-state"] == 1, 5, "the mode")
        wait_served(lambda: self.menu()["_Per Program"][1].get("toggle-state", 0) == 0, 5,
                    "the mode of before to go")
        self.choose("_Settings")
        self.ui.window("Settings")
        self.choose("_Open Pinfold")
        window = self.ui.window(TITLE)
        wait_served(lambda: "my_demo" in window.texts(), 5, "the token")
        self.choose_in_group("_History")
        wait_served(lambda: "Nothing has happened yet" in window.texts(), 5, "the history")
        labels = list(self.menu())
        self.assertEqual(labels.index("_Quit (PINs stay cached)"),
                         labels.index("_Forget All PINs") + 1)
        self.choose("_Quit (PINs stay cached)")
        self.assertEqual(self.app.wait(10), 0)

    def test_open_login(self):
        entry = "End Login of “my__demo” (ID 1:2)"
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        wait_served(lambda: "Forget PIN of “my__demo”" in self.menu(), 5, "the token's entry")
        self.assertNotIn(entry, self.menu())
        island = {"app_id": "1:2", "token_uri": DEMO, "logged_in": False, "asleep": False,
                  "open": True}
        self.agent.report(tokens=[TOKEN], domains=[LOGIN | {"open": True}, island])
        wait_served(lambda: entry in self.menu(), 5, "the entry to end it")
        self.choose(entry)
        wait_served(lambda: self.agent.closed, 5, "CloseId")
        self.assertEqual(self.agent.closed, [(DEMO, "1:2")])

    def test_offer(self):
        prompting = PromptingAgent(self.box)
        self.addCleanup(prompting.stop)
        wait_served(lambda: prompting.registered, 15, "the app to register")
        entry = "Fire__fox could use the login of “demo”…"
        self.assertNotIn(entry, self.menu())
        prompting.offer_consent(31, program="Fire_fox", program_known=True, token_label="demo")
        wait_served(lambda: entry in self.menu(), 5, "the entry to decide")
        self.choose(entry)
        self.ui.window("Permission — demo")
        prompting.close(31, "withdrawn")
        wait_served(lambda: entry not in self.menu(), 5, "the entry to go")
        self.ui.wait_no_window("Permission —")

    def test_click_opens_the_window(self):
        size = self.box.screen.size
        wait_served(lambda: self.item("IconPixmap"), 5, "the icon")

        def is_open():
            self.box.screen.click(size[0] - 16, 16)
            return self.ui.find_window(TITLE)

        wait_served(is_open, 10, "the window")
        self.ui.window(TITLE).find("Close", "push button").press()
        self.ui.wait_no_window(TITLE)
        self.assertIsNone(self.ui.find_window("Pinfold keeps running"))

    def test_hosts_without_a_menu(self):
        """They say where the person clicked, and the window is what the app has for it."""
        here = GLib.Variant("(ii)", (5, 5))
        self.call(ITEM, ITEM_INTERFACE, "Scroll", GLib.Variant("(is)", (1, "vertical")))
        self.assertIsNone(self.ui.find_window(TITLE))
        for method in ("ContextMenu", "SecondaryActivate", "Activate"):
            self.call(ITEM, ITEM_INTERFACE, method, here)
            self.ui.window(TITLE).find("Close", "push button").press()
            self.ui.wait_no_window(TITLE)

    def test_menu_by_mouse(self):
        size = self.box.screen.size

        def is_open():
            self.box.screen.click(size[0] - 16, 16, button=3)
            self.box.screen.key("Down", "Return")
            return self.ui.find_window(TITLE)

        self.box.screen.click(size[0] - 16, 16, button=3)
        self.picture("tray-menu")
        self.box.screen.key("Escape")
        wait_served(is_open, 10, "the window by the menu")

    def test_panel_comes_back(self):
        for _ in range(2):
            process.end_processes([self.panel.pid])
            self.panel = self.box.screen.start_panel()
            self.wait_item()
        self.assertEqual(self.item("Title"), "Pinfold")
        self.assertIsNone(self.app.poll())

    def test_no_panel_at_first(self):
        process.end_processes([self.panel.pid, self.app.pid])
        wait_for(lambda: not self.has_name(self.bus, "org.kde.StatusNotifierWatcher"), 10,
                 "the panel to go")
        self.start_app("--gapplication-service")
        wait_served(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), 10, "the app")
        self.box.screen.start_panel()
        self.wait_item()


class Hosts(AppCase):
    """Watchers that the test plays, one after the other and one behind the other."""

    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def start_watcher(self, bus=None, **state):
        watcher = Watcher(bus or self.bus, **state)
        self.addCleanup(watcher.stop)
        return watcher

    def close_window(self):
        """Closes the window; whether the hint that there is no tray came up."""
        self.box.run(build_path("app/pinfold"))
        window = self.ui.window(TITLE)
        window.find("Close", "push button").press()
        wait_served(lambda: TITLE not in self.titles(), 10, "the window to go")
        return "Pinfold keeps running" in self.titles()

    def titles(self):
        return [window["title"] for window in self.ui.windows()]

    def test_next_watcher(self):
        other = self.session_bus()
        self.addCleanup(other.close_sync, None)
        first, second = self.start_watcher(), self.start_watcher(other)
        self.start_app("--gapplication-service")
        wait_served(lambda: first.items, 15, "the icon")
        self.assertEqual(second.items, [])
        first.stop()
        wait_served(lambda: second.items, 10, "the icon at the other watcher")
        self.assertEqual(second.items, first.items)

    def test_no_host(self):
        """Nobody draws the icon: the watcher knows of none, or does not take it, or is silent."""
        for state in ({"host": False}, {"refuses": True}, {"hangs": True}):
            with self.subTest(state):
                watcher = self.start_watcher(**state)
                self.start_app("--gapplication-service")
                wait_served(lambda w=watcher: w.items and w.asked, 15, "the icon")
                wait_served(self.close_window, 10, "the hint")
                self.end_app(self.bus)
                watcher.stop()
                self.state_file("closing-hint-shown").unlink()

    def test_host_comes_later(self):
        watcher = self.start_watcher(host=False)
        self.start_app("--gapplication-service")
        wait_served(lambda: watcher.items and watcher.asked, 15, "the icon")
        watcher.set_host(True)
        wait_served(lambda: watcher.asked == 2, 5, "the host to be asked for")
        self.assertFalse(self.close_window())


if __name__ == "__main__":
    tap.main()
