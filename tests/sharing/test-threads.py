#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Many threads of one program that all need the PIN that was forgotten: one answer is for all."""

import unittest

from askingbed import AskingBed
from pinfoldtest import Sandbox, softhsm, tap, wait_for

THREADS = 6  # more than the questions that a program may ask at once


class Wake(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False, services=False)
        self.addCleanup(self.box.close)
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        softhsm.import_key(self.box, bits=1024)
        self.box.env["G_MESSAGES_DEBUG"] = "pinfold-agent"
        self.bed = AskingBed(self.box, {"softhsm2": backend})
        self.d = self.bed.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.sessions = [self.d.open_session("=pinfold-test", "rw") for _ in range(THREADS)]
        self.d.ok("login", self.sessions[0], "user", softhsm.PIN)
        (self.key,) = self.d.find(self.sessions[0], **{"class": "private_key"})
        self.bed.pinfold.ctl("forget")

    def asked(self):
        """Jobs that all wait for the person, and the dialog that is open."""
        jobs = [self.d.background("signinit", session, self.key, "SHA256_RSA_PKCS")
                for session in self.sessions]
        log = self.box.dir / "logs/agent.log"
        line = f"Calls that wait for the person: {THREADS}\n"
        wait_for(lambda: line in log.read_text(errors="replace"), 10, "all of them to ask")
        (request,), about = self.bed.expect("ask", self.d.pid)
        self.assertEqual(about["purpose"], "wake")
        return jobs, request

    def assert_ends(self, jobs, rv, state):
        self.assertEqual({self.d.join(job).rv for job in jobs}, {rv})
        self.assertEqual({self.d.state(session) for session in self.sessions}, {state})
        self.assertIsNone(self.bed.find("ask"))

    def test_answered(self):
        jobs, request = self.asked()
        self.bed.call("answer", request, softhsm.PIN)
        self.assert_ends(jobs, "CKR_OK", "CKS_RW_USER_FUNCTIONS")

    def test_canceled(self):
        jobs, request = self.asked()
        self.bed.call("cancel", request)
        self.assert_ends(jobs, "CKR_USER_NOT_LOGGED_IN", "CKS_RW_PUBLIC_SESSION")


if __name__ == "__main__":
    tap.main()
