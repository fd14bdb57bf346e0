#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""PINs in the person's keyring: a real gnome-keyring, and services that are worse than it."""

import json
import signal
import threading
import time

from agentbed import OTHER, TOKEN, Agent, history
from pinfoldtest import Sandbox, build_path, tap, wait_for
from pinfoldtest.bus import MOCK, Bus
from pinfoldtest.keyring import NAME, SERVICE, Keyring
from promptbed import PromptCase

# Distinctive, so that scans of memory and bus find it and nothing else.
PIN = "Kq7wz31B"
WRONG = "Kq7wz31N"
FINAL_TRY, LOCKED, TO_BE_CHANGED = 0x20000, 0x40000, 0x80000
NO_SERIAL = "pkcs11:model=Test;manufacturer=Pinfold;serial=;token=one"
CTL = build_path("app/pinfoldctl")


class KeyringCase(PromptCase):
    """An agent that may use the keyring from its start; who wants a keyring starts one."""

    settings = "allow-keyring=true\n"

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.bus = Bus(self.box.bus_address)
        self.make_tree()
        self.write_settings()
        self.start_agent()

    def write_settings(self):
        """As gsettings would, before anybody reads them."""
        folder = self.box.dir / "home/.config/glib-2.0/settings"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "keyfile").write_text(f"[org/pinfold]\n{self.settings}")

    def start_agent(self):
        self.agent = Agent(self.box, self.tree / "agent/pinfold-agent")
        self.ui = self.prompter()
        self.assertEqual(self.ui.first, "registered")

    def ask(self, client, token=TOKEN, previous=0, flags=0, purpose="login"):
        """The job that waits, the open request and its details."""
        job = client.background("prompt", token, "-", previous, purpose, "-", "-", flags)
        dialog = threading.Thread(target=lambda: opened.extend(self.ui.expect("ask")), daemon=True)
        opened = []
        dialog.start()
        wait_for(lambda: opened or not job.is_alive(), 10, "the dialog")
        self.assertTrue(opened, job.answer)
        (request,), details = opened
        return job, request, details

    def answer(self, job, request, keep="yes", pin=PIN):
        """The lease that the answer gets."""
        self.assertEqual(self.ui.call("keep", request, pin, keep), "ok")
        status, lease, leased = self.finish(job)
        self.assertEqual((status, leased), ("ok", pin))
        return lease

    def stored(self, token=TOKEN, keep="yes"):
        """A client that was logged in by a PIN that was typed, and is in the keyring by now."""
        client = self.client()
        client.join_domain(token)
        job, request, details = self.ask(client, token)
        self.assertIn("keyring", details)
        lease = self.answer(job, request, keep)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(self.ui.expect("close")[0], [request, "accepted"])
        self.wait_states("ready" if keep == "yes" else None)
        return client

    def states(self):
        return [item["state"] for item in self.keyring.items()]

    def wait_states(self, *states):
        wanted = [state for state in states if state is not None]
        wait_for(lambda: self.states() == wanted, 5, f"items in the keyring: {wanted}")

    def wait_turn(self, client):
        """A job that has the stored PIN and waits for its turn at the token."""
        times = self.agent.log().count("The PIN in the keyring is used")
        job = client.background("prompt", TOKEN, "-", 0, "login")
        wait_for(lambda: self.agent.log().count("The PIN in the keyring is used") > times, 5,
                 "the stored PIN")
        return job

    def borrow(self, client, token=TOKEN, previous=0):
        """The lease of the stored PIN, for which nobody was asked."""
        answer = client.call("prompt", token, "-", previous, "login")
        self.assertEqual(answer[0], "ok")
        self.assertEqual(answer[2:], [PIN, "cached"])
        return answer[1]


