#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Key pairs that a token makes: they work, their public half is known, and what failed left nothing."""

import base64
import hashlib
import signal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jobcase import JobCase, piv, softhsm
from pinfoldtest import Driver, Spy, tap, wait_for
from pinfoldtest import mock as mocktoken
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import module_path

KINDS = ["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"]
LABEL = "Annas Schlüssel"


def public_key(result):
    return serialization.load_der_public_key(base64.b64decode(result["answer"]["public_key"]))


def key_id(key):
    """As NSS has it."""
    numbers = key.public_numbers()
    if isinstance(key, rsa.RSAPublicKey):
        return hashlib.sha1(numbers.n.to_bytes(key.key_size // 8, "big")).hexdigest()
    size = (key.curve.key_size + 7) // 8
    point = b"\4" + numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")
    return hashlib.sha1(point).hexdigest()


class GenerateCase(JobCase):
    pin = softhsm.PIN

    def generate(self, kind="ec-p256", label=LABEL, pin=None, **kwargs):
        return self.job("generate", self.pin if pin is None else pin, key=(kind, label), **kwargs)

    def spy(self, **kwargs):
        spy = Spy(self.box, self.module, **kwargs)
        self.box.env.update(spy.env)
        return spy

    def keys(self):
        """What the token has of keys: (class, label, ID, and whether it stays in the token)."""
        found = []
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session()
            driver.ok("login", session, "user", self.pin)
            for name in ("private_key", "public_key"):
                for handle in driver.find(session, **{"class": name}):
                    own = driver.ok("getattr", session, handle, "label", "id")
                    found.append((name, own["LABEL"], own["ID"]))
        return found

    def assertSigns(self, result, mechanism="ECDSA", hash_name="SHA256"):
        """As a program sees it through Pinfold."""
        key = public_key(result)
        with Driver(self.box, module_path()) as driver:
            driver.ok("init")
            session = driver.open_session()
            driver.ok("login", session, "user", self.pin)
            handle, = driver.find(session, **{"class": "private_key", "id": key_id(key)})
            data = hashlib.new(hash_name, b"pinfold").digest() if mechanism == "ECDSA" \
                else b"pinfold"
            signature = driver.sign(session, handle, data, mechanism)
        pem = key.public_bytes(serialization.Encoding.PEM,
                               serialization.PublicFormat.SubjectPublicKeyInfo)
        softhsm.verify_signature(pem, signature, b"pinfold", hash_name)

    def assertRefused(self, fault, **kwargs):
        result = self.generate(**kwargs)
        self.assertFault(result, fault)
        self.assertEqual(self.keys(), [])
        return result


class Soft(GenerateCase):
    def setUp(self):
        super().setUp()
        self.softhsm()

    def test_kinds(self):
        answer = self.job("can-generate")["answer"]
        self.assertEqual(answer["kinds"], KINDS)
        self.assertEqual((answer["min_pin_len"], answer["tries"]), (4, None))

    def test_rsa(self):
        result = self.generate("rsa-2048")
        self.assertDone(result)
        self.assertEqual(result["steps"], ["login 0/0", "make 0/0"])
        own = key_id(public_key(result))
        self.assertEqual([key[0] for key in self.keys()], ["private_key", "public_key"])
        self.assertEqual({key[2] for key in self.keys()}, {own})
        self.assertSigns(result, "SHA256_RSA_PKCS")
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session()
            driver.ok("login", session, "user", softhsm.PIN)
            handle, = driver.find(session, **{"class": "private_key"})
            names = ("token", "private", "sensitive", "extractable", "local", "never_extractable")
            own = driver.ok("getattr", session, handle, *names)
            self.assertEqual([own[name.upper()] for name in names],
                             ["true", "true", "true", "false", "true", "true"])

    def test_ec(self):
        for kind, hash_name in (("ec-p256", "SHA256"), ("ec-p384", "SHA384")):
            result = self.generate(kind)
            self.assertDone(result)
            self.assertSigns(result, hash_name=hash_name)

    @tap.only_if(FULL)
    def test_long_rsa(self):
        for kind in ("rsa-3072", "rsa-4096"):
            result = self.generate(kind)
            self.assertDone(result)
            self.assertEqual(public_key(result).key_size, int(kind[4:]))
            self.assertSigns(result, "SHA256_RSA_PKCS")

    def test_wrong_pin_is_presented_once_and_only_for_a_good_wish(self):
        spy = self.spy()
        for label in ("", "x" * 256):
            self.assertRefused("bad-label", label=label, pin="9999", module=spy.path)
        for kind in ("dsa-2048", ""):
            self.assertRefused("unsupported-key", kind=kind, pin="9999", module=spy.path)
        self.assertRefused("no-pin-given", pin="", module=spy.path)
        self.assertEqual(spy.logins(), [])
        self.assertRefused("rejected", pin="9999", module=spy.path)
        self.assertEqual(len(spy.logins()), 1)

    def test_token_refuses(self):
        for rv, fault in (("CKR_DEVICE_MEMORY", "full"),
                          ("CKR_TOKEN_WRITE_PROTECTED", "read-only"),
                          ("CKR_MECHANISM_INVALID", "unsupported-key"),
                          ("CKR_FUNCTION_NOT_SUPPORTED", "unsupported"),
                          ("CKR_DEVICE_REMOVED", "gone")):
            spy = self.spy(fail=f"C_GenerateKeyPair={rv}")
            result = self.assertRefused(fault, module=spy.path)
            self.assertTrue(result["answer"]["begun"])

    def test_ids_that_cannot_be_changed(self):
        """Whichever half it is of: both have the same one, as nobody else has."""
        seen = set()
        for call in (1, 2):
            spy = self.spy(fail=f"C_SetAttributeValue=CKR_ATTRIBUTE_READ_ONLY@{call}")
            self.assertDone(self.generate(label=f"key {call}", module=spy.path))
            ids = [key[2] for key in self.keys() if key[2] not in seen]
            self.assertEqual((len(ids), len(set(ids)), len(ids[0])), (2, 1, 40), ids)
            seen.update(ids)

    def test_mechanisms(self):
        """None for it, no key of that kind; and no PIN is presented for one."""
        spy = self.spy(fail="C_GetMechanismInfo=CKR_MECHANISM_INVALID")
        self.assertFault(self.job("can-generate", module=spy.path), "unsupported")
        self.assertRefused("unsupported-key", module=spy.path)
        self.assertEqual(spy.logins(), [])


class Blocked(GenerateCase):
    """A token that stands still in the middle."""

    def setUp(self):
        super().setUp()
        self.scripted(generates=True)
        self.watch = self.spy()
        self.go = self.box.dir / "go"

    def begin(self, call, *rules):
        """The job, when all that comes before that call of the helper's is done."""
        before = {"C_GetMechanismInfo": "C_OpenSession", "C_SetAttributeValue": "C_GenerateKeyPair"}
        self.mock.script(f"{call}=block:{self.go}", *rules)
        job = self.start("generate", mocktoken.PIN, key=("rsa-2048", LABEL),
                         module=self.watch.path)
        wait_for(lambda: self.watch.calls(before[call]), 30, "the helper at the token")
        return job

    def stop(self, job):
        job.send_signal(signal.SIGUSR2)
        self.assertEqual(job.stderr.readline(), "stop\n")
        self.go.touch()
        return self.finish(job)

    def test_kinds(self):
        self.assertEqual(self.job("can-generate")["answer"]["kinds"], ["rsa-2048"])
        self.mock.script(generates=False)
        self.assertFault(self.job("can-generate"), "unsupported")

    def test_pin_goes_to_no_other_token(self):
        job = self.begin("C_GetMechanismInfo")
        self.mock.script(label="Another")
        self.go.touch()
        self.assertFault(self.finish(job), "gone")
        self.assertEqual(self.mock.counts()["presentations"], 0)

    def test_stopped_before_the_pin(self):
        self.assertFault(self.stop(self.begin("C_GetMechanismInfo")), "stopped")
        self.assertEqual(self.mock.counts()["presentations"], 0)

    def test_stopped_too_late(self):
        """The key that has come to be all the same goes again."""
        result = self.stop(self.begin("C_SetAttributeValue"))
        self.assertFault(result, "stopped")
        self.assertEqual(result["steps"], ["login 0/0", "make 0/0", "undo 0/0"])
        self.assertEqual(result["answer"]["left"], 0)
        self.assertNotIn("public_key", result["answer"])
        self.assertEqual(self.watch.counts(rv="CKR_OK")["C_DestroyObject"], 2)

    def test_stopped_and_the_token_keeps_it(self):
        result = self.stop(self.begin("C_SetAttributeValue", "C_DestroyObject=CKR_DEVICE_ERROR"))
        self.assertFault(result, "stopped")
        self.assertEqual(result["answer"]["left"], 2)


class Card(GenerateCase):
    pin = piv.PIN

    def test_card_that_makes_none(self):
        """OpenSC says that it could, but cannot write to a PIV card: known without the PIN."""
        self.piv()
        self.assertFault(self.job("can-generate"), "unsupported")
        self.assertFault(self.generate("rsa-2048"), "unsupported")
        self.assertEqual(self.card.stats()["presentations"], 0)

    @tap.only_if(FULL)
    def test_card_that_does(self):
        self.readers = self.box.readers()
        self.card = self.readers.writable_card()
        self.module = self.readers.opensc()
        self.configure(opensc=self.module)
        self.uri = self.tokens()[self.card.label]["uri"]
        before = self.card.stats()
        self.assertEqual(self.job("can-generate")["answer"]["kinds"], ["rsa-2048"])
        self.assertEqual(self.card.stats(), before)
        self.assertFault(self.generate("rsa-2048", pin="654321"), "rejected")
        self.assertEqual(self.card.stats(), before | {
            "presentations": before["presentations"] + 1, "wrong": 1})

        self.card.fill()
        self.assertFault(self.generate("rsa-2048"), "full")
        self.card.fill(False)

        result = self.generate("rsa-2048")
        self.assertDone(result)
        self.assertEqual(self.card.stats()["generated"], 1)
        own = key_id(public_key(result))
        self.assertEqual([key[2] for key in self.keys()], [own, own])
        self.assertSigns(result, "SHA256_RSA_PKCS")


if __name__ == "__main__":
    del GenerateCase
    tap.main()
