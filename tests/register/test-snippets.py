#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register and unregister for OpenSSL and Java, which are given the name of a file of Pinfold's."""

import unittest

from pinfoldtest import need_tools, softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.registration import snapshot
from registercase import RegisterCase

KEY = "pkcs11:token=pinfold-test;object=key;type=private;pin-value=1234"


class Snippets(RegisterCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / ".config/pinfold"

    def make_token(self):
        softhsm.init_token(self.box)
        return softhsm.import_key(self.box)

    def engine(self):
        target = self.target("register", "openssl", "--list")
        if "install" in target.get("hindrance", ""):
            raise unittest.SkipTest("OpenSSL has neither engine nor provider for PKCS#11")

    def test_openssl(self):
        need_tools("openssl")
        self.engine()
        self.move_build()
        public = self.make_token()
        before = snapshot(self.home)
        self.ctl("register", "openssl")
        file = self.folder / "openssl.cnf"
        (self.box.dir / "data").write_text("a document")
        by_engine = ("-engine", "pkcs11", "-keyform", "engine") \
            if "[pinfold_engine]" in file.read_text() else ()
        self.box.run("openssl", "dgst", *by_engine, "-sha256", "-sign", KEY, "-out", "signature",
                     "data", env={"OPENSSL_CONF": str(file)})
        softhsm.verify_signature(public, (self.box.dir / "signature").read_bytes(), b"a document")
        # What the system's own file says goes on holding.
        made = self.box.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                            "k", "-subj", "/CN=x", env={"OPENSSL_CONF": str(file)}).stdout
        self.assertIn("BEGIN CERTIFICATE", made)
        after = snapshot(self.home)
        self.assertFalse(self.target("register", "openssl")["changed"])
        self.assertEqual(snapshot(self.home), after)
        self.ctl("unregister", "openssl")
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_java(self):
        need_tools("keytool")
        self.move_build()
        self.make_token()
        before = snapshot(self.home)
        self.ctl("register", "java")
        said = self.box.run("keytool", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-list",
                            "-keystore", "NONE", "-storetype", "PKCS11", "-storepass", "1234",
                            "-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg",
                            self.folder / "java-pkcs11.cfg").stdout
        self.assertIn("Keystore provider: SunPKCS11-Pinfold", said)
        self.assertFalse(self.target("register", "java")["changed"])
        self.ctl("unregister", "java")
        self.assertEqual(snapshot(self.home), before)

    def test_a_file_that_the_person_has_changed_goes_all_the_same(self):
        before = snapshot(self.home)
        self.ctl("register", "java")
        file = self.folder / "java-pkcs11.cfg"
        file.write_text(file.read_text().replace("slotListIndex = 0", "slotListIndex = 1"))
        self.assertFalse(self.target("register", "java")["changed"])
        self.ctl("unregister", "java")
        self.assertEqual(snapshot(self.home), before)

    def test_how_it_is_used_is_said_as_long_as_it_can_be(self):
        file = str(self.folder / "java-pkcs11.cfg")
        self.assertNotIn("-providerArg", self.ctl("register", "java", "--dry-run"))
        self.assertIn(f"-providerArg {file}", self.ctl("register", "java"))
        self.assertIn(f"-providerArg {file}", self.ctl("register", "--list", "java"))
        self.assertNotIn("-providerArg", self.ctl("unregister", "java"))
        self.assertNotIn("-providerArg", self.ctl("register", "--list", "java"))

    def test_a_file_of_somebody_else_is_left(self):
        file = self.folder / "java-pkcs11.cfg"
        file.write_text(f"name = Mine\nlibrary = {self.module}\n")
        before = snapshot(self.home)
        for verb in ("register", "unregister"):
            self.assertIn("not written by Pinfold", self.target(verb, "java", status=1)["error"])
        self.assertEqual(snapshot(self.home), before)

    @tap.only_if(FULL)
    def test_an_older_installation_is_replaced(self):
        self.ctl("register", "java")
        file = self.folder / "java-pkcs11.cfg"
        file.write_text(file.read_text().replace(self.module, "/old/pinfold-pkcs11.so"))
        self.assertTrue(self.target("register", "java")["changed"])
        self.assertIn(self.module, file.read_text())
        self.ctl("unregister", "java")
        self.assertFalse(file.exists())

    def test_where_openssl_has_no_part_for_it(self):
        image = self.box.dir / "image"
        image.mkdir()
        self.assertIn("libengine-pkcs11-openssl",
                      self.target("register", "openssl", "--system", "--root", image,
                                  status=1)["error"])
        self.assertEqual(snapshot(image), {})


if __name__ == "__main__":
    tap.main()
