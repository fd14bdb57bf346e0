# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The project's own rules: each a function from a tree of files to the faults in it."""

from . import binaryrules, crules, guiderules, languagerules, packagerules, reporules

RULES = [*crules.RULES, *reporules.RULES, *guiderules.RULES,
         *languagerules.RULES, *packagerules.RULES]
BUILD_RULES = binaryrules.RULES

__all__ = ["BUILD_RULES", "RULES"]
