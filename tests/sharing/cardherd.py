# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Many programs with one login, on a card that counts what is presented to it."""

import select
import time
import unittest

from askingbed import AskingBed
from pinfoldtest import Driver, Sandbox, wait_for
from pinfoldtest.driver import DriverError
from pinfoldtest.extent import FULL_PLAIN

COUNT = 50 if FULL_PLAIN else 6
ID = (3, 4)
SIGN = "sign . . SHA256_RSA_PKCS 00"
FIND = "find . class=private_key id=01"
PUBLIC, USER = "CKS_RO_PUBLIC_SESSION", "CKS_RO_USER_FUNCTIONS"
CARD = ("00000000cafe0001", "Pinfold Test Card")
# What a program is told whose login is gone.
REFUSALS = {"CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID"}
# Seconds without any answer after which pcscd is asked for the reason.
QUIET = 10


class CardKept(AssertionError):
    """pcscd keeps the card from everybody: Readers.keeps_lock_of_dead()."""


class Bed:
    """Card, agent, prompter, and programs of one ID, each with a session and the key at hand."""

    def __init__(self):
        self.box = Sandbox(bus=False, services=False)
        try:
            self.readers = self.box.readers()
            self.opensc = self.readers.opensc()
            self.asking = AskingBed(self.box, {"opensc": self.opensc})
            self.pinfold = self.asking.pinfold
            self.pinfold.set("sharing", "allow")
            self.card = self.readers.card()
            self.last_pin = 100000
            self.herd = []
            self.is_spoilt = False
            self.is_new = False  # the agent or the card: it does not know the open sessions
        except BaseException:
            self.box.close()
            raise

    def close(self):
        for d in self.herd:
            d.kill()
        self.box.close()

    def raw(self):
        """A program that has the card without Pinfold, with a session; the caller's to close."""
        d = Driver(self.box, self.opensc)
        d.ok("init os-locking")
        d.open_session("@0", "rw")
        return d

    def change_pin(self):
        """The card has another PIN, all tries, and has counted nothing yet."""
        self.last_pin += 1
        self.pin = str(self.last_pin)
        self.card.set_pin(self.pin)
        self.card.reset_stats()

    def fill(self):
        """As many programs as there should be."""
        new = [self.pinfold.driver(timeout=60) for _ in range(COUNT - len(self.herd))]
        for line in ("init os-locking", "appid set {} {}".format(*ID), "tokeninfo @0",
                     "open @0"):
            self.each(line, new)
        self.herd += new

    def each(self, line, members=None):
        """A line for each at once; all must have CKR_OK."""
        members = self.herd if members is None else members
        for d in members:
            d.send(*line.split())
        answers = [d.receive() for d in members]
        assert all(answer.ok for answer in answers), {answer.line for answer in answers}
        return answers

    def begin(self, line, members=None):
        """A line for each at once; finish() gives the answers."""
        members = self.herd if members is None else members
        for d in members:
            d.send(*line.split())
        return list(members)

    def finish(self, members, on_ask=None):
        """The answers of all, and how many dialogs there were; on_ask gets each one's request, and
        by default says no."""
        answers, asked, left = [], 0, list(members)
        last = time.monotonic()
        deadline = last + 60
        while left:
            ready, _, _ = select.select([*left, self.asking], [], [], 1)
            now = time.monotonic()
            last = now if ready else last
            if now > last + QUIET and self.readers.keeps_lock_of_dead():
                raise CardKept(f"from {len(left)} programs")
            assert now < deadline, f"{len(left)} programs have no answer"
            for d in [d for d in left if d in ready]:
                left.remove(d)
                answers.append(d.receive())
            while (question := self.asking.find("ask")) is not None:
                (request,), _ = question
                asked += 1
                (on_ask or self.cancel)(request)
        return answers, asked

    def cancel(self, request):
        self.asking.call("cancel", request)

    def answer(self, request):
        self.asking.call("answer", request, self.pin)

    def start_agent(self):
        """After its end."""
        self.asking.start()
        self.is_new = True

    def restart_agent(self):
        self.asking.kill()
        self.start_agent()

    def wait_token(self, members=None):
        """Until all programs see a card."""
        left = list(self.herd if members is None else members)

        def sees_token(d):
            try:
                return d.cmd("tokeninfo @0").ok
            except DriverError:  # there is no first slot with a token
                return False

        def are_done():
            while left and sees_token(left[-1]):
                left.pop()
            return not left

        wait_for(are_done, 15, "the card to be seen", step=0.1)

    def has_joined(self):
        """Each program announces itself by its first session, if it may try to reach the agent."""
        self.each("closeall @0")
        self.each("open @0")
        return [len(d["members"]) for d in self.pinfold.domains()] == [len(self.herd)]

    def recover(self):
        """Everybody logged in, whatever was before."""
        self.card.latency(apdu=0, key=0, pin=0)
        stats = self.card.stats()
        if (stats["serial"], stats["label"]) != CARD or not stats["inserted"]:
            self.card.swap(*CARD)
            self.is_new = True
        old = list(self.herd)
        self.fill()
        if self.is_new:
            self.wait_token(old)
            wait_for(self.has_joined, 15, "the agent to know everybody", step=0.2)
        self.is_new = False
        self.change_pin()
        self.log_in()

    def log_in(self):
        """All by one of them, with the key at hand."""
        self.herd[0].ok("try logout .")
        self.herd[0].ok("login", ".", "user", self.pin)
        for answer in self.each(FIND):
            assert len(answer.numbers("objects")) == 1, answer.line
        self.card.reset_stats()


class HerdCase(unittest.TestCase):
    """One bed for all cases, made anew after one that failed."""

    def setUp(self):
        self.take_bed()

    def take_bed(self):
        """Another one if the last use was not finished."""
        self.bed = _bed()
        self.card = self.bed.card
        self.bed.is_spoilt = True
        self.bed.recover()


_beds = []


def _close_beds():
    while _beds:
        _beds.pop().close()


def _bed():
    if _beds and not _beds[-1].is_spoilt:
        return _beds[-1]
    _close_beds()
    unittest.addModuleCleanup(_close_beds)
    _beds.append(Bed())
    return _beds[-1]
