#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the agent remembers: who did what, who was refused, why a PIN was forgotten. No PIN."""

import time

from agentbed import OTHER, TOKEN, history
from consentbed import ID, PIN, ConsentCase
from desktopbed import CTL, Bus, Forgotten, pump
from gi.repository import GLib
from pinfoldtest import clock, tap, wait_for, wait_within

LOCKED_FLAGS = 0x40000
LAST_TRY = 0x20000
APP_ID = "3:4"


class HistoryCase(ConsentCase):
    def setUp(self):
        super().setUp()
        self.pins = {PIN, "246802", "111111", "999999"}

    def tearDown(self):
        """No test leaves a PIN in it."""
        if self.agent.process.poll() is None:
            words = [str(value) for entry in history(self.box) for key, value in entry.items()
                     if key not in ("id", "when", "since", "app_id")]
            for pin in self.pins:
                self.assertEqual([word for word in words if pin in word], [])
        super().tearDown()

    def latest(self, count=1):
        """The latest entries, latest first."""
        return history(self.box)[:count]

    def assert_latest(self, **expected):
        """The keys of the latest entry that have these values."""
        (entry,) = self.latest()
        self.assertEqual({key: entry[key] for key in expected}, expected)
        return entry

    def words(self, count):
        """Event and reason of the latest entries, latest first."""
        return [(entry["event"], entry["reason"]) for entry in self.latest(count)]

    def end(self, client, lease, result=1, flags=0):
        return client.call("end", lease, result, flags)


class Logins(HistoryCase):
    def test_empty(self):
        self.assertEqual(history(self.box), [])
        self.assertIn("Nothing has happened", self.box.run(CTL, "history").stdout)

    def test_by_the_program(self):
        before = time.time()
        client, _ = self.logged_in()
        entry = self.assert_latest(event="login", reason="program", pid=client.pid,
                                   program="link-client", token_uri=TOKEN, count=1,
                                   operation=None, key_label=None, setting=None, value=None)
        self.assertTrue(entry["executable"].endswith("/link-client"))
        self.assertRegex(entry["app_id"], r"^\d+:\d+$")
        self.assertTrue(before <= entry["when"] / 1e6 <= time.time())
        self.assertEqual(entry["since"], entry["when"])
        self.assertEqual(set(entry), {"id", "when", "event", "operation", "reason", "program",
                                      "executable", "pid", "token_uri", "app_id", "key_label",
                                      "setting", "value", "count", "since"})

    def test_by_the_dialog_and_woken(self):
        prompter, client, _, job, request, _ = self.asked()
        prompter.call("answer", request, PIN)
        lease = self.finish(job)[1]
        self.assertEqual(history(self.box), [])  # the token has not judged it yet
        self.end(client, lease)
        self.assert_latest(event="login", reason="dialog", pid=client.pid)
        self.box.run(CTL, "forget")
        job = client.background("prompt", TOKEN, "-", 0, "wake", "sign", "my_key")
        prompter.read()  # the close of the first one
        (request,), _ = prompter.expect("ask")
        prompter.call("answer", request, PIN)
        self.end(client, self.finish(job)[1])
        use, login, forgotten = self.latest(3)
        self.assertEqual((use["event"], use["operation"], use["key_label"]),
                         ("use", "sign", "my_key"))
        self.assertEqual((login["event"], login["reason"]), ("login", "wake"))
        self.assertEqual((forgotten["event"], forgotten["reason"]), ("forgotten", "command"))

    def test_joined_by_consent(self):
        person = self.person()
        self.owner()
        stranger, entry, offer = self.stranger(person)
        job = self.ask(stranger)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        person.decide(request, "once")
        self.assert_let_in(job, stranger, entry)
        use, login, given = self.latest(3)
        self.assertEqual((login["event"], login["reason"], login["pid"], login["app_id"]),
                         ("login", "consent", stranger.pid, APP_ID))
        self.assertEqual((given["event"], given["reason"], given["pid"]),
                         ("consent-given", "once", stranger.pid))
        self.assertEqual((use["event"], use["pid"]), ("use", stranger.pid))

    def test_joined_by_the_rule(self):
        self.setting("sharing", "allow")
        wait_for(lambda: history(self.box), 5, "the setting")
        self.assert_latest(event="setting", setting="sharing", value="allow", reason=None)
        waiting, entry = self.stranger()
        owner, _ = self.owner()
        self.assertEqual(waiting.state(entry), "user")
        late = self.client()
        late.join_domain(app_id=ID)
        self.assertEqual([(e["event"], e["reason"], e["pid"]) for e in self.latest(3)],
                         [("login", "rule", late.pid), ("login", "rule", waiting.pid),
                          ("login", "program", owner.pid)])


