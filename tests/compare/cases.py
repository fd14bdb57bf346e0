# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the tests of the programs have in common."""

import unittest

import compare
from pinfoldtest import need_tools
from pinfoldtest.extent import FULL
from places import MODES

# shared is process with a common domain; alone in it, a program does the same.
USUAL = MODES if FULL else ("process",)
TOOL = "pkcs11-tool --module {module} --login --pin env:PIN"


class ProgramCase(unittest.TestCase):
    """Has a place for all of its cases; each case begins with a fresh token."""

    tools = ()

    @classmethod
    def setUpClass(cls):
        need_tools(*cls.tools)
        cls.place = cls.make_place()
        cls.addClassCleanup(cls.place.close)

    def same(self, *steps, modes=USUAL, files=(), status=0, says=""):
        """Fails when a mode differs from the raw backend. status: with which the raw side's last
        step ends (None: any); says: what it prints, so that it is not two equal failures."""
        raw, told = compare.compare(self.place, steps, modes, files)
        said = "\n".join(line for result in raw for line in result.lines(()))
        if told:
            self.fail(f"the two sides differ:\n{told}\n\nraw:\n{said}")
        if status is not None:
            self.assertEqual(raw[-1].status, status, said)
        self.assertIn(says, said)
        return raw
