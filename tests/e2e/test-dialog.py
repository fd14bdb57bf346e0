#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A program asks without a PIN: Pinfold's dialog asks the person; the PIN stays where it should."""

import time
import unittest

from pinfoldtest import Sandbox, process, readers, secretscan, softhsm, tap, wait_for
from pinfoldtest.bus import Bus
from pinfoldtest.keyring import Keyring
from pinfoldtest.pinfold import Pinfold

# Distinctive, so that a scan of memory and bus finds it and nothing else.
SOFT_PIN = "Zw7-kq93-Xv"
LABEL = "Pinfold Test Card"


class DialogCase(unittest.TestCase):
    """A display, a window manager and Pinfold; the subclasses add the token."""

    def start(self, backends):
        self.pinfold = Pinfold(self.box, backends)
        self.ui = self.box.ui()

    def driver(self, **kwargs):
        driver = self.pinfold.driver(**kwargs)
        self.addCleanup(driver.close)
        driver.ok("init nss")
        return driver

    def begin_login(self, label):
        d = self.driver()
        self.assertIn("PROTECTED_AUTHENTICATION_PATH", d.ok("tokeninfo", f"={label}").flags())
        session = d.open_session(f"={label}")
        job = d.background("login", session, "user", "null")
        window = self.ui.window("PIN — ", timeout=15)
        return d, session, job, window

    def answer(self, window, pin):
        # Keys typed in the first moment after the focus came are not taken.
        window.type(pin)
        wait_for(lambda: window.find("Unlock", "push button").has_state("sensitive"), 5,
                 "the button to be ready")
        window.press("Unlock")

    def assert_login(self, d, session, job):
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.ui.wait_no_window("PIN — ")
        self.assertEqual(d.state(session), "CKS_RO_USER_FUNCTIONS")


class SoftTokenDialog(DialogCase):
    def setUp(self):
        self.box = Sandbox(bus=False, display=True, wm=True)
        self.addCleanup(self.box.close)
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=SOFT_PIN)
        softhsm.import_key(self.box, pin=SOFT_PIN)
        self.start({"softhsm2": backend})

    def test_wrong_then_right(self):
        monitor = self.box.monitor()
        d, session, job, window = self.begin_login("pinfold-test")
        texts = " ".join(window.texts())
        self.assertIn("pinfold-test", texts + window.title)
        self.assertIn(str(d.pid), texts)
        self.answer(window, "0000-wrong")
        said = window.wait_text("Wrong PIN")
        self.assertNotRegex(said, r"\d+ tr")  # SoftHSM counts no tries: words, no number
        self.assertFalse(d.finished(job))
        self.answer(window, SOFT_PIN)
        self.assert_login(d, session, job)
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        self.assertFalse(monitor.contains(SOFT_PIN.encode()))
        agent, (app,) = self.pinfold.agent_pid(), self.pinfold.app_pids()
        self.assertEqual(secretscan.scan(app, SOFT_PIN), [])
        self.assertTrue(secretscan.scan(agent, SOFT_PIN))  # cached: it is there
        self.pinfold.ctl("forget")
        self.assertEqual(secretscan.scan(agent, SOFT_PIN), [])
        self.assertEqual(secretscan.scan(app, SOFT_PIN), [])
        self.assertFalse(monitor.contains(SOFT_PIN.encode()))
        self.assertNotIn(SOFT_PIN, self.box.logs(lines=100000))

    def test_cancel(self):
        d, session, job, window = self.begin_login("pinfold-test")
        window.press("Cancel")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.ui.wait_no_window("PIN — ")
        # Remembered for some seconds, and not answered so fast that a browser stumbles.
        start = time.monotonic()
        self.assertEqual(d.rv("login", session, "user", "null"), "CKR_FUNCTION_CANCELED")
        self.assertGreaterEqual(time.monotonic() - start, 0.29)
        self.assertIsNone(self.ui.find_window("PIN — "))
        self.assertEqual(d.state(session), "CKS_RO_PUBLIC_SESSION")

    def test_impossible_pins_go_nowhere(self):
        d, session, job, window = self.begin_login("pinfold-test")
        window.type("12")  # SoftHSM's own minimum is 4
        unlock = window.find("Unlock", "push button")
        self.assertFalse(unlock.has_state("sensitive"))
        self.assertFalse(d.finished(job))
        self.answer(window, SOFT_PIN)
        self.assert_login(d, session, job)

    def test_sleeping_domain_is_woken_by_the_dialog(self):
        d, session, job, window = self.begin_login("pinfold-test")
        self.answer(window, SOFT_PIN)
        self.assert_login(d, session, job)
        (key,) = d.find(session, **{"class": "private_key"})
        self.pinfold.ctl("forget")
        job = d.background("sign", session, key, "SHA256_RSA_PKCS", "00")
        self.answer(self.ui.window("PIN — ", timeout=15), SOFT_PIN)
        self.assertEqual(d.join(job).rv, "CKR_OK")
        d.sign(session, key)

    def test_program_that_dies_takes_its_dialog_along(self):
        d, session, job, window = self.begin_login("pinfold-test")
        d.kill()
        self.ui.wait_no_window("PIN — ", timeout=10)

    def test_program_on_the_list_is_left_to_ask_itself(self):
        conf = self.box.dir / "home/.config/pinfold/pinfold.conf"
        conf.write_text(conf.read_text() + "[Policy]\nno-protected-path = pinfold-driver\n")
        d = self.driver()
        self.assertNotIn("PROTECTED_AUTHENTICATION_PATH",
                         d.ok("tokeninfo =pinfold-test").flags())
        session = d.open_session("=pinfold-test")
        self.assertEqual(d.rv("login", session, "user", "null"), "CKR_ARGUMENTS_BAD")
        d.ok("login", session, "user", SOFT_PIN)


    def test_terminal_and_the_list_that_overrides_it(self):
        on_terminal = {"prefix": process.ON_TERMINAL}
        d = self.driver(**on_terminal)
        self.assertNotIn("PROTECTED_AUTHENTICATION_PATH",
                         d.ok("tokeninfo =pinfold-test").flags())
        conf = self.box.dir / "home/.config/pinfold/pinfold.conf"
        conf.write_text(conf.read_text() + "[Policy]\nprotected-path = pinfold-driver\n")
        self.restart_agent()
        d = self.driver(**on_terminal)
        self.assertIn("PROTECTED_AUTHENTICATION_PATH", d.ok("tokeninfo =pinfold-test").flags())
        session = d.open_session("=pinfold-test")
        job = d.background("login", session, "user", "null")
        self.answer(self.ui.window("PIN — ", timeout=15), SOFT_PIN)
        self.assert_login(d, session, job)

    def restart_agent(self):
        """The new one reads the configuration again."""
        # The bus waits long for a name that an agent that ends early never takes.
        self.pinfold.ctl("status")
        process.end_processes([self.pinfold.agent_pid()])
        wait_for(lambda: self.pinfold.ctl("status", check=False).returncode == 0, 15, "an agent")