class Uses(HistoryCase):
    def test_lent_again_and_again(self):
        client, entry = self.logged_in()
        for _ in range(3):
            lease = client.call("take", TOKEN, "-", "sign", "my_key")[1]
            self.end(client, lease)
        lease = client.call("take", TOKEN, "-", "sign", "my_key")[1]
        client.call("over", lease, entry)
        client.call("take", TOKEN, "-", "sign", "my_key")  # the same lease anew
        use, login = history(self.box)
        self.assertEqual((use["event"], use["operation"], use["key_label"], use["count"]),
                         ("use", "sign", "my_key", 5))
        self.assertGreater(use["when"], use["since"])
        self.assertEqual(login["event"], "login")

    def test_in_a_window_that_is_open(self):
        client, _ = self.logged_in()
        client.call("note", TOKEN, "-", "decrypt", "mail")
        wait_for(lambda: len(history(self.box)) == 2, 5, "the use")
        self.assert_latest(event="use", operation="decrypt", key_label="mail", reason=None)
        # Of a login that is gone nothing is used.
        self.box.run(CTL, "forget")
        client.call("note", TOKEN, "-", "decrypt", "mail")
        client.call("state")
        self.assert_latest(event="forgotten")

    def test_foreign_text(self):
        client, _ = self.logged_in()
        self.end(client, client.call("take", TOKEN, "-", "1234", "\x1b[2J<b>" + "ü" * 100)[1])
        entry = self.assert_latest(event="use", operation=None)
        self.assertTrue(entry["key_label"].startswith("\x1b[2J<b>üü"))
        self.assertLessEqual(len(entry["key_label"].encode()), 128)
        self.assertNotIn("\x1b", self.box.run(CTL, "history").stdout)

    def test_one_signature_by_the_dialog(self):
        prompter, client, _, job, request, _ = self.asked("context", "sign", "my_key")
        prompter.call("answer", request, PIN)
        self.end(client, self.finish(job)[1])
        self.assert_latest(event="use", reason="dialog", operation="sign", key_label="my_key")


class Refusals(HistoryCase):
    def test_of_the_person(self):
        person = self.person()
        self.owner()
        for decision, reason in (("", "not-allowed"), ("never", "never")):
            stranger, _, offer = self.stranger(person, path=self.copy_client(reason))
            job = self.ask(stranger)
            person.closed(offer, "withdrawn")
            request, _ = person.question()
            person.call(*(("decide", request, decision) if decision else ("cancel", request)))
            self.assertEqual(self.finish(job), ["canceled"])
            self.assert_latest(event="refused", reason=reason, pid=stranger.pid, app_id=APP_ID,
                               program=reason)
        # The next login within some seconds is refused without a question.
        self.assertEqual(stranger.call("prompt", TOKEN, ID, 0), ["canceled"])
        self.assert_latest(event="refused", reason="canceled", pid=stranger.pid)

    def test_of_the_dialog(self):
        prompter, client, _, job, request, _ = self.asked()
        prompter.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assert_latest(event="refused", reason="canceled", pid=client.pid, token_uri=TOKEN)

    def test_without_a_prompter(self):
        client = self.client()
        client.join_domain()
        self.assertEqual(client.call("prompt", TOKEN, "-", 0), ["no-prompter"])
        self.assert_latest(event="refused", reason="no-prompter", pid=client.pid)

    def test_of_the_token(self):
        client, _ = self.logged_in("111111")
        lease = client.call("take", TOKEN, "-", "sign", "my_key")[1]
        self.end(client, lease, 2)
        self.assertEqual(self.words(2), [("forgotten", "rejected"), ("refused", "rejected")])
        prompter, other, _, job, request, _ = self.asked()
        prompter.call("answer", request, "999999")
        self.end(other, self.finish(job)[1], 2, LOCKED_FLAGS)
        self.assert_latest(event="refused", reason="locked", pid=other.pid)

    def test_on_the_last_try(self):
        client, _ = self.logged_in("111111")
        lease = client.call("take", TOKEN, "-", "sign", "my_key")[1]
        self.end(client, lease, 0, LAST_TRY)
        self.assert_latest(event="refused", reason="last-try", operation="sign",
                           key_label="my_key")
        # From now on the agent knows it, too.
        self.assertEqual(client.call("take", TOKEN, "-", "decrypt", "my_key"), ["asleep"])
        self.assert_latest(event="refused", reason="last-try", operation="decrypt")

    def test_a_pin_of_the_programs_own(self):
        client = self.client()
        client.join_domain()
        self.assertEqual(client.call("report", TOKEN, 4), ["ok"])
        self.assert_latest(event="refused", reason="rejected", pid=client.pid, token_uri=TOKEN)

    def test_asks_too_much(self):
        self.asked()
        client = self.client()
        client.join_domain()
        client.background("prompt-many", TOKEN, "-", 8)
        wait_for(lambda: ("refused", "too-many") in self.words(1), 5, "the refusals")
        client.kill()


