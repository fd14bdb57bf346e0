#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Settings changed while programs are logged in: modes, groups, rules for tokens, sharing."""


from pinfoldtest import softhsm, tap, wait_for
from sharingcase import LABEL, PIN, PUBLIC, USER, SharingCase

URI = f"pkcs11:token={LABEL}"


class Changes(SharingCase):
    def wait_state(self, d, session, state):
        """A setting reaches the agent a moment after it was written."""
        wait_for(lambda: d.state(session) == state, 5, state)

    def rule(self, mode, uri=URI):
        self.pinfold.set("tokens", f"{{'{uri}': {{'mode': <'{mode}'>}}}}")

    def groups(self, *groups):
        """Each a name, an ID and paths of programs."""
        text = ", ".join(f"('{name}', '{app_id}', [{', '.join(repr(str(p)) for p in paths)}])"
                         for name, app_id, paths in groups)
        self.pinfold.set("groups", f"[{text}]" if groups else "@a(ssas) []")

    def wait_mode(self, mode):
        wait_for(lambda: self.pinfold.status()["cache_mode"] == mode, 5, f"mode {mode}")


class Modes(Changes):
    def test_shared_and_back(self):
        d, session = self.logged_in()
        other, theirs = self.session()
        self.pinfold.set("cache-mode", "shared")
        self.wait_mode("shared")
        self.assertEqual(d.state(session), PUBLIC)  # its domain was another one
        self.assert_no_pin_left()
        d.ok("login", session, "user", PIN)
        self.assert_works(other, theirs)
        third, newest = self.session(program=self.other_program())
        self.assert_works(third, newest)
        self.pinfold.set("cache-mode", "process")
        self.wait_mode("process")
        for program, handle in ((d, session), (other, theirs), (third, newest)):
            self.assertEqual(program.state(handle), PUBLIC)
        self.assert_no_pin_left()
        other.ok("login", theirs, "user", PIN)
        self.assert_works(other, theirs)
        self.assert_public(d, session)

    def test_explicit_ids_stay(self):
        d, session = self.logged_in((3, 4))
        other, theirs = self.session((3, 4))
        for mode in ("shared", "process"):
            self.pinfold.set("cache-mode", mode)
            self.wait_mode(mode)
            self.assertEqual((d.state(session), other.state(theirs)), (USER, USER))
            self.assert_works(other, theirs)

    def test_off_forgets_all(self):
        d, session = self.logged_in((3, 4))
        self.pinfold.set("cache-mode", "off")
        self.wait_mode("off")
        self.wait_state(d, session, PUBLIC)
        self.assert_no_pin_left()

    def test_running_operation_finishes(self):
        d, session = self.logged_in()
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("signinit", session, key, "SHA256_RSA_PKCS")
        d.ok("signupdate", session, b"wo".hex())
        self.pinfold.set("cache-mode", "shared")
        self.wait_mode("shared")
        d.ok("signupdate", session, b"rk".hex())
        softhsm.verify_signature(self.public, d.ok("signfinal", session).data(), b"work")
        self.assertEqual(d.state(session), PUBLIC)
        self.assertFalse(self.spy.logged_in(d.pid))


