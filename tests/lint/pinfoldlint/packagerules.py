# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on what is handed out: one version everywhere; pages and descriptions without a warning."""

import re
import subprocess
import tempfile
from pathlib import Path

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


def _validate(tree, ending, *command):
    """What a tool says of the files of that name, which has to be the one that they are installed by."""
    for path in tree.paths(ending, f"{ending}.in", under=("data/",)):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, Path(path).name.removesuffix(".in"))
            file.write_text(tree.files[path], encoding="utf-8")
            try:
                ran = subprocess.run([*command, file], capture_output=True, text=True, check=False)
            except OSError as error:
                raise CannotCheck(f"{command[0]} is not installed") from error
        yield path, ran.returncode, (ran.stdout + ran.stderr).strip()


def check_desktop_entries(tree):
    """desktop-file-validate has nothing to say, not even a hint."""
    for path, _, said in _validate(tree, ".desktop", "desktop-file-validate"):
        if said:
            yield f"{path}: {said}"


def check_metainfo(tree):
    """appstreamcli has nothing to say."""
    for path, status, said in _validate(tree, ".metainfo.xml", "appstreamcli", "validate", "--no-net",
                                        "--strict"):
        if status != 0:
            yield f"{path}: {said}"


RULES = [check_version, check_manual_pages, check_desktop_entries, check_metainfo]
