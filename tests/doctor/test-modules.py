#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""doctor and PKCS#11 modules, tokens, configuration: each broken on purpose. No bus, no reader."""

import os
import shutil
import unittest
from pathlib import Path

from doctorcase import DoctorCase
from pinfoldtest import build_path, softhsm, tap
from pinfoldtest import mock as mocktoken
from pinfoldtest.extent import FULL
from pinfoldtest.paths import library, need_tools

MOCK = build_path("tests/mock/mock-backend.so")
E_MACHINE = 18
ARM, S390 = 40, 22


class ModuleCase(DoctorCase):
    """The module is there alone, and the bus and readers of these sessions are none."""

    def look(self, path=MOCK, prefix=(), env=None, text="", **more):
        conf = self.write_conf("case", text, module=path, **more)
        return self.doctor(prefix=prefix, env={"PINFOLD_CONF": conf} | (env or {}))

    def copy(self, change=lambda data: data):
        """The mock's file, changed."""
        path = self.box.dir / "copy.so"
        path.write_bytes(change(Path(MOCK).read_bytes()))
        path.chmod(0o755)
        return path

    def assert_module(self, findings, problem, *words):
        self.assert_problem(findings, "backend:module", problem, *words)


class Files(ModuleCase):
    def test_one_that_works(self):
        findings = self.look(self.soft)
        self.assert_ok(findings, "backend:module", "logout:module", "configuration",
                       "runtime-directory")
        self.assertIn("Logout really ends access", findings["logout:module"]["text"])
        self.assert_ok(self.look(self.copy()), "backend:module")

    def test_wrong_path(self):
        findings = self.look("/nonexistent/module.so")
        self.assert_module(findings, "module-missing", "/nonexistent/module.so", "no such file",
                           "[Modules]")

    def test_not_readable(self):
        path = self.copy()
        rights = self.need_other_rights()
        self.assert_ok(self.look(path, rights), "backend:module")
        path.chmod(0)
        self.assert_module(self.look(path, rights), "module-unreadable", "may not read", "chmod")
        folder = self.box.dir / "closed"
        folder.mkdir()
        shutil.move(path, folder / "copy.so")
        (folder / "copy.so").chmod(0o755)
        folder.chmod(0)
        try:
            self.assert_module(self.look(folder / "copy.so", rights), "module-unreadable")
        finally:
            folder.chmod(0o700)

    def test_no_library(self):
        path = self.box.dir / "module.so"
        path.write_text("this is no shared object\n" * 9, encoding="utf-8")
        self.assert_module(self.look(path), "module-not-library", "not a library")
        path.write_bytes(b"\x7fELF")
        self.assert_module(self.look(path), "module-not-library")
        self.assert_module(self.look(self.box.dir), "module-not-library")

    def test_other_processor(self):
        def other(data):
            machine = S390 if data[E_MACHINE] == ARM else ARM
            return data[:E_MACHINE] + bytes([machine]) + data[E_MACHINE + 1:]

        self.assert_module(self.look(self.copy(other)), "module-wrong-machine", "processor")
        # The 32 bits of an old vendor's module.
        narrow = self.copy(lambda data: data[:4] + b"\1" + data[5:])
        self.assert_module(self.look(narrow), "module-wrong-machine")

    def test_missing_library_of_its_own(self):
        path = self.copy(lambda data: data.replace(b"libc.so.6\0", b"libq.so.6\0"))
        self.assert_module(self.look(path), "module-needs-library", "libq.so.6", "ldd")

    @tap.only_if(FULL)
    def test_no_pkcs11(self):
        path = library("libz.so.1", "libm.so.6")
        self.assert_module(self.look(path), "module-fails", path)

    @tap.only_if(FULL)
    def test_others_may_change_it(self):
        path = self.copy()
        for mode in (0o775, 0o757):
            path.chmod(mode)
            self.assert_module(self.look(path), "module-writable", "replace", "chmod go-w")

    def test_itself(self):
        path = build_path("p11module/pinfold-pkcs11.so")
        self.assert_module(self.look(path), "module-is-pinfold", "Pinfold itself")

    @tap.only_if(FULL)
    def test_p11_kit(self):
        path = library("p11-kit-proxy.so")
        if path is None:
            raise unittest.SkipTest("p11-kit's proxy is not installed")
        self.assert_module(self.look(path), "module-is-proxy", "p11-kit")

    def test_none(self):
        conf = self.write_conf("none", opensc="", softhsm2="")
        self.assert_problem(self.doctor(env={"PINFOLD_CONF": conf}), "backends", "module-none",
                            "OpenSC")


