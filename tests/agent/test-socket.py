#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The private socket: who gets in, who stays out, and what a module sees when the agent is gone."""

import fcntl
import os
import random
import shutil
import signal
import socket
import time
import unittest

from gi.repository import Gio, GLib

from agentbed import TOKEN, Agent, AgentCase, Client, listens
from pinfoldtest import Sandbox, process, tap, wait_for
from pinfoldtest.paths import build_path, need_tools


class Peers(AgentCase):
    def test_garbage_disturbs_nobody(self):
        client, entry = self.logged_in()
        lengths = random.Random(7)
        for data in (b"\0GET / HTTP/1.1\r\n\r\n", b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n" +
                     b"\xff" * 64, b"\0", lengths.randbytes(4096)):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(5)
                peer.connect(str(self.agent.socket))
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
                try:
                    while peer.recv(4096):
                        pass
                except ConnectionResetError:
                    pass
        self.assertEqual(client.take()[1], "135790")
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(self.agent.log().count("what is no D-Bus message"), 1)

    def test_peer_that_never_reads_is_let_go(self):
        client, entry = self.logged_in()
        call = Gio.DBusMessage.new_method_call(None, "/org/pinfold/Cache",
                                               "org.freedesktop.DBus.Peer", "Ping")
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(5)
            peer.connect(str(self.agent.socket))
            uid = str(os.geteuid()).encode().hex().encode()
            peer.sendall(b"\0AUTH EXTERNAL " + uid + b"\r\nBEGIN\r\n")
            with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                for serial in range(1, 100000):
                    call.set_serial(serial)
                    peer.sendall(call.to_blob(Gio.DBusCapabilityFlags.NONE))
        self.assertEqual(client.take()[1], "135790")
        self.assertEqual(client.state(entry), "user")

    def test_other_user(self):
        need_tools("setpriv")
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        for path in (self.box.dir, self.box.dir / "run", self.agent.socket.parent):
            path.chmod(0o755)
        self.agent.socket.chmod(0o777)
        script = ("import socket,sys; s=socket.socket(socket.AF_UNIX); s.settimeout(5); "
                  "s.connect(sys.argv[1]); sys.exit(0 if s.recv(1)==b'' else 1)")
        for _ in range(2):
            self.box.run("setpriv", "--reuid", "nobody", "--clear-groups", "/usr/bin/python3",
                         "-c", script, self.agent.socket)
        self.assertEqual(self.agent.log().count("another user"), 1)

    def test_link_refuses_an_open_folder(self):
        self.agent.socket.parent.chmod(0o755)
        self.assertEqual(Client(self.box).call("contact", "no"), ["no", "0"])
        self.agent.socket.parent.chmod(0o700)
        self.client()


