# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What most tests of the module begin with: a software token with a key, behind Pinfold."""

import unittest

from pinfoldtest import Sandbox, softhsm
from pinfoldtest.pinfold import Pinfold


class SoftCase(unittest.TestCase):
    """The agent is there before any program is, unless it is to read settings first."""

    has_agent = True

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.public = softhsm.import_key(self.box, bits=1024)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        if self.has_agent:
            self.pinfold.ctl("status")