class Keeping(KeyringCase):
    def setUp(self):
        super().setUp()
        self.keyring = Keyring(self.box, self.bus)

    def test_is_used_once_at_a_time_without_a_dialog(self):
        monitor = self.box.monitor()
        first = self.client()
        first.join_domain()
        job, request, details = self.ask(first)
        self.assertEqual(details["keyring"], "empty")
        lease = self.answer(job, request)
        self.assertEqual(self.states(), [])  # not before the token has accepted it
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.ui.expect("close")
        self.wait_states("ready")
        (item,) = self.keyring.items()
        self.assertEqual((item["uri"], item["serial"], item["label"], item["manufacturer"],
                          item["model"]), (TOKEN, "0001", "one", "Pinfold", "Test"))
        clients = [self.client() for _ in range(3)]
        entries = [client.join_domain() for client in clients]
        lease = self.borrow(clients[0])
        self.assertEqual(self.states(), ["lent"])
        jobs = [client.background("prompt", TOKEN, "-", 0, "login") for client in clients[1:]]
        jobs[0].join(0.3)
        self.assertTrue(jobs[0].is_alive())
        self.assertEqual(clients[0].call("end", lease, 1), ["ok", "cached"])
        wait_for(lambda: not all(job.is_alive() for job in jobs), 5, "one of those that wait")
        turn, other = (0, 1) if not jobs[0].is_alive() else (1, 0)
        status, lease, leased, cached = jobs[turn].answer
        self.assertEqual((status, leased, cached), ("ok", PIN, "cached"))
        self.assertTrue(jobs[other].is_alive())
        # Not presented at all: nothing is lost.
        self.assertEqual(clients[1 + turn].call("end", lease, 0), ["ok", "not-cached"])
        status, lease, leased, cached = self.finish(jobs[other])
        self.assertEqual((status, leased, cached), ("ok", PIN, "cached"))
        self.assertEqual(clients[1 + other].call("end", lease, 1), ["ok", "cached"])
        self.wait_states("ready")
        self.assertEqual(clients[0].state(entries[0]), "user")
        self.assertEqual(clients[1 + turn].state(entries[1 + turn]), "public")
        self.assertEqual(clients[1 + other].state(entries[1 + other]), "user")
        self.assertFalse(monitor.contains(PIN.encode()))
        self.assertNotIn(PIN, self.box.logs(lines=100000))
        for client in (first, *clients):
            client.end()
        wait_for(lambda: not self.agent.has_pin(PIN), 5, "no PIN in the agent")

    def test_token_for_signatures(self):
        """Its PIN is not put there, and what is there by now is not used."""
        client = self.client()
        client.join_domain()
        job, request, details = self.ask(client)
        self.assertIn("keyring", details)
        lease = self.answer(job, request)
        self.assertEqual(client.call("keys", TOKEN, "-", "all"), ["ok", "signatures"])
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.ui.expect("close")
        self.stored(OTHER)
        other = self.client()
        other.join_domain(OTHER)
        self.assertEqual(other.call("keys", OTHER, "-", "all"), ["ok", "signatures"])
        self.assertNotIn("keyring", self.ask(other, OTHER)[2])
        self.wait_states("ready")
        (item,) = self.keyring.items()
        self.assertEqual(item["uri"], OTHER)

    def test_is_told_when_the_token_has_judged_it(self):
        self.stored()
        second = self.client()
        second.join_domain()
        before = len(history(self.box))
        lease = self.borrow(second)
        self.assertEqual(len(history(self.box)), before)
        self.assertEqual(second.call("end", lease, 1), ["ok", "cached"])
        told = history(self.box)
        self.assertEqual((len(told), told[0]["event"], told[0]["pid"]),
                         (before + 1, "login", second.pid))

    def sessions(self):
        """Encrypted sessions that the keyring has for anybody."""
        (xml,) = self.bus.call(NAME, f"{SERVICE}/session", "org.freedesktop.DBus.Introspectable",
                               "Introspect", "()")
        return xml.count("<node name=")

    def test_leaves_no_session_behind(self):
        self.stored()
        client = self.client()
        client.join_domain()
        for _ in range(3):
            self.assertEqual(client.call("end", self.borrow(client), 0), ["ok", "not-cached"])
            self.wait_states("ready")
        wait_for(lambda: self.sessions() == 0, 5, "the end of all sessions")

    def test_refused_once_and_gone(self):
        self.stored()
        second, third = self.client(), self.client()
        for client in (second, third):
            client.join_domain()
        lease = self.borrow(second)
        job = third.background("prompt", TOKEN, "-", 0, "login")
        self.assertEqual(second.call("end", lease, 2), ["ok", "not-cached"])
        # Whoever waited gets the dialog, as does who had it.
        (request,), details = self.ui.expect("ask")
        self.assertEqual(details["keyring"], "refused")
        self.assertEqual(self.states(), [])
        self.assertEqual(self.ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        job, request, details = self.ask(second, previous=lease)
        self.assertEqual(details["keyring"], "empty")
        lease = self.answer(job, request, keep="no", pin=WRONG)
        self.assertEqual(second.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(self.states(), [])

    def test_refused_while_it_was_cached(self):
        first = self.stored()
        lease, _ = first.take()
        self.assertEqual(first.call("end", lease, 2), ["ok", "not-cached"])
        self.wait_states()
        second = self.client()
        second.join_domain()
        self.assertEqual(self.ask(second)[2]["keyring"], "empty")

    def test_token_that_must_not_be_tried(self):
        self.stored()
        for flags in (FINAL_TRY, LOCKED, TO_BE_CHANGED):
            client = self.client()
            client.join_domain()
            job, request, details = self.ask(client, flags=flags)
            self.assertEqual(details["keyring"], "stored")
            self.assertEqual(self.ui.call("cancel", request), "ok")
            self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(self.states(), ["ready"])
        # A wrong PIN that was typed says nothing about the one that is stored.
        client = self.client()
        client.join_domain()
        job, request, details = self.ask(client, flags=FINAL_TRY)
        lease = self.answer(job, request, pin=WRONG)
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        client = self.client()
        client.join_domain()
        self.borrow(client)

    def test_token_that_must_not_be_tried_by_now(self):
        """The stored PIN waits for its turn, and what the one before it has seen is known."""
        first = self.stored()
        second = self.client()
        second.join_domain()
        lease = first.call("take", TOKEN, "-", "sign", "key")[1]
        job = self.wait_turn(second)
        self.assertEqual(first.call("end", lease, 0, FINAL_TRY)[0], "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        self.wait_states("ready")
        self.ask(second)

    def test_holder_that_dies(self):
        self.stored()
        second, third = self.client(), self.client()
        for client in (second, third):
            client.join_domain()
        self.borrow(second)
        second.kill()
        # The token may have refused it: it is not tried again.
        self.assertEqual(self.ask(third)[2]["keyring"], "empty")
        self.wait_states()

    def test_agent_that_dies(self):
        self.stored()
        second = self.client()
        second.join_domain()
        self.borrow(second)
        self.agent.process.kill()
        self.agent.process.wait(20)
        self.assertEqual(self.states(), ["lent"])
        self.start_agent()
        third = self.client()
        third.join_domain()
        self.assertEqual(self.ask(third)[2]["keyring"], "empty")
        self.wait_states()

    def test_forgetting_seals_until_somebody_types(self):
        first = self.stored()
        self.box.run(CTL, "forget")
        second = self.client()
        entry = second.join_domain()
        job, request, details = self.ask(second)
        self.assertEqual(details["keyring"], "stored")
        self.assertEqual(self.ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        job, request, details = self.ask(first, purpose="wake")
        self.assertEqual(details["keyring"], "stored")
        lease = self.answer(job, request)
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.ui.expect("close")
        self.wait_states("ready")
        third = self.client()
        third.join_domain()
        lease = self.borrow(third)
        self.assertEqual(third.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(second.state(entry), "public")
        # Also where nothing is cached that could be forgotten.
        self.assertEqual(third.call("report", TOKEN, 0), ["ok"])
        for client in (first, second, third):
            client.end()
        self.assertIn("0", self.box.run(CTL, "forget", TOKEN).stdout)
        fourth = self.client()
        fourth.join_domain()
        self.assertEqual(self.ask(fourth)[2]["keyring"], "stored")

    def test_forgetting_a_token_that_is_not_there(self):
        self.stored().end()
        self.assertIn("0", self.box.run(CTL, "forget", TOKEN).stdout)
        client = self.client()
        client.join_domain()
        self.assertEqual(self.ask(client)[2]["keyring"], "stored")

    def test_box_that_is_not_ticked(self):
        self.stored(keep="no")
        self.assertEqual(self.states(), [])
        self.stored()
        self.box.run(CTL, "forget")
        self.stored(keep="no")
        self.assertEqual(self.states(), [])

    def test_changed_pin(self):
        first = self.stored()
        self.assertEqual(first.call("report", TOKEN, 1), ["ok"])
        self.wait_states()
        job, request, details = self.ask(first)
        lease = self.answer(job, request)
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.wait_states("ready")
        job = first.background("change", TOKEN, "-", 0, "change")
        self.ui.expect("close")
        (request,), _ = self.ui.expect("change")
        self.assertEqual(self.ui.call("change", request, PIN, WRONG), "ok")
        answer = self.finish(job)
        self.assertEqual(first.call("end", answer[1], 1), ["ok", "not-cached"])
        self.wait_states()

    def halted(self):
        """The keyring does not answer until what is to be removed from it could not be."""
        self.keyring.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.keyring.process.send_signal, signal.SIGCONT)
        times = self.agent.log().count("could not be changed")

        def go_on():
            wait_for(lambda: self.agent.log().count("could not be changed") > times, 10, "that")
            self.keyring.process.send_signal(signal.SIGCONT)
            self.assertEqual(self.states(), ["ready"])

        return go_on

    def test_box_that_is_not_ticked_while_it_cannot_be_removed(self):
        first = self.stored()
        self.box.run(CTL, "forget")
        job, request, details = self.ask(first, purpose="wake")
        self.assertEqual(details["keyring"], "stored")
        go_on = self.halted()
        lease = self.answer(job, request, keep="no")
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.ui.expect("close")
        go_on()
        second = self.client()
        second.join_domain()
        self.assertEqual(self.ask(second)[2]["keyring"], "stored")

    def test_changed_pin_while_it_cannot_be_removed(self):
        first = self.stored()
        go_on = self.halted()
        self.assertEqual(first.call("report", TOKEN, 1), ["ok"])
        go_on()
        self.assertEqual(self.ask(first)[2]["keyring"], "stored")

    def test_other_tokens(self):
        self.stored()
        client = self.client()
        client.join_domain(OTHER)
        job, request, details = self.ask(client, OTHER)
        self.assertEqual(details["keyring"], "empty")
        self.assertEqual(self.ui.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        client.join_domain(NO_SERIAL)
        job = client.background("prompt", NO_SERIAL, "-", 0, "login")
        (request,), details = self.ui.expect("ask")
        self.assertNotIn("keyring", details)
        # What is said of the keyring where it was not offered is not listened to.
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(self.states(), ["ready"])

    def test_listed_and_removed(self):
        self.stored()
        pins = json.loads(self.box.run(CTL, "keyring", "list", "--json").stdout)
        self.assertEqual([pin["token_uri"] for pin in pins["pins"]], [TOKEN])
        self.assertAlmostEqual(pins["pins"][0]["since"], time.time(), delta=60)
        self.assertIn(TOKEN, self.box.run(CTL, "keyring", "list").stdout)
        self.assertNotEqual(self.box.run(CTL, "keyring", "remove", OTHER, check=False).returncode, 0)
        self.box.run(CTL, "keyring", "remove", TOKEN)
        self.assertEqual(self.states(), [])
        second = self.client()
        second.join_domain()
        self.assertEqual(self.ask(second)[2]["keyring"], "empty")

    def test_turned_off_and_on(self):
        first = self.stored()
        entry = first.join_domain()
        self.box.run(CTL, "set", "allow-keyring", "false")
        self.wait_states()
        monitor = self.box.monitor()
        second = self.client()
        second.join_domain()
        self.assertNotIn("keyring", self.ask(second)[2])
        out = json.loads(self.box.run(CTL, "keyring", "list", "--json").stdout)
        self.assertEqual(out, {"state": "off", "pins": []})
        self.assertFalse([m for m in monitor.messages() if m.get_destination() == NAME])
        # Whoever turns it on gets no PIN by that, neither from the cache nor into the keyring.
        self.assertEqual(first.state(entry), "user")
        self.box.run(CTL, "set", "allow-keyring", "true")
        wait_for(lambda: first.state(entry) == "asleep", 5, "the cached PIN to be forgotten")

    def test_turned_off_while_it_waits(self):
        """A stored PIN that waits for its turn is not presented any more."""
        for setting, value in (("allow-keyring", "false"), ("cache-mode", "off")):
            with self.subTest(setting=setting):
                first = self.stored()
                second = self.client()
                second.join_domain()
                lease, _ = first.take()
                job = self.wait_turn(second)
                times = self.agent.log().count("Settings were read")
                self.box.run(CTL, "set", setting, value)
                wait_for(lambda: self.agent.log().count("Settings were read") > times, 5, "that")
                first.call("end", lease, 1)
                self.assertEqual(self.finish(job), ["canceled"])
                self.wait_states(None if setting == "allow-keyring" else "ready")
                for client in (first, second):
                    client.end()
                self.box.run(CTL, "set", "allow-keyring", "true")

    def test_locked(self):
        self.stored()
        self.keyring.lock()
        monitor = self.box.monitor()
        second = self.client()
        second.join_domain()
        self.assertNotIn("keyring", self.ask(second)[2])
        out = json.loads(self.box.run(CTL, "keyring", "list", "--json").stdout)
        self.assertEqual(out["state"], "locked")
        self.assertFalse([m for m in monitor.messages()
                          if m.get_member() in ("Unlock", "Prompt", "GetSecret")])


class Shared(KeyringCase):
    settings = KeyringCase.settings + "cache-mode='shared'\n"

    def test_consent_comes_first(self):
        """Who has no right to the login that is there gets no stored PIN instead."""
        self.keyring = Keyring(self.box, self.bus)
        self.stored()
        second, third = self.client(), self.client()
        for client in (second, third):
            client.join_domain()
        job = second.background("prompt", TOKEN, "-", 0, "login")
        (offer,), _ = self.ui.expect("offer")
        self.assertEqual(self.ui.expect("close")[0], [offer, "withdrawn"])
        (request,), _ = self.ui.expect("consent")
        self.assertEqual(self.ui.call("decide", request, "never"), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        self.ui.expect("close")
        # Another process of the same program: it is not asked about again, and it is asked.
        self.assertEqual(self.ask(third)[2]["keyring"], "stored")
        self.assertEqual(self.states(), ["ready"])


class Together(KeyringCase):
    """Programs of one login."""

    settings = KeyringCase.settings + "cache-mode='shared'\nsharing='allow'\n"

    def setUp(self):
        super().setUp()
        self.keyring = Keyring(self.box, self.bus)
        self.clients = [self.stored(), self.client()]
        self.clients[1].join_domain()
        self.assertEqual(self.clients[0].call("logout", TOKEN, "-"), ["ok"])

    def test_one_use_is_for_all(self):
        first, second = self.clients
        lease = self.borrow(first)
        job = second.background("prompt", TOKEN, "-", 0, "login")
        job.join(0.3)
        self.assertTrue(job.is_alive())
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(self.finish(job), ["logged-in"])
        self.wait_states("ready")

    def test_one_answer_is_for_all(self):
        """Also for a call that still waits for the keyring when it comes."""
        first, second = self.clients
        self.box.run(CTL, "forget", TOKEN)  # seals it
        job, request, _ = self.ask(first)
        self.keyring.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.keyring.process.send_signal, signal.SIGCONT)
        other = second.background("prompt", TOKEN, "-", 0, "login")
        other.join(0.3)
        self.assertTrue(other.is_alive())
        self.assertEqual(self.ui.call("answer", request, PIN), "ok")
        _, lease, _ = self.finish(job)
        self.assertEqual(first.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(self.finish(other), ["logged-in"])


class Worse(KeyringCase):
    """Without a keyring that can be used the dialog comes, and has no box."""

    def expect_plain_dialog(self, state=None):
        client = self.client()
        client.join_domain()
        start = time.monotonic()
        job, request, details = self.ask(client)
        # GDBus itself would wait for 25 s.
        self.assertLess(time.monotonic() - start, 20)
        self.assertNotIn("keyring", details)
        lease = self.answer(job, request)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        if state is not None:
            out = json.loads(self.box.run(CTL, "keyring", "list", "--json").stdout)
            self.assertEqual(out, {"state": state, "pins": []})

    def test_none(self):
        self.box.add_service(NAME, "/bin/false")
        self.bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "ReloadConfig")
        self.expect_plain_dialog("unavailable")
        remove = self.box.run(CTL, "keyring", "remove", "--all", check=False)
        self.assertEqual(remove.returncode, 1)

    def test_stopped(self):
        keyring = Keyring(self.box, self.bus)
        keyring.process.send_signal(signal.SIGSTOP)
        self.addCleanup(keyring.process.send_signal, signal.SIGCONT)
        self.expect_plain_dialog()

    def test_plain_session(self):
        self.box.start(["/usr/bin/python3", "-m", "dbusmock", "--session", NAME, SERVICE,
                        "org.freedesktop.Secret.Service"], name="plain")
        wait_for(lambda: self.bus.has_owner(NAME), 10, "the service")
        refusal = "dbus.exceptions.DBusException('', name='org.freedesktop.DBus.Error.NotSupported')"
        self.bus.call(NAME, SERVICE, MOCK, "AddMethod", "(sssss)", "org.freedesktop.Secret.Service",
                      "OpenSession", "sv", "vo",
                      f"if args[0] != 'plain': raise {refusal}\nret = ('', '/session')")
        monitor = self.box.monitor()
        self.expect_plain_dialog("plain")
        said = [m.get_body().unpack()[0] for m in monitor.messages()
                if m.get_member() == "OpenSession"]
        self.assertEqual(said[-1], "plain")  # libsecret has tried it
        self.assertFalse(monitor.contains(PIN.encode()))
        self.assertFalse([m for m in monitor.messages() if m.get_member() == "CreateItem"])


if __name__ == "__main__":
    tap.main()
