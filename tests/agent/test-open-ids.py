#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""IDs that live without sessions, and what closing one ends."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from sharedbed import ID, SharedCase


class OpenIds(SharedCase):
    def open(self, client, token=TOKEN, app_id=ID):
        self.assertEqual(client.call("raw-call", "OpenId", token, app_id), ["ok"])

    def close(self, client, token=TOKEN, app_id=ID):
        self.assertEqual(client.call("raw-call", "CloseId", token, app_id), ["ok"])

    def raw_client(self):
        client = self.client()
        client.call("raw-hello")
        return client

    def test_open_needs_nothing(self):
        client = self.raw_client()
        self.open(client)
        self.open(client)
        (domain,) = self.domains()
        self.assertEqual((domain["app_id"], domain["token_uri"], domain["open"],
                          domain["logged_in"], domain["members"]),
                         ("3:4", TOKEN, True, False, []))
        client.end()
        self.assertEqual(len(self.domains()), 1)
        other = self.raw_client()
        self.close(other)
        self.assertEqual(self.domains(), [])

    def test_not_a_token(self):
        client = self.raw_client()
        for method in ("OpenId", "CloseId"):
            self.assertEqual(client.call("raw-call", method, "pkcs11:", ID), ["InvalidArgs"])

    def test_without_hello(self):
        client = self.client()
        client.call("close")
        wait_for(lambda: self.domains() == [], 5, "nothing")
        stranger = self.client()
        stranger.call("close")
        self.assertEqual(stranger.call("raw-call", "OpenId", TOKEN, ID), ["NoDomain"])

    def test_login_survives_everybody(self):
        self.rule("allow")
        setup, entry = self.inside()
        self.open(setup)
        setup.leave_domain(entry, app_id=ID)
        setup.end()
        self.wait_members(0)
        (domain,) = self.domains()
        self.assertTrue(domain["logged_in"] and domain["open"])
        self.assertEqual(domain["members"], [])
        for _ in range(3):
            child, entry = self.member()
            self.assertEqual(child.state(entry), "user")
            lease, pin = child.take(app_id=ID)
            self.assertEqual((pin, child.call("end", lease, 1)), ("135790", ["ok", "cached"]))
            child.end()
        self.wait_members(0)
        takedown = self.raw_client()
        self.close(takedown)
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(self.domains(), [])

    def test_without_open_it_does_not(self):
        self.rule("allow")
        setup, entry = self.inside()
        setup.leave_domain(entry, app_id=ID)
        child, entry = self.member()
        self.assertEqual(child.state(entry), "public")

    def test_open_is_no_right(self):
        setup, _ = self.inside()
        self.open(setup)
        setup.end()
        self.wait_members(0)
        child, entry = self.member()
        self.open(child)
        self.assertEqual(child.state(entry), "public")
        self.assertEqual(child.call("take", TOKEN, ID), ["not-logged-in"])
        child.call("store", TOKEN, ID, "135790")
        self.assertEqual(child.state(entry), "user")

    def test_same_program_when_the_supplier_is_gone(self):
        self.rule("same-program")
        setup, _ = self.inside()
        self.open(setup)
        setup.end()
        self.wait_members(0)
        child, entry = self.member()
        self.assertEqual(child.state(entry), "user")

    def test_close_ends_sessions_everywhere(self):
        self.rule("ask")
        inside, outside, other_id, other_token = (self.raw_client() for _ in range(4))
        entries = [inside.join_domain(app_id=ID), outside.join_domain(app_id=ID),
                   other_id.join_domain(app_id=5), other_token.join_domain(OTHER, ID)]
        clients = (inside, outside, other_id, other_token)
        for client, token, app_id in zip(clients, (TOKEN, None, TOKEN, OTHER), (ID, None, 5, ID)):
            if token:
                self.assertEqual(client.call("store", token, app_id, "135790"), ["ok"])
        self.open(inside)
        before = [client.call("raw-entry", entry) for client, entry in zip(clients, entries)]
        self.assertEqual([b[2] for b in before], ["user", "public", "user", "user"])
        self.close(other_id)
        after = [client.call("raw-entry", entry) for client, entry in zip(clients, entries)]
        moved = [int(a[1]) - int(b[1]) for a, b in zip(after, before)]
        self.assertEqual(moved, [1, 1, 0, 0])
        self.assertEqual([a[2] for a in after], ["public", "public", "user", "user"])
        self.assertFalse(any(d["open"] for d in self.domains()))

    def test_close_without_open(self):
        client, entry = self.inside()
        client.call("raw-hello")
        self.close(client)
        self.assertEqual(client.call("raw-entry", entry), ["ok", "1", "public"])
        self.assertFalse(self.agent.has_pin("135790"))
        self.close(client, app_id=99)

    def test_a_login_under_way_is_not_kept_after_close(self):
        client, _ = self.inside()
        lease, _ = client.take(app_id=ID)
        other = self.raw_client()
        self.close(other)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertFalse(self.agent.has_pin("135790"))

    def test_forget_and_removal(self):
        self.rule("allow")
        setup, entry = self.inside()
        self.open(setup)
        setup.leave_domain(entry, app_id=ID)
        setup.end()
        self.forget()
        self.assertFalse(self.agent.has_pin("135790"))
        (domain,) = self.domains()
        self.assertTrue(domain["asleep"] and domain["open"])
        child, entry = self.member()
        self.assertEqual(child.state(entry), "asleep")
        child.call("report", TOKEN, 3)
        self.assertEqual(child.state(entry), "public")
        child.end()
        self.wait_members(0)
        (domain,) = self.domains()
        self.assertEqual((domain["asleep"], domain["open"]), (False, True))

    def test_limit(self):
        client = self.raw_client()
        for i in range(256):
            self.open(client, app_id=i)
        self.assertEqual(client.call("raw-call", "OpenId", TOKEN, 256), ["Limit"])
        self.open(client, app_id=7)
        self.close(client, app_id=7)
        self.open(client, app_id=256)
        self.assertEqual(len(self.domains()), 256)

    def test_close_by_the_session_bus(self):
        setup, entry = self.inside()
        setup.call("raw-hello")
        # What is not open is not closed that way.
        self.assertIn("(false,)", self.call_agent("CloseId", TOKEN, "3:4").stdout)
        self.assertEqual(setup.state(entry), "user")
        self.open(setup)
        self.assertIn("(true,)", self.call_agent("CloseId", TOKEN, "3:4").stdout)
        self.assertEqual(setup.call("raw-entry", entry), ["ok", "1", "public"])
        self.assertFalse(self.agent.has_pin("135790"))
        for uri, app_id in ((TOKEN, "3"), (TOKEN, "0x3:4"), ("token", "3:4"),
                            (TOKEN + "?pin-value=1", "3:4")):
            told = self.call_agent("CloseId", uri, app_id, check=False)
            self.assertIn("InvalidArgs", told.stderr)

    def test_reason(self):
        log = self.box.dir / "logs/monitor.log"
        self.box.start(["gdbus", "monitor", "--session", "--dest", "org.pinfold.Agent"],
                       name="monitor")
        wait_for(lambda: "The name org.pinfold.Agent is owned" in log.read_text(), 10, "gdbus")
        client, _ = self.inside()
        self.close(client)
        wait_for(lambda: f"Forgotten ('{TOKEN}', '3:4', 'id-closed')" in log.read_text(), 5,
                 "the reason")


if __name__ == "__main__":
    tap.main()
