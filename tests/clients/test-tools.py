#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Programs of the command line, none of which knows the card's PIN: Pinfold's dialog asks for it."""

import subprocess

from clientcase import ClientCase
from pinfoldtest import need_tools, tap, wait_for
from pinfoldtest.dialogs import PIN, answer_pin
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import module_path
from pinfoldtest.sshserver import SshServer
from pinfoldtest.tlsserver import TlsServer

TOKEN = "pkcs11:token=Pinfold%20Test%20Card;id=%01"
KEY = f"{TOKEN};type=private"
JAVA = "-J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1"


class Tools(ClientCase):
    """One card for all of them."""

    def setUp(self):
        super().setUp()
        self.ui = self.box.ui()
        self.certificate = self.token.write_certificate()
        (self.box.dir / "data").write_text("a document\n")
        self.token.presentations()
        self.spy.clear()

    def run_asked(self, *words, env=None, signatures=1):
        """Runs a program that signs so often: the person is asked once, by a dialog that names it; the
        card is given a PIN at the login, and once for each signature. Returns what it prints."""
        tool = self.box.start(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        self.assertIn(str(tool.pid), answer_pin(self.ui, self.token.pin))
        said, _ = tool.communicate(timeout=60)
        self.assertEqual(tool.returncode, 0, said)
        self.assert_presented(1 + signatures)
        self.assert_logged_out_between(tool.pid)
        wait_for(lambda: self.pinfold.domains() == [], 5, "the domain to go")
        return said

    def assert_logged_out_between(self, pid):
        """Each login of the module's was followed by a logout before the next."""
        words = [c.function for c in self.spy.calls(pid=pid)
                 if c.rv == "CKR_OK" and c.function in ("C_Login", "C_Logout")]
        self.assertEqual(words, ["C_Login", "C_Logout"] * (len(words) // 2))

    def run_cancelled(self, *words, env=None):
        """Runs a program and cancels the dialog: it fails, and the card sees no PIN."""
        tool = self.box.start(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        self.ui.window(PIN, 20).press("Cancel")
        said, _ = tool.communicate(timeout=60)
        self.assertNotEqual(tool.returncode, 0, said)
        self.assert_presented(0)

    def test_ssh(self):
        keys = self.box.run("ssh-keygen", "-D", module_path()).stdout
        server = SshServer(self.box, keys)
        said = self.run_asked(*server.login_command(module_path()))
        self.assertEqual(said.strip(), "logged-in-by-key")
        self.run_cancelled(*server.login_command(module_path()))

    def engine(self):
        """The environment of programs that take OpenSSL's engine for PKCS#11."""
        return {"PKCS11_MODULE_PATH": module_path()}

    def test_openssl_cms(self):
        words = ("openssl", "cms", "-sign", "-engine", "pkcs11", "-keyform", "engine", "-inkey", KEY,
                 "-signer", self.certificate, "-in", "data", "-out", "signed")
        self.run_asked(*words, env=self.engine())
        done = self.box.run("openssl", "cms", "-verify", "-in", "signed", "-CAfile",
                            self.authority.path)
        self.assertIn("a document", done.stdout)
        self.run_cancelled(*words, env=self.engine())

    def test_curl(self):
        need_tools("curl")
        server = TlsServer(self.box, self.authority)
        words = ("curl", "--silent", "--show-error", "--engine", "pkcs11", "--key-type", "ENG",
                 "--key", KEY, "--cert", self.certificate, "--cacert", self.authority.path,
                 server.url)
        self.assertIn(f"Hello {self.token.holder}", self.run_asked(*words, env=self.engine()))
        self.assertEqual(server.visits, [self.token.holder])
        self.run_cancelled(*words, env=self.engine())
        self.assertEqual(server.visits, [self.token.holder])

    def test_gnutls_cli(self):
        need_tools("gnutls-cli")
        server = TlsServer(self.box, self.authority)
        words = ("gnutls-cli", "--provider", module_path(), "--x509certfile",
                 f"{TOKEN};type=cert", "--x509keyfile", KEY, "--x509cafile", self.authority.path,
                 "--port", server.port, "--single-key-share", "127.0.0.1")
        self.run_asked(*words)

    @tap.only_if(FULL)
    def test_jarsigner(self):
        need_tools("jarsigner", "jar")
        conf = self.box.dir / "java.conf"
        conf.write_text(f"name = Pinfold\nlibrary = {module_path()}\nslotListIndex = 0\n")
        self.box.run("jar", "cf", "signed.jar", "data")
        said = self.run_asked(
            "jarsigner", *JAVA.split(), "-keystore", "NONE", "-storetype", "PKCS11", "-protected",
            "-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg", conf, "signed.jar",
            "Certificate for PIV Authentication")
        self.assertIn("jar signed", said)
        self.assertIn("jar verified", self.box.run("jarsigner", "-verify", "signed.jar").stdout)


if __name__ == "__main__":
    tap.main()
