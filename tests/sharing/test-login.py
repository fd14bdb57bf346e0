#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""pinfoldctl login and logout: a login for an application ID that no program has to hold open."""

import subprocess
import unittest

from pinfoldtest import Sandbox, build_path, process, readers, softhsm, tap, wait_for
from pinfoldtest import mock as mocktoken
from pinfoldtest.dialogs import PERMISSION, answer_consent
from pinfoldtest.pinfold import Pinfold
from sharingcase import LABEL, PIN, PUBLIC, SharingCase, set_id

CTL = build_path("app/pinfoldctl")
URI = f"pkcs11:token={LABEL}"
TARGET = ("--token", URI, "--app-id", "7:9")


class LoginCase(SharingCase):
    def login(self, *more, pin=PIN, status=0, target=TARGET):
        """What it prints: on standard error, when it fails."""
        done = self.pinfold.ctl("login", *target, "--pin-fd", "0", *more, check=False,
                                input=f"{pin}\n")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn(PIN, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def logout(self, *target):
        return self.pinfold.ctl("logout", *(target or TARGET)).stdout

    def logins(self):
        """Those that reached the token."""
        return len(self.softhsm_spy.logins())

    def setUp(self):
        super().setUp()
        # pinfoldctl has no other backend than the programs have.
        self.softhsm_spy = self.spy
        conf = self.box.dir / "ctl.conf"
        self.pinfold.write_config(conf, {"spy": self.spy.path})
        self.box.env.update(self.spy.env | {"PINFOLD_CONF": str(conf)})


class Words(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def test_wrong_words(self):
        token = ("--token", "pkcs11:token=one")
        app_id = ("--app-id", "7:9")
        for command in ("login", "logout"):
            for words in ((), token, app_id, (*token, *app_id, "more"),
                          (*token, "--app-id", "7"), (*token, "--app-id", "4294967296:1"),
                          (*token, "--app-id", "-1:1"), (*app_id, "--token", "one"),
                          (*app_id, "--token", "pkcs11:object=key"),
                          (*token, *app_id, "--pin-fd", "-4")):
                done = self.box.run(CTL, command, *words, check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        done = self.box.run(CTL, "logout", *token, *app_id, "--pin-fd", "0", check=False)
        self.assertEqual(done.returncode, 2)

    def test_pin_in_the_uri_is_not_repeated(self):
        done = self.box.run(CTL, "login", "--token", "pkcs11:token=one?pin-value=135790",
                            "--app-id", "7:9", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("135790", done.stderr)

    def test_token_that_fails(self):
        """It is the token's failure, and no word of the agent's."""
        mock = mocktoken.Mock(self.box)
        conf = self.box.dir / "mock.conf"
        Pinfold.write_config(conf, {"mock": mock.path})
        for call in ("C_OpenSession", "C_Login"):
            mock.script(f"{call}=CKR_FUNCTION_FAILED")
            done = self.box.run(CTL, "login", "--token", f"pkcs11:serial={mocktoken.SERIAL}",
                                "--app-id", "7:9", "--pin-fd", "0", input=f"{mocktoken.PIN}\n",
                                env=mock.env | {"PINFOLD_CONF": conf}, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("the PKCS#11 module failed (0x6)", done.stderr)


class ByDescriptor(LoginCase):
    def test_login_work_logout(self):
        monitor = self.box.monitor()
        self.assertIn("7:9", self.login())
        self.assertEqual(self.logins(), 1)
        domain = self.domain((7, 9))
        self.assertEqual((domain["logged_in"], domain["open"], domain["members"]),
                         (True, True, []))
        d, session = self.session((7, 9))
        self.assert_works(d, session)
        self.assertIn("7:9", self.logout())
        self.assertEqual(d.rv("sessioninfo", session), "CKR_SESSION_HANDLE_INVALID")
        self.assertIsNone(self.domain((7, 9)))
        self.assert_no_pin_left()
        self.assertFalse(monitor.contains(PIN.encode()))
        self.assertNotIn(PIN, self.box.logs(lines=100000))

    def test_only_the_first_line_is_the_pin(self):
        self.login(pin=f"{PIN}\nsomething else")

    def test_wrong_pin(self):
        self.assertIn("rejected", self.login(pin="0000-wrong", status=1))
        self.assertEqual(self.logins(), 1)
        self.assertIsNone(self.domain((7, 9)))

    def test_impossible_pin_goes_nowhere(self):
        for pin in ("", "12", "1" * 600):
            self.login(pin=pin, status=1)
        self.assertEqual(self.logins(), 0)
        self.assertIsNone(self.domain((7, 9)))

    def test_closed_descriptor(self):
        done = self.pinfold.ctl("login", *TARGET, "--pin-fd", "77", check=False)
        self.assertEqual((done.returncode, self.logins()), (1, 0))

    def test_failed_login_leaves_others_alone(self):
        d, session = self.session((7, 9))
        self.login(pin="0000-wrong", status=1)
        self.assertEqual(d.state(session), PUBLIC)
        d.ok("login", session, "user", PIN)
        self.assert_works(d, session)

    def test_login_that_is_there_already_is_kept(self):
        d, session = self.logged_in((7, 9))
        self.login()
        d.close()
        domain = self.domain((7, 9))
        self.assertEqual((domain["logged_in"], domain["open"], domain["members"]),
                         (True, True, []))

    def test_twice(self):
        self.login()
        self.login()
        self.logout()
        self.assertIsNone(self.domain((7, 9)))
        self.logout()  # of nothing

    def test_forgotten_and_again(self):
        self.login()
        self.assertIn("1 PIN", self.pinfold.ctl("forget", "--app-id", "7:9").stdout)
        domain = self.domain((7, 9))
        self.assertEqual((domain["logged_in"], domain["asleep"], domain["open"]),
                         (False, True, True))
        self.assert_no_pin_left()
        d, session = self.session((7, 9))
        self.assertEqual(d.rv("create", session, "class=data", "private=true", "value=00"),
                         "CKR_USER_NOT_LOGGED_IN")  # nobody can be asked here
        self.login()
        self.assert_works(d, session)

    def test_which_token(self):
        self.assertIn("no such token",
                      self.login(status=1, target=("--token", "pkcs11:token=none", "--app-id",
                                                   "7:9")))
        softhsm.init_token(self.box, label="second", pin=PIN)
        self.assertIn("several", self.login(status=1, target=("--token", "pkcs11:", "--app-id",
                                                              "7:9")))
        self.login(target=("--token", "pkcs11:token=second", "--app-id", "7:9"))
        full = self.domain((7, 9))["token_uri"]
        self.assertIn("token=second", full)
        self.logout("--token", full, "--app-id", "7:9")
        self.login(target=("--token", full, "--app-id", "7:9"))
        self.assertEqual(self.logins(), 2)

    def test_nothing_is_kept_where_nothing_is_cached(self):
        self.pinfold.set("cache-mode", "off")
        self.assertIn("cache-mode", self.login(status=1))
        self.pinfold.set("cache-mode", "process")
        self.pinfold.set("tokens", f"{{'{URI}': {{'mode': <'never'>}}}}")
        self.assertIn("tokens", self.login(status=1))
        self.assertEqual([d for d in self.pinfold.domains() if d["logged_in"] or d["open"]], [])

    def test_without_a_dialog_and_without_a_descriptor(self):
        done = self.pinfold.ctl("login", *TARGET, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--pin-fd", done.stderr)
        self.assertEqual(self.logins(), 0)


class OnCard(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.pinfold = Pinfold(self.box, {"opensc": self.readers.opensc()})
        self.pinfold.set("sharing", "allow")
        self.card = self.readers.card()

    def login(self):
        self.pinfold.ctl("login", "--token", "pkcs11:manufacturer=piv_II", "--app-id", "7:9",
                         "--pin-fd", "0", input=f"{readers.PIN}\n")

    def child(self):
        d = self.pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init os-locking")
        set_id(d, 7, 9)
        return d, d.open_session("@0")

    def work(self, d, session):
        d.sign(session, *d.find(session, **{"class": "private_key", "id": "01"}))

    def test_removal_ends_the_login(self):
        self.card.reset_stats()
        self.login()
        self.assertEqual(self.card.stats()["presentations"], 1)
        self.work(*self.child())
        self.assertEqual(self.card.stats()["presentations"], 3)
        self.card.remove()
        wait_for(lambda: not self.pinfold.logged_in_domains(), 5, "the PIN to be forgotten")
        self.card.insert()
        d, session = self.child()
        self.assertEqual(d.state(session), PUBLIC)
        self.assertEqual(d.find(session, **{"class": "private_key", "id": "01"}), [])
        self.assertEqual(self.card.stats()["presentations"], 3)
        self.login()
        self.work(d, session)
        self.assertEqual(self.card.stats()["presentations"], 6)


class Asked(LoginCase):
    """It is an ordinary client: a login that another program made is nobody's to use unasked."""

    sharing = "ask"

    def test_an_id_is_no_right(self):
        d, session = self.logged_in((7, 9))
        self.login()  # its own proof lets it in
        self.assertEqual(self.logins(), 2)
        d.ok("logout", session)
        self.assertFalse(self.domain((7, 9))["logged_in"])
        self.assertTrue(self.domain((7, 9))["open"])

    def test_children_are_asked_about(self):
        self.login()
        d, session = self.session((7, 9))
        self.assert_public(d, session)
        d.ok("login", session, "user", PIN)
        self.assert_works(d, session)


class ByDialog(LoginCase):
    desktop = True

    def begin(self, *prefix):
        ui = self.box.ui()
        ran = self.box.start([*prefix, CTL, "login", *TARGET], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        return ran, ui, ui.window("PIN — ", timeout=20)

    def answer(self, window, pin):
        window.type(pin)
        wait_for(lambda: window.find("Unlock", "push button").has_state("sensitive"), 5,
                 "the button to be ready")
        window.press("Unlock")

    def test_wrong_then_right_on_a_terminal(self):
        ran, ui, window = self.begin(*process.ON_TERMINAL)
        self.assertIn("pinfoldctl", " ".join(window.texts()))
        self.answer(window, "0000-wrong")
        window.wait_text("Wrong PIN")
        self.answer(window, PIN)
        out, error = ran.communicate(timeout=20)
        self.assertEqual(ran.returncode, 0, error)
        self.assertIn("7:9", out)
        ui.wait_no_window("PIN — ")
        d, session = self.session((7, 9))
        self.assert_works(d, session)

    def test_cancel(self):
        ran, _, window = self.begin()
        window.press("Cancel")
        _, error = ran.communicate(timeout=20)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cancelled", error)
        self.assertEqual(self.logins(), 0)
        self.assertIsNone(self.domain((7, 9)))

    def test_killed_while_it_asks(self):
        ran, ui, _ = self.begin()
        ran.kill()
        ran.communicate()
        ui.wait_no_window("PIN — ")
        wait_for(lambda: self.domain((7, 9)) is None, 5, "nothing to be left")


class AskedByDialog(LoginCase):
    """A login that another program made is kept with the person's consent."""

    sharing = "ask"
    desktop = True

    def test_login_of_another_program(self):
        d, _ = self.logged_in((7, 9))
        ui = self.box.ui()
        ran = self.box.start([CTL, "login", *TARGET], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        answer_consent(ui, ui.window(PERMISSION, timeout=20), "Allow once")
        _, error = ran.communicate(timeout=20)
        self.assertEqual(ran.returncode, 0, error)
        d.close()
        domain = self.domain((7, 9))
        self.assertEqual((domain["logged_in"], domain["open"], domain["members"]),
                         (True, True, []))
        self.assertEqual(self.logins(), 1)


if __name__ == "__main__":
    tap.main()
