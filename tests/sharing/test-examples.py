#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The two worked examples of shared logins, run as written, on a software token and on a card."""

import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from askingbed import AskingBed
from pinfoldtest import Driver, Sandbox, Spy, readers, softhsm, tap, wait_for
from pinfoldtest.pinfold import Pinfold
from sharingcase import LABEL, PIN, Program, set_id

CHILDREN = 50


class Examples:
    """The same for each kind of token and each way to have the right."""

    def start(self, name):
        program = Program(self.box, name, self.label)
        self.addCleanup(program.kill)
        return program

    def assert_signed(self, program):
        signature = bytes.fromhex(program.until("signature"))
        self.public.verify(signature, b"work", padding.PKCS1v15(), hashes.SHA256())

    def domains(self, app_id):
        return [d for d in self.pinfold.domains() if d["app_id"] == app_id]

    def let_work(self, children):
        """All at once; they live until they are told to end."""
        for child in children:
            child.go()
        for child in children:
            self.assert_worked(child)

    def assert_worked(self, child):
        self.assertEqual(child.until("state", 120), "user")
        self.assert_signed(child)
        child.until("wait")

    def test_two_programs_share_one_login(self):
        self.agree("shared-2", "3:4")
        before = self.presentations()
        first = self.start("shared-1")
        first.until("C_OpenSession")
        first.go(self.pin)
        self.assertEqual(first.until("C_Login"), "0x0")
        first.until("wait")
        self.assertEqual(self.presentations(), before + 1)
        second = self.start("shared-2")
        second.until("wait")
        second.go()
        self.assertEqual(second.until("state"), "user")
        self.assert_signed(second)
        second.until("wait")
        self.assertEqual(self.presentations(), before + 3)  # joining, and the signature
        first.go()
        first.until("C_Logout")
        first.until("wait")
        second.go()
        self.assertEqual(second.until("state"), "public")
        second.finish()
        first.go()
        first.finish()
        self.assertEqual(self.domains("3:4"), [])
        self.assertEqual(self.presentations(), before + 3)

    def test_one_program_logs_in_for_many(self):
        self.agree("child", "7:9")
        before = self.presentations()
        setup = self.start("setup")
        setup.until("C_OpenSession")
        setup.go(self.pin)
        setup.until("wait")
        children = [self.start("child") for _ in range(CHILDREN)]
        for child in children:
            child.until("wait", 120)
        setup.go()
        setup.finish()
        self.let_work(children)
        self.assertEqual(self.presentations(), before + 1 + 2 * CHILDREN)
        (domain,) = self.domains("7:9")
        self.assertEqual(sorted(m["pid"] for m in domain["members"]),
                         sorted(c.pid for c in children))
        for child in children:
            child.go()
        for child in children:
            child.finish()
        (domain,) = self.domains("7:9")
        self.assertEqual((domain["logged_in"], domain["open"], domain["members"]),
                         (True, True, []))
        takedown = self.start("takedown")
        takedown.finish()
        self.assertEqual(self.domains("7:9"), [])


class Allowed:
    """Every program may."""

    def start_pinfold(self, backends):
        self.pinfold = Pinfold(self.box, backends)
        self.pinfold.set("sharing", "allow")

    def agree(self, name, app_id):
        """There is nobody to ask."""


class Asked:
    """A person has agreed before, once and for the session."""

    def start_pinfold(self, backends):
        self.bed = AskingBed(self.box, backends)
        self.pinfold = self.bed.pinfold

    def agree(self, name, app_id):
        """An earlier login, and the example program that would use it: the person is offered it."""
        major, minor = app_id.split(":")
        before = self.pinfold.driver()
        self.addCleanup(before.close)
        before.ok("init os-locking")
        set_id(before, major, minor)
        session = before.open_session(f"={self.label}")
        before.ok("login", session, "user", self.pin)
        program = self.start(name)
        program.until("wait")
        request = self.bed.expect_offer(program.pid)
        self.bed.decide(request, "session")
        program.finish(status=2)
        before.close()
        wait_for(lambda: self.domains(app_id) == [], 5, "the earlier login to end")


class SoftToken:
    def setUp(self):
        self.box = Sandbox(bus=False, services=self.services)
        self.addCleanup(self.box.close)
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN)
        self.public = serialization.load_pem_public_key(
            softhsm.import_key(self.box, pin=PIN, bits=1024))
        self.label, self.pin = LABEL, PIN
        self.spy = Spy(self.box, backend)
        self.box.env.update(self.spy.env)
        self.start_pinfold({"spy": self.spy.path})

    def presentations(self):
        return len(self.spy.logins())

    def let_work(self, children):
        """SoftHSM rewrites its token's file at each login, and a process that reads it meanwhile
        finds no token, with Pinfold or without: they work one after the other."""
        for child in children:
            child.go()
            self.assert_worked(child)


class Card:
    def setUp(self):
        self.box = Sandbox(bus=False, services=self.services)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        backends = {"opensc": self.readers.opensc()}
        self.card = self.readers.card()
        self.label, self.pin = "Pinfold Test Card", readers.PIN
        self.public = self.read_certificate(backends["opensc"])
        self.start_pinfold(backends)

    def read_certificate(self, module):
        with Driver(self.box, module) as d:
            d.ok("init")
            session = d.open_session("@0")
            (found,) = d.find(session, **{"class": "certificate", "id": "01"})
            data = d.ok("getattr", session, found, "value").data("VALUE")
        return x509.load_der_x509_certificate(data).public_key()

    def presentations(self):
        return self.card.stats()["presentations"]


class AllowedSoftToken(SoftToken, Examples, Allowed, unittest.TestCase):
    services = True


class AllowedCard(Card, Examples, Allowed, unittest.TestCase):
    services = True


class AskedSoftToken(SoftToken, Examples, Asked, unittest.TestCase):
    services = False


class AskedCard(Card, Examples, Asked, unittest.TestCase):
    services = False


if __name__ == "__main__":
    tap.main()
