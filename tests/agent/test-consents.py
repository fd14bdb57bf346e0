#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whether a program may use a login that it did not make: the questions and what comes of them."""

import shutil
import time

from agentbed import OTHER, TOKEN
from consentbed import ID, PIN, ConsentCase
from gi.repository import GLib
from pinfoldtest import tap, wait_for
from pinfoldtest.paths import build_path
from promptbed import Prompter


# Opens a session on an ID, and stays.
SCRIPT = """#!/usr/bin/python3
import signal
from gi.repository import Gio, GLib
bus = Gio.DBusConnection.new_for_address_sync(
    "{address}", Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
for method, args in (("Hello", GLib.Variant("(u)", (1,))),
                     ("SessionsChanged", GLib.Variant("(stbu)", ("{token}", {app_id}, True, 1)))):
    bus.call_with_unix_fd_list_sync(None, "/org/pinfold/Cache", "org.pinfold.Cache1", method, args,
                                    None, Gio.DBusCallFlags.NONE, -1, None, None)
signal.pause()
"""


class Decisions(ConsentCase):
    def asked(self, person, **kwargs):
        """A program that waits for the person's decision: client, entry, job, number, details."""
        client, entry, offer = self.stranger(person, **kwargs)
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        return client, entry, job, *person.question()

    def log_in_anew(self, owner):
        self.assertEqual(owner.call("logout", TOKEN, ID), ["ok"])
        self.log_in(owner)

    def test_what_is_shown(self):
        person = self.person()
        self.owner()
        client, _, _, _, details = self.asked(person, path=self.copy_client())
        self.assertEqual(details["program"], "other-client")
        self.assertEqual(details["executable"], str(self.box.dir / "other-client"))
        self.assertEqual(details["pid"], str(client.pid))
        self.assertEqual(details["program-known"], "1")
        self.assertEqual(details["may-remember"], "0")
        self.assertEqual(details["shared-id"], "3:4")
        self.assertEqual(details["users"], "link-client,")
        self.assertEqual(details["token-label"], "one")
        self.assertNotIn("script", details)

    def test_once(self):
        person = self.person()
        owner, _ = self.owner()
        client, entry, job, request, _ = self.asked(person)
        person.decide(request, "once")
        person.closed(request, "accepted")
        self.assert_let_in(job, client, entry)
        self.assertEqual(self.consents(), [])
        # Not for another process, and not for another login.
        other, other_entry = self.stranger()
        self.assert_in(client, entry)
        self.log_in_anew(owner)
        self.assert_out(client, entry)
        self.assert_out(other, other_entry)
        job = self.ask(client)
        request, _ = person.question()
        person.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled"])
        self.assert_out(client, entry)

    def test_session(self):
        person = self.person()
        owner, _ = self.owner()
        client, entry, job, request, _ = self.asked(person)
        person.decide(request, "session")
        person.closed(request, "accepted")
        self.assert_let_in(job, client, entry)
        self.log_in_anew(owner)
        self.assert_in(client, entry)
        other = self.client()
        self.assert_in(other, other.join_domain(app_id=ID))
        # The same program only: the next thing that the person sees is about another one.
        different, different_entry, _ = self.stranger(person, path=self.copy_client())
        self.assert_out(different, different_entry)
        self.assertFalse(self.file.exists())
        self.restart_agent()
        self.assertEqual(self.consents(), [])

    def test_session_is_for_the_very_file(self):
        person = self.person()
        self.owner()
        path = self.copy_client()
        _, _, job, request, _ = self.asked(person, path=path)
        person.decide(request, "session")
        person.closed(request, "accepted")
        self.finish(job)
        path.unlink()
        self.copy_client()
        client, entry, _ = self.stranger(person, path=path)
        self.assert_out(client, entry)

    def test_always(self):
        person = self.person()
        self.owner()
        path = self.packaged_client()
        client, entry, job, request, details = self.asked(person, path=path)
        self.assertEqual(details["may-remember"], "1")
        person.decide(request, "always")
        person.closed(request, "accepted")
        self.assert_let_in(job, client, entry)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.file.parent.stat().st_mode & 0o777, 0o700)
        self.assertNotIn(PIN, self.file.read_text())
        self.restart_agent()
        self.owner()
        again = self.client(path=path)
        self.assert_in(again, again.join_domain(app_id=ID))
        # For one ID on one token.
        self.owner(app_id=5)
        self.stranger(app_id=5, path=path)
        # Everybody could replace it by now.
        path.chmod(0o775)
        client, entry = self.stranger(path=path)
        self.assert_out(client, entry)

    def test_always_only_where_it_was_offered(self):
        person = self.person()
        self.owner()
        # Not the client in the build tree: that may lie where only root can write.
        path = self.copy_client()
        path.chmod(0o775)
        client, entry, job, request, details = self.asked(person, path=path)
        self.assertEqual(details["may-remember"], "0")
        for decision in ("always", "none", "", "Once"):
            self.assertEqual(person.call("decide", request, decision or "?"),
                             "error org.freedesktop.DBus.Error.InvalidArgs", decision)
        self.assertTrue(job.is_alive())
        person.decide(request, "once")
        self.assert_let_in(job, client, entry)

    def test_never(self):
        person = self.person()
        self.owner()
        client, entry, job, request, _ = self.asked(person)
        person.decide(request, "never")
        person.closed(request, "accepted")
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(client.call("prompt", TOKEN, ID, 0), ["canceled"])
        self.assert_out(client, entry)
        self.restart_agent()
        person = self.person()
        self.owner()
        # Its own login: nothing is offered, nothing is asked but the PIN.
        client, entry = self.stranger()
        self.assert_out(client, entry)
        job = self.ask(client)
        request, _ = person.question("ask")
        person.call("answer", request, PIN)
        _, lease, pin = self.finish(job)
        self.assertEqual(pin, PIN)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assert_in(client, entry)
        other, entry = self.stranger()
        self.log_in(other)
        self.assert_in(other, entry)

    def test_cancel(self):
        person = self.person()
        self.owner()
        client, entry, job, request, _ = self.asked(person)
        self.assertEqual(person.call("cancel", request), "ok")
        self.assertEqual(self.finish(job), ["canceled"])
        self.assertEqual(client.call("prompt", TOKEN, ID, 0), ["canceled"])
        self.assert_out(client, entry)
        self.assertEqual(self.consents(), [])
        # It has not been said of another process, whose own login is as good as ever.
        other, entry = self.stranger()
        self.ask(other)
        person.question()

    def test_unknown_program(self):
        person = self.person()
        self.owner()
        client = self.unknown_client()
        entry = client.join_domain(app_id=ID)
        offer, _ = person.question("offer")
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        request, details = person.question()
        self.assertEqual(details["program-known"], "0")
        self.assertEqual(details["may-remember"], "0")
        for decision in ("session", "always", "never"):
            self.assertEqual(person.call("decide", request, decision),
                             "error org.freedesktop.DBus.Error.InvalidArgs")
        person.decide(request, "once")
        person.closed(request, "accepted")
        self.assert_let_in(job, client, entry)
        self.assertEqual(self.consents(), [])

    def test_script(self):
        person = self.person()
        self.owner()
        script = self.box.dir / "tool"
        script.write_text(SCRIPT.format(address=f"unix:path={self.agent.socket}", token=TOKEN,
                                        app_id=ID))
        script.chmod(0o755)
        self.box.start([script], name="tool")
        offer, details = person.question("offer")
        self.assertEqual(details["script"], str(script))
        self.assertRegex(details["executable"], "/python3")
        self.assertEqual(details["may-remember"], "0")
        person.decide(offer, "session")
        (consent,) = self.consents()
        self.assertEqual(consent["script"], str(script))
        # Another script of the same interpreter is another program.
        person.closed(offer, "accepted")
        other = self.box.dir / "tool-2"
        shutil.copy2(script, other)
        self.box.start([other], name="tool-2")
        _, details = person.question("offer")
        self.assertEqual(details["script"], str(other))

    def test_default_group(self):
        self.setting("cache-mode", "shared")
        self.restart_agent()
        person = self.person()
        self.owner(app_id="-")
        client, entry, offer = self.stranger(person, app_id="-")
        person.decide(offer, "never")
        self.assert_out(client, entry, "-")
        (consent,) = self.consents()
        self.assertNotIn("shared-id", consent)
        # The group's ID is another one now; what was decided about it is not.
        self.restart_agent()
        person = self.person()
        self.owner(app_id="-")
        client, _ = self.stranger(app_id="-")
        self.ask(client, "-")
        person.question("ask")

    def test_group(self):
        path = build_path("tests/agent/link-client")
        self.setting("groups", f"[('mine', '7:7', ['{path}'])]")
        self.restart_agent()
        person = self.person()
        app_id = 7 << 32 | 7
        self.owner(app_id=app_id)
        client = self.client()
        client.join_domain(app_id=app_id)
        offer, details = person.question("offer")
        self.assertEqual(details["group"], "mine")
        self.assertEqual(details["shared-id"], "7:7")
        person.decide(offer, "session")
        (consent,) = self.consents()
        self.assertEqual((consent["group"], consent["shared-id"]), ("mine", "7:7"))

    def test_nobody_there(self):
        self.owner()
        client, entry = self.stranger()
        self.assertEqual(client.call("prompt", TOKEN, ID, 0), ["no-prompter"])
        self.assert_out(client, entry)
        self.log_in(client)
        self.assert_in(client, entry)

    def test_prompter_gone(self):
        person = self.person()
        self.owner()
        client, entry, job, _, _ = self.asked(person)
        person.kill()
        self.assertEqual(self.finish(job), ["no-prompter"])
        self.assert_out(client, entry)

    def test_asleep(self):
        person = self.person()
        owner, owner_entry = self.owner()
        client, entry, offer = self.stranger(person)
        self.assertEqual(self.agent_call("Forget", GLib.Variant("(a{sv})", ({},)))[0], 1)
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        person.decide(request, "once")
        person.closed(request, "accepted")
        request, _ = person.question("ask")
        person.call("answer", request, PIN)
        lease = self.finish(job)[1]
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assert_in(client, entry)
        self.assert_in(owner, owner_entry)


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
