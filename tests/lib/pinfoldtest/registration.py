# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A program that is told of Pinfold's module by pinfoldctl, is used, and is told to forget it."""

import os
from pathlib import Path

from .paths import build_path

_CTL = build_path("app/pinfoldctl")
# p11-kit reads no files of root's own, and goes by what the process sees of itself.
NOT_ROOT = ("unshare", "--user") if os.geteuid() == 0 else ()


def snapshot(folder):
    """Everything in folder: path -> what it is, to the byte."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        state = path.lstat()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("folder", oct(state.st_mode))
        elif path.is_file():
            found[name] = ("file", oct(state.st_mode), state.st_uid, path.read_bytes())
    return found


class Registration:
    """A program with Pinfold, from register to undo(). folder: where its lists are, in the home;
    options: of register; prefix: a command that runs pinfoldctl."""

    def __init__(self, box, program, folder, options=(), prefix=()):
        self._box, self._program, self._prefix = box, program, prefix
        self._folder = Path(box.env["HOME"], folder)
        self._before = self._snapshot()
        self._ctl("register", *options)
        self._changed = self._difference(self._before, self._snapshot())
        if not self._changed:
            raise AssertionError(f"register {program} has changed nothing in {self._folder}")

    def _ctl(self, *words, check=True):
        return self._box.run(*self._prefix, _CTL, *words, self._program, check=check)

    def _snapshot(self):
        here = {"": ("folder", oct(self._folder.stat().st_mode))} if self._folder.exists() else {}
        return here | snapshot(self._folder)

    @staticmethod
    def _difference(one, other):
        return {name for name in one | other if one.get(name) != other.get(name)}

    def refuse_undo(self):
        """While the program has its profile open, unregister leaves it as it is; what is said."""
        said = self._ctl("unregister", check=False)
        if said.returncode != 1:
            raise AssertionError(f"unregister: status {said.returncode}, {said.stdout}")
        return said.stdout

    def undo(self):
        """Unregisters: what register has changed is as it was before, to the byte; what the program
        itself has written since is as the program left it."""
        used = self._snapshot()
        self._ctl("unregister")
        now = self._snapshot()
        wrong = {name for name in self._changed if now.get(name) != self._before.get(name)}
        wrong |= self._difference(used, now) - self._changed
        if wrong:
            raise AssertionError(f"unregister {self._program} leaves these changed: {sorted(wrong)}")
