#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whether a program may use a login that it did not make: the questions and what comes of them."""

import shutil

from agentbed import TOKEN
from consentbed import ID, PIN, ConsentCase
from gi.repository import GLib
from pinfoldtest import tap
from pinfoldtest.paths import build_path


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


if __name__ == "__main__":
    tap.main()
