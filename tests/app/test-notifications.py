#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Desktop notifications: of what, by which buttons, how many, and with a service that is no help."""

import signal

from appcase import TITLE, AppCase, pump, wait_served
from pinfoldtest import build_path, tap
from scriptedagent import ReportingAgent
from scriptednotifier import Notifier

READER = "Reader <1>"
FLAGS = ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED"]
CARD = {"uri": "pkcs11:token=card", "label": "<b>Card</b>", "reader": READER, "flags": FLAGS}
OTHER = {"uri": "pkcs11:token=other", "label": "Other", "reader": READER, "flags": FLAGS}
SOFT = {"uri": "pkcs11:token=soft", "label": "Soft", "flags": FLAGS}
LOGIN = {"app_id": "1:2", "token_uri": CARD["uri"], "logged_in": True, "asleep": False, "since": 1,
         "members": [{"pid": 1, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1}]}
INSERTED = "Token inserted: “<b>Card</b>”"
REMOVED = "Token removed: “<b>Card</b>”"
LAST_TRY = "One try left: “<b>Card</b>”"
LOST = "PIN caching is off: the agent is not running"
IMPOSTOR = "Another program answers as Pinfold’s agent"


def reader(present):
    return {"name": READER, "present": present}


class NotificationCase(AppCase):
    hangs = False

    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.notifier = Notifier(self.bus, self.hangs)
        self.addCleanup(self.notifier.stop)
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.agent.report(readers=[reader(False)])
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.asked, 15, "the first question")

    def wait_shown(self, title):
        return wait_served(lambda: self.notifier.find(title), 10, f"a notification {title!r}")

    def wait_gone(self, title):
        wait_served(lambda: not self.notifier.find(title), 10, f"{title!r} to go")

    def insert(self, *tokens, **more):
        self.agent.report(readers=[reader(True)], tokens=tokens, **more)


