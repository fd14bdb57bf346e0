# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A session in which one thing at a time is broken, and pinfoldctl doctor to find it."""

import json
import os
import shutil
import socket
import unittest
from pathlib import Path

from gi.repository import Gio, GLib

from pinfoldtest import Sandbox, build_path, softhsm, wait_for
from pinfoldtest.bus import Bus
from pinfoldtest.paths import need_tools

CTL = build_path("app/pinfoldctl")
AGENT = build_path("agent/pinfold-agent")
# Root may read and enter everything, but not without these.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps",
              "-dac_override,-dac_read_search")


class DoctorCase(unittest.TestCase):
    """One sandbox for all cases of a class, which put right what they break: a session costs more
    than what is looked at in it."""

    services = True
    ctl = CTL

    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False, services=cls.services)
        cls.addClassCleanup(cls.box.close)
        cls.soft = softhsm.setup(cls.box)
        cls.serial = softhsm.init_token(cls.box)
        cls.box.env["PINFOLD_CONF"] = str(cls.write_conf("pinfold", soft=cls.soft))

    @classmethod
    def write_conf(cls, conf_name, text="", **modules):
        conf = cls.box.dir / f"{conf_name}.conf"
        lines = "".join(f"{name} = {path}\n" for name, path in modules.items())
        conf.write_text(f"[Modules]\n{lines}{text}", encoding="utf-8")
        return conf

    @classmethod
    def start_bus(cls):
        cls.box.start_bus()
        cls.bus = Bus(cls.box.bus_address)
        cls.addClassCleanup(cls.bus.connection.close_sync, None)

    def run_doctor(self, *args, prefix=(), env=None):
        return self.box.run(*prefix, self.ctl, "doctor", *args, env=env, check=False, timeout=120)

    def script_helper(self, readers, slots):
        """Has doctor see just these readers, {name: is a card in it?}, and, of a module "soft", these
        slots, [(description, token)]: by a helper that says so, beside a copy of pinfoldctl."""
        token = {"manufacturer": "", "model": "", "flags": ["TOKEN_INITIALIZED"],
                 "min_pin_len": 4, "max_pin_len": 8, "logout": None, "generates": False}
        answers = {
            "readers": {"service": "answers", "code": "0x00000000", "socket": "", "readers": [
                {"name": name, "present": present, "mute": False, "exclusive": False}
                for name, present in readers.items()]},
            "list": {"modules": [{
                "name": "soft", "path": str(self.soft), "ok": True, "version": "1.0", "slots": [
                    {"description": description, "hardware": True, "removable": True,
                     "token": token | more} for description, more in slots]}]}}
        tree = self.box.dir / "scripted"
        for folder in ("app", "agent"):
            (tree / folder).mkdir(parents=True, exist_ok=True)
        (tree / "answers").write_text(json.dumps(answers), encoding="utf-8")
        helper = tree / "agent/pinfold-tokens"
        helper.write_text("#!/usr/bin/python3\nimport json, sys\n"
                          f"answers = json.load(open({str(tree / 'answers')!r}))\n"
                          "print(json.dumps(answers[sys.argv[1]]))\n", encoding="utf-8")
        helper.chmod(0o755)
        self.ctl = shutil.copy2(CTL, tree / "app/pinfoldctl")

    def doctor(self, prefix=(), env=None):
        """{id: finding}; what is wrong has its fix, and the exit status tells of errors."""
        done = self.run_doctor("--json", prefix=prefix, env=env)
        self.assertEqual(done.stderr, "")
        findings = json.loads(done.stdout)["findings"]
        for finding in findings:
            self.assertEqual(finding["verdict"] == "ok", "problem" not in finding, finding)
            self.assertEqual("fix" in finding, "problem" in finding, finding)
            self.assertGreater(len(finding["text"]), 5, finding)
        errors = [f for f in findings if f["verdict"] == "error"]
        self.assertEqual(done.returncode, 1 if errors else 0, findings)
        return {finding["id"]: finding for finding in findings}

    def assert_problem(self, findings, about, problem, *words):
        """Of all findings only the one about this has that problem, and says these words."""
        self.assertIn(about, findings)
        finding = findings[about]
        self.assertEqual(finding.get("problem"), problem, finding)
        self.assertEqual([f["id"] for f in findings.values() if f.get("problem") == problem],
                         [about])
        for word in words:
            self.assertIn(word, f"{finding['text']} → {finding['fix']}")

    def assert_ok(self, findings, *about):
        for name in about:
            self.assertEqual(findings.get(name, {}).get("verdict"), "ok", findings.get(name))

    def no_problem(self, findings, *problems):
        found = {finding.get("problem") for finding in findings.values()}
        self.assertEqual(found & set(problems), set())

    def need_other_rights(self):
        """What takes root's special rights from a command."""
        if os.geteuid() != 0:
            return ()
        need_tools("setpriv")
        return AS_ANYBODY

    @classmethod
    def agents(cls):
        return cls.box.pids_of(AGENT)

    def wait_no_agent(self):
        wait_for(lambda: not self.agents(), 10, "the agent's end")


class FakeService:
    """A name on a bus, and objects that answer as a test says: {method: a function of arguments that
    returns a signature and values, or raises GLib.Error by error()}."""

    def __init__(self, address, name, path, interface, methods=None, properties=None):
        self._bus = Bus(address).connection
        self._methods = methods or {}
        self._properties = properties or {}
        xml = "".join(f'<method name="{m}">{self._arguments(a)}</method>'
                      for m, (a, _) in self._methods.items())
        xml += "".join(f'<property name="{p}" type="b" access="read"/>' for p in self._properties)
        node = Gio.DBusNodeInfo.new_for_xml(
            f'<node><interface name="{interface}">{xml}</interface></node>')
        self._bus.register_object(path, node.interfaces[0], self._on_call, self._on_get, None)
        self._name = name
        answer = self._bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                     "org.freedesktop.DBus", "RequestName",
                                     GLib.Variant("(su)", (name, 0)), None, 0, 10000, None)
        assert answer.unpack() == (1,), name

    @staticmethod
    def _arguments(types):
        takes, gives = types
        return ("".join(f'<arg type="{t}" direction="in"/>' for t in takes) +
                "".join(f'<arg type="{t}" direction="out"/>' for t in gives))

    def _on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        (_, gives), function = self._methods[method]
        try:
            values = function(*arguments.unpack())
        except RuntimeError as error:
            invocation.return_dbus_error(*error.args)
            return
        invocation.return_value(GLib.Variant(f"({''.join(gives)})", values))

    def _on_get(self, _bus, _sender, _path, _interface, name):
        return GLib.Variant("b", self._properties[name])

    def stop(self):
        self._bus.close_sync(None)


class Loop:
    """Answers calls to FakeServices while a program of the test runs."""

    def __init__(self):
        import threading

        self._loop = GLib.MainLoop()
        self._thread = threading.Thread(target=self._loop.run, daemon=True)
        self._thread.start()

    def stop(self):
        self._loop.quit()
        self._thread.join()


def dead_socket(path):
    """A socket whose program has ended."""
    Path(path).parent.mkdir(mode=0o700, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    return path