class Reasons(HistoryCase):
    """Each reason for which this agent alone can forget, in signal, status and history."""

    def setUp(self):
        super().setUp()
        self.own_bus = Bus(self.box.bus_address)
        self.forgotten = Forgotten(self.own_bus)

    def check(self, reason, token=TOKEN, pid=None):
        self.forgotten.expect(reason)
        entry = next(e for e in history(self.box) if e["event"] == "forgotten")
        self.assertEqual((entry["reason"], entry["token_uri"]), (reason, token))
        if pid is not None:
            self.assertEqual(entry["pid"], pid)

    def test_of_the_program(self):
        client, entry = self.logged_in()
        client.call("logout", TOKEN, "-")
        self.check("logout", pid=client.pid)
        client.call("store", TOKEN, "-", PIN)
        client.leave_domain(entry)
        self.check("last-session", pid=client.pid)
        client, _ = self.logged_in()
        client.kill()
        self.check("process-gone", pid=client.pid)
        client, _ = self.logged_in()
        lease = client.call("take", TOKEN, "-")[1]
        self.end(client, lease, 2)
        self.check("rejected", pid=client.pid)
        client.call("store", TOKEN, "-", "246802")
        other, _ = self.logged_in(token=OTHER)
        client.call("take", TOKEN, "-")
        client.kill()
        self.check("lease-lost", pid=client.pid)
        other.call("report", OTHER, 1)
        self.check("pin-changed", OTHER)
        self.assertIn(("pin-changed", "program"), self.words(3))

    def test_of_the_person(self):
        client, _ = self.logged_in()
        self.box.run(CTL, "forget")
        self.check("command", pid=client.pid)
        client.call("store", TOKEN, "-", PIN)
        client.call("report", TOKEN, 3)
        self.check("removed")
        client.call("store", TOKEN, "-", PIN)
        self.setting("groups", "[('office', '5:6', ['/opt/a'])]")
        self.check("setting-loosened")
        self.assert_latest(event="forgotten")
        self.assertIn("groups", [e["setting"] for e in self.latest(2)])
        client.call("store", TOKEN, "-", PIN)
        self.setting("cache-mode", "off")
        self.check("mode-changed")
        self.assertEqual({(e["setting"], e["value"]) for e in self.latest(2) if e["setting"]},
                         {("cache-mode", "off")})

    def test_settings_that_loosen(self):
        for setting, values in (("allow-keyring", ("true", "false")),
                                ("reset-card", ("always", "never", "on-lock")),
                                ("forget-on-lock", ("false", "true")),
                                ("confirm-signatures", ("true", "false"))):
            for value in values:
                self.setting(setting, value)
                wait_for(lambda: (setting, value) in [(e["setting"], e["value"])
                                                      for e in self.latest(2)],
                         5, f"{setting} to be {value} in the history")

    def test_of_an_opened_id(self):
        client, _ = self.owner()
        client.call("raw-hello")
        self.assertEqual(client.call("raw-call", "OpenId", TOKEN, ID), ["ok"])
        self.agent_call("CloseId", GLib.Variant("(ss)", (TOKEN, APP_ID)))
        self.check("id-closed", pid=client.pid)

    def test_of_the_agent(self):
        client, _ = self.logged_in()
        self.agent.process.terminate()
        self.agent.process.wait(20)
        wait_within(lambda: self.forgotten.seen == ["agent-stop"], 1, "the reason", pump=pump)
        self.assertIn("The agent stops; PINs forgotten: 1", self.agent.log())
        client.end()


