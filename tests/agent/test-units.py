#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The unit files and the D-Bus service file, checked by systemd's own tool and against each other."""

import configparser
import json
import re
import unittest

from pinfoldtest import Sandbox, build_path, need_tools, tap

# systemd's figure for what the unit leaves exposed, 0 to 10; a directive lost shows here.
EXPOSURE_LIMIT = 6.4


def read(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(build_path("data", name))
    return parser


class Units(unittest.TestCase):
    def setUp(self):
        need_tools("systemd-analyze")
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        # The program is not installed where the unit says: the build tree's stands in.
        text = build_path("data/pinfold-agent.service").read_text(encoding="utf-8")
        self.program = build_path("agent/pinfold-agent")
        if not self.program.exists():
            self.program = build_path("agent/pinfold-tokens")
        self.unit = self.box.dir / "pinfold-agent.service"
        self.unit.write_text(re.sub("^ExecStart=.*$", f"ExecStart={self.program}", text,
                                    flags=re.M), encoding="utf-8")
        self.socket = self.box.dir / "pinfold-agent.socket"
        self.socket.write_bytes(build_path("data/pinfold-agent.socket").read_bytes())

    def test_verify(self):
        done = self.box.run("systemd-analyze", "--user", "--man=no", "verify", self.unit,
                            self.socket, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_verify_finds_faults(self):
        with open(self.unit, "a", encoding="utf-8") as unit:
            unit.write("NoSuchDirective=yes\n")
        done = self.box.run("systemd-analyze", "--user", "--man=no", "verify", self.unit,
                            check=False)
        self.assertIn("NoSuchDirective", done.stdout + done.stderr)

    def test_exposure(self):
        done = self.box.run("systemd-analyze", "security", "--user", "--offline=true",
                            "--no-pager", "--json=short", self.unit, check=False)
        open_ways = {row["name"] for row in json.loads(done.stdout) if row["set"] is False}
        self.assertGreater(len(open_ways), 20)
        for closed in ("@privileged", "@resources", "@debug", "@mount"):
            self.assertNotIn(f"SystemCallFilter=~{closed}", open_ways)
        done = self.box.run("systemd-analyze", "security", "--user", "--offline=true",
                            "--no-pager", self.unit)
        figure = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        self.assertLessEqual(float(figure[1]), EXPOSURE_LIMIT, done.stdout)

    def test_files_agree(self):
        service = read("pinfold-agent.service")["Service"]
        bus = read("org.pinfold.Agent.service")["D-BUS Service"]
        self.assertEqual(bus["Exec"], service["ExecStart"])
        self.assertEqual(bus["Name"], service["BusName"])
        self.assertEqual(bus["SystemdService"], "pinfold-agent.service")
        socket = read("pinfold-agent.socket")["Socket"]
        self.assertEqual(socket["ListenStream"], "%t/pinfold/agent")
        self.assertEqual((socket["DirectoryMode"], socket["SocketMode"]), ("0700", "0600"))
        self.assertGreaterEqual(int(socket["Backlog"]), 1024)


if __name__ == "__main__":
    tap.main()
