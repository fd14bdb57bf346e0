#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Decisions about shared logins: whose they are, what they are for, and that they can be revoked."""

import time

from agentbed import OTHER, TOKEN
from consentbed import ID, PIN, ConsentCase
from gi.repository import GLib
from pinfoldtest import tap, wait_for
from pinfoldtest.paths import build_path
from promptbed import Prompter


class Answers(ConsentCase):
    """An answer is for what was asked, by whom it was asked."""

    def test_only_the_prompter_answers(self):
        person = self.person()
        self.owner()
        client, entry, offer = self.stranger(person)
        forger = Prompter(self.box, build_path("tests/agent/mock-prompter"))
        self.addCleanup(forger.kill)
        refused = "error org.freedesktop.DBus.Error.AccessDenied"
        self.assertEqual(forger.call("decide", offer, "once"), refused)
        self.assertEqual(forger.call("cancel", offer), refused)
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        self.assertEqual(forger.call("decide", request, "once"), refused)
        self.assertTrue(job.is_alive())
        # Nor is an answer of another kind one, or one to a number that is used up.
        gone = "error org.pinfold.Error.NoRequest"
        self.assertEqual(person.call("decide", offer, "once"), gone)
        self.assertEqual(person.call("confirm", request), gone)
        self.assertEqual(person.call("answer", request, PIN), gone)
        self.assertEqual(person.call("decide", int(request) ^ 1, "once"), gone)
        self.assertTrue(job.is_alive())
        person.decide(request, "once")
        self.assertEqual(person.call("decide", request, "session"), gone)
        self.assert_let_in(job, client, entry)
        self.assertEqual(self.consents(), [])

    def test_a_pin_dialog_takes_no_decision(self):
        person = self.person()
        client = self.client()
        entry = client.join_domain(app_id=ID)
        job = self.ask(client)
        request, _ = person.question("ask")
        self.assertEqual(person.call("decide", request, "once"),
                         "error org.pinfold.Error.NoRequest")
        person.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(client.state(entry), "public")

    def test_after_logout(self):
        person = self.person()
        owner, _ = self.owner()
        client, entry, offer = self.stranger(person)
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        self.assertEqual(owner.call("logout", TOKEN, ID), ["ok"])
        # There is nothing to consent to: the program logs in by itself, if the person wants that.
        person.closed(request, "withdrawn")
        pin_request, _ = person.question("ask")
        self.log_in(owner)
        self.assertEqual(person.call("decide", request, "always"),
                         "error org.pinfold.Error.NoRequest")
        self.assertTrue(job.is_alive())
        person.call("cancel", pin_request)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assert_out(client, entry)

    def test_offer_after_logout(self):
        person = self.person()
        owner, _ = self.owner()
        client, entry, offer = self.stranger(person)
        self.assertEqual(owner.call("logout", TOKEN, ID), ["ok"])
        person.closed(offer, "withdrawn")
        self.log_in(owner)
        self.assertEqual(person.call("decide", offer, "session"),
                         "error org.pinfold.Error.NoRequest")
        self.assert_out(client, entry)

    def test_proved_meanwhile(self):
        person = self.person()
        self.owner()
        client, entry, offer = self.stranger(person)
        self.log_in(client)
        person.closed(offer, "withdrawn")
        self.assert_in(client, entry)

    def test_another_token_or_id(self):
        person = self.person()
        self.owner()
        self.owner(app_id=5)
        self.owner(token=OTHER)
        client, entry, offer = self.stranger(person)
        fifth = client.join_domain(app_id=5)
        person.question("offer")
        other = client.join_domain(token=OTHER, app_id=ID)
        person.question("offer")
        person.decide(offer, "session")
        self.assert_in(client, entry)
        self.assertEqual(client.state(fifth), "public")
        self.assertEqual(client.state(other), "public")

    def test_client_gone(self):
        person = self.person()
        self.owner()
        client, _, offer = self.stranger(person)
        self.ask(client)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        client.kill()
        person.closed(request, "withdrawn")


class Revocation(ConsentCase):
    def let_in(self, person, decision="session", **kwargs):
        client, entry, offer = self.stranger(person, **kwargs)
        person.decide(offer, decision)
        person.closed(offer, "accepted")
        self.assert_in(client, entry)
        return client, entry

    def test_takes_effect_at_once(self):
        person = self.person()
        owner, owner_entry = self.owner()
        client, entry = self.let_in(person)
        proved = self.client()
        proved_entry = proved.join_domain(app_id=ID)
        self.log_in(proved)
        (consent,) = self.consents()
        self.assertEqual(self.revoke(consent["id"]), 1)
        self.assert_out(client, entry)
        self.assert_in(proved, proved_entry)
        self.assert_in(owner, owner_entry)
        self.assertEqual(self.revoke(consent["id"]), 0)
        self.assertEqual(self.consents(), [])
        # It is asked about again.
        self.ask(client)
        person.question()

    def test_a_lease_in_use_ends_without_a_login(self):
        person = self.person()
        self.owner()
        client, entry = self.let_in(person)
        lease, _ = client.take(app_id=ID)
        self.revoke()
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assert_out(client, entry)

    def test_all(self):
        person = self.person()
        self.owner()
        client, entry = self.let_in(person)
        other, other_entry = self.let_in(person, path=self.copy_client("second"))
        once, once_entry = self.let_in(person, "once", path=self.copy_client("third"))
        _, _, offer = self.stranger(person, path=self.copy_client("fourth"))
        person.decide(offer, "never")
        self.assertEqual(self.revoke(), 3)
        self.assert_out(client, entry)
        self.assert_out(other, other_entry)
        self.assert_out(once, once_entry)
        self.restart_agent()
        self.assertEqual(self.consents(), [])

    def test_list(self):
        person = self.person()
        self.owner()
        path = self.copy_client()
        before = int(time.time())
        _, _, offer = self.stranger(person)
        person.decide(offer, "never")
        person.closed(offer, "accepted")
        self.let_in(person, path=path)
        newest, oldest = self.consents()
        self.assertEqual(newest["program"], "other-client")
        self.assertEqual(newest["executable"], str(path))
        self.assertEqual(newest["token-uri"], TOKEN)
        self.assertEqual(newest["shared-id"], "3:4")
        self.assertEqual(newest["decision"], "session")
        self.assertGreaterEqual(newest["since"], before)
        self.assertNotIn("script", newest)
        self.assertNotIn("group", newest)
        self.assertEqual(oldest["decision"], "never")
        self.assertNotEqual(oldest["id"], newest["id"])
        self.assertEqual(self.revoke("nothing"), 0)
        self.restart_agent()
        (kept,) = self.consents()
        self.assertEqual(kept, oldest)

    def test_signal(self):
        person = self.person()
        self.owner()
        seen = []
        loop = GLib.MainContext.default()
        self.bus.signal_subscribe("org.pinfold.Agent", "org.pinfold.Agent1", "ConsentsChanged",
                                  None, None, 0, lambda *args: seen.append(args))
        self.let_in(person)

        def count():
            while loop.iteration(False):
                pass
            return len(seen)

        wait_for(lambda: count() == 1, 5, "the first signal")
        self.revoke()
        wait_for(lambda: count() == 2, 5, "the second signal")

    def test_damaged_file(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_text("[pinfold-consents]\nformat=1\n[x]\ndecision=always\n")
        self.file.chmod(0o600)
        self.restart_agent()
        self.assertEqual(self.consents(), [])
        self.assertIn("are not used", self.agent.log())


if __name__ == "__main__":
    tap.main()
