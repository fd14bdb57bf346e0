#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A token that answers nobody: each program hangs in its own call of it, and in no other one's."""

import select
import unittest

from pinfoldtest import Sandbox, mock, tap
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold


class HangingToken(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})

    def program(self):
        d = self.pinfold.driver(timeout=60)
        self.addCleanup(d.close)
        d.ok("init")
        session = d.open_session("@0")
        d.ok("login", session, "user", mock.PIN)
        (key,) = d.find(session, **{"class": "private_key", "label": "signing key"})
        return d, ("sign", session, key, "SHA256_RSA_PKCS", "00")

    def test_who_is_not_in_it(self):
        """Two are, as one could hang by itself; the third has its login and tries again."""
        programs = dict(self.program() for _ in range(3))
        gate = self.box.dir / "gate"
        self.mock.script(f"C_Login=block:{gate}")
        for d, line in programs.items():
            d.send(*line)
        (third, *_), _, _ = select.select(list(programs), [], [], 60)
        self.assertEqual(third.receive().rv, "CKR_USER_NOT_LOGGED_IN")
        self.assertEqual(third.ok("sessioninfo", ".")["state"], "CKS_RO_USER_FUNCTIONS")
        gate.touch()
        answers = {d.receive().rv for d in programs if d is not third}
        self.assertIn("CKR_OK", answers)
        third.ok(*programs[third])


if __name__ == "__main__":
    tap.main()
