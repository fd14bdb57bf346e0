#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""PKCS#12 files put on tokens: what came works, what failed left nothing."""

import base64
import hashlib
import os
import signal

import p12
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from jobcase import JobCase, piv, softhsm
from p12 import PASSWORD
from pinfoldtest import Driver, Spy, build_path, tap, wait_for
from pinfoldtest import mock as mocktoken
from pinfoldtest.paths import need_tools

MAKE = build_path("tests/tokens/make-p12")


class ImportCase(JobCase):
    def setUp(self):
        super().setUp()
        self.softhsm()
        self.file = self.box.dir / "file.p12"

    def load(self, password=PASSWORD, pin=softhsm.PIN, **kwargs):
        return self.job("import", pin, password, file=self.file, **kwargs)

    def objects(self):
        """{class: labels} of all that is on the token."""
        found = {}
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("@0")
            driver.ok("login", session, "user", softhsm.PIN)
            for name in ("private_key", "public_key", "certificate"):
                labels = [driver.ok("getattr", session, handle, "label")["LABEL"]
                          for handle in driver.find(session, **{"class": name})]
                if labels:
                    found[name] = sorted(labels)
        return found

    def assertSigns(self, key, mechanism, key_id):
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("@0")
            driver.ok("login", session, "user", softhsm.PIN)
            handle, = driver.find(session, **{"class": "private_key", "id": key_id.hex()})
            data = hashlib.sha256(b"pinfold").digest() if mechanism == "ECDSA" else b"pinfold"
            signature = driver.sign(session, handle, data, mechanism)
        softhsm.verify_signature(p12.public_pem(key), signature, b"pinfold")

    def assertRefused(self, fault, **kwargs):
        self.assertFault(self.load(**kwargs), fault)
        self.assertEqual(self.objects(), {})


class Good(ImportCase):
    def test_rsa_with_its_chain(self):
        root_key, key = p12.rsa_key(), p12.rsa_key()
        root = p12.certify(root_key, "Root")
        certificate = p12.certify(key, "Ada", (root, root_key))
        p12.write(self.file, key, certificate, [root], name="Adas Schlüssel")
        result = self.load()
        self.assertDone(result)
        answer = result["answer"]
        self.assertEqual((answer["keys"], answer["certificates"], answer["present"]), (1, 2, 0))
        self.assertEqual(answer["labels"], ["Adas Schlüssel"])
        self.assertFalse(answer["missing_chain"])
        self.assertEqual(result["steps"], ["login 0/0", "copy 0/3", "copy 1/3", "copy 2/3"])
        self.assertEqual(self.objects(), {"private_key": ["Adas Schlüssel"],
                                          "public_key": ["Adas Schlüssel"],
                                          "certificate": ["Adas Schlüssel", "Root"]})
        modulus = key.public_key().public_numbers().n.to_bytes(256, "big")
        key_id = hashlib.sha1(modulus).digest()
        self.assertSigns(key, "SHA256_RSA_PKCS", key_id)
        listed = {c["id"]: c for c in self.job("certificates")["answer"]["certificates"]}
        der = base64.b64decode(listed[key_id.hex()]["der"])
        self.assertEqual(x509.load_der_x509_certificate(der), certificate)

    def test_ec(self):
        key = p12.ec_key()
        p12.write(self.file, key, p12.certify(key, "Eve"), name=None)
        self.assertDone(self.load())
        self.assertEqual(self.objects()["private_key"], ["Eve"])
        numbers = key.public_key().public_numbers()
        point = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        self.assertSigns(key, "ECDSA", hashlib.sha1(point).digest())

    def test_issuer_is_missing(self):
        root_key, key = p12.ec_key(), p12.ec_key()
        root = p12.certify(root_key, "Root")
        p12.write(self.file, key, p12.certify(key, "Ada", (root, root_key)))
        result = self.load()
        self.assertDone(result)
        self.assertTrue(result["answer"]["missing_chain"])

    def test_several_keys_one_without_a_certificate(self):
        keys = [p12.ec_key(), p12.rsa_key()]
        first = p12.pem(self.box.dir / "1.pem", keys[0], p12.certify(keys[0], "One"))
        second = p12.pem(self.box.dir / "2.pem", keys[1])
        self.box.run(MAKE, self.file, PASSWORD, first, second)
        answer = self.load()["answer"]
        self.assertEqual((answer["keys"], answer["certificates"]), (2, 1))
        self.assertEqual(answer["keys_without_certificate"], 1)
        self.assertEqual(len(self.objects()["private_key"]), 2)

    def test_twice(self):
        key = p12.ec_key()
        p12.write(self.file, key, p12.certify(key, "Ada"))
        self.assertDone(self.load())
        before = self.objects()
        answer = self.load()["answer"]
        self.assertTrue(answer["ok"])
        self.assertEqual((answer["keys"], answer["certificates"], answer["present"]), (0, 0, 3))
        self.assertEqual(self.objects(), before)

    def test_no_password(self):
        key = p12.ec_key()
        p12.write(self.file, key, p12.certify(key, "Ada"), password="")
        self.assertDone(self.load(password=""))

    def legacy(self):
        need_tools("openssl")
        key = p12.rsa_key()
        pem = p12.pem(self.box.dir / "key.pem", key, p12.certify(key, "Old"))
        self.box.run("openssl", "pkcs12", "-export", "-legacy", "-in", pem, "-out", self.file,
                     "-passout", f"pass:{PASSWORD}")

    def test_old_ciphers(self):
        self.legacy()
        self.assertDone(self.load())

    def test_old_ciphers_that_openssl_lacks(self):
        self.legacy()
        self.box.env["OPENSSL_MODULES"] = str(self.box.dir)
        self.assertRefused("file-algorithm")