class Told(NotificationCase):
    def test_insert_and_remove(self):
        # The reader's card is there before somebody knows what is on it.
        self.insert()
        self.insert(CARD)
        number = self.wait_shown(INSERTED)
        self.assertEqual(self.notifier.shown[number][1], "")
        self.assertEqual(set(self.notifier.shown[number][2]), {"", "Open"})
        self.agent.report(readers=[reader(False)])
        self.wait_shown(REMOVED)
        self.assertEqual(len(self.notifier.shown), 1, "the second takes the place of the first")
        self.insert(CARD, OTHER)
        self.wait_shown("2 tokens inserted")
        self.notifier.press(number, "Open")
        self.ui.window(TITLE)

    def test_removed_with_its_pin(self):
        self.insert(CARD, domains=[LOGIN])
        self.wait_shown(INSERTED)
        self.agent.say_forgotten("removed", CARD["uri"])
        self.agent.report(readers=[reader(False)])
        number = self.wait_shown(REMOVED)
        self.assertEqual(self.notifier.shown[number][1], "Its PIN is forgotten.")
        self.assertEqual(self.notifier.told, [INSERTED, REMOVED])

    def test_what_was_there_is_no_news(self):
        """At its start the agent finds readers first, and then what is in them."""
        self.agent.stop()
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.insert()
        wait_served(lambda: self.agent.asked, 10, "the new agent to be asked")
        self.insert(CARD)
        # Software tokens are put in nowhere.
        self.insert(CARD, SOFT)
        self.agent.say_forgotten("screen-locked", CARD["uri"])
        self.wait_shown("PIN forgotten: “<b>Card</b>”")
        self.agent.report(readers=[reader(False)])
        self.wait_shown(REMOVED)
        self.assertEqual(len(self.notifier.told), 2)

    def test_last_try(self):
        self.insert(CARD, domains=[LOGIN])
        self.wait_shown(INSERTED)
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]}, domains=[LOGIN])
        number = self.wait_shown(LAST_TRY)
        self.assertEqual(self.notifier.shown[number][1], "Another wrong PIN blocks the token’s PIN.")
        self.notifier.press(number, "Forget PIN")
        wait_served(lambda: self.agent.forgotten, 5, "Forget")
        self.assertEqual(self.agent.forgotten, [{"token-uri": CARD["uri"]}])
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_LOCKED"]})
        number = self.wait_shown("PIN blocked: “<b>Card</b>”")
        self.assertNotIn("Forget PIN", self.notifier.shown[number][2])
        self.insert(CARD)
        self.wait_gone("PIN blocked: “<b>Card</b>”")

    def quit(self):
        """Once the app has heard the service's answer, by which it knows its notification: it
        answers from the same loop."""
        for _ in range(5):
            self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                               "List", None, None, 0, 5000, None)
            pump()
        self.app.send_signal(signal.SIGTERM)

    def test_quit(self):
        """What an app that is gone cannot keep true, and whose buttons do nothing, goes with it."""
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]}, domains=[LOGIN])
        self.wait_shown(LAST_TRY)
        self.quit()
        self.wait_gone(LAST_TRY)
        self.assertEqual(self.app.wait(10), 0)
        self.agent.stop()
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.start_app("--gapplication-service")
        wait_served(lambda: self.agent.asked, 15, "the first question")
        self.agent.stop()
        self.wait_shown(LOST)
        self.quit()
        self.wait_gone(LOST)

    def test_last_try_at_the_start_and_blocked_before(self):
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]},
                    OTHER | {"flags": FLAGS + ["USER_PIN_LOCKED"]})
        number = self.wait_shown(LAST_TRY)
        self.assertNotIn("Forget PIN", self.notifier.shown[number][2])
        self.agent.report(readers=[reader(False)])
        self.wait_gone(LAST_TRY)
        self.assertFalse([title for title in self.notifier.told if "blocked" in title])

    def test_forgotten(self):
        self.insert(CARD, OTHER)
        self.wait_shown("2 tokens inserted")
        # A program that ends is no news.
        self.agent.say_forgotten("process-gone", CARD["uri"])
        self.agent.say_forgotten("idle-timeout", OTHER["uri"])
        number = self.wait_shown("PIN forgotten: “Other”")
        body = self.notifier.shown[number][1]
        self.assertIn("it was not used for too long", body)
        self.assertNotIn("Other", body, "it may be taken for markup")
        for token in (CARD, OTHER):
            self.agent.say_forgotten("screen-locked", token["uri"])
        number = self.wait_shown("2 PINs forgotten")
        self.assertIn("screen locked", self.notifier.shown[number][1])
        self.assertEqual(len(self.notifier.told), 3)
        self.insert(CARD, OTHER, domains=[LOGIN | {"token_uri": OTHER["uri"]}])
        self.wait_gone("2 PINs forgotten")

    def test_no_flood(self):
        for _ in range(20):
            self.insert(CARD)
            self.agent.say_forgotten("rejected", CARD["uri"])
            self.agent.report(readers=[reader(False)])
        self.insert(CARD)
        self.wait_shown(INSERTED)
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]})
        self.wait_shown(LAST_TRY)
        self.assertLessEqual(len(self.notifier.told), 8, self.notifier.told)

    def test_agent_lost(self):
        self.insert(CARD | {"flags": FLAGS + ["USER_PIN_FINAL_TRY"]})
        self.wait_shown(LAST_TRY)
        self.agent.stop()
        self.wait_gone(LAST_TRY)
        number = self.wait_shown(LOST)
        # There is none to be started in this session, which the window says; nobody has opened it.
        self.notifier.press(number, "Start")
        window = self.ui.window(TITLE)
        wait_served(lambda: "The agent could not be started." in window.texts(), 5, "the sentence")
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        wait_served(lambda: self.agent.asked, 5, "the new agent to be asked")
        self.agent.stop()
        self.wait_shown(LOST)
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.wait_gone(LOST)


    def test_impostor(self):
        """One that comes later than it was told that there is no agent, and goes."""
        self.agent.stop()
        self.wait_shown(LOST)
        self.take_private_socket()
        impostor = ReportingAgent(self.bus)
        self.addCleanup(impostor.stop)
        number = self.wait_shown(IMPOSTOR)
        self.assertNotIn("Start", self.notifier.shown[number][2])
        impostor.stop()
        self.wait_shown(LOST)
        self.assertEqual(self.notifier.told, [LOST, IMPOSTOR, LOST])


class NoHelp(NotificationCase):
    """The app goes on when nobody shows what it tells."""

    def check_goes_on(self):
        self.insert(CARD, domains=[LOGIN])
        self.agent.say_forgotten("screen-locked", CARD["uri"])
        self.wait_told()
        self.insert(CARD, SOFT)
        self.box.run(build_path("app/pinfold"), timeout=10)
        window = self.ui.window(TITLE)
        wait_served(lambda: "Soft" in window.texts(), 2, "the window")

    def wait_told(self):
        wait_served(lambda: self.monitor.contains(INSERTED.encode()), 10, "the attempt")

    def test_no_service(self):
        self.notifier.stop()
        self.monitor = self.box.monitor()
        self.check_goes_on()


class Hangs(NoHelp):
    hangs = True

    def wait_told(self):
        wait_served(lambda: self.notifier.told, 10, "the attempt")

    def test_no_service(self):
        self.check_goes_on()
        self.assertIn(INSERTED, self.notifier.told)


if __name__ == "__main__":
    tap.main()
