# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A rule on the guides; what they name is held against programs and sources by tests/docs."""

GUIDES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE")


def check_guides_exist(tree):
    """The root has its guides."""
    for path in GUIDES:
        if path not in tree.files:
            yield f"{path}: missing"


RULES = [check_guides_exist]
