#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Threads that do what they like with one token, windows opening and closing under them. What a
sanitizer says of it fails the test as anything else does."""

import random

from pinfoldtest import Spy, softhsm, tap
from pinfoldtest.extent import FULL
from softbed import SoftCase

THREADS = 8
CALLS = 50_000 if FULL else 6_000
LIST = 60  # commands that a thread does again and again
TOKEN = "=pinfold-test"

PUBLIC = (
    "sessioninfo .", "tokeninfo =pinfold-test", "slots present", "mechinfo =pinfold-test RSA_PKCS",
    "find . class=public_key", "getattr . . label id modulus", "digest . SHA256 text:x", "random . 8",
    "create . class=data label=p value=text:p private=false token=false", "getattr . . value",
    "findinit . class=public_key", "findfinal .", "digestinit . SHA256", "digestfinal .",
    "getopstate .",
)
PRIVATE = (
    "find . class=private_key", "sign . . SHA256_RSA_PKCS text:x", "getattr . . label id modulus",
    "signinit . . SHA256_RSA_PKCS", "signupdate . text:x", "signfinal .", "sign1 . text:x",
    "create . class=data label=s value=text:s private=true token=false", "getattr . . value",
    "create . class=secret_key key_type=aes value=fill:16:41 token=false encrypt=true",
    "encrypt . . AES_ECB fill:16:00", "genkey . aes 16 token=false encrypt=true",
    "setattr . . label=other", "copy . . label=copy token=false", "find . private=true",
)
STATE = (
    "open =pinfold-test rw", "open =pinfold-test ro", "close .", f"login . user {softhsm.PIN}",
    f"login . user {softhsm.PIN}", "logout .", "open =pinfold-test rw",
)


class Threads(SoftCase):
    has_agent = False

    def play(self, mode, states):
        self.pinfold.set("cache-mode", mode)
        self.pinfold.ctl("status")
        spy = Spy(self.box, self.backend)
        d = self.pinfold.driver(spy, timeout=600)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        d.ok("login", d.open_session(TOKEN, "rw"), "user", softhsm.PIN)
        jobs = [d.background(*self.words(number, states)) for number in range(THREADS)]
        for job in jobs:
            self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assertGreaterEqual(sum(spy.counts(d.pid).values()), CALLS)
        self.assert_whole(mode, d, spy)

    @staticmethod
    def words(seed, states):
        chosen = random.Random(seed)
        kinds, weights = (PUBLIC, PRIVATE, STATE), (5, 4, 2 if states else 0)
        commands = ["open =pinfold-test rw", "find . class=private_key"]
        for _ in range(LIST):
            (kind,) = chosen.choices(kinds, weights)
            commands.append(chosen.choice(kind))
        words = [f"times={CALLS // THREADS // LIST + 1}"]
        for command in commands:
            words += ["try", *command.split(), ";"]
        return [*words, "try", "close", "."]

    def assert_whole(self, mode, d, spy):
        """After all that a login, a signature and a logout do what they should."""
        d.ok("closeall", TOKEN)
        if mode != "off":  # a backend's own login ends with the last session
            self.assertFalse(spy.logged_in(d.pid))
        self.assertEqual(self.pinfold.domains(), [])
        session = d.open_session(TOKEN, "rw")
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key", "token": "true"})
        softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")
        self.assertEqual(d.find(session, token="false"), [])
        d.ok("finalize")

    def test_windows_come_and_go(self):
        self.play("process", states=False)

    def test_logins_and_sessions_too(self):
        self.play("process", states=True)

    def test_without_cache(self):
        self.play("off", states=True)


if __name__ == "__main__":
    tap.main()
