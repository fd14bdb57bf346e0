# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""How much of the long runs is wanted."""

import os

# The acceptance figures (`./bootstrap test --full`), not a sample.
FULL = os.environ.get("PF_TEST_FULL") == "1"
# And in a build that no sanitizer slows down. Tests of the suite "timed" have the machine for
# themselves then, and may judge times.
FULL_PLAIN = FULL and not os.environ.get("PINFOLD_SANITIZED")