class Behaviour(ModuleCase):
    def mock(self, *rules, **settings):
        mock = mocktoken.Mock(self.box)
        mock.script(*rules, **settings)
        return mock

    def look_at_mock(self, *rules, **settings):
        return self.look(env=self.mock(*rules, **settings).env)

    def test_hangs(self):
        """All the same doctor ends, and says everything else."""
        findings = self.look_at_mock("C_Initialize=hang")
        self.assert_module(findings, "module-hangs", "did not answer")
        self.assert_ok(findings, "configuration", "runtime-directory")

    def test_crashes(self):
        self.assert_module(self.look_at_mock("C_GetSlotList=crash"), "module-ends", "crashed")

    @tap.only_if(FULL)
    def test_refuses(self):
        self.assert_module(self.look_at_mock("C_Initialize=CKR_GENERAL_ERROR"), "module-fails")

    def test_logout_not_measured(self):
        findings = self.look_at_mock()
        self.assert_problem(findings, "logout:module", "logout-unknown", "--logout-test")
        self.assertNotIn("logout:module", self.look_at_mock(login_required=False))

    def test_states_of_the_pin(self):
        mock = self.mock()
        findings = self.look(env=mock.env)
        (about,) = (name for name in findings if name.startswith("token:"))
        self.assert_ok(findings, about)
        mock.script(to_be_changed=True)
        self.assert_problem(self.look(env=mock.env), about, "pin-to-be-changed", "Mock Token",
                            "Change")
        mock.script(to_be_changed=False)
        for tries, problem in ((2, "pin-few-tries"), (1, "pin-last-try"), (0, "pin-locked")):
            mock.set_tries(tries)
            self.assert_problem(self.look(env=mock.env), about, problem, "Mock Token")
        self.assertEqual(mock.counts()["presentations"], 0)

    @tap.only_if(FULL)
    def test_no_pin_yet(self):
        need_tools("pkcs11-tool")
        folder = self.box.dir / "fresh"
        folder.mkdir()
        conf = self.box.dir / "fresh.conf"
        conf.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n", encoding="utf-8")
        env = {"SOFTHSM2_CONF": str(conf)}
        self.box.run("pkcs11-tool", "--module", self.soft, "--init-token", "--slot-index", "0",
                     "--label", "new", "--so-pin", softhsm.SO_PIN, env=env)
        findings = self.look(self.soft, env=env)
        (about,) = (name for name in findings if name.startswith("token:"))
        self.assert_problem(findings, about, "pin-not-set", "“new”", "Set PIN…")

    def test_two_modules_for_one_token(self):
        twin = self.box.dir / "twin.so"
        if not twin.exists():
            os.symlink(self.soft, twin)
        findings = self.look(self.soft, again=twin)
        self.assertEqual([f["problem"] for f in findings.values()
                          if f["id"].startswith("token:")], ["token-doubled"])
        (doubled,) = (f for f in findings.values() if f["id"].startswith("token:"))
        self.assertIn("“module” and “again”", doubled["text"])


class Configuration(ModuleCase):
    @tap.only_if(FULL)
    def test_faults(self):
        findings = self.look(self.soft, text="[Misc]\nnonsense\n")
        self.assert_problem(findings, "configuration", "configuration-fault", "case.conf:4:")

    @tap.only_if(FULL)
    def test_switched_off(self):
        findings = self.look(self.soft, text="[PKCS11]\nP11_EnableCachePIN = 0\n")
        self.assert_problem(findings, "caching", "caching-off", "P11_EnableCachePIN")

    def test_everybody_shares(self):
        findings = self.look(self.soft, text="[Misc]\nAppIdMajor = 1\nAppIdMinor = 2\n")
        self.assert_problem(findings, "app-id", "app-id-shared", "AppIdMajor")
        self.assertNotIn("app-id", self.look(self.soft))

    def test_settings(self):
        self.assert_ok(self.look(self.soft), "settings")
        findings = self.look(self.soft, env={"GSETTINGS_BACKEND": "memory"})
        self.assert_problem(findings, "settings", "settings-in-memory", "dconf")
        findings = self.look(self.soft, env={"GSETTINGS_SCHEMA_DIR": None})
        self.assert_problem(findings, "settings", "settings-missing", "glib-compile-schemas")

    @tap.only_if(FULL)
    def test_helper_missing(self):
        """A program beside which nothing of Pinfold is."""
        folder = self.box.dir / "alone" / "app"
        folder.mkdir(parents=True)
        ctl = shutil.copy2(build_path("app/pinfoldctl"), folder / "pinfoldctl")
        done = self.box.run(ctl, "doctor", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[helper-fails]", done.stdout)


if __name__ == "__main__":
    tap.main()
