#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Certificates that leave a token as files."""

import datetime
import os
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gi.repository import GLib

from pinfoldtest import tap
from pinfoldtest.wait import wait_for
from taskcase import LONG, TaskCase


def make_certificate(name, key):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(1).not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=3650)).sign(key, hashes.SHA256()))


class FileCase(TaskCase):
    def make_tokens(self):
        self.softhsm()

    def choose(self, title, path):
        """Types a path into a file chooser."""
        window = self.window(title)
        # The first letter opens the chooser's line for a path where there is none yet.
        wait_for(lambda: self.box.screen.windows(title), 10, "the chooser's window")
        self.box.screen.focus(self.box.screen.windows(title)[0])
        self.box.screen.key("ctrl+a")
        self.box.screen.type(str(path))
        self.box.screen.key("Return")
        return window


class Export(FileCase):
    def setUp(self):
        super().setUp()
        key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = make_certificate("Anna Beispiel", key)
        self.der = self.certificate.public_bytes(serialization.Encoding.DER)

    def export(self, path):
        self.activate("export-certificate", GLib.Variant("(say)", ("pkcs11:token=any", self.der)))
        self.choose("Export Certificate", path)

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


if __name__ == "__main__":
    tap.main()
