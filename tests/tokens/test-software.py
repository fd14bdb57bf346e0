#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Software tokens made and deleted, in the user's own folder where there is none yet."""

import os
import stat
from pathlib import Path

from jobcase import JOB, JobCase, softhsm
from pinfoldtest import Spy, tap
from pinfoldtest.mock import Mock
from pinfoldtest.paths import need_tools

PIN = "13579246"
SO_PIN = "97531864"

# A machine whose SoftHSM is not for users.
_HIDDEN = 'mount -t tmpfs tmpfs /etc/softhsm 2>/dev/null; exec "$@"'


class Create(JobCase):
    def setUp(self):
        super().setUp()
        self.module = softhsm.setup(self.box)
        self.configure(soft=self.module)

    def create(self, label="mine", so_pin=SO_PIN, pin=PIN, module="-"):
        return self.job("create", so_pin, pin, uri=label, module=module)

    def test_create(self):
        result = self.create("Mein Schlüssel")
        self.assertDone(result)
        token = self.tokens()["Mein Schlüssel"]
        self.assertEqual(result["answer"]["uri"], token["uri"])
        self.assertIn("USER_PIN_INITIALIZED", token["flags"])
        self.assertTrue(self.accepts(PIN))
        self.assertTrue(self.accepts(SO_PIN, "so"))

    def test_two(self):
        self.assertDone(self.create("one"))
        self.assertDone(self.create("two"))
        self.assertFault(self.create("one"), "exists")
        self.assertEqual({"one", "two"}, {label for label in self.tokens() if label})

    def test_refused(self):
        for label, so_pin, pin, fault in (
                ("", SO_PIN, PIN, "bad-label"), ("x" * 33, SO_PIN, PIN, "bad-label"),
                ("mine", "123", PIN, "length"), ("mine", SO_PIN, "123", "new-length"),
                ("mine", "", PIN, "no-pin-given"), ("mine", SO_PIN, "", "no-pin-given")):
            self.assertFault(self.create(label, so_pin, pin), fault)
        self.assertEqual({label for label in self.tokens() if label}, set())

    def test_other_backend(self):
        mock = Mock(self.box)
        self.box.env.update(mock.env)
        self.assertFault(self.create(module=mock.path), "unsupported")

    def test_no_softhsm(self):
        self.configure(mock=Mock(self.box).path)
        self.assertFault(self.create(), "not-loaded")

    def test_half_a_token_does_not_stay(self):
        spy = Spy(self.box, self.module, fail="C_InitPIN=CKR_DEVICE_ERROR")
        self.box.env.update(spy.env)
        self.assertFault(self.create(module=spy.path), "failed")
        self.assertEqual(spy.counts()["C_InitToken"], 1)
        self.assertEqual({label for label in self.tokens() if label}, set())

    def test_first_of_a_user(self):
        need_tools("unshare")
        del self.box.env["SOFTHSM2_CONF"]
        how = ["-m", "--propagation", "private"] if os.geteuid() == 0 else ["-Urm"]
        prefix = ["unshare", *how, "sh", "-c", _HIDDEN, "sh"]
        result = self.finish(self.start("create", SO_PIN, PIN, uri="mine", module="-",
                                        program=[*prefix, JOB]))
        self.assertDone(result)
        conf = Path(self.box.env["HOME"], ".config/softhsm2/softhsm2.conf")
        folder = Path(self.box.env["XDG_DATA_HOME"], "softhsm2/tokens")
        self.assertIn(str(folder), conf.read_text(encoding="utf-8"))
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(len(list(folder.iterdir())), 1)
        # Every program finds it there; and a second one changes nothing.
        self.assertIn("mine", self.tokens())
        conf.write_text(conf.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
        self.assertDone(self.create("second"))
        self.assertIn("# mine", conf.read_text(encoding="utf-8"))
        self.assertEqual(len(list(folder.iterdir())), 2)


class Delete(JobCase):
    def test_delete(self):
        self.softhsm()
        softhsm.init_token(self.box, label="other")
        self.assertDone(self.job("delete"))
        self.assertEqual({label for label in self.tokens() if label}, {"other"})
        self.assertFault(self.job("delete"), "gone")

    def test_only_one_of_the_same_label(self):
        self.softhsm()
        softhsm.init_token(self.box)
        self.assertDone(self.job("delete"))
        self.assertEqual({label for label in self.tokens() if label}, {"pinfold-test"})

    def test_no_tool(self):
        self.softhsm()
        self.box.env["PATH"] = str(self.box.dir)
        self.assertFault(self.job("delete"), "no-tool")
        self.assertIn("pinfold-test", self.tokens())

    def test_card(self):
        self.piv()
        self.assertFault(self.job("delete"), "unsupported")

    def test_other_backend(self):
        self.scripted()
        self.assertFault(self.job("delete"), "unsupported")


if __name__ == "__main__":
    tap.main()
