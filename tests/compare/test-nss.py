#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The tools of NSS with the module in a database of theirs, raw and through Pinfold."""

from cases import MODES, ProgramCase
from pinfoldtest import tap
from places import RAW, SoftPlace
from steps import Mask, step

DB = "-d sql:db"
# cmsutil signs only with a certificate for mail that is nobody's authority.
REQ = b"""[req]
distinguished_name = name
x509_extensions = v3
[name]
[v3]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
"""
FILES = {"req.conf": REQ, "pin": b"1234", "empty": b"\n", "data": b"a document to sign\n"}
NAME = "pinfold-test"
SETUP = (
    step("mkdir db"),
    step(f"certutil -N {DB} --empty-password"),
    step(f"modutil {DB.replace('-d ', '-dbdir ')} -add Token -libfile {{module}} -force"),
)
# What both sides import.
MAKE = (
    step("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3650 -subj "
         "/CN=imported/emailAddress=me@example.org -config req.conf"),
    step("openssl pkcs12 -export -inkey key.pem -in cert.pem -name imported -passout pass:p12 "
         "-out made.p12"),
)
IMPORT = step(f"pk12util -i made.p12 {DB} -h {NAME} -k pin -W p12")
TRUST = step(f"certutil -M {DB} -n {NAME}:imported -t P,P,P -h {NAME} -f pin")
NUMBER = Mask("number", r"^(stdout: < *)\d+", "the order of the keys is chance")
LIBRARY = Mask("library", r"^(stdout: (?:Library file|Manufacturer|Description|PKCS #11 Version|"
               "Library Version): ).*$", "DESIGN 1: the library says its own name")
MADE = Mask("made", r"(?:[0-9a-f]{40}|(?:[0-9a-f]{2}:){15,}[0-9a-f]{2}:?|[0-9A-F]{40})",
            "a key that was made just now is another each time: its number")


class Nss(ProgramCase):
    tools = ("certutil", "modutil", "pk12util", "cmsutil", "openssl")

    @staticmethod
    def make_place():
        return SoftPlace()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place.prepare(RAW, FILES)
        for made in (cls.place.run(one) for one in MAKE):
            assert made.status == 0, made
        cls.files = FILES | {name: cls.place.read(name) for name in ("cert.pem", "made.p12")}

    def same(self, *steps, **kwargs):
        return super().same(*SETUP, *steps, files=self.files, **kwargs)

    def test_modules(self):
        self.same(step(f"modutil {DB.replace('-d ', '-dbdir ')} -list"), step(f"modutil {DB.replace('-d ', '-dbdir ')} -list Token", masks=(LIBRARY,)),
                  modes=MODES, says=NAME)

    def test_keys(self):
        self.same(step(f"certutil -K {DB} -h {NAME} -f pin"), modes=MODES, says="rsa")

    def test_wrong_pin(self):
        self.same(step(f"certutil -K {DB} -h {NAME} -f empty"), status=255)

    def test_import_and_list(self):
        self.same(IMPORT, step(f"certutil -L {DB} -h {NAME} -f pin"),
                  step(f"certutil -K {DB} -h {NAME} -f pin", masks=(MADE, NUMBER), unordered="stdout: <"),
                  modes=MODES, says="imported")

    def test_sign_and_verify(self):
        self.same(IMPORT, TRUST,
                  step(f"cmsutil -S {DB} -f pin -N {NAME}:imported -i data -o signed -G"),
                  step(f"cmsutil -D {DB} -f pin -i signed"),
                  step("openssl cms -verify -inform DER -in signed -noverify -certfile cert.pem"),
                  modes=MODES, says="a document to sign")

    def test_encrypt_and_decrypt(self):
        self.same(IMPORT, TRUST,
                  step("openssl cms -encrypt -aes256 -outform DER -in data -out secret cert.pem"),
                  step(f"cmsutil -D {DB} -f pin -i secret -o plain", files=("plain",)))

    def test_delete(self):
        self.same(IMPORT, step(f"certutil -F {DB} -h {NAME} -n {NAME}:imported -f pin"),
                  step(f"certutil -K {DB} -h {NAME} -f pin", masks=(MADE, NUMBER), unordered="stdout: <"),
                  step(f"certutil -L {DB} -h {NAME} -f pin"), modes=MODES, status=None)

    def test_generate_a_key_and_a_certificate(self):
        self.same(step("openssl rand -out noise 64"),
                  step(f"certutil -S {DB} -h {NAME} -f pin -z noise -n made -s CN=made -x -t u,u,u "
                       "-m 5 -k rsa -g 2048"),
                  step(f"certutil -K {DB} -h {NAME} -f pin", masks=(MADE, NUMBER), unordered="stdout: <"),
                  step(f"certutil -L {DB} -h {NAME} -f pin"), status=None)

    def test_export(self):
        self.same(IMPORT, step(f"pk12util -o out.p12 -n {NAME}:imported {DB} -k pin -W p12"),
                  status=None)


if __name__ == "__main__":
    tap.main()
