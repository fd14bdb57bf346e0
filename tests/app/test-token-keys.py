#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Keys that a token makes: the dialog for it, what comes of it, and how it is stopped."""

import hashlib
import os

from cryptography.hazmat.primitives import serialization

from pinfoldtest import Driver, Spy, softhsm, tap
from pinfoldtest import mock as mocktoken
from pinfoldtest.extent import FULL
from pinfoldtest.mock import Mock
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import module_path
from pinfoldtest.readers import PIN as CARD_PIN
from pinfoldtest.wait import wait_for
from taskcase import LONG, FileCase

NAME = "Annas Schlüssel"
RSA = "RSA, 2048 bits"
KINDS = [RSA, "RSA, 3072 bits", "RSA, 4096 bits", "Elliptic curve, P-256", "Elliptic curve, P-384"]


class KeyCase(FileCase):
    label = "pinfold-test"
    pin = softhsm.PIN

    def open(self, kind=RSA):
        window = self.begin("generate-key", f"Generate Key — {self.label}", self.label)
        # The token has said what it makes.
        combo = window.find(RSA, "combo box", LONG)
        if kind != RSA:
            combo.choose(KINDS.index(kind))
        return window

    def wait_made(self):
        return self.window(f"“{self.label}” has made the key")

    def save(self, window, path):
        window.press("Save Public Key…")
        self.choose("Save Public Key", path, "Save")

    def assertSigns(self, public, mechanism="SHA256_RSA_PKCS", data=b"data"):
        """As a program sees it through Pinfold."""
        with Driver(self.box, module_path()) as driver:
            driver.ok("init")
            session = driver.open_session(f"={self.label}")
            driver.ok("login", session, "user", self.pin)
            key, = driver.find(session, **{"class": "private_key"})
            signature = driver.sign(session, key, data, mechanism)
        pem = public.public_bytes(serialization.Encoding.PEM,
                                  serialization.PublicFormat.SubjectPublicKeyInfo)
        softhsm.verify_signature(pem, signature, b"data")


class Soft(KeyCase):
    def make_tokens(self):
        super().make_tokens()
        self.spy = Spy(self.box, self.module)
        self.modules["soft"] = self.spy.path
        self.box.env |= self.spy.env

    def test_generate(self):
        window = self.open()
        self.picture("generate")
        # Each thing that is wrong is said of where it is, and costs no more than itself.
        button = window.find("Generate", "push button")
        window.type("83062915", "PIN")
        self.assertFalse(button.has_state("sensitive"))
        window.type("ä" * 128, "Name", "text")
        window.wait_text("Too long for the name of a key.", LONG)
        self.assertFalse(button.has_state("sensitive"))
        self.assertEqual(self.spy.logins(), [])
        self.fill(window, "Generate", Name=NAME)
        window.wait_text("Wrong PIN.", LONG)
        self.wait_focus(window, "PIN")
        self.assertEqual(len(self.spy.logins()), 1)
        # By keys: what comes by the accessibility bus is in the memory of that.
        self.box.screen.type(softhsm.PIN)
        self.press(window, "Generate")
        done = self.wait_made()
        self.assertEqual(len(self.spy.logins()), 2)
        done.wait_shown(NAME, timeout=LONG)
        self.picture("generate-done")
        path = self.box.dir / "anna.pem"
        self.save(done, path)
        self.wait_no_window(self.label)
        public = serialization.load_pem_public_key(path.read_bytes())
        self.assertEqual(public.key_size, 2048)
        self.assertSigns(public)
        self.assert_not_in_memory(self.app.pid, "83062915")

    @tap.only_if(FULL)
    def test_for_ssh(self):
        window = self.open(KINDS[3])
        self.fill(window, "Generate", Name=NAME, PIN=softhsm.PIN)
        done = self.wait_made()
        self.save(done, "/proc/nothing.pem")
        self.window("The public key was not saved").press("Close")
        path = self.box.dir / "anna.pub"
        self.save(done, path)
        self.wait_no_window(self.label)
        line = path.read_bytes()
        self.assertTrue(line.endswith(f" {NAME}\n".encode()))
        public = serialization.load_ssh_public_key(line)
        self.assertSigns(public, "ECDSA", hashlib.sha256(b"data").digest())

    @tap.only_if(FULL)
    def test_not_saved_after_all(self):
        """Who has closed the dialog meanwhile is told all the same."""
        window = self.open(KINDS[3])
        self.fill(window, "Generate", Name=NAME, PIN=softhsm.PIN)
        done = self.wait_made()
        path = self.box.dir / "slow.pem"
        os.mkfifo(path)
        done.press("Save Public Key…")
        chooser = self.window("Save Public Key")
        chooser.find(role="text").set_text(str(path))
        self.press(chooser, "Save")
        self.window("Question").press("Replace")
        self.wait_no_window("Save Public Key")
        done.press("Close")
        self.wait_no_window(self.label)
        path.open("rb").close()
        self.window("The public key was not saved").press("Close")

    @tap.only_if(FULL)
    def test_cancel(self):
        self.open().press("Cancel")
        self.wait_no_window("Generate Key —")
        self.assertEqual(self.spy.logins(), [])
        self.assertEqual(self.spy.calls("C_GenerateKeyPair"), [])


