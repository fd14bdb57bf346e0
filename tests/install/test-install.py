#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Installs the build into a folder: every file in its place, none that names the build, and nothing
left when it is uninstalled."""

import configparser
import json
import os
import re
import shlex
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from pinfoldtest import build_path, source_path, tap
from pinfoldtest.paths import project_version

LIST = Path(__file__).with_name("installed-files.txt")
LOG = build_path("meson-logs/install-log.txt")
HEADER_USER = """#include <p11-kit/pkcs11.h>
#include <pinfold/pinfold.h>
int main(void) { return PF_INTERFACE_APPLICATION_ID[0] + (int)sizeof(PfApplicationIdFunctions); }
"""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def directories():
    """Names of the build's directories -> absolute paths."""
    options = {option["name"]: option["value"] for option in
               json.loads(run("meson", "introspect", build_path(), "--buildoptions"))}
    names = ("bindir", "datadir", "includedir", "libdir", "libexecdir", "localedir", "mandir",
             "sysconfdir")
    prefix = options["prefix"]
    return {"prefix": prefix} | {name: os.path.join(prefix, options[name]) for name in names}


class Install(unittest.TestCase):
    """The build itself is used, whose own log of what was installed comes back in the end."""

    @classmethod
    def setUpClass(cls):
        log = LOG.read_bytes() if LOG.exists() else None
        folder = tempfile.TemporaryDirectory(prefix="pinfold-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(lambda: LOG.write_bytes(log) if log else LOG.unlink(missing_ok=True))
        cls.top = Path(folder.name, "root")
        cls.dirs = directories()
        cls.install()

    @classmethod
    def install(cls):
        # Stripped, as packages are: what debuggers are told names the sources.
        run("meson", "install", "-C", build_path(), "--no-rebuild", "--strip", "--destdir", cls.top)

    @staticmethod
    def uninstall():
        run("ninja", "-C", build_path(), "uninstall")

    def files(self):
        return [path for path in sorted(self.top.rglob("*")) if not path.is_dir()]

    def inside(self, path):
        """Where a path of the installed system is now."""
        return self.top / path.lstrip("/")

    def test_files(self):
        wanted = [line.format(**self.dirs) for line in LIST.read_text().splitlines()]
        there = [f"/{path.relative_to(self.top)}" for path in self.files()]
        self.assertEqual(sorted(set(there) ^ set(wanted)), [])

    def test_modes(self):
        programs = {self.inside(self.dirs[folder]) for folder in ("bindir", "libexecdir")}
        for path in self.files():
            mode = stat.S_IMODE(path.lstat().st_mode)
            self.assertIn(mode, {0o755} if path.parent in programs else {0o644, 0o755}, path)
            self.assertFalse(path.is_symlink(), path)

    def test_names_no_build(self):
        own = [os.fsencode(path) for path in (self.top, build_path().resolve(), source_path())]
        for path in self.files():
            for name in own:
                self.assertNotIn(name, path.read_bytes(), path)

    def commands(self):
        """Every command and path that an installed file has others use, with that file."""
        for path in self.files():
            if path.suffix in (".service", ".desktop"):
                text = configparser.RawConfigParser(strict=False)
                text.optionxform = str
                text.read(path)
                for section in text.sections():
                    for key in ("Exec", "ExecStart"):
                        if text.has_option(section, key):
                            yield path, shlex.split(text.get(section, key))[0]
            elif path.suffix == ".module":
                yield path, re.search(r"^module: (.*)$", path.read_text(), re.M)[1]

    def test_what_they_start(self):
        found = list(self.commands())
        self.assertEqual(len(found), 6, found)
        for path, command in found:
            if os.path.isabs(command):
                self.assertTrue(self.inside(command).exists(), f"{path}: {command}")
            else:
                self.assertTrue(self.inside(self.dirs["bindir"]).joinpath(command).exists(), path)

    def pkg_config(self, *arguments):
        folder = self.inside(self.dirs["libdir"]) / "pkgconfig"
        return run("pkg-config", f"--define-variable=prefix={self.inside(self.dirs['prefix'])}",
                   *arguments, "pinfold", env=os.environ | {"PKG_CONFIG_PATH": str(folder)}).strip()

    def test_header(self):
        self.assertTrue(Path(self.pkg_config("--variable=module")).is_file())
        flags = [*self.pkg_config("--cflags").split(), *run("pkg-config", "--cflags",
                                                            "p11-kit-1").split()]
        run("cc", "-Wall", "-Werror", "-fsyntax-only", *flags, "-x", "c", "-", input=HEADER_USER)

    def test_version(self):
        """Each program's own, and what other builds are told; the module's: test-hosts.py."""
        for folder, name in (("bindir", "pinfold"), ("bindir", "pinfoldctl"),
                             ("libexecdir", "pinfold-agent")):
            said = run(self.inside(self.dirs[folder]) / name, "--version", env={"LANG": "C.UTF-8"})
            self.assertEqual(said, f"{name} {project_version()}\n")
        self.assertEqual(self.pkg_config("--modversion"), project_version())

    def test_uninstall(self):
        self.addCleanup(self.install)
        foreign = self.inside(self.dirs["datadir"]) / "pinfold" / "of-somebody-else"
        foreign.touch()
        self.uninstall()
        self.assertEqual(self.files(), [foreign])
        foreign.unlink()
        self.install()
        self.uninstall()
        self.assertEqual([path for path in self.top.rglob("*") if path != foreign.parent and
                          path not in foreign.parents], [])


if __name__ == "__main__":
    tap.main()
