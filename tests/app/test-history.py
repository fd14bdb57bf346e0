#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The history in the window: what it says, what it asks for, and how it follows."""

import os
import re
import time

from appcase import TITLE, AppCase, wait_served
from pinfoldtest import clock, tap
from pinfoldtest.paths import build_path
from scriptedagent import ReportingAgent

TOKEN = "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=00;token=Anna%20Beispiel"
LONG = "Verwaltungsfachanwendung für Dokumentensignaturen und Aktenverschlüsselung"
LAST = 1000  # serial of the latest entry of a test's history


def entry(number, event="use", **details):
    """An entry; number is its id and serial."""
    values = {"id": number, "serial": number, "event": event,
              "when": int((time.time() - LAST + min(number, LAST)) * 1e6)}
    return values | {key.replace("_", "-"): value for key, value in details.items()}


def use(number, **details):
    return entry(number, **({"operation": "sign", "program": "Firefox", "pid": 4711,
                             "token_uri": TOKEN, "key_label": "Signature key"} | details))


class History(AppCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.agent.report()

    def open_page(self, **env):
        self.start_app(env=env)
        wait_served(lambda: self.agent.asked, 15, "the first question")
        self.window = self.ui.window(TITLE)
        self.assertEqual(self.agent.looks, [])  # nobody looks at it yet
        self.window.find("History", "radio button").press()
        return self.window

    def wait_texts(self, *parts):
        wait_served(lambda: all(any(p in t for t in self.window.texts()) for p in parts), 5,
                    lambda: f"{parts} in:\n{self.window.tree()}")

    def rows(self):
        """Title and key of each row from top to bottom, as a screen reader says them."""
        found = re.findall(r"list item '(.+?), .* · (.*), \d\d:\d\d'", self.window.tree())
        return [f"{title} {key}" for title, key in found]

    def wait_rows(self, *rows):
        wait_served(lambda: self.rows() == list(rows), 5, f"rows {rows[:5]}")

    def test_in_words(self):
        self.agent.history = [
            entry(9, "forgotten", reason="screen-locked", program="ssh", pid=11, token_uri=TOKEN),
            use(8, count=5, since=1),
            use(7, operation="decrypt", program="<b>Mail</b>", key_label="Line\nbreak \u202e"),
            entry(6, "refused", reason="rejected", executable="/opt/tool", token_uri=TOKEN),
            entry(5, "login", reason="consent", pid=12, token_uri=TOKEN),
            entry(4, "consent-given", reason="always", program="ssh", token_uri=TOKEN),
            entry(3, "setting", setting="forget-on-lock", value="false"),
            entry(2, "token", reason="removed", token_uri=TOKEN),
            entry(1, "from-the-future", reason="whatever")]
        self.open_page()
        self.wait_texts(
            "PIN forgotten: screen locked", "ssh (process 11) · Anna Beispiel",
            "Signed (5×)", "Firefox (process 4711) · Anna Beispiel · Signature key",
            "Decrypted", "<b>Mail</b> (process 4711)", "Line\ufffdbreak \ufffd",
            "Refused: wrong PIN", "tool · Anna Beispiel", "Joined a login, with your permission",
            "Unknown program (process 12)", "You always allow it to use a login",
            "Setting changed: forget-on-lock = false", "Token removed", "from-the-future")
        self.picture("history")
        name = f"Signed (5×), Firefox (process 4711) · Anna Beispiel · Signature key, {self.clock(8)}"
        self.window.find(name, "list item")

    def clock(self, number):
        return f"{clock.local(self.agent.history[-number]['when'] // 10**6):%H:%M}"

    @tap.only_if(not os.environ.get("PINFOLD_SANITIZED"))  # which wants to be preloaded first
    def test_next_day(self):
        """A time alone is of today, in the rows of tokens, too."""
        now = int(time.time())
        offset = self.box.dir / "clock"
        self.agent.history = [entry(1, "pin-changed", when=now * 10**6)]
        self.agent.report(
            tokens=[{"uri": TOKEN, "label": "Anna", "flags": ["LOGIN_REQUIRED"]}],
            domains=[{"app_id": "1:2", "token_uri": TOKEN, "logged_in": True, "since": now}])
        today = f"{clock.local(now):%H:%M}"
        day = f"{clock.local(now):%x %H:%M}"
        self.open_page(LD_PRELOAD=build_path("tests/agent/jumping-clock.so"), PF_CLOCK_FILE=offset)
        self.wait_texts("PIN changed", today)
        self.window.find("Tokens", "radio button").press()
        self.wait_texts(f"PIN cached since {today}")
        offset.write_text("86400", encoding="utf-8")
        self.window.find("History", "radio button").press()
        self.wait_texts("PIN changed", day)
        self.window.find(f"PIN changed, {day}", "list item")
        self.window.find("Tokens", "radio button").press()
        self.wait_texts(f"PIN cached since {day}")

    def test_long_names(self):
        self.agent.history = [
            use(3, program=LONG, key_label=LONG), use(2, key_label="k" * 128),
            entry(1, "refused", reason="locked", program=LONG, pid=4194304, token_uri=TOKEN)]
        self.open_page()
        self.wait_texts(LONG, "k" * 128, "Refused: wrong PIN, and the token's PIN is blocked now")
        self.picture("history-long")

    def test_empty_and_lost(self):
        self.open_page()
        self.wait_texts("Nothing has happened yet")
        self.picture("history-empty")
        self.agent.happen(use(1))
        self.wait_texts("Signed")
        wait_served(lambda: "Nothing has happened yet" not in self.window.texts(), 5,
                    "the empty page to go")
        self.agent.stop()
        self.wait_texts("The agent is not running")
        self.wait_rows()
        # Another one begins anew.
        self.agent = ReportingAgent(self.bus)
        self.agent.history = [use(5, operation="decrypt")]
        self.wait_texts("Decrypted")
        self.assertEqual(self.agent.looks[0], 0)

    def test_follows(self):
        self.agent.history = [use(2, operation="decrypt", key_label="b"), use(1, key_label="a")]
        self.open_page()
        self.wait_rows("Decrypted b", "Signed a")
        self.agent.happen(use(3, key_label="c"))
        self.wait_rows("Signed c", "Decrypted b", "Signed a")
        # One that happens again moves up, and counts.
        self.agent.happen(use(1, key_label="a") | {"serial": 4, "count": 2})
        self.wait_rows("Signed (2×) a", "Signed c", "Decrypted b")
        self.assertEqual(self.agent.looks, [0, 2, 3])

    def test_only_while_it_is_seen(self):
        self.open_page()
        wait_served(lambda: self.agent.looks, 5, "the first look")
        self.window.find("Tokens", "radio button").press()
        self.wait_texts("Connect a card reader")
        for key in ("a", "b", "c"):
            self.agent.happen(use(ord(key), key_label=key))
        asked = self.agent.asked
        self.agent.report()
        wait_served(lambda: self.agent.asked > asked, 5, "a question about the tokens")
        self.assertEqual(len(self.agent.looks), 1)
        self.window.find("History", "radio button").press()
        self.wait_rows("Signed c", "Signed b", "Signed a")
        self.assertEqual(len(self.agent.looks), 2)

    def test_a_long_history_in_portions(self):
        self.agent.history = [use(n, key_label=f"{n}") for n in range(100, 0, -1)]
        self.open_page()
        wait_served(lambda: self.agent.looks, 5, "the first look")
        self.agent.happen(use(101, operation="decrypt", key_label="101"))
        self.wait_rows("Decrypted 101", *(f"Signed {n}" for n in range(100, 0, -1)))

    def test_a_failure_is_not_the_end(self):
        self.agent.refuses = ("GetHistory",)
        self.open_page()
        self.wait_texts("The agent is not running")
        self.agent.refuses = ()
        self.agent.happen(use(1))
        self.wait_texts("Signed")


if __name__ == "__main__":
    tap.main()
