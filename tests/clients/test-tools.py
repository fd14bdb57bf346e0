#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Programs of the command line. None but ssh-agent knows the card's PIN: Pinfold's dialog asks."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from clientcase import ClientCase
from pinfoldtest import need_tools, process, softhsm, tap, wait_for
from pinfoldtest.dialogs import PIN, answer_pin
from pinfoldtest.extent import FULL
from pinfoldtest.openvpn import NO_SESSION, Tunnel, token_ids
from pinfoldtest.paths import library
from pinfoldtest.pinfold import module_path
from pinfoldtest.registration import NOT_ROOT, Registration
from pinfoldtest.sshserver import SshServer, accepts, free_port
from pinfoldtest.tlsserver import TlsServer

TOKEN = "pkcs11:token=Pinfold%20Test%20Card;id=%01"
KEY = f"{TOKEN};type=private"
# The system's programs, and nothing of the person's: no home, no sockets, no other processes.
BOX = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--ro-bind",
       "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink",
       "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs",
       "/run", "--setenv", "PATH", "/usr/bin", "--setenv", "XDG_RUNTIME_DIR", "/run"]
JAVA = "-J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1"


class Tools(ClientCase):
    """One card for all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate = cls.token.write_certificate()
        (cls.box.dir / "data").write_text("a document\n")
        cls.sshd = SshServer(cls.box, cls.box.run("ssh-keygen", "-D", module_path()).stdout)

    def setUp(self):
        self.token.presentations()
        self.spy.clear()
        self.home = Path(self.box.env["HOME"])

    @contextmanager
    def registered(self, *words):
        """A program that pinfoldctl has told of Pinfold, and then tells to forget it."""
        registration = Registration(self.box, *words)
        yield
        registration.undo()

    def run_asked(self, *words, env=None, signatures=1):
        """Runs a program that signs so often: the person is asked once, by a dialog that names it; the
        card is given a PIN at the login, and once for each signature. Returns what it prints."""
        tool = self.start_tool(words, env)
        self.assertIn(str(tool.pid), answer_pin(self.ui, self.token.pin))
        said = self.assert_succeeds(tool)
        self.assert_presented(1 + signatures)
        self.assert_logged_out_between(tool.pid)
        self.wait_nobody()
        return said

    def start_tool(self, words, env=None):
        return self.box.start(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)

    def assert_succeeds(self, tool):
        said, _ = tool.communicate(timeout=60)
        self.assertEqual(tool.returncode, 0, said)
        return said

    def assert_logged_out_between(self, pid):
        """Each login of the module's was followed by a logout before the next."""
        words = [c.function for c in self.spy.calls(pid=pid)
                 if c.rv == "CKR_OK" and c.function in ("C_Login", "C_Logout")]
        self.assertTrue(words)
        self.assertEqual(words, ["C_Login", "C_Logout"] * (len(words) // 2))

    def run_cancelled(self, *words, env=None):
        """Runs a program and cancels the dialog: it fails, and the card sees no PIN."""
        tool = self.start_tool(words, env)
        self.ui.window(PIN, 20).press("Cancel")
        said, _ = tool.communicate(timeout=60)
        self.assertNotEqual(tool.returncode, 0, said)
        self.assert_presented(0)
        self.wait_nobody()

    def test_ssh(self):
        config = self.home / ".ssh/config"
        config.parent.mkdir(mode=0o700)
        config.write_text("# mine\nHost gate\n    User me\n")
        login = self.sshd.login_command(config=config)
        with self.registered("ssh", ".ssh"):
            self.assertEqual(self.run_asked(*login).strip(), "logged-in-by-key")
            self.run_cancelled(*login)
        self.assertNotEqual(self.box.run(*login, check=False).returncode, 0)

    def test_ssh_agent(self):
        """It asks for the PIN itself, once, and its helper never logs in again, and need not."""
        path = self.box.dir / "ssh-agent"
        agent = self.box.start(["ssh-agent", "-D", "-a", path, "-P", module_path()])
        wait_for(lambda: process.listens(path), 10, "the agent")
        self.add_to_agent(path)
        self.assert_presented(1)
        login = self.sshd.login_command(agent=path)
        for _ in range(2):
            self.assertEqual(self.box.run(*login).stdout.strip(), "logged-in-by-key")
            self.assert_presented(1)
        (helper,) = self.box.pids_of("/usr/lib/openssh/ssh-pkcs11-helper")
        self.assert_logged_out_between(helper)
        self.pinfold.ctl("forget")
        tool = self.start_tool(login)
        self.assertIn(str(helper), answer_pin(self.ui, self.token.pin))
        self.assertIn("logged-in-by-key", self.assert_succeeds(tool))
        self.assert_logged_out_between(helper)
        self.assertLessEqual(self.token.presentations(), 2)
        process.end_processes([agent.pid])
        self.wait_nobody()

    def add_to_agent(self, path, check=True):
        askpass = self.box.dir / "askpass"
        askpass.write_text(f"#!/bin/sh\necho {self.token.pin}\n")
        askpass.chmod(0o700)
        return self.box.run("ssh-add", "-s", module_path(), check=check, env={
            "SSH_AUTH_SOCK": path, "SSH_ASKPASS": askpass, "SSH_ASKPASS_REQUIRE": "force"})

    def test_ssh_agent_takes_modules_of_its_list_only(self):
        path = self.box.dir / "strict-agent"
        agent = self.box.start(["ssh-agent", "-D", "-a", path])
        wait_for(lambda: process.listens(path), 10, "the agent")
        self.assertIn("refused", self.add_to_agent(path, check=False).stderr)
        self.assert_presented(0)
        process.end_processes([agent.pid])

    def openssl(self):
        """The environment of programs that are to use what is registered for OpenSSL."""
        return {"OPENSSL_CONF": self.home / ".config/pinfold/openssl.cnf"}

    def test_openssl_cms(self):
        words = ("openssl", "cms", "-sign", "-engine", "pkcs11", "-keyform", "engine", "-inkey", KEY,
                 "-signer", self.certificate, "-in", "data", "-out", "signed")
        with self.registered("openssl", ".config/pinfold"):
            self.run_asked(*words, env=self.openssl())
            done = self.box.run("openssl", "cms", "-verify", "-in", "signed", "-CAfile",
                                self.authority.path)
            self.assertIn("a document", done.stdout)
            self.run_cancelled(*words, env=self.openssl())

    def test_curl(self):
        need_tools("curl")
        server = TlsServer(self.box, self.authority)
        words = ("curl", "--silent", "--show-error", "--engine", "pkcs11", "--key-type", "ENG",
                 "--key", KEY, "--cert", self.certificate, "--cacert", self.authority.path,
                 server.url)
        with self.registered("openssl", ".config/pinfold"):
            self.assertIn(f"Hello {self.token.holder}",
                          self.run_asked(*words, env=self.openssl()))
            self.assertEqual(server.visits, [self.token.holder])
            self.run_cancelled(*words, env=self.openssl())
        self.assertEqual(server.visits, [self.token.holder])

    def test_gnutls_cli(self):
        """By p11-kit, in whose list OpenSC is by its package: it is replaced."""
        need_tools("gnutls-cli", "unshare")
        if NOT_ROOT and self.box.run(*NOT_ROOT, "true", check=False).returncode != 0:
            self.skipTest("no user namespace of one's own can be had here")
        server = TlsServer(self.box, self.authority)
        words = (*NOT_ROOT, "gnutls-cli", "--x509certfile", f"{TOKEN};type=cert", "--x509keyfile",
                 KEY, "--x509cafile", self.authority.path, "--port", server.port,
                 "--single-key-share", "127.0.0.1")
        with self.registered("p11-kit", ".config/pkcs11", ["--replace"], NOT_ROOT):
            self.run_asked(*words)

    def start_p11_kit_server(self):
        """As register says for programs in Flatpaks; the folder of its socket."""
        folder = Path(self.box.env["XDG_RUNTIME_DIR"], "p11-kit")
        folder.mkdir()
        self.box.start(["p11-kit", "server", "--foreground", "-n", folder / "pkcs11", "--provider",
                        module_path(), "pkcs11:"])
        wait_for(lambda: process.listens(folder / "pkcs11"), 10, "p11-kit's server")
        return folder

    def test_p11_kit_into_a_sandbox(self):
        """A program that sees nothing but p11-kit's socket: its relay outside is who is asked for."""
        need_tools("bwrap", "p11-kit", "pkcs11-tool")
        client = library("pkcs11/p11-kit-client.so", "p11-kit-client.so")
        if client is None:
            self.skipTest("p11-kit-client.so is not installed")
        if self.box.run(*BOX, "true", check=False).returncode != 0:
            self.skipTest("no sandbox can be made here")
        inside = [*BOX, "--ro-bind", self.start_p11_kit_server(), "/run/p11-kit", "--ro-bind",
                  self.box.dir / "data", "/tmp/data"]
        tool = ("pkcs11-tool", "--module", client)
        self.assertIn("No slots", self.box.run(*BOX, *tool, "-L", check=False).stderr)
        signer = self.box.start(
            [*inside, *tool, "--login", "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01",
             "--input-file", "/tmp/data"], stdout=subprocess.PIPE)
        asked = answer_pin(self.ui, self.token.pin)
        (relay,) = self.box.pids_of("/usr/libexec/p11-kit/p11-kit-remote")
        self.assertIn(f"p11-kit-remote, process {relay}", asked)
        self.assert_good_signature(signer.communicate(timeout=60)[0])
        self.assert_presented(2)
        self.wait_nobody()

    def assert_good_signature(self, signature):
        """Of the data, by the certificate's key."""
        public = self.box.run("openssl", "x509", "-noout", "-pubkey", "-in", self.certificate).stdout
        softhsm.verify_signature(public.encode(), signature, b"a document\n")

    def test_stunnel(self):
        """A service has no desktop session: nothing is cached, and it keeps its own login."""
        need_tools("stunnel", "curl")
        server = TlsServer(self.box, self.authority)
        port, conf = free_port(), self.box.dir / "stunnel.conf"
        conf.write_text(
            "foreground = yes\npid =\nengine = pkcs11\n"
            f"engineCtrl = MODULE_PATH:{module_path()}\nengineCtrl = PIN:{self.token.pin}\n"
            f"[out]\nclient = yes\naccept = 127.0.0.1:{port}\nconnect = {server.port}\n"
            f"engineId = pkcs11\nkey = {KEY}\ncert = {self.certificate}\n"
            f"CAfile = {self.authority.path}\nverifyChain = yes\nsessionCacheSize = 1\n")
        stunnel = self.box.start(["stunnel", conf], env=NO_SESSION)
        wait_for(lambda: accepts(port), 10, "stunnel")
        for number in (1, 2):
            said = self.box.run("curl", "--silent", f"http://127.0.0.1:{port}/").stdout
            self.assertIn(f"Hello {self.token.holder}", said)
            self.assertEqual(len(server.visits), number)
        self.assert_presented(1)
        self.assertEqual(self.pinfold.domains(), [])
        process.end_processes([stunnel.pid])

    def test_openvpn(self):
        """A service, too: it asks by its own means, once for all handshakes, and is told of a wrong
        PIN, which nobody presents again."""
        name = token_ids(self.box, module_path())[0]
        tunnel = Tunnel(self.box, self.authority, module_path(), name, renew_s=2)
        token = tunnel.wait_question()
        self.assertIn(self.token.label, token)
        self.assert_presented(0)
        tunnel.answer(token, "0000")
        tunnel.answer(tunnel.wait_question(), self.token.pin)
        wait_for(lambda: len(tunnel.peers()) >= 2, 20, "a second handshake")
        self.assertEqual(set(tunnel.peers()), {self.token.holder})
        stats = self.token.card.stats()
        self.token.card.reset_stats()
        self.assertEqual((stats["verify_wrong"], stats["presentations"]), (1, 2))
        self.assertEqual(self.pinfold.domains(), [])
        process.end_processes([tunnel.service.pid, tunnel.server.pid])

    @tap.only_if(FULL)
    def test_gpgsm(self):
        need_tools("gpgsm", "gpg-connect-agent")
        daemon = "/usr/bin/gnupg-pkcs11-scd"
        if not Path(daemon).exists():
            self.skipTest("gnupg-pkcs11-scd is not installed")
        home = self.box.dir / "gnupg"
        home.mkdir(mode=0o700)
        (home / "gpg-agent.conf").write_text(f"scdaemon-program {daemon}\n")
        (home / "gnupg-pkcs11-scd.conf").write_text(
            f"providers pinfold\nprovider-pinfold-library {module_path()}\n"
            "provider-pinfold-allow-protected-auth\n")
        env = {"GNUPGHOME": home}
        self.box.run("gpgsm", "--batch", "--import", self.authority.path, env=env)
        (home / "trustlist.txt").write_text(f"{self.authority.fingerprint()} S relax\n")
        self.box.run("gpgsm", "--learn-card", env=env)
        (scd,) = self.box.pids_of(daemon)
        tool = self.start_tool(["gpgsm", "--batch", "--disable-crl-checks", "--local-user",
                                self.fingerprint(), "--output", "signed", "--sign", "data"],
                               env)
        self.assertIn(str(scd), answer_pin(self.ui, self.token.pin))
        self.assert_succeeds(tool)
        self.assert_presented(2)
        self.assert_logged_out_between(scd)
        # openssl cms does not take every other of its signatures: gpg-agent gives it a leading zero.
        done = self.box.run("gpgsm", "--disable-crl-checks", "--verify", "signed", env=env)
        self.assertIn(f'Good signature from "/CN={self.token.holder}"', done.stderr)
        self.box.run("gpgconf", "--kill", "all", env=env)
        self.wait_nobody()

    def fingerprint(self):
        """By which gpgsm knows the certificate."""
        said = self.box.run("openssl", "x509", "-noout", "-fingerprint", "-sha1", "-in",
                            self.certificate).stdout
        return said.strip().rpartition("=")[2].replace(":", "")

    @tap.only_if(FULL)
    def test_jarsigner(self):
        need_tools("jarsigner", "jar")
        self.box.run("jar", "cf", "signed.jar", "data")
        conf = self.home / ".config/pinfold/java-pkcs11.cfg"
        with self.registered("java", ".config/pinfold"):
            said = self.run_asked(
                "jarsigner", *JAVA.split(), "-keystore", "NONE", "-storetype", "PKCS11",
                "-protected", "-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg",
                conf, "signed.jar", "Certificate for PIV Authentication")
        self.assertIn("jar signed", said)
        self.assertIn("jar verified", self.box.run("jarsigner", "-verify", "signed.jar").stdout)


if __name__ == "__main__":
    tap.main()
