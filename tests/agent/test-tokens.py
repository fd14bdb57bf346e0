#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""pinfold-tokens on good, bad, crashing and hanging backends, and on the virtual PIV card."""

import json
import os
import time
import unittest

from pinfoldtest import Sandbox, build_path, softhsm, tap, wait_for
from pinfoldtest.mock import Mock

HELPER = build_path("agent/pinfold-tokens")


class Tokens(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def list(self, env=None, **modules):
        conf = self.box.dir / "pinfold.conf"
        lines = "".join(f"{name} = {path}\n" for name, path in modules.items())
        conf.write_text(f"[Modules]\n{lines}", encoding="utf-8")
        done = self.box.run(HELPER, "list", env={"PINFOLD_CONF": conf} | (env or {}))
        self.stderr = done.stderr
        document = json.loads(done.stdout)
        return {module["name"]: module for module in document["modules"]}

    def softhsm(self):
        path = softhsm.setup(self.box)
        self.serial = softhsm.init_token(self.box)
        return path

    def assertSoftHsmListed(self, module):
        self.assertTrue(module["ok"])
        tokens = [s["token"] for s in module["slots"] if s["token"] and s["token"]["label"]]
        self.assertEqual([t["serial"] for t in tokens], [self.serial])

    def test_softhsm(self):
        path = self.softhsm()
        module = self.list(soft=path)["soft"]
        self.assertSoftHsmListed(module)
        self.assertEqual(module["path"], path)
        slot = next(s for s in module["slots"] if s["token"]["label"])
        self.assertFalse(slot["hardware"] or slot["removable"])
        token = slot["token"]
        self.assertEqual(token["uri"], "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;"
                                       f"serial={self.serial};token=pinfold-test")
        self.assertIn("TOKEN_INITIALIZED", token["flags"])
        self.assertIn("LOGIN_REQUIRED", token["flags"])
        self.assertEqual((token["min_pin_len"], token["max_pin_len"]), (4, 255))

    def test_missing_module(self):
        modules = self.list(gone="/nonexistent/module.so", soft=self.softhsm())
        self.assertFalse(modules["gone"]["ok"])
        self.assertIn("/nonexistent/module.so", modules["gone"]["fault"])
        self.assertSoftHsmListed(modules["soft"])

    def test_no_pkcs11_module(self):
        text = self.box.dir / "text.so"
        text.write_text("not a library", encoding="utf-8")
        # A library, but none of PKCS#11.
        other = next(p for p in ("/lib/x86_64-linux-gnu/libz.so.1", "/usr/lib64/libz.so.1",
                                 "/lib/aarch64-linux-gnu/libz.so.1") if os.path.exists(p))
        modules = self.list(text=text, other=other, soft=self.softhsm())
        for name in ("text", "other"):
            self.assertFalse(modules[name]["ok"])
            self.assertTrue(modules[name]["fault"])
        self.assertIn("C_GetFunctionList", modules["other"]["fault"])
        self.assertSoftHsmListed(modules["soft"])

    def test_crash(self):
        mock = Mock(self.box)
        soft = self.softhsm()
        for call in ("C_Initialize", "C_GetSlotList", "C_GetTokenInfo"):
            mock.script(f"{call}=crash")
            modules = self.list(env=mock.env, mock=mock.path, soft=soft)
            self.assertFalse(modules["mock"]["ok"], call)
            self.assertIn("crashed", modules["mock"]["fault"])
            self.assertSoftHsmListed(modules["soft"])

    def test_hang(self):
        mock = Mock(self.box)
        mock.script("C_GetTokenInfo=hang")
        start = time.monotonic()
        modules = self.list(env=mock.env, mock=mock.path, again=mock.path, soft=self.softhsm())
        # Two that hang take no longer than one.
        self.assertLess(time.monotonic() - start, 15.5)
        for name in ("mock", "again"):
            self.assertFalse(modules[name]["ok"])
            self.assertIn("did not answer", modules[name]["fault"])
        self.assertSoftHsmListed(modules["soft"])
        self.assertEqual(self.box.pids_of(HELPER), [])

    def test_killed_list_leaves_nothing(self):
        mock = Mock(self.box)
        mock.script("C_Initialize=hang")
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\nmock = {mock.path}\n", encoding="utf-8")
        helper = self.box.start([HELPER, "list"], env={"PINFOLD_CONF": conf} | mock.env)
        wait_for(lambda: len(self.box.pids_of(HELPER)) == 2, 10, "the probe")
        helper.kill()
        helper.wait()
        wait_for(lambda: self.box.pids_of(HELPER) == [], 10, "the probe's end")

    def test_usage(self):
        for args in ([], ["what"], ["tries"], ["list", "x"]):
            self.assertEqual(self.box.run(HELPER, *args, check=False).returncode, 2)


class Tries(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        self.card = self.readers.card()

    def tries(self, reader=0):
        done = self.box.run(HELPER, "tries", self.readers.names[reader])
        return json.loads(done.stdout)["tries"]

    def test_counts_without_costing(self):
        self.card.reset_stats()
        for left in (3, 2, 1):
            self.card.set_tries(left)
            self.assertEqual(self.tries(), left)
            self.assertEqual(self.tries(), left)
        stats = self.card.stats()
        self.assertEqual(stats["presentations"], 0)
        self.assertEqual(stats["verify_empty"], 6)
        self.card.set_tries(0)
        self.assertEqual(self.tries(), 0)

    def test_no_card(self):
        self.assertIsNone(self.tries(1))
        self.card.remove()
        self.assertIsNone(self.tries())
        done = self.box.run(HELPER, "tries", "No Such Reader")
        self.assertIsNone(json.loads(done.stdout)["tries"])

    def test_no_daemon(self):
        self.readers.stop()
        self.assertIsNone(self.tries())

    def test_card_in_list(self):
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\nopensc = {self.readers.opensc()}\n", encoding="utf-8")
        done = self.box.run(HELPER, "list", env={"PINFOLD_CONF": conf})
        (module,) = json.loads(done.stdout)["modules"]
        slot = next(s for s in module["slots"] if s["token"])
        self.assertEqual(slot["description"], self.readers.names[0])
        self.assertTrue(slot["hardware"] and slot["removable"])
        self.assertIn("manufacturer=piv_II;serial=00000000cafe0001", slot["token"]["uri"])
        self.assertEqual(self.card.stats()["presentations"], 0)


if __name__ == "__main__":
    tap.main()
