#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the agent is told of the use of its PINs."""

import os
import signal

from pinfoldtest import softhsm, tap, wait_for
from scriptedbed import BRIEF, PRIVATE, REFUSALS, USER_STATE, ScriptedCase

LABEL_MAX = 128  # wire-names.h


class Uses(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.d = self.driver()
        self.session, self.key = self.logged_in(self.d, 5)
        self.uses()

    def uses(self):
        """What was told since the last time."""
        return self.agent.call("uses")

    def hold_window(self):
        """A private session object keeps a window open."""
        self.d.ok("create", self.session, *BRIEF)
        self.assertEqual(self.uses(), ["take:create:"])

    def test_what_a_pin_is_taken_for(self):
        d, s, k = self.d, self.session, self.key
        (public,) = d.find(s, **{"class": "public_key"})
        data = d.ok("encrypt", s, public, "RSA_PKCS", "text:x")["data"]
        for expected, *words in (("take:sign:key", "sign", s, k, "SHA256_RSA_PKCS", "text:x"),
                                 ("take:decrypt:key", "decrypt", s, k, "RSA_PKCS", data),
                                 ("take:modify:key", "setattr", s, k, "label=a_new_name"),
                                 ("take:copy:a_new_name", "copy", s, k, "label=x", "token=true"),
                                 ("take:generate:", "genkeypair", "rsa", 1024,
                                  "priv.private=true")):
            with self.subTest(use=expected):
                if words[0] == "genkeypair":
                    words.insert(1, s)
                d.cmd(*words)
                self.assertEqual(self.uses()[:1], [expected])

    def test_in_an_open_window_it_is_noted(self):
        d, s, k = self.d, self.session, self.key
        self.hold_window()
        before = self.presented(d)
        d.sign(s, k)
        d.sign(s, k)
        self.assertEqual(self.presented(d), before)
        wait_for(lambda: self.agent.calls("NoteUse") == 2, 5, "the notes to come")
        self.assertEqual(self.uses(), ["note:sign:key"] * 2)

    def test_looks_are_not_noted(self):
        d, s, k = self.d, self.session, self.key
        self.hold_window()
        d.find(s, **PRIVATE)
        d.ok("objsize", s, k)
        d.sign(s, k)
        wait_for(lambda: self.agent.calls("NoteUse") > 0, 5, "the note to come")
        self.assertEqual(self.uses(), ["note:sign:key"])

    def test_labels_that_are_too_long_or_no_text(self):
        d, s, k = self.d, self.session, self.key
        for label, told in ((b"k" * 1000, "k" * LABEL_MAX),
                            ("ü".encode() * 100, "ü" * (LABEL_MAX // 2)),
                            (b"k" + "ü".encode() * 100, "k" + "ü" * (LABEL_MAX // 2 - 1)),
                            (b"\xff\xfe\xfd", ""), (b"", "")):
            with self.subTest(label=label):
                d.ok("setattr", s, k, "label=hex:" + label.hex())
                self.uses()
                d.sign(s, k)
                self.assertEqual(self.uses(), [f"take:sign:{told}"])

    def test_an_agent_that_does_not_read_is_not_waited_for(self):
        d, s, k = self.d, self.session, self.key
        self.hold_window()
        pid = self.agent.process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            # Far more than a socket's buffer holds.
            d.ok("loop", 3000, "signinit", s, k, "SHA256_RSA_PKCS", ";", "sign1", s, "00",
                 timeout=200)
            self.assertEqual(d.state(s), USER_STATE)
        finally:
            os.kill(pid, signal.SIGCONT)
        wait_for(lambda: self.agent.calls("NoteUse") > 0, 5, "the first notes to come")
        # And the connection is as good as it was.
        d.ok("close", s)
        other, key = self.logged_in(d, 6)
        d.sign(other, key)

    def test_without_an_agent_nothing_is_noted(self):
        d, s, k = self.d, self.session, self.key
        self.hold_window()
        self.agent.end()
        self.assertIn(d.rv("signinit", s, k, "SHA256_RSA_PKCS"), REFUSALS)
        d.ok("login", s, "user", softhsm.PIN)
        (key,) = d.find(s, **PRIVATE)
        d.sign(s, key)


if __name__ == "__main__":
    tap.main()
