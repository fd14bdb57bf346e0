#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the administrators' page tells people to write does what it says there."""

import json
import re
import shutil
import unittest

from pinfoldtest import Sandbox, build_path, tap
from pinfoldtest.paths import need_tools, source_path

PAGE = "data/administrators.md"


def blocks(language):
    """Those of one language in the page, in its order."""
    text = source_path(PAGE).read_text(encoding="utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", text)


class Administrators(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.schemas = self.box.dir / "schemas"
        self.schemas.mkdir()
        shutil.copy(source_path("data/org.pinfold.gschema.xml"), self.schemas)
        self.conf = self.box.dir / "system.conf"

    def compile_schemas(self):
        need_tools("glib-compile-schemas")
        self.box.run("glib-compile-schemas", "--strict", self.schemas, check=True)

    def ctl(self, *words):
        """(exit status, what it printed) of pinfoldctl with the page's configuration."""
        ran = self.box.run(build_path("app/pinfoldctl"), *words, check=False,
                           env={"PINFOLD_CONF": str(self.conf), "GSETTINGS_SCHEMA_DIR": str(self.schemas)})
        return ran.returncode, ran.stdout.strip()

    def test_locks_and_override(self):
        locks, override = blocks("ini")[:2]
        self.conf.write_text(locks, encoding="utf-8")
        (self.schemas / "90_pinfold.gschema.override").write_text(override, encoding="utf-8")
        self.compile_schemas()
        self.assertEqual(self.ctl("get", "max-lifetime"), (0, "28800"))
        for key, value, default in (("max-lifetime", "7", "28800"), ("sharing", "allow", "ask"),
                                    ("allow-keyring", "true", "false"), ("cache-mode", "off", "process")):
            with self.subTest(key=key):
                self.assertEqual(self.ctl("set", key, value)[0], 2)
                self.assertEqual(self.ctl("get", key), (0, default))
        # What is not locked can be changed.
        self.assertEqual(self.ctl("set", "idle-timeout", "60")[0], 0)
        self.assertEqual(self.ctl("get", "idle-timeout"), (0, "60"))

    def test_without_locks_all_can_be_changed(self):
        self.conf.write_text("", encoding="utf-8")
        self.compile_schemas()
        self.assertEqual(self.ctl("set", "sharing", "allow")[0], 0)
        self.assertEqual(self.ctl("get", "max-lifetime"), (0, "0"))

    def test_policy_is_what_register_writes(self):
        (said,) = blocks("json")
        root = self.box.dir / "image"
        root.mkdir()
        self.conf.write_text("", encoding="utf-8")
        self.compile_schemas()
        self.assertEqual(self.ctl("register", "firefox", "--system", "--root", root)[0], 0)
        written = json.loads((root / "etc/firefox/policies/policies.json").read_text())
        ours = str(build_path("p11module/pinfold-pkcs11.so"))
        installed = "/usr/lib/x86_64-linux-gnu/pkcs11/pinfold-pkcs11.so"
        self.assertEqual(json.loads(json.dumps(written).replace(ours, installed)), json.loads(said))


if __name__ == "__main__":
    tap.main()
