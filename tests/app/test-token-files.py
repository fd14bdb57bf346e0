#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Certificates that leave a token as files, and keys that come to it in one."""

import os
import select
import sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from gi.repository import GLib

from appcase import TITLE, AppCase
from pinfoldtest import Driver, softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import module_path
from pinfoldtest.readers import PIN as CARD_PIN
from pinfoldtest.wait import wait_for
from settingscase import CHOOSER_ENV
from taskcase import LONG, FileCase, TaskCase

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tokens"))
import p12


class Export(FileCase):
    def setUp(self):
        super().setUp()
        self.certificate = p12.certify(p12.ec_key(), "Anna Beispiel")
        self.der = self.certificate.public_bytes(serialization.Encoding.DER)

    def export(self, path):
        self.activate("export-certificate", GLib.Variant("(say)", ("pkcs11:token=any", self.der)))
        self.choose("Export Certificate", path, "Export")

    def test_both_kinds(self):
        for name, load in (("mine.pem", x509.load_pem_x509_certificate),
                           ("mine.der", x509.load_der_x509_certificate)):
            path = self.box.dir / name
            self.export(path)
            wait_for(lambda path=path: path.exists() and path.stat().st_size, 10, "the file")
            self.assertEqual(load(path.read_bytes()), self.certificate)

    def test_not_written(self):
        self.export("/proc/nothing.pem")
        self.window("The certificate was not saved").press("Close")

    def test_cancel(self):
        self.activate("export-certificate", GLib.Variant("(say)", ("pkcs11:token=any", self.der)))
        window = self.window("Export Certificate")
        window.wait_text("Anna Beispiel.pem", LONG)
        self.picture("export")
        window.press("Cancel")
        self.wait_no_window("Export Certificate")


class Dropped(AppCase):
    has_ui = False

    def drop(self, how):
        self.box.run(build_path("tests/app/frob-chooser-drop"), self.box.dir, how, env=CHOOSER_ENV)

    def test_answered(self):
        """As by Escape, before the folder is read."""
        self.drop("answered")

    def test_open(self):
        """As when the screen is locked."""
        self.drop("open")


PASSWORD = "kx7-62840519"


