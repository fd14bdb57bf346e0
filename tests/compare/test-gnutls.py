#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""p11tool and certtool of GnuTLS, raw and through Pinfold."""

from cases import MODES, ProgramCase
from pinfoldtest import tap
from places import SoftPlace
from steps import Mask, step

PUBLIC = "p11tool --provider {module}"
URL = "pkcs11:token=pinfold-test"
KEY = f"{URL};object=key;type=private"
PIN = {"GNUTLS_PIN": "{pin}", "GNUTLS_SO_PIN": "{so_pin}"}
NEW = Mask("new", r"(\bserial=|SoftHSM slot ID 0x|Serial: )[0-9a-f]+",
           "a token that was made just now has another serial number each time")
NEW_KEY = Mask("new", r"^(stdout: )[A-Za-z0-9+/=]{8,}$",
               "a key that was made just now is another each time: its PEM form")
# Everything that would be random or the time is given, so that the results are equal bytes.
TEMPLATE = (b'cn = "Pinfold Test"\nserial = 7\nactivation_date = "2026-01-01 00:00:00 UTC"\n'
            b'expiration_date = "2036-01-01 00:00:00 UTC"\nsigning_key\ncert_signing_key\nca\n')
# SoftHSM lists objects by the names of their files, and those are random.
UNORDERED = {"unordered": "stdout: Object", "masks": (
    Mask("number", r"^(stdout: Object )\d+", "the order of the objects is chance"),)}
ANYTHING = Mask("random", r"^(stdout|stderr): .*$", "what is made has random numbers in it")
FILES = {"template": TEMPLATE, "data": b"a document to sign\n"}


class GnuTls(ProgramCase):
    tools = ("p11tool", "certtool", "openssl")

    @staticmethod
    def make_place():
        return SoftPlace()

    def tool(self, line, login=True, **kwargs):
        return step(f"{PUBLIC} {'--login ' if login else ''}{line}", env=PIN, **kwargs)

    def same(self, *steps, **kwargs):
        return super().same(*steps, files=FILES, **kwargs)


class P11tool(GnuTls):
    def test_tokens(self):
        self.same(self.tool("--list-tokens", login=False), modes=MODES, says="pinfold-test")

    def test_public_objects(self):
        self.same(self.tool(f"--list-all '{URL}'", login=False), modes=MODES, says="type=public")

    def test_objects(self):
        self.same(self.tool(f"--list-all '{URL}'"), modes=MODES, says="type=private")

    def test_private_keys(self):
        self.same(self.tool(f"--list-privkeys '{URL}'"), says="type=private")

    def test_mechanisms(self):
        self.same(self.tool(f"--list-mechanisms '{URL}'"), says="CKM_RSA_PKCS")

    def test_info(self):
        self.same(self.tool(f"--info '{KEY}'"), modes=MODES, says="Private key")

    def test_export_public_key(self):
        self.same(self.tool(f"--export-pubkey '{KEY}'"), says="BEGIN PUBLIC KEY")

    def test_export(self):
        self.same(self.tool(f"--export '{URL};object=key;type=public'"),
                  says="BEGIN PUBLIC KEY")

    def test_export_of_a_private_key_is_refused(self):
        self.same(self.tool(f"--export '{KEY}'"), status=1)

    def test_sign(self):
        self.same(self.tool(f"--test-sign '{KEY}'"), modes=MODES, says="... ok")

    def test_wrong_pin(self):
        self.same(step(f"{PUBLIC} --login --list-all '{URL}'",
                       env=PIN | {"GNUTLS_PIN": "0000"}), status=None)

    def test_random(self):
        self.same(step(f"bash -c \"{PUBLIC} --generate-random 16 '{URL}' | wc -c\"", env=PIN),
                  says="stdout: 16")

    def test_generate(self):
        for kind in ("rsa --bits 2048", "ecdsa --curve secp256r1"):
            with self.subTest(kind):
                self.same(self.tool(f"--generate-privkey {kind} --label made --id 0a '{URL}'",
                                    masks=(NEW_KEY,)),
                          self.tool(f"--list-all '{URL};object=made'", **UNORDERED),
                          self.tool(f"--test-sign '{URL};object=made;type=private'"),
                          modes=MODES if "rsa" not in kind else ("process",), says="... ok")

    def test_write_and_delete(self):
        made = f"'{URL};object=made'"
        self.same(step("certtool --generate-privkey --key-type rsa --bits 2048 --outfile key.pem "
                       "--seed " + "00" * 32 + " --provable", masks=(ANYTHING,)),
                  step("certtool --generate-self-signed --load-privkey key.pem --template template "
                       "--outfile certificate.pem", masks=(ANYTHING,)),
                  self.tool(f"--write --load-privkey key.pem --label made --id 0b '{URL}'"),
                  self.tool(f"--write --load-certificate certificate.pem --label made --id 0b "
                            f"'{URL}'"),
                  self.tool(f"--list-all {made}", **UNORDERED),
                  self.tool(f"--test-sign '{URL};object=made;type=private'"),
                  self.tool("--set-label renamed --batch --only-urls "
                            f"'{URL};object=made;type=cert'"),
                  self.tool(f"--delete --batch {made}"),
                  self.tool(f"--list-all '{URL}'", **UNORDERED), modes=MODES)

    def test_initialise(self):
        self.same(self.tool("--initialize --label new 'pkcs11:token=pinfold-test'", login=False,
                            masks=(NEW,)),
                  self.tool("--initialize-pin 'pkcs11:token=new'", login=False, masks=(NEW,)),
                  self.tool("--list-all 'pkcs11:token=new'", masks=(NEW,)), status=None)


class Certtool(GnuTls):
    def cert(self, line, **kwargs):
        return step(f"certtool --provider {{module}} {line}", env=PIN, **kwargs)

    def test_self_signed(self):
        self.same(self.cert(f"--generate-self-signed --load-privkey '{KEY}' --load-pubkey "
                            f"'{URL};object=key;type=public' --template template --outfile out",
                            files=("out",)),
                  step("openssl verify -x509_strict -check_ss_sig -CAfile out out"), modes=MODES,
                  says="out: OK")

    def test_request(self):
        self.same(self.cert(f"--generate-request --load-privkey '{KEY}' --load-pubkey "
                            f"'{URL};object=key;type=public' --template template --outfile out",
                            files=("out",)),
                  step("openssl req -verify -noout -in out"), modes=MODES, says="OK")

    def test_sign_cms(self):
        self.same(self.cert(f"--generate-self-signed --load-privkey '{KEY}' --load-pubkey "
                            f"'{URL};object=key;type=public' --template template --outfile cert"),
                  self.cert(f"--p7-sign --load-privkey '{KEY}' --load-certificate cert --infile "
                            "data --outfile out", files=("out",)),
                  step("openssl cms -verify -inform PEM -in out -CAfile cert -purpose any",
                       files=()), says="a document to sign")


if __name__ == "__main__":
    tap.main()