class Outages(AgentCase):
    def test_killed_and_restarted(self):
        client, entry = self.logged_in()
        self.agent.process.kill()
        self.agent.process.wait()
        self.assertEqual(client.call("epoch"), ["ok", "0"])
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("take", TOKEN, "-"), ["unavailable"])
        self.assertTrue(self.agent.socket.exists())
        self.agent.start()
        wait_for(lambda: client.call("contact", "no")[0] == "ok", 5, "contact", step=0.1)
        self.assertNotEqual(client.call("epoch"), ["ok", "1"])
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(client.take()[1], "135790")

    def test_lease_of_a_killed_agent(self):
        client, _ = self.logged_in()
        lease, _ = client.take()
        self.agent.process.kill()
        self.agent.process.wait()
        self.assertEqual(client.call("end", lease, 1)[0], "unavailable")

    def test_lease_of_a_killed_agent_is_none_of_the_next(self):
        """Two threads of a program: one has its lease since before, and ends it late."""
        client, _ = self.logged_in()
        old, _ = client.take()
        self.agent.process.kill()
        self.agent.process.wait()
        self.agent.start()
        wait_for(lambda: client.call("contact", "no")[0] == "ok", 5, "contact", step=0.1)
        entry = client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        new, _ = client.take()
        self.assertEqual(client.call("end", new, 1), ["ok", "cached"])
        self.assertEqual(client.call("end", old, 2)[0], "unavailable")
        self.assertEqual(client.state(entry), "user")

    def test_stopped(self):
        client, _ = self.logged_in()
        os.kill(self.agent.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.agent.pid, signal.SIGCONT)
        started = time.monotonic()
        self.assertEqual(client.call("take", TOKEN, "-"), ["unavailable"])
        self.assertLess(time.monotonic() - started, 15)
        self.assertEqual(client.call("epoch"), ["ok", "0"])
        started = time.monotonic()
        self.assertEqual(client.call("contact", "no")[0], "no")
        self.assertLess(time.monotonic() - started, 15)
        started = time.monotonic()
        self.assertEqual(client.call("contact", "no")[0], "no")
        self.assertLess(time.monotonic() - started, 1.9)  # the full patience is two seconds
        os.kill(self.agent.pid, signal.SIGCONT)
        wait_for(lambda: client.call("contact", "no")[0] == "ok", 5, "contact", step=0.1)

    def accepts(self):
        """Does the socket serve that has the name now? The one before listens under it, too."""
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.connect(str(self.agent.socket))
            except OSError:
                return False
            return True

    def assert_meets_programs_again(self, remove):
        """Neither those that are connected nor those that come lose anything."""
        client, _ = self.logged_in()
        remove()
        wait_for(self.accepts, 10, "the socket to be back")
        self.assertEqual(client.take()[1], "135790")
        newcomer = self.client()
        newcomer.join_domain()
        self.assertEqual(newcomer.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(self.agent.socket.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.agent.socket.parent.stat().st_mode & 0o777, 0o700)
        self.assertIn("already", self.box.run(self.agent.path).stderr)

    def test_socket_removed(self):
        for _ in range(3):
            self.assert_meets_programs_again(self.agent.socket.unlink)

    def remove_folder(self):
        """Also against an agent that is faster, and has its socket in there again."""
        def is_removed():
            try:
                shutil.rmtree(self.agent.socket.parent)
            except OSError:
                return False
            return True

        wait_for(is_removed, 5, "the folder to be removed", step=0)

    def test_folder_removed(self):
        for _ in range(3):
            self.assert_meets_programs_again(self.remove_folder)

    def test_folder_moved(self):
        away = self.box.dir / "away"
        self.assert_meets_programs_again(lambda: self.agent.socket.parent.rename(away))

    def test_folder_that_others_can_only_enter_is_closed(self):
        self.agent.socket.parent.chmod(0o755)
        self.agent.socket.unlink()
        wait_for(lambda: "it is there again" in self.agent.log(), 5, "the socket to be back")
        self.assertEqual(self.agent.socket.parent.stat().st_mode & 0o7777, 0o700)

    def test_folder_that_others_can_change_is_not_served(self):
        self.agent.socket.parent.chmod(0o770)
        self.agent.socket.unlink()
        wait_for(lambda: "The socket was removed: " in self.agent.log(), 5, "the refusal")
        self.assertFalse(self.agent.socket.exists())
        self.agent.socket.parent.chmod(0o700)
        wait_for(self.agent.socket.exists, 10, "the socket to be back")

    def test_place_taken_by_another(self):
        """The lock was removed as well, and somebody was faster: the late one ends."""
        client, entry = self.logged_in()
        os.kill(self.agent.pid, signal.SIGSTOP)
        shutil.rmtree(self.agent.socket.parent)
        first = self.agent.process
        self.agent.start()
        wait_for(self.agent.socket.exists, 10, "the other's socket")
        first.send_signal(signal.SIGCONT)
        self.assertEqual(first.wait(20), 0)
        self.assertEqual(client.state(entry), "public")
        self.assertTrue(self.agent.is_listening())
        wait_for(lambda: client.call("contact", "no")[0] == "ok", 5, "contact", step=0.1)

    def test_single_instance(self):
        client, _ = self.logged_in()
        second = self.box.run(build_path("agent/pinfold-agent"))
        self.assertIn("already", second.stderr)
        self.assertEqual(client.take()[1], "135790")

    def test_version(self):
        self.assertIn("pinfold-agent 0.", self.box.run(self.agent.path, "--version").stdout)
        self.assertNotEqual(self.box.run(self.agent.path, "--what", check=False).returncode, 0)


class Starting(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)

    def test_started_by_the_session_bus(self):
        self.box.add_service("org.pinfold.Agent", build_path("agent/pinfold-agent"))
        client = Client(self.box)
        self.assertEqual(client.call("contact", "no")[0], "no")
        # On a busy machine it may be there only after the time that the first call has.
        wait_for(lambda: client.call("contact", "start")[0] == "ok", 10, "the agent", step=0.1)

    def test_a_start_that_failed_is_not_the_last(self):
        broken = self.box.dir / "broken"
        broken.touch()
        start = self.box.dir / "start"
        start.write_text(f"#!/bin/sh\n[ -e {broken} ] && exit 1\n"
                         f"exec {build_path('agent/pinfold-agent')}\n")
        start.chmod(0o755)
        self.box.add_service("org.pinfold.Agent", start)
        client = Client(self.box)
        self.assertEqual(client.call("contact", "start")[0], "no")
        broken.unlink()
        wait_for(lambda: client.call("contact", "start")[0] == "ok", 15, "the agent", step=0.2)

    def test_the_one_before_is_still_dying(self):
        folder = self.box.dir / "run/pinfold"
        folder.mkdir(mode=0o700)
        with open(folder / "agent.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            agent = self.box.start([build_path("agent/pinfold-agent")], name="agent")
            wait_for(lambda: lock.name in process.open_files(agent.pid), 10,
                     "the agent to look for its place", step=0.001)
        wait_for(lambda: listens(folder / "agent") or agent.poll() is not None, 10, "its socket")
        self.assertIsNone(agent.poll())

    def test_nobody_can_start_it(self):
        client = Client(self.box, env={"DBUS_SESSION_BUS_ADDRESS": None})
        started = time.monotonic()
        self.assertEqual(client.call("contact", "start")[0], "no")
        self.assertLess(time.monotonic() - started, 1.9)
        client = Client(self.box)
        started = time.monotonic()
        self.assertEqual(client.call("contact", "start")[0], "no")
        self.assertLess(time.monotonic() - started, 15)
        client = Client(self.box, env={"XDG_RUNTIME_DIR": None})
        self.assertEqual(client.call("contact", "start")[0], "no")

    def test_socket_activation(self):
        need_tools("systemd-socket-activate")
        folder = self.box.dir / "run/pinfold"
        folder.mkdir(mode=0o700)
        activator = self.box.start(["systemd-socket-activate", "-l", folder / "agent",
                                    "-E", "XDG_RUNTIME_DIR", "-E", "HOME",
                                    "-E", "GSETTINGS_SCHEMA_DIR", "-E", "GSETTINGS_BACKEND",
                                    "-E", "DBUS_SESSION_BUS_ADDRESS",
                                    build_path("agent/pinfold-agent")], name="activate")
        wait_for((folder / "agent").exists, 5, "the activator's socket")
        client = Client(self.box)
        wait_for(lambda: client.call("contact", "no")[0] == "ok", 10, "contact", step=0.2)
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        activator.terminate()
        self.assertEqual(activator.wait(20), 0)
        # Not ours, so not removed by us.
        self.assertTrue((folder / "agent").exists())

    def test_no_memory_to_lock(self):
        need_tools("prlimit")
        if os.geteuid() == 0:
            need_tools("setpriv")
        command = ["prlimit", "--memlock=0:0"]
        if os.geteuid() == 0:
            command += ["setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]
        command.append(build_path("agent/pinfold-agent"))
        self.box.start(command, name="agent")
        wait_for(lambda: listens(self.box.dir / "run/pinfold/agent"), 5, "the agent's socket")
        client = Client(self.box).hello()
        self.assertEqual(int(client.call("policy")[1]) & 1, 0)
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["not-cached"])
        log = (self.box.dir / "logs/agent.log").read_text()
        self.assertIn("No memory can be locked", log)

    def test_hardened(self):
        agent = Agent(self.box)
        limits = open(f"/proc/{agent.pid}/limits", encoding="ascii").read()
        core = [line.split() for line in limits.splitlines() if "core file" in line][0]
        self.assertEqual(core[4:6], ["0", "0"])
        if os.geteuid() != 0:
            self.assertFalse(process.is_dumpable(agent.pid))
        self.assertFalse(process.dumps_core(agent.process))

    def test_helper_inherits_the_limit(self):
        helper = self.box.dir / "tree/agent/pinfold-tokens"
        (self.box.dir / "tree/agent").mkdir(parents=True)
        shutil.copy2(build_path("agent/pinfold-agent"), helper.parent / "pinfold-agent")
        said = self.box.dir / "said"
        helper.write_text(f"#!/bin/sh\nulimit -Hc >{said}.part\nmv {said}.part {said}\n")
        helper.chmod(0o755)
        Agent(self.box, helper.parent / "pinfold-agent")
        wait_for(said.exists, 10, "the helper")
        self.assertEqual(said.read_text(), "0\n")

    def test_descriptors_for_many_programs(self):
        need_tools("prlimit")
        self.box.start(["prlimit", "--nofile=256:4096", build_path("agent/pinfold-agent")],
                       name="agent")
        wait_for(lambda: listens(self.box.dir / "run/pinfold/agent"), 5, "the agent's socket")
        peers = []
        for _ in range(400):
            peer = socket.socket(socket.AF_UNIX)
            self.addCleanup(peer.close)
            peer.connect(str(self.box.dir / "run/pinfold/agent"))
            peers.append(peer)
        self.assertEqual(Client(self.box).call("contact", "no")[0], "ok")


class Impostor(unittest.TestCase):
    """A program that has taken the agent's name on the session bus."""

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.box.bus_address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION,
            None, None)
        self.calls = []
        self.bus.add_filter(self.on_message)
        self.call("RequestName", "(su)", "org.pinfold.Agent", 0)

    def on_message(self, _bus, message, is_incoming):
        if is_incoming and message.get_message_type() == Gio.DBusMessageType.METHOD_CALL:
            self.calls.append(message.get_member())
        return message

    def call(self, method, signature, *args):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", method, GLib.Variant(signature, args),
                                  None, 0, 5000, None).unpack()

    def ctl(self, *args):
        return self.box.run(build_path("app/pinfoldctl"), *args, check=False)

    def assert_noticed(self):
        for command in (("status",), ("forget",), ("consent", "list")):
            done = self.ctl(*command)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"another program answers as Pinfold's agent (process {os.getpid()})",
                          done.stderr)
        self.assertIn("another program answers", self.ctl("doctor").stdout)
        self.assertEqual(self.calls, [])

    def test_beside_the_agent(self):
        agent = Agent(self.box)
        wait_for(lambda: "Another program has the name org.pinfold.Agent "
                         f"(process {os.getpid()}, " in agent.log(), 5, "the line in the journal")
        client = Client(self.box).hello()
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(client.take()[1], "135790")
        self.assert_noticed()
        # When it gives up, the agent is there.
        self.call("ReleaseName", "(s)", "org.pinfold.Agent")
        wait_for(lambda: self.ctl("status").returncode == 0, 10, "the agent's name")
        # Which is not to be had again.
        self.assertEqual(self.call("RequestName", "(su)", "org.pinfold.Agent", 2), (2,))
        self.assertEqual(self.ctl("status").returncode, 0)

    def test_without_an_agent(self):
        client = Client(self.box)
        started = time.monotonic()
        self.assertEqual(client.call("contact", "start")[0], "no")
        self.assertLess(time.monotonic() - started, 15)
        self.assert_noticed()


if os.environ.get("PINFOLD_SANITIZED"):
    del Starting.test_no_memory_to_lock  # a sanitizer makes mlock() do nothing


if __name__ == "__main__":
    tap.main()
