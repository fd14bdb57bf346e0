#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Firefox signs in to a web server, Thunderbird signs mail, and one PIN is enough for both; Chromium
signs in, too."""

import subprocess

from clientcase import EMAIL, CardToken, ClientCase, SoftToken
from pinfoldtest import process, tap, wait_for
from pinfoldtest.chromium import Chromium
from pinfoldtest.dialogs import PERMISSION, PIN, answer_consent, answer_pin
from pinfoldtest.extent import FULL
from pinfoldtest.gecko import Firefox, Thunderbird
from pinfoldtest.pinfold import module_path
from pinfoldtest.registration import Registration
from pinfoldtest.sshserver import SshServer
from pinfoldtest.tlsserver import TlsServer

GROUP = "[('office', '', ['firefox-esr.desktop', 'thunderbird.desktop'])]"


class FirefoxCase(ClientCase):
    def setUp(self):
        self.server = TlsServer(self.box, self.authority)
        self.firefox = Firefox(self.box, self.authority, folder=self.id())
        self.programs = [self.firefox]
        self.registered = [Registration(self.box, "firefox", ".mozilla")]

    def quit(self):
        """The login goes with the program, which says no goodbye; and what register has changed is
        as it was before the program ran."""
        for program in self.programs:
            program.quit()
        self.wait_nobody()
        for registration in self.registered:
            registration.undo()

    def begin_visit(self):
        """Firefox goes to the server, by a handshake of its own."""
        self.firefox.load_blank()
        self.visits = len(self.server.visits)
        self.firefox.begin_load(self.server.url)

    def visit_until_asked(self):
        """For some seconds Firefox goes by what was: NSS looks for card and login once a second, and
        Pinfold remembers what was cancelled. Firefox answers nothing about itself meanwhile."""
        def is_asked():
            before = len(self.server.failures)
            self.begin_visit()
            wait_for(lambda: self.ui.find_window(PIN) or len(self.server.failures) > before, 20,
                     "a question or none")
            return self.ui.find_window(PIN)

        wait_for(is_asked, 20, "another question", step=0.5)

    def assert_visited(self):
        self.assertEqual(self.firefox.wait_page("Hello"), f"Hello {self.token.holder}")
        self.assertEqual(self.server.visits[self.visits:], [self.token.holder])
        self.wait_logged_out(self.firefox.pid)

    def assert_asked_for(self, name):
        """The dialog for the PIN, which names the program."""
        self.assertIn(name, answer_pin(self.ui, self.token.pin))

    def assert_no_dialog(self):
        self.assertIsNone(self.ui.find_window(PIN))
        self.assertIsNone(self.ui.find_window(PERMISSION))


class Group(FirefoxCase):
    """Firefox and Thunderbird in one group, on a card."""

    token_kind = CardToken

    def setUp(self):
        super().setUp()
        self.thunderbird = Thunderbird(self.box, self.authority, EMAIL)
        self.programs.append(self.thunderbird)
        self.registered.append(Registration(self.box, "thunderbird", ".thunderbird"))

    def list(self):
        """Chooses the certificate of the key that is for logins and mail."""
        found = self.thunderbird.result()
        self.assertEqual(len(found), self.token.certificates)
        self.certificate = found[0][:2]

    def assert_signed(self, subject):
        self.thunderbird.result()
        message = self.box.dir / "message.eml"
        message.write_bytes(self.thunderbird.outbox()[subject])
        text = self.box.run("openssl", "cms", "-verify", "-in", message, "-CAfile",
                            self.authority.path).stdout
        self.assertIn(f"text of {subject}", text)
        self.wait_logged_out(self.thunderbird.pid)

    def begin_sign(self, subject):
        self.thunderbird.begin_sign(self.certificate, subject, f"text of {subject}\r\n")

    def test_one_pin_for_both(self):
        self.pinfold.set("cache-mode", "shared")
        self.pinfold.set("groups", GROUP)
        self.token.presentations()
        self.firefox.begin_start()
        self.thunderbird.begin_start()
        self.firefox.wait_started()
        self.thunderbird.wait_started()
        self.assert_presented(0)

        self.log_in_by_firefox()
        self.use_ssh_beside()
        self.join_by_thunderbird()
        if FULL:
            self.join_again_without_a_question()
        self.pull_the_card()
        self.ask_each_in_mode_process()
        self.refuse_to_unregister()
        self.quit()

    def log_in_by_firefox(self):
        self.begin_visit()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assert_presented(2)  # the login, the signature
        self.begin_visit()
        self.assert_visited()
        self.assert_presented(1)

    def use_ssh_beside(self):
        """It is in no group and logs in for itself, and at once: nobody holds the card."""
        keys = self.box.run("ssh-keygen", "-D", module_path()).stdout
        login = SshServer(self.box, keys).login_command(module_path())
        ssh = self.box.start(login, stdout=subprocess.PIPE, text=True)
        self.assertIn(str(ssh.pid), answer_pin(self.ui, self.token.pin))
        self.assertEqual(ssh.communicate(timeout=60)[0].strip(), "logged-in-by-key")
        self.assert_presented(2)
        self.begin_visit()
        self.assert_visited()
        self.assert_presented(1)

    def join_by_thunderbird(self):
        self.thunderbird.begin_list(self.token.label)
        window = self.ui.window(PERMISSION, timeout=20)
        self.assertIn("Thunderbird", " ".join(window.texts()))
        answer_consent(self.ui, window, "Always allow")
        self.list()
        self.assert_presented(1)  # joining
        self.begin_sign("first")
        self.assert_signed("first")
        self.assert_presented(1)
        self.assert_no_dialog()

    def join_again_without_a_question(self):
        """The consent was for always."""
        self.thunderbird.quit()
        self.thunderbird.start()
        self.thunderbird.begin_list(self.token.label)
        self.list()
        self.assert_presented(1)
        self.begin_sign("second")
        self.assert_signed("second")
        self.assert_presented(1)
        self.assert_no_dialog()

    def pull_the_card(self):
        card = self.token.card
        card.remove()
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the PIN to be forgotten")
        self.begin_visit()
        self.firefox.wait_page("about:neterror")
        self.assertTrue(self.firefox.is_alive() and self.thunderbird.is_alive())
        self.assertEqual(self.server.visits[self.visits:], [])
        card.insert()
        self.assert_presented(0)
        self.visit_until_asked()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assert_presented(2)
        self.begin_sign("third")
        self.assert_signed("third")
        self.assert_presented(2)  # joining, the signature
        self.assert_no_dialog()

    def ask_each_in_mode_process(self):
        self.pinfold.set("cache-mode", "process")
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "the mode")
        self.visit_until_asked()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assert_presented(2)
        self.begin_sign("fourth")
        self.assert_asked_for("Thunderbird")
        self.assert_signed("fourth")
        self.assert_presented(2)

    def refuse_to_unregister(self):
        """A program that runs could undo it, and keeps what it has loaded."""
        for registration in self.registered:
            self.assertIn("close the program", registration.refuse_undo())


@tap.only_if(FULL)
class SoftwareToken(FirefoxCase):
    """Firefox alone, with SoftHSM."""

    token_kind = SoftToken

    def setUp(self):
        super().setUp()
        self.addCleanup(self.pinfold.set, "prompt", "agent")
        self.addCleanup(self.firefox.kill)
        self.token.presentations()

    def test_wrong_pin_then_right_one(self):
        """The dialog stays over it: Firefox itself would begin anew for ever."""
        self.firefox.start()
        self.begin_visit()
        answer_pin(self.ui, "0000")
        self.ui.window(PIN).wait_text("Wrong PIN")
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assert_presented(3)
        self.begin_visit()
        self.assert_visited()
        self.assert_presented(1)
        self.quit()

    def test_cancelled(self):
        """Firefox tries a connection again, but nobody is asked again for it."""
        self.firefox.start()
        self.begin_visit()
        self.ui.window(PIN, 20).press("Cancel")
        self.firefox.wait_page("about:neterror")
        self.assert_no_dialog()
        self.assertEqual(self.server.visits[self.visits:], [])
        self.assert_presented(0)
        self.visit_until_asked()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assert_presented(2)
        self.quit()

    def test_own_dialog(self):
        self.pinfold.set("prompt", "application")
        self.firefox.start()
        self.firefox.answer_own_prompt(self.token.pin)
        self.begin_visit()
        self.assert_visited()
        self.assertEqual(self.firefox.own_prompts(), 1)
        self.assert_presented(2)
        self.begin_visit()
        self.assert_visited()
        self.assertEqual(self.firefox.own_prompts(), 1)
        self.assert_presented(1)
        self.assert_no_dialog()
        self.quit()

    def test_forgotten(self):
        """Firefox stays logged in, for all it knows, and is asked for at once."""
        self.firefox.start()
        self.begin_visit()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.token.presentations()
        self.pinfold.ctl("forget")
        self.begin_visit()
        self.assert_asked_for("Firefox")
        self.assert_visited()
        self.assertLessEqual(self.token.presentations(), 2)
        self.quit()

    def test_unregistered(self):
        """It is one that needs the token, and does not find it."""
        self.registered.pop().undo()
        self.firefox.start()
        self.begin_visit()
        self.firefox.wait_page("about:neterror")
        self.assertEqual(self.server.visits, [])
        self.assert_no_dialog()
        self.assert_presented(0)
        self.quit()


@tap.only_if(FULL)
class ChromiumCase(ClientCase):
    """It does not know what a protected path is: it asks by a dialog of its own, and alone."""

    token_kind = CardToken

    def test_sign_in(self):
        server = TlsServer(self.box, self.authority)
        chromium = Chromium(self.box, self.authority)
        registration = Registration(self.box, "chromium", ".pki")
        self.token.presentations()
        browser = chromium.open(server.url)
        chromium.wait_prompt()
        self.assertIsNone(self.ui.find_window(PIN))
        self.assert_presented(0)
        chromium.answer(self.token.pin)
        chromium.choose_certificate(lambda: len(server.visits) == 1)
        chromium.open(server.url + "again")
        chromium.choose_certificate(lambda: len(server.visits) == 2)
        # It makes connections that it does not use in the end, too: each has been signed for.
        wait_for(lambda: self.count_on_card() == (1 + server.handshakes, server.handshakes), 10,
                 "one login, and one for each signature")
        self.assertEqual(set(server.visits), {self.token.holder})
        self.assertIsNone(self.ui.find_window(PIN))
        process.end_processes([browser.pid])
        self.wait_nobody()
        registration.undo()

    def count_on_card(self):
        """PINs and signatures."""
        stats = self.token.card.stats()
        return stats["presentations"], stats["sign"]["9a"]


if __name__ == "__main__":
    tap.main()
