#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The unit files and the D-Bus service file, checked by systemd's own tool and against each other."""

import configparser
import json
import os
import re
import unittest
from pathlib import Path

from pinfoldtest import Sandbox, build_path, need_tools, process, softhsm, tap, wait_for
from pinfoldtest.extent import FULL_PLAIN
from pinfoldtest.pinfold import Pinfold

# systemd's figure for what the unit leaves exposed, 0 to 10; a directive lost shows here.
EXPOSURE_LIMIT = 6.4


def read(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(build_path("data", name))
    return parser


class UnitCase(unittest.TestCase):
    """The units of the build, with the build's agent."""

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


class Units(UnitCase):
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


# The manager wants to be on a machine that runs systemd, and to have control groups of its own.
MANAGER = """
if [ ! -d /run/systemd/system ]; then
    mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system
fi
for group; do
    mkdir -p "$group/init" && echo $$ >"$group/init/cgroup.procs" || exit 1
done
exec /lib/systemd/systemd --user
"""


# A sanitizer does what the unit forbids.
@tap.only_if(FULL_PLAIN)
class UnderManager(UnitCase):
    """The unit as it is, under a real manager: hardened, and able to do its job all the same."""

    def setUp(self):
        need_tools("unshare", "systemctl")
        if os.geteuid() != 0:
            self.skipTest("only root can make control groups")
        super().setUp()
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        softhsm.import_key(self.box)
        self.pinfold = Pinfold(self.box, {"softhsm2": backend})
        folder = Path(self.box.env["XDG_CONFIG_HOME"], "systemd/user")
        folder.mkdir(parents=True)
        for unit in (self.unit, self.socket):
            unit.rename(folder / unit.name)
        # The bus is the manager's, too; it has the agent started by its unit.
        runtime = self.box.env["XDG_RUNTIME_DIR"]
        self.box.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={runtime}/bus"
        (self.box.dir / "share/dbus-1/services/org.pinfold.Agent.service").write_bytes(
            build_path("data/org.pinfold.Agent.service").read_bytes())
        self.start_manager()

    def start_manager(self):
        root = Path("/sys/fs/cgroup")
        roots = [root / name for name in ("systemd", "unified")
                 if (root / name / "cgroup.procs").exists()] or [root]
        self.groups = [path / f"pinfold-test-{os.getpid()}" for path in roots]
        self.addCleanup(self.remove_groups)
        manager = self.box.start(["unshare", "-m", "--propagation", "private", "sh", "-c", MANAGER,
                                  "sh", *self.groups], name="systemd")
        private = Path(self.box.env["XDG_RUNTIME_DIR"], "systemd/private")
        wait_for(lambda: private.exists() or manager.poll() is not None, 10, "the manager")
        if manager.poll() is not None:
            self.skipTest("no manager can be started here")
        self.manager = manager.pid
        self.systemctl("start", "dbus.socket")

    def remove_groups(self):
        self.box.close()
        for group in self.groups:
            for path in sorted(group.rglob("*/"), reverse=True):
                path.rmdir()
            group.rmdir()

    def systemctl(self, *args):
        return self.box.run("systemctl", "--user", *args).stdout

    def test_does_its_job(self):
        self.systemctl("start", "pinfold-agent.socket")
        self.assertEqual(self.pinfold.agent_pids(), [])
        d = self.pinfold.driver()
        self.addCleanup(d.close)
        d.ok("init")
        session = d.open_session("=pinfold-test")
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **{"class": "private_key"})
        d.sign(session, key)
        agent = self.pinfold.agent_pid()
        self.assertEqual(int(self.systemctl("show", "-p", "MainPID", "--value", "pinfold-agent")),
                         agent)
        # The program is known, the PIN is cached, the helper reads tokens.
        (domain,) = self.pinfold.logged_in_domains()
        self.assertEqual([member["exe"] for member in domain["members"]],
                         [str(build_path("tests/driver/pinfold-driver"))])
        wait_for(lambda: [token["label"] for token in self.pinfold.status()["tokens"]]
                 == ["pinfold-test"], 5, "the token")
        self.pinfold.set("idle-timeout", 600)
        # And it is under the rules: system calls filtered, nothing to gain, no namespace of its own.
        status = Path(f"/proc/{agent}/status").read_text(encoding="ascii")
        self.assertRegex(status, r"NoNewPrivs:\t1\nSeccomp:\t2\n")
        self.assertRegex(Path(f"/proc/{agent}/limits").read_text(encoding="ascii"),
                         r"Max core file size +0 +0 ")
        for name in ("user", "mnt", "net", "uts"):
            self.assertEqual(os.readlink(f"/proc/{agent}/ns/{name}"),
                             os.readlink(f"/proc/{self.manager}/ns/{name}"), name)
        self.systemctl("stop", "pinfold-agent.service")
        wait_for(lambda: not process.is_alive(agent), 5, "the agent's end")


if __name__ == "__main__":
    tap.main()
