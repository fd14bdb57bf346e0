#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The agent at its limits: ten thousand programs (fewer in an ordinary run), a full disk, little
memory to lock, clocks that jump, its files replaced under it."""

import json
import os
import shutil
import subprocess
import time
import unittest

from agentbed import TOKEN, Agent, AgentCase, Client
from consentbed import ID, ConsentCase
from desktopbed import CTL
from pinfoldtest import Sandbox, build_path, need_tools, process, tap, wait_for
from pinfoldtest.extent import FULL
from promptbed import Prompter

CYCLES = 10000 if FULL else 600
LIVES = 2000 if FULL else 150
SANITIZED = bool(os.environ.get("PINFOLD_SANITIZED"))
# What the allocator may take more or give back of its own accord.
SLACK = 96 * 1024
DECADE = 10 * 365 * 86400
PIN = "135790"


class Endurance(AgentCase):
    def assert_no_growth(self, client, *words):
        """Of the agent, by a command with a count at its end; the first part is to warm up."""
        *words, count = words
        self.assertEqual(client.call(*words, count // 3), ["ok", str(count // 3)])
        wait_for(lambda: self.agent.fds() < 30, 5, "connections to be closed")
        fds, memory = self.agent.fds(), self.agent.memory()
        begun = time.monotonic()
        self.assertEqual(client.call(*words, count), ["ok", str(count)])
        took = time.monotonic() - begun
        wait_for(lambda: self.agent.fds() <= fds, 5, "the descriptors to be as before")
        grown = self.agent.memory() - memory
        print(f"# {words[0]}: {count} in {took:.1f} s, {self.agent.fds() - fds:+} descriptors, "
              f"{grown:+} bytes", flush=True)
        if not SANITIZED:
            self.assertLess(grown, SLACK)

    def test_contacts(self):
        self.assert_no_growth(self.client(), "cycle", CYCLES)

    def test_short_lives(self):
        client, entry = self.logged_in(PIN)
        self.assert_no_growth(Client(self.box), "lives", TOKEN, "-", LIVES)
        wait_for(lambda: len(self.domains()) == 1, 5, "the processes to be forgotten")
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], PIN)

    def domains(self):
        return json.loads(self.box.run(CTL, "status", "--json").stdout)["domains"]


@tap.only_if(not SANITIZED)  # which makes mlock() do nothing
class LittleMemory(unittest.TestCase):
    """What fits into the limit is cached; the rest goes on without, and nobody else loses by it."""

    def test_some_pages(self):
        need_tools("prlimit")
        box = Sandbox(services=False)
        self.addCleanup(box.close)
        command = ["prlimit", "--memlock=65536:65536"]
        if os.geteuid() == 0:
            need_tools("setpriv")
            command += ["setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]
        Agent(box, prefix=command)
        told = []
        clients = [Client(box).hello() for _ in range(24)]
        for client in clients:
            client.join_domain()
            told.append(client.call("store", TOKEN, "-", PIN)[0])
        self.assertEqual(set(told), {"ok", "not-cached"})
        first = clients[0]
        self.assertEqual(told[0], "ok")
        clients[told.index("not-cached")].kill()
        # With no page left not even a lease can be had; with one that is given back it can.
        for client, status in zip(clients[1:8], told[1:8]):
            self.assertEqual(status, "ok")
            client.end()
        wait_for(lambda: first.call("take", TOKEN, "-")[0] == "ok", 5, "a page")
        self.assertIn("ok       locked-memory", box.run(CTL, "doctor", check=False).stdout)


class FullDisk(ConsentCase):
    """The agent's state on a disk of a few pages."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small disk")
        super().setUp()
        self.agent.process.terminate()
        self.agent.process.wait(20)
        state = self.box.dir / "home/.local/state"
        mounter = self.box.start(
            ["unshare", "-m", "--propagation", "private", "sh", "-c",
             f"mount -t tmpfs -o size=32k,mode=700 tmpfs {state} && echo done && exec sleep 1000"],
            stdout=subprocess.PIPE)
        if mounter.stdout.readline() != b"done\n":
            self.skipTest("no disk can be mounted here")
        mounter.stdout.close()
        self.disk = process.Path(f"/proc/{mounter.pid}/root{state}")
        self.file = self.disk / "pinfold/consents"
        self.prefix = ["nsenter", "-t", str(mounter.pid), "-m"]
        self.restart_agent()

    def restart_agent(self):
        if self.agent.process.poll() is None:
            self.agent.process.terminate()
            self.agent.process.wait(20)
        self.agent = Agent(self.box, self.tree / "agent/pinfold-agent", prefix=self.prefix)
        wait_for(self.is_on_the_bus, 10, "the agent's name")

    def fill(self):
        with open(self.disk / "filler", "ab", buffering=0) as filler:
            with self.assertRaises(OSError):
                while True:
                    filler.write(b"x" * 512)

    def decide(self, person, path, decision):
        client, entry, offer = self.stranger(person, path=path)
        job = self.ask(client)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        person.decide(request, decision)
        person.closed(request, "accepted" if decision != "never" else "canceled")
        self.finish(job)
        return client, entry

    def decisions(self):
        return sorted(consent["decision"] for consent in self.consents())

    def test_consents_are_kept_or_said_not_to_be(self):
        person = self.person()
        self.owner()
        first, second = self.packaged_client(), self.packaged_client()
        self.decide(person, first, "always")
        kept = self.file.read_bytes()
        self.fill()
        client, entry = self.decide(person, second, "always")
        self.assert_in(client, entry)
        self.assertEqual(self.decisions(), ["always", "session"])
        self.assertIn("cannot be kept", self.agent.log())
        self.assertEqual(self.file.read_bytes(), kept)
        self.assertEqual([path.name for path in self.file.parent.iterdir()], ["consents"])

        # After a restart the one that was kept is there, and not the other.
        self.restart_agent()
        self.owner()
        again = self.client(path=first)
        self.assert_in(again, again.join_domain(app_id=ID))
        self.assertEqual(self.decisions(), ["always"])

        # With room again it is kept.
        (self.disk / "filler").unlink()
        self.decide(self.person(), second, "always")
        self.assertEqual(self.decisions(), ["always", "always"])
        self.assertIn(str(second), self.file.read_text())

    def test_what_is_taken_back_does_not_come_back(self):
        person = self.person()
        self.owner()
        first = self.packaged_client()
        self.decide(person, first, "always")
        self.fill()
        self.assertEqual(self.revoke(), 1)
        self.restart_agent()
        self.owner()
        self.assert_out(*self.stranger(path=first))