class Groups(Changes):
    def setUp(self):
        super().setUp()
        self.pinfold.set("cache-mode", "shared")
        self.a, self.b, self.c = (self.other_program(name) for name in ("a", "b", "c"))

    def sessions(self):
        return {p: self.session(program=p) for p in (self.a, self.b, self.c)}

    def states(self, sessions):
        return [d.state(session) for d, session in sessions.values()]

    def test_members_share_and_others_do_not(self):
        self.groups(("office", "70:90", [self.a, self.b]))
        sessions = self.sessions()
        d, session = sessions[self.a]
        d.ok("login", session, "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, PUBLIC])
        self.assert_works(*sessions[self.b])
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual(domain["app_id"], "70:90")

    def test_group_without_an_id_has_a_drawn_one(self):
        self.groups(("office", "", [self.a, self.b]), ("home", "", [self.c]))
        sessions = self.sessions()
        sessions[self.a][0].ok("login", sessions[self.a][1], "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, PUBLIC])

    def test_default_group_and_none(self):
        sessions = self.sessions()
        sessions[self.a][0].ok("login", sessions[self.a][1], "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, USER])
        self.pinfold.set("share-by-default", "false")
        self.wait_state(*sessions[self.a], PUBLIC)
        self.assert_no_pin_left()
        sessions[self.b][0].ok("login", sessions[self.b][1], "user", PIN)
        self.assertEqual(self.states(sessions), [PUBLIC, USER, PUBLIC])

    def test_program_put_into_a_group_while_it_is_logged_in(self):
        self.groups(("office", "70:90", [self.a]))
        sessions = self.sessions()
        sessions[self.a][0].ok("login", sessions[self.a][1], "user", PIN)
        sessions[self.b][0].ok("login", sessions[self.b][1], "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, USER])
        self.groups(("office", "70:90", [self.a, self.b]))
        self.assert_no_pin_left()
        for d, session in sessions.values():
            d.rv("logout", session)
        sessions[self.b][0].ok("login", sessions[self.b][1], "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, PUBLIC])

    def test_group_by_the_name_of_a_desktop_file(self):
        folder = self.box.dir / "share/applications"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "example.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Example\nExec={self.a} %U\n")
        self.groups(("office", "70:90", ["example.desktop", self.b]))
        sessions = self.sessions()
        sessions[self.a][0].ok("login", sessions[self.a][1], "user", PIN)
        self.assertEqual(self.states(sessions), [USER, USER, PUBLIC])


class TokenRules(Changes):
    def test_never_keeps_nothing(self):
        self.rule("never")
        d, session = self.session()
        d.ok("login", session, "user", PIN)
        self.assertEqual(d.state(session), USER)
        self.assertTrue(self.spy.logged_in(d.pid))  # the backend's own login
        self.assert_no_pin_left()
        self.work(d, session)

    def test_never_while_logged_in(self):
        d, session = self.logged_in()
        self.rule("never")
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the PIN to be forgotten")
        self.assert_no_pin_left()
        self.assertEqual(d.state(session), PUBLIC)
        d.ok("login", session, "user", PIN)
        self.work(d, session)
        self.assert_no_pin_left()

    def test_shared_for_one_token(self):
        softhsm.init_token(self.box, label="second", pin=PIN)
        self.rule("shared")
        self.logged_in()
        other, theirs = self.session(program=self.other_program())
        self.assert_works(other, theirs)
        second, mine = self.session(label="second")
        second.ok("login", mine, "user", PIN)
        third, theirs = self.session(label="second")
        self.assert_public(third, theirs)

    def test_process_for_one_token(self):
        self.pinfold.set("cache-mode", "shared")
        self.rule("process")
        self.logged_in()
        other, theirs = self.session()
        self.assert_public(other, theirs)

    def test_rule_changed_while_logged_in(self):
        self.rule("shared")
        d, session = self.logged_in()
        other, theirs = self.session()
        self.assertEqual(other.state(theirs), USER)
        self.rule("process")
        self.wait_state(d, session, PUBLIC)
        self.assert_no_pin_left()
        d.ok("login", session, "user", PIN)
        self.assert_public(other, theirs)


class Sharing(Changes):
    def test_stricter_and_looser(self):
        d, session = self.logged_in((3, 4))
        other, theirs = self.session((3, 4), program=self.other_program())
        self.assertEqual(other.state(theirs), USER)
        self.pinfold.set("sharing", "same-program")
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the PIN to be forgotten")
        self.assert_no_pin_left()
        d.rv("logout", session)
        d.ok("login", session, "user", PIN)
        third, newest = self.session((3, 4))
        self.assert_works(third, newest)
        self.assert_public(other, theirs)
        self.pinfold.set("sharing", "allow")
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the PIN to be forgotten")
        third.rv("logout", newest)
        third.ok("login", newest, "user", PIN)
        self.assert_works(other, theirs)

    def test_supplier_that_has_gone(self):
        """same-program means the program that supplied the PIN, also when it has ended."""
        self.pinfold.set("sharing", "same-program")
        d, session = self.logged_in((3, 4), program=self.other_program())
        d.ok("appid", "open", f"={LABEL}", 3, 4)
        d.close()
        same, theirs = self.session((3, 4), program=self.other_program())
        self.assert_works(same, theirs)
        other, theirs = self.session((3, 4))
        self.assert_public(other, theirs)


if __name__ == "__main__":
    tap.main()
