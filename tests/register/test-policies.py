#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""register --system for Firefox and Thunderbird: their policies."""

import json

from pinfoldtest import tap
from pinfoldtest.registration import snapshot
from registercase import RegisterCase

OTHER = {"DisableTelemetry": True, "Homepage": {"URL": "https://example.org/ü"}}


class Policies(RegisterCase):
    def setUp(self):
        super().setUp()
        self.root = self.box.dir / "image"
        self.root.mkdir()
        self.path = self.root / "etc/firefox/policies/policies.json"
        self.everybody = ("--system", "--root", self.root)
        self.box.env["PINFOLD_CONF"] = str(self.home / ".config/pinfold/pinfold.conf")

    def write(self, policies, path=None, **kwargs):
        path = path or self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"policies": policies}, **kwargs))

    def devices(self):
        return json.loads(self.path.read_text())["policies"]["SecurityDevices"]

    def register(self, *words, program="firefox", **kwargs):
        return self.target("register", program, *self.everybody, *words, **kwargs)

    def unregister(self, **kwargs):
        return self.target("unregister", "firefox", *self.everybody, **kwargs)

    def test_where_there_were_none(self):
        before = snapshot(self.root)
        self.assertTrue(self.register()["registered"])
        self.assertEqual(self.devices(), {"Add": {"Pinfold": self.module}})
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o644)
        after = snapshot(self.root)
        self.assertFalse(self.register()["changed"])
        self.assertEqual(snapshot(self.root), after)
        self.assertFalse(self.unregister()["registered"])
        self.assertEqual({n: v for n, v in snapshot(self.root).items() if not n.startswith("var")
                          and n != "etc"}, before)

    def test_thunderbird_has_its_own(self):
        self.register(program="thunderbird")
        path = self.root / "etc/thunderbird/policies/policies.json"
        self.assertIn(self.module, path.read_text())
        self.assertFalse(self.path.exists())

    def test_other_policies_stay(self):
        self.write(OTHER | {"SecurityDevices": {"Add": {"Else": "/lib/else.so"},
                                                "Delete": ["Old"]}}, indent="\t")
        before = snapshot(self.root / "etc")
        self.register()
        self.assertEqual(self.devices(), {"Add": {"Else": "/lib/else.so", "Pinfold": self.module},
                                          "Delete": ["Old"]})
        policies = json.loads(self.path.read_text())["policies"]
        self.assertEqual({name: policies[name] for name in OTHER}, OTHER)
        self.unregister()
        self.assertEqual(snapshot(self.root / "etc"), before)

    def test_the_older_form(self):
        self.write({"SecurityDevices": {"Else": "/lib/else.so"}})
        before = snapshot(self.root / "etc")
        self.register()
        self.assertEqual(self.devices(), {"Else": "/lib/else.so", "Pinfold": self.module})
        self.unregister()
        self.assertEqual(snapshot(self.root / "etc"), before)

    def test_a_double_is_deleted_from_profiles_and_comes_back(self):
        self.write({"SecurityDevices": {"Add": {"Soft": self.backend}}})
        before = snapshot(self.root / "etc")
        self.assertEqual(self.register()["doubles"], [{"name": "Soft", "library": self.backend}])
        self.register("--replace")
        self.assertEqual(self.devices(), {"Add": {"Pinfold": self.module}, "Delete": ["Soft"]})
        self.assertFalse(self.register("--replace")["changed"])
        self.unregister()
        self.assertEqual(snapshot(self.root / "etc"), before)

    def test_what_was_changed_since_stays(self):
        self.write({"SecurityDevices": {"Add": {"Soft": self.backend}}})
        self.register("--replace")
        policies = json.loads(self.path.read_text())["policies"]
        self.write(policies | OTHER)
        self.unregister()
        now = json.loads(self.path.read_text())["policies"]
        self.assertEqual(now, OTHER | {"SecurityDevices": {"Add": {"Soft": self.backend}}})

    def test_nothing_is_left_of_what_was_empty(self):
        self.register()
        policies = json.loads(self.path.read_text())["policies"]
        self.write(policies | OTHER)
        self.unregister()
        self.assertEqual(json.loads(self.path.read_text()), {"policies": OTHER})

    def test_the_packages_own_policies_go_on_holding(self):
        self.write(OTHER, self.root / "usr/lib/firefox-esr/distribution/policies.json")
        self.register()
        policies = json.loads(self.path.read_text())["policies"]
        self.assertEqual({name: policies[name] for name in OTHER}, OTHER)
        self.unregister()
        self.assertFalse(self.path.exists())

    def test_what_is_not_understood_is_left(self):
        self.path.parent.mkdir(parents=True)
        for text in ("{", "[]", '{"policies": 1}', '{"policies": {"SecurityDevices": []}}',
                     '{"policies": {"SecurityDevices": {"Add": "x"}}}', "\0"):
            self.path.write_text(text)
            for verb in ("register", "unregister"):
                target = self.target(verb, "firefox", *self.everybody, status=1)
                self.assertIn("policies.json", target["error"])
            self.assertEqual(self.path.read_text(), text)


if __name__ == "__main__":
    tap.main()