class Looking(HistoryCase):
    def history_since(self, serial):
        return self.agent_call("GetHistory", GLib.Variant("(t)", (serial,)))[0]

    def test_only_what_is_new(self):
        client, _ = self.logged_in()
        (login,) = self.history_since(0)
        self.assertEqual(self.history_since(login["serial"]), [])
        for _ in range(2):
            self.end(client, client.call("take", TOKEN, "-", "sign")[1])
        (use,) = self.history_since(login["serial"])
        self.assertEqual((use["event"], use["count"]), ("use", 2))
        self.assertGreater(use["id"], login["id"])
        # An agent that was started again begins where no other has been.
        self.restart_agent()
        self.assertEqual(self.history_since(0), [])
        self.logged_in()
        (login,) = self.history_since(use["serial"])
        self.assertGreater(login["id"], use["id"])

    def test_told_once_for_each_look(self):
        told = []
        self.bus.signal_subscribe(None, "org.pinfold.Agent1", "HistoryChanged", None, None, 0,
                                  lambda *_: told.append(time.monotonic()))
        client, _ = self.logged_in()
        self.history_since(0)
        pump()
        self.assertEqual(told, [])  # nobody had looked
        for _ in range(5):
            self.end(client, client.call("take", TOKEN, "-", "sign")[1])
        wait_for(lambda: told, 5, "the signal", pump=pump)
        for _ in range(5):
            self.end(client, client.call("take", TOKEN, "-", "sign")[1])
        self.history_since(0)
        pump()
        self.assertEqual(len(told), 1)
        self.end(client, client.call("take", TOKEN, "-", "sign")[1])
        wait_for(lambda: len(told) == 2, 5, "the next one", pump=pump)
        # Who looks all the time is told ten times a second.
        told.clear()
        start = time.monotonic()
        for _ in range(50):
            self.history_since(0)
            self.end(client, client.call("take", TOKEN, "-", "sign")[1])
            pump()
        self.history_since(0)
        pump()
        self.assertLessEqual(len(told), 10 * (time.monotonic() - start) + 2)

    def test_a_flood_leaves_what_others_did(self):
        honest, _ = self.logged_in()
        flood = self.client(path=self.copy_client())
        flood.join_domain(app_id=ID)
        flood.call("store", TOKEN, ID, PIN)
        for i in range(1100):
            flood.call("note", TOKEN, ID, "sign", f"key{i}")
        wait_for(lambda: len(history(self.box)) == 1000, 5, "the history to be full")
        # What was there before the flood came still is.
        self.assertEqual(history(self.box)[-1]["pid"], honest.pid)
        for i in range(300):
            honest.call("note", TOKEN, "-", "sign", f"key{i}")
        wait_for(lambda: self.latest()[0]["key_label"] == "key299", 5, "the honest ones")
        for i in range(1100):
            flood.call("note", TOKEN, ID, "decrypt", f"key{i}")
        wait_for(lambda: self.latest()[0]["key_label"] == "key1099", 5, "the flood")
        pids = [entry["pid"] for entry in history(self.box)]
        self.assertEqual((len(pids), pids.count(honest.pid)), (1000, 301))

    def test_in_words(self):
        client, _ = self.logged_in()
        self.end(client, client.call("take", TOKEN, "-", "sign", "my_key")[1])
        self.box.run(CTL, "forget")
        lines = self.box.run(CTL, "history").stdout.splitlines()
        today = f"{clock.local(time.time()):%Y-%m-%d}"
        for line, words in zip(lines, ("Logged in, with the program's own PIN", "Signed",
                                       "PIN forgotten: you said so"), strict=True):
            self.assertIn(words, line)
            self.assertTrue(line.startswith(today), line)
            self.assertIn(f"link-client ({client.pid})", line)
        self.assertTrue(lines[1].endswith("one: my_key"), lines[1])

    def test_wrong_usage(self):
        done = self.box.run(CTL, "history", "all", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("takes no arguments", done.stderr)

    def test_officer_and_revocation(self):
        person = self.person()
        self.owner()
        stranger, _, offer = self.stranger(person, path=self.copy_client())
        person.decide(offer, "session")
        wait_for(lambda: ("consent-given", "session") in self.words(4), 5, "the decision")
        self.assertEqual(self.revoke(), 1)
        entry = next(e for e in history(self.box) if e["event"] == "consent-revoked")
        self.assertEqual((entry["reason"], entry["token_uri"], entry["program"]),
                         ("session", TOKEN, "other-client"))
        self.assertEqual(stranger.pid, next(e["pid"] for e in history(self.box)
                                            if e["event"] == "consent-given"))


if __name__ == "__main__":
    tap.main()
