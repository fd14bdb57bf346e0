#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Programs nobody here wrote, through the module: ssh, openssl, p11tool."""

import shlex
import unittest
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pinfoldtest import Driver, Sandbox, need_tools, process, readers, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold, module_path
from pinfoldtest.sshserver import SshServer


class Programs:
    """The same programs for every kind of token; subclasses make box, backends, pin, label."""

    def askpass(self):
        path = self.box.dir / "askpass"
        path.write_text(f"#!/bin/sh\necho {shlex.quote(self.pin)}\n")
        path.chmod(0o700)
        return {"SSH_ASKPASS": str(path), "SSH_ASKPASS_REQUIRE": "force"}

    def public_keys(self, module):
        return self.box.run("ssh-keygen", "-D", module).stdout

    def test_ssh_keygen_lists_the_same_keys(self):
        raw = self.public_keys(self.backend)
        self.assertIn("ssh-rsa", raw)
        self.assertEqual(sorted(self.public_keys(module_path()).splitlines()),
                         sorted(raw.splitlines()))

    def test_ssh_login(self):
        keys = self.public_keys(module_path())
        server = SshServer(self.box, keys)
        done = self.box.run(*server.login_command(module_path()), env=self.askpass())
        self.assertEqual(done.stdout.strip(), "logged-in-by-key")
        # A second login is a second process: it proves its own PIN.
        wrong = self.askpass()
        Path(wrong["SSH_ASKPASS"]).write_text("#!/bin/sh\nexit 1\n")
        refused = self.box.run(*server.login_command(module_path()), env=wrong, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertNotIn("logged-in-by-key", refused.stdout)
        wait_for(lambda: self.pinfold.domains() == [], 5, "the domains to go")
        process.end_processes([server.daemon.pid])

    def test_openssl_engine(self):
        need_tools("openssl", "pkcs11-tool")
        conf = self.box.dir / "openssl.cnf"
        conf.write_text("openssl_conf = conf\n[conf]\nengines = engines\n[engines]\n"
                        f"pkcs11 = pkcs11\n[pkcs11]\nengine_id = pkcs11\n"
                        f"MODULE_PATH = {module_path()}\ninit = 0\n")
        (self.box.dir / "data").write_text("a document")
        uri = f"pkcs11:{self.token_uri};{self.key_uri};type=private;pin-value={self.pin}"
        self.box.run("openssl", "dgst", "-engine", "pkcs11", "-keyform", "engine", "-sign", uri,
                     "-sha256", "-out", "signature", "data", env={"OPENSSL_CONF": str(conf)})
        softhsm.verify_signature(self.public, (self.box.dir / "signature").read_bytes(),
                                 b"a document")

    def test_p11tool(self):
        need_tools("p11tool")
        done = self.box.run("p11tool", "--provider", module_path(), "--login", "--test-sign",
                            f"pkcs11:{self.token_uri};{self.key_uri};type=private",
                            env={"GNUTLS_PIN": self.pin})
        output = done.stdout + done.stderr
        self.assertIn("Signing using RSA-SHA256... ok", output)
        self.assertEqual(output.count("... ok"), 3, output)


class SoftToken(Programs, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False)
        cls.addClassCleanup(cls.box.close)
        cls.backend = softhsm.setup(cls.box)
        softhsm.init_token(cls.box)
        cls.public = softhsm.import_key(cls.box)
        cls.pin = softhsm.PIN
        cls.token_uri = "token=pinfold-test"
        cls.key_uri = "object=key"
        cls.pinfold = Pinfold(cls.box, {"softhsm2": cls.backend})


class CardToken(Programs, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False)
        cls.addClassCleanup(cls.box.close)
        cls.readers = cls.box.readers()
        cls.backend = cls.readers.opensc()
        cls.pinfold = Pinfold(cls.box, {"opensc": cls.backend})
        cls.card = cls.readers.card()
        cls.pin = readers.PIN
        cls.token_uri = "token=Pinfold%20Test%20Card"
        cls.key_uri = "id=%01"
        cls.public = cls.read_public_key()

    @classmethod
    def read_public_key(cls):
        with Driver(cls.box, cls.backend) as d:
            d.ok("init")
            session = d.open_session("@0")
            (found,) = d.find(session, **{"class": "certificate", "id": "01"})
            der = d.ok("getattr", session, found, "value").data("VALUE")
        key = x509.load_der_x509_certificate(der).public_key()
        return key.public_bytes(serialization.Encoding.PEM,
                                serialization.PublicFormat.SubjectPublicKeyInfo)

    def setUp(self):
        self.card.reset_stats()

    def tearDown(self):
        # Nobody presented a wrong PIN, and none more often than logins and signatures need.
        stats = self.card.stats()
        self.assertEqual(stats["verify_wrong"], 0)
        signatures = sum(stats["sign"].values())
        self.assertLessEqual(stats["presentations"], 2 * signatures + 1)


if __name__ == "__main__":
    tap.main()