class Refused(ImportCase):
    def write(self):
        key = p12.ec_key()
        p12.write(self.file, key, p12.certify(key, "Ada"))

    def test_wrong_password(self):
        self.write()
        for password in ("other", "", "x" * 300):
            self.assertRefused("wrong-password", password=password)

    def test_no_file_of_this_kind(self):
        self.write()
        whole = self.file.read_bytes()
        for data in (b"", b"no such thing", whole[:-10], whole[:40], b"\x30\x80" * 1000):
            self.file.write_bytes(data)
            self.assertRefused("bad-file")

    def test_too_large(self):
        self.file.write_bytes(bytes(1024 * 1024 + 1))
        self.assertRefused("file-too-large")

    def test_no_key(self):
        key = p12.ec_key()
        p12.write(self.file, None, p12.certify(key, "Ada"))
        self.assertRefused("no-key")

    def test_other_keys(self):
        good = p12.ec_key()
        first = p12.pem(self.box.dir / "1.pem", good, p12.certify(good, "One"))
        second = p12.pem(self.box.dir / "2.pem", ed25519.Ed25519PrivateKey.generate())
        self.box.run(MAKE, self.file, PASSWORD, first, second)
        self.assertRefused("unsupported-key")

    def test_wrong_pin_is_presented_once_and_only_for_a_good_file(self):
        self.write()
        spy = Spy(self.box, self.module)
        self.box.env.update(spy.env)
        self.assertFault(self.load(password="other", pin="9999", module=spy.path),
                         "wrong-password")
        self.assertEqual(len(spy.logins()), 0)
        self.assertFault(self.load(pin="9999", module=spy.path), "rejected")
        self.assertEqual(len(spy.logins()), 1)
        self.assertRefused("no-pin-given", pin="")

    def test_nothing_half_is_left(self):
        """Whichever object cannot be made."""
        root_key, key = p12.ec_key(), p12.ec_key()
        root = p12.certify(root_key, "Root")
        p12.write(self.file, key, p12.certify(key, "Ada", (root, root_key)), [root])
        for rv, fault in (("CKR_DEVICE_MEMORY", "full"),
                          ("CKR_TOKEN_WRITE_PROTECTED", "read-only"),
                          ("CKR_ATTRIBUTE_VALUE_INVALID", "unsupported-key")):
            # Root's certificate, the private key, Ada's certificate; the public one may fail. Before
            # that it is asked whether objects can be made at all.
            for call in (2, 3, 5):
                spy = Spy(self.box, self.module, fail=f"C_CreateObject={rv}@{call}")
                self.box.env.update(spy.env)
                self.assertRefused(fault, module=spy.path)

    def stop(self, **fail):
        """The result of an import that is stopped when its first object is made, after the question
        whether any can be."""
        spy = Spy(self.box, self.module, delay="C_CreateObject=1500", **fail)
        spy.clear()
        self.box.env.update(spy.env)
        job = self.start("import", softhsm.PIN, PASSWORD, file=self.file, module=spy.path)
        helper = self.wait_for_helper(lambda: len(spy.calls("C_CreateObject")) == 2)
        os.kill(helper, signal.SIGSTOP)
        job.send_signal(signal.SIGUSR2)
        self.assertEqual(job.stderr.readline(), "stop\n")
        os.kill(helper, signal.SIGCONT)
        return self.finish(job)

    def test_stopped(self):
        self.write()
        result = self.stop()
        self.assertFault(result, "stopped")
        self.assertEqual(result["answer"]["left"], 0)
        self.assertEqual(result["steps"][-1], "undo 0/0")
        self.assertEqual(self.objects(), {})
        # A token that lets go of nothing: it is said.
        result = self.stop(fail="C_DestroyObject=CKR_DEVICE_ERROR")
        self.assertFault(result, "stopped")
        self.assertGreater(result["answer"]["left"], 0)
        self.assertEqual(result["answer"]["left"],
                         sum(len(labels) for labels in self.objects().values()))

    def test_secrets_stay_where_they_may_be(self):
        key = p12.rsa_key()
        password, pin = "Zq7!vX-29kd_Wm4#Jr8t", "bT5/xG=61nf_"
        p12.write(self.file, key, p12.certify(key, "Ada"), password=password)
        spy = Spy(self.box, self.module, delay="C_Login=60000")
        self.box.env.update(spy.env)
        job = self.start("import", pin, password, file=self.file, module=spy.path)
        helper = self.wait_for_helper(lambda: spy.calls("C_GetMechanismInfo"))
        self.assertGuarded(helper, password, pin)
        job.send_signal(signal.SIGUSR1)
        self.assertIn("cancelled", job.stderr.read())
        job.wait(20)
        job.stdout.close()
        job.stderr.close()

    def test_card_that_takes_none(self):
        """OpenSC cannot write to a PIV card, and that is known without the PIN."""
        self.write()
        self.piv()
        self.assertFault(self.job("can-import"), "unsupported")
        self.assertFault(self.load(pin=piv.PIN), "unsupported")
        self.assertEqual(self.card.stats()["presentations"], 0)

    def test_what_cannot_be_known(self):
        """Only what is certain keeps anybody from trying."""
        self.write()
        for rv, fault in (("CKR_FUNCTION_NOT_SUPPORTED", "unsupported"),
                          ("CKR_TOKEN_WRITE_PROTECTED", "read-only"),
                          ("CKR_ATTRIBUTE_VALUE_INVALID", None), ("CKR_USER_NOT_LOGGED_IN", None),
                          ("CKR_SESSION_READ_ONLY", None), ("CKR_DEVICE_ERROR", None)):
            spy = Spy(self.box, self.module, fail=f"C_CreateObject={rv}@1")
            self.box.env.update(spy.env)
            self.assertEqual(self.job("can-import", module=spy.path)["fault"], fault, rv)
            self.assertEqual(spy.logins(), [])
        self.assertEqual(self.objects(), {})


class Swapped(JobCase):
    def test_pin_goes_to_no_other_token(self):
        """A file can take as long to read as a person takes to change the card."""
        self.scripted()
        spy = Spy(self.box, self.module)
        self.box.env.update(spy.env)
        file, go = self.box.dir / "file.p12", self.box.dir / "go"
        key = p12.rsa_key()
        p12.write(file, key, p12.certify(key, "Ada"))
        self.mock.script(f"C_GetMechanismInfo=block:{go}")
        job = self.start("import", mocktoken.PIN, PASSWORD, module=spy.path, file=file)
        wait_for(lambda: spy.calls("C_OpenSession"), 30, "the helper at the token")
        self.mock.script(label="Another")
        go.touch()
        self.assertFault(self.finish(job), "gone")
        self.assertEqual(self.mock.counts()["presentations"], 0)


if __name__ == "__main__":
    del ImportCase
    tap.main()
