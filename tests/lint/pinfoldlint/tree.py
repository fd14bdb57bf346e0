# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The files of the project, as the rules see them."""

import subprocess
from pathlib import Path


class CannotCheck(Exception):
    """A tool or a build is missing; the rule is skipped with this reason."""


class Tree:
    """Relative path -> text, of a checkout or (for the rules' own tests) of a dictionary."""

    def __init__(self, files, root=None, others=()):
        self.files = dict(sorted(files.items()))
        self.root = root
        self.others = set(others)  # paths of what is no text, such as pictures

    @classmethod
    def of_checkout(cls, root):
        """What git tracks or would track; in an unpacked archive, what is outside build folders."""
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
                   "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=False)
        if listed.returncode == 0:
            names = listed.stdout.decode().split("\0")
        else:
            names = [str(path.relative_to(root)) for path in Path(root).rglob("*")
                     if not path.relative_to(root).parts[0].startswith(("build", ".git"))]
        files, others = {}, set()
        for name in names:
            path = Path(root, name)
            if name and path.is_file() and "__pycache__" not in path.parts:
                try:
                    files[name] = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    others.add(name)
        return cls(files, Path(root), others)

    def paths(self, *suffixes, under=()):
        """Paths that end in one of the suffixes and lie in one of the folders."""
        return [path for path in self.files
                if path.endswith(suffixes) and (not under or path.startswith(tuple(under)))]

    def scripts(self, interpreter):
        """Paths whose first line names the interpreter."""
        return [path for path, text in self.files.items()
                if text.startswith("#!") and interpreter in text.split("\n", 1)[0]]
