#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Security officers and users of one ID, across processes."""

from agentbed import OTHER, TOKEN
from pinfoldtest import tap, wait_for
from sharedbed import ID, SharedCase


class Officers(SharedCase):
    def raw_member(self, token=TOKEN, app_id=ID):
        client = self.client()
        client.call("raw-hello")
        entry = client.join_domain(token, app_id)
        return client, entry

    def begin(self, client, token=TOKEN, app_id=ID):
        return client.call("raw-call", "BeginOfficer", token, app_id)

    def end_officer(self, client, token=TOKEN, app_id=ID):
        self.assertEqual(client.call("raw-call", "EndOfficer", token, app_id), ["ok"])

    def test_others_see_it(self):
        officer, officer_entry = self.raw_member()
        other, entry = self.raw_member()
        apart, apart_entry = self.raw_member(app_id=5)
        far, far_entry = self.raw_member(token=OTHER)
        self.assertEqual(self.begin(officer), ["ok"])
        self.assertEqual(self.begin(officer), ["ok"])
        self.assertEqual(officer.state(officer_entry), "public")
        self.assertEqual(other.state(entry), "officer")
        self.assertEqual([apart.state(apart_entry), far.state(far_entry)], ["public"] * 2)
        # Who comes later sees it, too.
        late, late_entry = self.raw_member()
        self.assertEqual(late.state(late_entry), "officer")
        self.end_officer(officer)
        self.assertEqual([other.state(entry), late.state(late_entry)], ["public"] * 2)

    def test_no_pin_is_kept_meanwhile(self):
        officer, officer_entry = self.raw_member()
        other, entry = self.raw_member()
        self.begin(officer)
        for client in (officer, other):
            self.assertEqual(client.call("store", TOKEN, ID, "135790"), ["not-cached"])
            self.assertEqual(client.call("take", TOKEN, ID), ["not-logged-in"])
        self.assertFalse(self.agent.has_pin("135790"))
        self.end_officer(officer)
        self.assertEqual(other.call("store", TOKEN, ID, "135790"), ["ok"])
        self.assertEqual(other.state(entry), "user")

    def test_not_beside_a_user(self):
        user, entry = self.inside()
        user.call("raw-hello")
        self.assertEqual(self.begin(user), ["UserLoggedIn"])
        self.forget()
        self.assertEqual(self.begin(user), ["UserLoggedIn"])
        self.rule("allow")
        other, _ = self.raw_member()
        self.assertEqual(self.begin(other), ["UserLoggedIn"])
        user.call("logout", TOKEN, ID)
        self.assertEqual(self.begin(other), ["ok"])
        self.assertEqual(user.state(entry), "officer")

    def test_one_at_a_time(self):
        first, _ = self.raw_member()
        second, _ = self.raw_member()
        self.begin(first)
        self.assertEqual(self.begin(second), ["OfficerLoggedIn"])
        self.end_officer(second)  # it has none to end
        self.assertEqual(self.begin(second), ["OfficerLoggedIn"])
        self.end_officer(first)
        self.assertEqual(self.begin(second), ["ok"])

    def test_not_beside_read_only_sessions(self):
        officer, _ = self.raw_member()
        other, entry = self.raw_member()
        other.call("raw-board", entry, 2, 1)
        self.assertEqual(self.begin(officer), ["ReadOnlyExists"])
        other.call("raw-board", entry, 2, 0)
        self.assertEqual(self.begin(officer), ["ok"])

    def test_nothing_is_known_in_mode_off(self):
        officer, _ = self.raw_member()
        self.change("cache-mode", "off")
        self.assertEqual(self.begin(officer), ["NotCached"])

    def test_no_session(self):
        client = self.client()
        client.call("raw-hello")
        self.assertEqual(self.begin(client), ["NoDomain"])
        self.end_officer(client)

    def test_ends_with_the_last_session(self):
        officer, officer_entry = self.raw_member()
        other, entry = self.raw_member()
        self.begin(officer)
        officer.leave_domain(officer_entry, app_id=ID)
        self.assertEqual(other.state(entry), "public")

    def test_ends_with_the_process(self):
        officer, _ = self.raw_member()
        other, entry = self.raw_member()
        self.begin(officer)
        self.assertEqual(other.state(entry), "officer")
        officer.kill()
        wait_for(lambda: other.state(entry) == "public", 5, "the officer to go")

    def test_ends_with_the_module(self):
        officer, _ = self.raw_member()
        other, entry = self.raw_member()
        self.begin(officer)
        officer.call("close")  # the link's instance, which had the session
        wait_for(lambda: other.state(entry) == "public", 5, "the officer to go")

    def test_ends_with_the_id(self):
        officer, _ = self.raw_member()
        other, entry = self.raw_member()
        self.begin(officer)
        other.call("raw-call", "CloseId", TOKEN, ID)
        self.assertEqual(other.state(entry), "public")

    def test_a_login_that_was_under_way_is_too_late(self):
        user, entry = self.inside()
        lease, _ = user.take(app_id=ID)
        user.call("logout", TOKEN, ID)
        officer, _ = self.raw_member()
        self.assertEqual(self.begin(officer), ["ok"])
        self.assertEqual(user.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(user.state(entry), "officer")

    def test_moves_with_its_sessions(self):
        self.change("cache-mode", "shared")
        officer, _ = self.raw_member(app_id="-")
        other, entry = self.raw_member(app_id="-")
        self.assertEqual(self.begin(officer, app_id="-"), ["ok"])
        self.assertEqual(other.state(entry), "officer")
        self.change("cache-mode", "process")
        self.assertEqual(other.state(entry), "public")
        self.change("cache-mode", "shared")
        self.assertEqual(other.state(entry), "officer")


if __name__ == "__main__":
    tap.main()
