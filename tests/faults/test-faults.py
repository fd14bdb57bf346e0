#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Random faults while programs work with software tokens, a card and a backend that misbehaves.

Some faults over six programs; with PF_TEST_FULL=1 a thousand over twenty. PF_TEST_SEED is another
sequence, PF_FAULT_COUNT, PF_FAULT_KINDS (with commas) and PF_FAULT_PAUSE (seconds) another size.
"""

import os
import subprocess
import sys
import time
import unittest

from pinfoldtest.extent import FULL, FULL_PLAIN

SEED = int(os.environ.get("PF_TEST_SEED", "20260101"))
COUNT = int(os.environ.get("PF_FAULT_COUNT", "1000" if FULL_PLAIN else "15"))
PAUSE = float(os.environ.get("PF_FAULT_PAUSE", "0.5" if FULL_PLAIN else "0.2"))
CREW = 20 if FULL_PLAIN else 6
KINDS = os.environ.get("PF_FAULT_KINDS")
# The rest of a sequence is left out then: the machine is too slow, and what it has shown is judged.
LIMIT_S = 660
# Within which every program must be at work again afterwards.
CALM_S = 30
# What the agent's memory may be more than before there was any program: pages that it did not touch.
GROWTH = 16 << 20
NAMESPACE = "PF_FAULT_NAMESPACE"


def enter_namespace():
    """A mount namespace of our own, for a disk that can be full; everybody can have one."""
    if NAMESPACE in os.environ:
        return
    how = ["unshare", "-m", "--propagation", "private"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run([*how, "true"], capture_output=True, check=False).returncode == 0:
        os.environ[NAMESPACE] = "1"
        os.execvp(how[0], [*how, sys.executable, *sys.argv])


if __name__ == "__main__":
    enter_namespace()

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../agent"))

from bed import Bed  # noqa: E402
from clients import Crew, now  # noqa: E402
from judge import Judge  # noqa: E402
from pinfoldtest import process, tap, wait_for  # noqa: E402
from sequence import Runner, draw  # noqa: E402
import faults  # noqa: E402,F401 (makes its kinds known)
import tokenfaults  # noqa: E402,F401 (the same)


class Faults(unittest.TestCase):
    def setUp(self):
        self.bed = Bed(SEED)
        self.addCleanup(self.bed.close)
        self.crew = Crew(self.bed, CREW)

    def say(self, *lines):
        print(*lines, sep="\n", file=sys.stderr, flush=True)

    def settle(self):
        """The agent without any program: what it has then, it may have at the end."""
        self.bed.start()
        wait_for(lambda: self.bed.ctl("status") is not None, 10, "the agent")
        (self.agent,) = self.bed.agent_pids()

    def wait_for_signatures(self, since):
        """The programs that have no signature after that moment, nor soon."""
        until = time.monotonic() + CALM_S
        idle = self.crew.clients
        while idle and time.monotonic() < until:
            time.sleep(0.2)
            idle = [client for client in idle if not client.has_signed(since)]
        return idle

    def assert_at_rest(self):
        """All programs are gone: nothing of them is left in the agent."""
        self.bed.ctl("status", timeout=20)
        (agent,) = self.bed.agent_pids()
        wait_for(lambda: '"domains":[]' in (self.bed.ctl("status", "--json") or "").replace(" ", "")
                 .replace("\n", ""), 10, "no domain to be left")
        wait_for(lambda: self.bed.find_pins(agent) == [], 5, "no PIN to be left")
        wait_for(lambda: self.bed.agent_fds(agent) <= self.fds, 10,
                 f"descriptors: {self.bed.agent_fds(agent)} now, {self.fds} before")
        self.say(f"agent: {self.bed.agent_fds(agent)} descriptors, {self.fds} before; "
                 f"{self.bed.agent_rss(agent) >> 10} KiB, {self.rss >> 10} before")
        if not os.environ.get("PINFOLD_SANITIZED"):
            self.assertLess(self.bed.agent_rss(agent), self.rss + GROWTH)

    @tap.only_if(FULL or not os.environ.get("PINFOLD_SANITIZED"))
    def test_faults(self):
        self.settle()
        self.fds = self.bed.agent_fds(self.agent) + 4
        self.rss = self.bed.agent_rss(self.agent)
        sequence = draw(SEED, COUNT, PAUSE, KINDS.split(",") if KINDS else None)
        self.crew.start()
        runner = Runner(self.bed, self.crew)
        runner.play(sequence, time.monotonic() + LIMIT_S)
        idle = self.wait_for_signatures(now())
        stuck = self.crew.end(20)
        judge = Judge(self.bed, self.crew, runner.done)
        judge.judge()
        self.say(f"seed {SEED}: {len(runner.done)} of {COUNT} faults", *judge.report())
        broken = [f"{fault}: {error}" for fault, error in runner.errors]
        if judge.violations or stuck or idle or broken:
            self.say("the sequence:", *(str(f) for f in runner.done))
            self.say(*judge.tell())
        self.assertEqual([(c.name, c.calls()) for c in stuck], [])
        self.assertEqual(list(judge.violations), [])
        self.assertEqual([c.name for c in idle], [], "no signature after the faults")
        self.assert_at_rest()
        for client in self.crew.clients:
            self.assertFalse(process.is_alive(client.life.pid))
        # Last: what the others have shown is judged all the same.
        self.assertEqual(broken, [])


if __name__ == "__main__":
    tap.main()