class Slow(KeyCase):
    """A token that does what a script says."""

    label = "Mock Token"
    pin = mocktoken.PIN

    def make_tokens(self):
        self.mock = Mock(self.box)
        self.mock.script(generates=True)
        self.spy = Spy(self.box, self.mock.path)
        self.modules["mock"] = self.spy.path
        self.box.env |= self.mock.env | self.spy.env

    def count(self, function):
        return self.spy.counts(rv="CKR_OK")[function]

    def test_stopped(self):
        """The key comes to be all the same, and goes again."""
        go = self.box.dir / "go"
        window = self.open()
        self.mock.script(f"C_SetAttributeValue=block:{go}")
        self.fill(window, "Generate", Name=NAME, PIN=self.pin)
        window.wait_text("The token makes the key. That can take some minutes…", LONG)
        wait_for(lambda: self.count("C_GenerateKeyPair"), LONG, "the key")
        self.picture("generate-working")
        window.press("Cancel")
        window.wait_text("A key that the token is making is finished first, then deleted…", LONG)
        cancel = window.find("Cancel", "push button")
        wait_for(lambda: not cancel.has_state("sensitive"), LONG, "the button to rest")
        go.touch()
        self.wait_no_window("Generate Key —")
        self.assertEqual(self.count("C_DestroyObject"), 2)
        self.assertIsNone(self.ui.find_window(f"“{self.label}” has made the key"))

    @tap.only_if(not os.environ.get("PINFOLD_SANITIZED"))  # which wants to be preloaded first
    def test_never_done(self):
        """For longer than a person at a dialog is waited for: it is there to say so."""
        clock = self.box.dir / "clock"
        self.end_app(self.bus)
        self.start_app("--gapplication-service",
                       env={"LD_PRELOAD": build_path("tests/agent/jumping-clock.so"),
                            "PF_MONOTONIC_FILE": clock})
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), LONG, "the app")
        window = self.open()
        self.mock.script(f"C_SetAttributeValue=block:{self.box.dir / 'go'}")
        self.fill(window, "Generate", Name=NAME, PIN=self.pin)
        wait_for(lambda: self.count("C_GenerateKeyPair"), LONG, "the key")
        clock.write_text("700", encoding="utf-8")
        window.wait_text("The token does not answer. Whether anything was changed is not known.",
                         LONG)
        window.press("Cancel")
        self.wait_no_window("Generate Key —")

    @tap.only_if(FULL)
    def test_refused(self):
        """In the words of what was refused; the dialog stays for another try."""
        window = self.open()
        window.type(NAME, "Name", "text")
        for rv, text in (("DEVICE_MEMORY", "There is no room left on the token."),
                         ("DEVICE_REMOVED", "It may have made the key before it was removed."),
                         ("MECHANISM_INVALID", "The token does not make this kind of key.")):
            self.mock.script(f"C_GenerateKeyPair=CKR_{rv}")
            self.fill(window, "Generate", PIN=self.pin)
            window.wait_text(text, LONG)
        self.mock.script()
        self.mock.remove()
        before = self.mock.counts()
        self.fill(window, "Generate", PIN=self.pin)
        window.wait_text("The token is not there any more.", LONG)
        self.assertEqual(self.mock.counts(), before)

    @tap.only_if(FULL)
    def test_token_that_makes_none(self):
        """The window has not heard of it yet."""
        uri = self.tokens()[self.label]
        self.mock.script(generates=False)
        self.activate("generate-key", uri)
        window = self.window(f"No key can be generated on “{self.label}”")
        window.wait_text("Its PKCS#11 module can use what is on the token", LONG)
        self.wait_no_window("Generate Key —")
        window.press("Close")
        self.assertEqual(self.mock.counts()["presentations"], 0)


@tap.only_if(FULL)
class WritableCard(KeyCase):
    pin = CARD_PIN

    def make_tokens(self):
        self.readers = self.box.readers()
        self.card = self.readers.writable_card()
        self.label = self.card.label
        self.modules["opensc"] = self.module = self.readers.opensc()

    def test_generate(self):
        window = self.open()
        self.fill(window, "Generate", Name=NAME, PIN=CARD_PIN)
        path = self.box.dir / "anna.pem"
        self.save(self.wait_made(), path)
        self.wait_no_window(self.label)
        self.assertSigns(serialization.load_pem_public_key(path.read_bytes()))
        self.assertEqual(self.card.stats()["generated"], 1)


if __name__ == "__main__":
    tap.main()