class Import(FileCase):
    def setUp(self):
        super().setUp()
        self.key = p12.rsa_key()
        self.file = p12.write(self.box.dir / "anna.p12", self.key,
                              p12.certify(self.key, "Anna Beispiel"), password=PASSWORD)

    def open(self, path=None):
        self.activate("import", self.tokens()["pinfold-test"])
        self.choose("Import Keys and Certificates", path or self.file, "Open")
        return self.window("Import — pinfold-test")

    def objects(self):
        """The private keys on the token, and a signature of one."""
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test")
            driver.ok("login", session, "user", softhsm.PIN)
            keys = driver.find(session, **{"class": "private_key"})
            return len(keys), driver.sign(session, keys[0], b"data", "SHA256_RSA_PKCS") \
                if keys else None

    def sign_as_program(self):
        """By the imported key, as a program sees it through Pinfold."""
        with Driver(self.box, module_path()) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test")
            driver.ok("login", session, "user", softhsm.PIN)
            key, = driver.find(session, **{"class": "private_key"})
            return driver.sign(session, key, b"data", "SHA256_RSA_PKCS")

    def test_import(self):
        self.activate("open")
        main = self.window(TITLE)
        main.wait_text("None that can be read without the PIN.", LONG)
        window = self.open()
        self.picture("import")
        window.wait_shown(str(self.file), timeout=LONG)
        # Each thing that is wrong is said of where it is, and costs no more than itself.
        self.fill(window, "Import", File_password="wrong-73914628", PIN=softhsm.PIN)
        window.wait_text("Wrong password.", LONG)
        self.wait_focus(window, "File password")
        self.assertEqual(self.objects(), (0, None))
        # By keys: what comes by the accessibility bus is in the memory of that.
        self.box.screen.type(PASSWORD)
        self.fill(window, "Import", PIN="83062915")
        window.wait_text("Wrong PIN.", LONG)
        self.wait_focus(window, "File password")
        self.assertEqual(window.find("File password", "password text").text(), "")
        self.box.screen.type(PASSWORD)
        self.fill(window, "Import", PIN=softhsm.PIN)
        self.wait_no_window("Import —")
        count, signature = self.objects()
        self.assertEqual(count, 1)
        # The window that was open all the time has read it.
        main.wait_text("Anna Beispiel", LONG)
        wait_for(lambda: "None that can be read without the PIN." not in main.texts(), LONG,
                 "what was said of an empty token to go")
        self.picture("import-done")
        softhsm.verify_signature(p12.public_pem(self.key), self.sign_as_program(), b"data")
        softhsm.verify_signature(p12.public_pem(self.key), signature, b"data")
        for secret in ("wrong-73914628", "83062915", PASSWORD):
            self.assert_not_in_memory(self.app.pid, secret)

    def test_chain_that_is_missing(self):
        root_key = p12.ec_key()
        root = p12.certify(root_key, "Root")
        p12.write(self.file, self.key, p12.certify(self.key, "Anna", (root, root_key)),
                  password=PASSWORD)
        self.fill(self.open(), "Import", File_password=PASSWORD, PIN=softhsm.PIN)
        window = self.window("The file was imported into “pinfold-test”")
        window.wait_text("1 key, 1 certificate", LONG)
        window.wait_text("The certificate of the issuer is not in the file.", LONG)
        self.picture("import-chain")
        window.press("Close")

    @tap.only_if(FULL)
    def test_file_of_another_place(self):
        """One without a path, as those of other machines are."""
        self.app_env = {"G_RESOURCE_OVERLAYS": f"/org/pinfold/test={self.box.dir}"}
        self.end_app(self.bus)
        self.start_app("--gapplication-service", env=self.app_env)
        wait_for(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), LONG, "the app")
        window = self.open("resource:///org/pinfold/test/anna.p12")
        self.fill(window, "Import", File_password=PASSWORD, PIN=softhsm.PIN)
        self.wait_no_window("Import —")
        self.assertEqual(self.objects()[0], 1)

    def test_file_that_comes_late(self):
        """What the person has begun since then stays."""
        path = self.box.dir / "late.p12"
        os.mkfifo(path)
        self.activate("import", self.tokens()["pinfold-test"])
        self.choose("Import Keys and Certificates", path, "Open")
        window = self.begin("change-pin", "Change PIN — pinfold-test")
        window.type("8306", "New PIN")
        with open(path, "wb", buffering=0) as pipe:
            closed = select.poll()
            closed.register(pipe, 0)
            wait_for(lambda: closed.poll(0), LONG, "the file to be let go of")
        self.assertIsNone(self.ui.find_window("Import —"))
        self.assertEqual(len(window.find("New PIN", "password text").text()), 4)

    def test_no_such_file(self):
        self.activate("import", self.tokens()["pinfold-test"])
        self.window("Import Keys and Certificates").press("Cancel")
        self.wait_no_window("Import Keys and Certificates")
        self.assertIsNone(self.ui.find_window("Import —"))
        path = self.box.dir / "text.p12"
        path.write_text("no keys here", encoding="utf-8")
        window = self.open(path)
        self.fill(window, "Import", PIN=softhsm.PIN)
        window.wait_text("This is no PKCS#12 file, or it is damaged.", LONG)
        window.press("Cancel")
        self.wait_no_window("Import —")
        self.assertEqual(self.objects(), (0, None))


@tap.only_if(FULL)
class WritableCard(FileCase):
    def make_tokens(self):
        self.readers = self.box.readers()
        self.card = self.readers.writable_card()
        self.modules["opensc"] = self.module = self.readers.opensc()

    def test_import(self):
        key = p12.rsa_key()
        path = p12.write(self.box.dir / "anna.p12", key, p12.certify(key, "Anna Beispiel"))
        self.activate("open")
        main = self.window(TITLE)
        main.wait_text("None that can be read without the PIN.", LONG)
        self.activate("import", self.tokens()[self.card.label])
        self.choose("Import Keys and Certificates", path, "Open")
        self.fill(self.window(f"Import — {self.card.label}"), "Import",
                  File_password=p12.PASSWORD, PIN=CARD_PIN)
        self.wait_no_window("Import —")
        main.wait_text("Anna Beispiel", LONG)
        self.picture("import-card")
        with Driver(self.box, module_path()) as driver:
            driver.ok("init")
            session = driver.open_session(f"={self.card.label}")
            driver.ok("login", session, "user", CARD_PIN)
            handle, = driver.find(session, **{"class": "private_key"})
            signature = driver.sign(session, handle, b"data", "SHA256_RSA_PKCS")
        softhsm.verify_signature(p12.public_pem(key), signature, b"data")


@tap.only_if(FULL)
class CardImport(TaskCase):
    def make_tokens(self):
        self.piv()

    def test_card_that_takes_none(self):
        """Said at once, before a file is chosen for it and without a PIN."""
        self.activate("import", self.tokens()["Pinfold Test Card"])
        window = self.window("Nothing can be imported into “Pinfold Test Card”")
        self.wait_no_window("Import Keys and Certificates")
        window.wait_text("Its PKCS#11 module can use what is on the token, but cannot put", LONG)
        self.picture("import-impossible")
        window.press("Close")
        self.assertEqual(self.card.stats()["presentations"], 0)


if __name__ == "__main__":
    tap.main()