@tap.only_if(not SANITIZED)  # which wants to be preloaded first
class Clocks(AgentCase):
    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.setting("idle-timeout", "6")
        self.clock = self.box.dir / "clock"
        self.jump(0)

    def jump(self, seconds):
        self.clock.with_suffix(".new").write_text(str(seconds))
        os.rename(self.clock.with_suffix(".new"), self.clock)

    def start(self, prefix=()):
        self.agent = Agent(self.box, prefix=prefix,
                           env={"LD_PRELOAD": build_path("tests/agent/jumping-clock.so"),
                                "PF_CLOCK_FILE": self.clock})

    def live(self):
        """A login through two jumps, to its end when it was due by the clock that does not jump."""
        client, entry = self.logged_in(PIN)
        begun = time.monotonic()
        for offset in (DECADE, -DECADE):
            self.jump(offset)
            # The jump is real: what is shown to people follows it.
            other = self.client()
            other.join_domain()
            self.assertEqual(other.call("store", TOKEN, "-", PIN), ["ok"])
            status = json.loads(self.box.run(CTL, "status", "--json").stdout)["domains"]
            since = [domain["since"] - time.time() for domain in status]
            self.assertTrue(any(abs(away - offset) < 100 for away in since), since)
            self.assertTrue(all(0 <= domain["idle_s"] <= 6 for domain in status), status)
            self.assertEqual(client.state(entry), "user")
        wait_for(lambda: client.state(entry) == "asleep", 5, "the timeout")
        self.assertGreater(time.monotonic() - begun, 5.9)

    def test_jumps_change_nothing(self):
        self.start()
        self.live()

    def test_after_a_long_sleep(self):
        # The clock of timeouts is far ahead of the one that stands still in sleep.
        prefix = ["unshare", "--time", "--boottime", "1000000", "--fork", "--kill-child"]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no time namespace can be made here")
        self.start(prefix)
        self.live()


class Upgrade(AgentCase):
    """The package is replaced while everything runs."""

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.tree = self.copy_agent()
        self.app = self.tree / "app/pinfold"
        shutil.copy2(build_path("tests/agent/mock-prompter"), self.app)
        self.box.add_service("org.pinfold.Agent", self.tree / "agent/pinfold-agent")
        self.agent = Agent(self.box, self.tree / "agent/pinfold-agent")

    def prompter(self):
        prompter = Prompter(self.box, self.app)
        self.addCleanup(prompter.kill)
        return prompter

    @staticmethod
    def replace(path):
        """As a package manager does: another file takes the name."""
        shutil.copy2(path, path.with_suffix(".new"))
        os.rename(path.with_suffix(".new"), path)

    def test_everything_replaced(self):
        old_prompter = self.prompter()
        self.assertEqual(old_prompter.first, "registered")
        client = self.client()
        client.join_domain()
        for path in (self.agent.path, self.app):
            self.replace(path)
        # The old ones go on together.
        job = client.background("prompt", TOKEN, "-", 0, "login")
        (request,), _ = old_prompter.expect("ask")
        self.assertEqual(old_prompter.call("answer", request, PIN), "ok")
        job.join(20)
        self.assertEqual(job.answer[0], "ok")
        self.assertEqual(client.call("end", job.answer[1], 1)[0], "ok")
        # A new app is let in by the old agent; a program at another place is not.
        old_prompter.kill()
        new_prompter = self.prompter()
        self.assertEqual(new_prompter.first, "registered")
        new_prompter.kill()
        elsewhere = self.box.dir / "elsewhere"
        shutil.copy2(self.app, elsewhere)
        stranger = Prompter(self.box, elsewhere)
        self.addCleanup(stranger.kill)
        self.assertRegex(stranger.first, "^refused")
        # And a new agent takes the old one's place by itself.
        self.agent.process.terminate()
        self.agent.process.wait(20)
        wait_for(lambda: client.call("contact", "start")[0] == "ok", 5, "the new agent", step=0.1)
        (pid,) = self.box.pids_of(self.agent.path)
        self.assertNotEqual(pid, self.agent.pid)
        client.join_domain()
        self.assertEqual(client.call("store", TOKEN, "-", PIN), ["ok"])
        self.assertEqual(self.prompter().first, "registered")


if __name__ == "__main__":
    tap.main()
