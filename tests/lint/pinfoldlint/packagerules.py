# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on what is handed out: one version everywhere, manual pages without a warning."""

import re
import subprocess

from .tree import CannotCheck

# Who else says the version, and the first place where.
VERSIONS = {
    "CHANGELOG.md": r"(?m)^## (\S+)",
    "data/debian/changelog": r"\Apinfold \(([^-)]+)-[\w~]+\)",
    "data/org.pinfold.Pinfold.metainfo.xml.in": r'<release version="([^"]+)"',
}
PAGE = re.compile(r"\.[1-8]$")
CHECKERS = (("mandoc", "-T", "lint", "-W", "warning"),
            ("groff", "-mandoc", "-K", "utf8", "-T", "utf8", "-ww", "-z"))


def check_version(tree):
    """The version is the one of meson.build, wherever it is said again."""
    own = re.search(r"(?m)^  version: '([^']+)'", tree.files.get("meson.build", ""))
    for path, pattern in VERSIONS.items():
        if path in tree.files:
            said = re.search(pattern, tree.files[path])
            if own is None or said is None or said[1] != own[1]:
                yield f"{path}: version {said and said[1]}, meson.build says {own and own[1]}"


def check_manual_pages(tree):
    """mandoc and groff have nothing to say about manual pages."""
    for path in filter(PAGE.search, tree.files):
        for command in CHECKERS:
            try:
                ran = subprocess.run(command, input=tree.files[path], capture_output=True, text=True,
                                     check=False)
            except OSError as error:
                raise CannotCheck(f"{command[0]} is not installed") from error
            if said := (ran.stdout + ran.stderr).strip():
                yield f"{path}: {said}"


RULES = [check_version, check_manual_pages]
