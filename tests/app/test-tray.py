#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The tray icon on xfce4-panel: states, tooltip, menu, and panels that come and go."""

import re

from gi.repository import GLib

from appcase import TITLE, AppCase, pump, wait_served
from pinfoldtest import process, source_path, tap
from pinfoldtest.wait import wait_for, wait_within
from scriptedagent import PromptingAgent, ReportingAgent

ITEM = "/StatusNotifierItem"
ITEM_INTERFACE = "org.kde.StatusNotifierItem"
MENU_INTERFACE = "com.canonical.dbusmenu"
DEMO = "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=ab;token=my_demo"
TOKEN = {"uri": DEMO, "label": "my_demo", "flags": []}
LOGIN = {"app_id": "1:2", "token_uri": DEMO, "logged_in": True, "asleep": False, "since": 1,
         "members": [{"pid": 1, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1}]}


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

    def wait_tooltip(self, text, within=5):
        wait_served(lambda: self.item("ToolTip")[3] == text, within, f"the tooltip {text!r}")

    def test_why_a_pin_was_forgotten(self):
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip("1 PIN cached")
        asleep = LOGIN | {"logged_in": False, "asleep": True}
        for reason, words in (("screen-locked", "screen locked"),
                              ("suspend", "the computer went to sleep"),
                              ("idle-timeout", "it was not used for too long")):
            self.agent.say_forgotten(reason)
            self.agent.report(tokens=[TOKEN], domains=[asleep])
            self.wait_tooltip(f"1 token, no PIN cached\nPIN forgotten: {words}", 1)
        still = asleep | {"members": [LOGIN["members"][0] | {"still_open": True}]}
        self.agent.report(tokens=[TOKEN], domains=[still])
        self.wait_tooltip("1 token, no PIN cached\nPIN forgotten: it was not used for too long\n"
                          "Still open in ssh")
        # Where a PIN is there again, that counts; a reason of a newer agent has no words.
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip("1 PIN cached")
        self.agent.say_forgotten("whim")
        self.agent.report(tokens=[TOKEN], domains=[asleep])
        self.wait_tooltip("1 token, no PIN cached")

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

    def test_states(self):
        self.agent.report()
        self.wait_tooltip("No token")
        pixels = {len(self.item("IconPixmap"))}
        seen = [self.item("IconPixmap")]
        self.agent.report(tokens=[TOKEN])
        self.wait_tooltip("1 token, no PIN cached")
        seen.append(self.item("IconPixmap"))
        self.agent.report(tokens=[TOKEN], domains=[LOGIN])
        self.wait_tooltip("1 PIN cached")
        self.picture("tray-cached")
        seen.append(self.item("IconPixmap"))
        self.assertEqual(self.item("Status"), "Active")
        self.agent.stop()
        self.wait_tooltip("PIN caching is off: the agent is not running")
        seen.append(self.item("IconPixmap"))
        self.picture("tray-lost")
        self.assertEqual(self.item("Status"), "NeedsAttention")
        self.assertEqual(self.item("AttentionIconPixmap"), seen[-1])
        self.assertIn("Start the _Agent", self.menu())
        self.assertNotIn(0, pixels)
        self.assertEqual(len({str(icon) for icon in seen}), 4, "each state has its own icon")
        for width, height, argb in seen[0]:
            self.assertEqual(len(argb), 4 * width * height)

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
        self.assertEqual(self.menu()["_Per Program"][1].get("toggle-state", 0), 0)
        self.choose("_Settings")
        self.ui.window("Settings")
        self.choose("_Open Pinfold")
        self.ui.window(TITLE)
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
        process.end_processes([self.panel.pid])
        self.box.screen.start_panel()
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


if __name__ == "__main__":
    tap.main()
