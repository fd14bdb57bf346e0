#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The Flatpak's manifest: it is understood, fits the programs, and allows what it has a reason for."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import manifest
from pinfoldtest import need_tools, tap
from pinfoldtest.paths import build_path, source_path

ICONS = source_path("data/icons/hicolor")


def quoted(path, pattern):
    return set(re.findall(pattern, source_path(path).read_text()))


class Manifest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_tools("flatpak", "flatpak-builder")
        cls.text = manifest.PATH.read_text()
        cls.manifest = manifest.read()
        cls.arguments = cls.manifest["finish-args"]

    def test_a_manifest_that_is_none(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(self.text.replace("finish-args:", "finish-args: ["))
            file.flush()
            with self.assertRaises(subprocess.CalledProcessError):
                manifest.read(file.name)

    def test_each_permission_has_its_reason(self):
        self.assertEqual(manifest.find_unreasoned(self.text), [])
        bare = "finish-args:\n  - --share=ipc\n  # Cards.\n  - --socket=pcsc\nmodules:\n"
        self.assertEqual(manifest.find_unreasoned(bare), ["--share=ipc"])

    def test_nothing_that_undoes_the_sandbox(self):
        self.assertEqual(manifest.find_forbidden(self.arguments), [])
        for argument in ("--share=network", "--filesystem=home", "--filesystem=xdg-config",
                         "--device=all", "--talk-name=org.freedesktop.Flatpak",
                         "--talk-name=org.gnome.*", "--socket=session-bus"):
            self.assertEqual(manifest.find_forbidden([argument]), [argument])

    def test_names_on_the_buses_are_those_of_the_code(self):
        talk = quoted("agent/lock-watch.c", r'\{"(org\.[\w.]+)", "/')
        talk |= quoted("app/tray/tray-host.c", r'WATCHER_NAME "(org\.[\w.]+)"')
        self.assertGreater(len(talk), 2)
        self.assertEqual(manifest.names(self.arguments, "talk-name"),
                         talk | {"org.freedesktop.secrets"})
        self.assertEqual(manifest.names(self.arguments, "system-talk-name"),
                         quoted("agent/login-names.h", r'PF_LOGIN_NAME\s+"([\w.]+)"'))
        self.assertEqual(manifest.names(self.arguments, "own-name"),
                         quoted("agent/wire/wire-names.h", r'PF_WIRE_AGENT_NAME\s+"([\w.]+)"'))
        self.assertEqual({self.manifest["id"]},
                         quoted("agent/wire/wire-names.h", r'PF_WIRE_APP_NAME\s+"([\w.]+)"'))

    def test_the_socket_is_where_the_module_looks(self):
        (place,) = quoted("agent/wire/socket-path.c", r'"%s/(\w+)/agent"')
        self.assertIn(f"--filesystem=xdg-run/{place}:create", self.arguments)
        self.assertIn("--socket=pcsc", self.arguments)

    def test_sources_are_fixed(self):
        modules = self.manifest["modules"]
        self.assertEqual(manifest.find_bad_sources(modules), [])
        for change in ({"url": "http://example.org/a.tar.gz"}, {"sha256": "0"}, {"type": "git"}):
            source = modules[0]["sources"][0] | change
            self.assertEqual(manifest.find_bad_sources([{"name": "a", "sources": [source]}]), ["a"])

    def test_the_command_is_installed(self):
        plan = json.loads(build_path("meson-info/intro-installed.json").read_text())
        programs = {Path(path).name for path in plan.values() if Path(path).parent.name == "bin"}
        self.assertIn(self.manifest["command"], programs)

    def test_what_is_exported(self):
        """Flatpak shows the desktop only what is named after the app, or a name that it owns."""
        files = {
            "share/applications/org.pinfold.Pinfold.desktop":
                build_path("data/org.pinfold.Pinfold.desktop"),
            "share/metainfo/org.pinfold.Pinfold.metainfo.xml":
                build_path("data/org.pinfold.Pinfold.metainfo.xml"),
        }
        for name in ("org.pinfold.Agent", "org.pinfold.Pinfold"):
            files[f"share/dbus-1/services/{name}.service"] = build_path(f"data/{name}.service")
        for icon in ICONS.rglob("*.svg"):
            files[f"share/icons/hicolor/{icon.relative_to(ICONS)}"] = icon
        with tempfile.TemporaryDirectory() as folder:
            manifest.lay_out(folder, files)
            subprocess.run(["flatpak", "build-finish", folder,
                            f"--command={self.manifest['command']}", *self.arguments], check=True,
                           capture_output=True, env={"HOME": folder, "PATH": "/usr/bin:/bin"})
            exported = Path(folder, "export")
            found = {str(path.relative_to(exported)) for path in exported.rglob("*")
                     if path.is_file()}
            metadata = Path(folder, "metadata").read_text()
        self.assertEqual(found, set(files))
        self.assertRegex(metadata, r"(?m)^sockets=.*\bpcsc;")


if __name__ == "__main__":
    tap.main()