class CardDialog(DialogCase):
    def setUp(self):
        self.box = Sandbox(bus=False, display=True, wm=True)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        opensc = self.readers.opensc()
        self.card = self.readers.card()
        self.start({"opensc": opensc})

    def test_wrong_then_right_with_tries_left(self):
        d, session, job, window = self.begin_login("Pinfold Test Card")
        texts = " ".join(window.texts())
        self.assertIn(self.readers.names[0], texts)
        self.card.reset_stats()
        self.answer(window, "654321")
        window.wait_text("2 tries left")
        self.answer(window, readers.PIN)
        self.assert_login(d, session, job)
        stats = self.card.stats()
        self.assertEqual((stats["verify_wrong"], stats["verify_ok"]), (1, 1))

    def test_cancel_costs_no_try(self):
        d, session, job, window = self.begin_login("Pinfold Test Card")
        self.card.reset_stats()
        window.press("Cancel")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.card.stats()["presentations"], 0)

    def agree(self, d, job, button):
        def is_agreed():
            # The first presses may come too soon after the window.
            try:
                button.press()
            except AssertionError:  # gone with its window
                return True
            return d.finished(job)

        wait_for(is_agreed, 5, "the button to be taken")

    def test_last_try_of_a_program_is_confirmed(self):
        d = self.driver()
        session = d.open_session("=Pinfold Test Card")
        self.card.set_tries(1)
        self.card.reset_stats()
        job = d.background("login", session, "user", readers.PIN)
        window = self.ui.window("Last try — ", timeout=15)
        self.assertIn("This is the last try", " ".join(window.texts()))
        self.assertFalse(d.finished(job))
        window.press("Cancel")
        self.assertEqual(d.join(job).rv, "CKR_FUNCTION_CANCELED")
        self.assertEqual(self.card.stats()["presentations"], 0)
        other = self.driver()
        theirs = other.open_session("=Pinfold Test Card")
        job = other.background("login", theirs, "user", readers.PIN)
        window = self.ui.window("Last try — ", timeout=15)
        self.agree(other, job, window.find("Use Last Try", "push button"))
        self.assertEqual(other.join(job).rv, "CKR_OK")
        self.assertEqual(self.card.stats()["presentations"], 1)
        self.card.set_tries(3)

    def remember(self, window, pin):
        box = window.find("Remember in my keyring", "check box")
        self.assertFalse(box.has_state("checked"))
        box.press()
        self.answer(window, pin)

    def count(self):
        stats = self.card.stats()
        self.card.reset_stats()
        return stats["presentations"], stats["verify_wrong"]

    def test_pin_in_the_keyring(self):
        keyring = Keyring(self.box, Bus(self.box.bus_address))
        self.pinfold.set("allow-keyring", "true")
        d, session, job, window = self.begin_login(LABEL)
        self.remember(window, readers.PIN)
        self.assert_login(d, session, job)
        wait_for(lambda: [i["state"] for i in keyring.items()] == ["ready"], 5, "the stored PIN")
        self.count()
        d = self.driver()
        session = d.open_session(f"={LABEL}")
        start = time.monotonic()
        d.ok("login", session, "user", "null")
        self.assertGreaterEqual(time.monotonic() - start, 0.29)
        self.assertEqual(self.count(), (1, 0))
        # Changed behind everybody's back: one try, then the person.
        self.card.set_pin("999999")
        d, session, job, window = self.begin_login(LABEL)
        window.wait_text("The PIN in your keyring was wrong")
        window.wait_text("2 tries left")
        self.assertEqual(self.count(), (1, 1))
        self.assertEqual(keyring.items(), [])
        self.remember(window, "999999")
        self.assert_login(d, session, job)
        self.assertEqual(self.count(), (1, 0))
        wait_for(lambda: len(keyring.items()) == 1, 5, "the stored PIN")
        self.card.remove()
        self.card.set_tries(1)
        self.card.insert()
        d, session, job, window = self.begin_login(LABEL)
        window.wait_text("Last try")
        self.assertEqual(self.count(), (0, 0))

    def test_card_pulled_under_the_dialog(self):
        d, session, job, window = self.begin_login("Pinfold Test Card")
        self.card.remove()
        self.card.reset_stats()
        self.assertNotEqual(d.join(job, timeout=30).rv, "CKR_OK")
        self.ui.wait_no_window("PIN — ")
        self.assertEqual(self.card.stats()["presentations"], 0)


if __name__ == "__main__":
    tap.main()
