# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Pinfold with a prompter that a test dictates to, in place of the app."""

import select
import shutil
import subprocess

from pinfoldtest import build_path, wait_for
from pinfoldtest.pinfold import Pinfold
from pinfoldtest.process import listener


class AskingBed:
    """The agent in a tree of its own, where the mock prompter lies as its app.

    The sandbox is one with bus=False and services=False.
    """

    def __init__(self, box, backends, config=""):
        self._box = box
        self.pinfold = Pinfold(box, backends, config)
        tree = self._tree = box.dir / "tree"
        (tree / "agent").mkdir(parents=True)
        (tree / "app").mkdir()
        for name in ("pinfold-agent", "pinfold-tokens"):
            shutil.copy2(build_path("agent", name), tree / "agent" / name)
        shutil.copy2(build_path("tests/agent/mock-prompter"), tree / "app/pinfold")
        self.start()

    def start(self):
        """Agent and prompter, and again after kill()."""
        self.agent = self._box.start([self._tree / "agent/pinfold-agent"], name="agent")
        # A helper that the agent before was about to start can hold its socket for a moment longer.
        wait_for(lambda: listener(self.pinfold.socket()) == self.agent.pid, 10, "the agent's socket")
        self._prompter = self._box.start([self._tree / "app/pinfold"], name="prompter",
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._buffer = b""
        self.said = []  # what nobody has waited for yet
        first = self._read(10)
        assert first == "registered", first

    def kill(self):
        """SIGKILL to the agent; a prompter without one is of no use."""
        for child in (self.agent, self._prompter):
            child.kill()
            child.wait()
        self._prompter.stdin.close()
        self._prompter.stdout.close()

    def fileno(self):
        """For select(): ready when the prompter says something."""
        return self._prompter.stdout.fileno()

    def _read(self, timeout):
        while b"\n" not in self._buffer:
            if not select.select([self._prompter.stdout], [], [], timeout)[0]:
                raise AssertionError(f"the prompter says nothing more after {self.said}")
            data = self._prompter.stdout.read(65536)
            assert data, "the prompter ended"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def expect(self, word, pid=None, timeout=20):
        """The next line that begins with word and is about that process: its numbers, its details."""
        kept = self.said
        self.said = []
        while True:
            line = kept.pop(0) if kept else self._read(timeout)
            head, *pairs = line.split(";")
            details = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            if head.split()[0] == word and pid in (None, int(details.get("pid", 0))):
                self.said += kept
                return head.split()[1:], details
            self.said.append(line)

    def find(self, word):
        """As expect(), of what was said so far; None: nothing of the kind."""
        while select.select([self], [], [], 0)[0] or b"\n" in self._buffer:
            self.said.append(self._read(1))
        if not any(line.split()[0] == word for line in self.said):
            return None
        return self.expect(word)

    def call(self, *words):
        """Has the prompter do something; raises unless the agent took it."""
        self._prompter.stdin.write((" ".join(str(w) for w in words) + "\n").encode())
        self.expect("ok")

    def expect_offer(self, pid):
        (request,), _ = self.expect("offer", pid)
        return request

    def expect_question(self, pid):
        (request,), details = self.expect("consent", pid)
        return request, details

    def decide(self, request, decision):
        self.call("decide", request, decision)
