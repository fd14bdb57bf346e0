# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""An agent whose prompter is a program that a test dictates to."""

import shutil
import subprocess

from agentbed import TOKEN, Agent, AgentCase
from pinfoldtest.paths import build_path


class Prompter:
    """mock-prompter at a path of the test's choice."""

    def __init__(self, box, path):
        self.process = box.start([path], name="prompter", text=True, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        self.first = self.read()

    def read(self):
        return self.process.stdout.readline().strip()

    def call(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        return self.read()

    def expect(self, word):
        """The next line, which must begin with word: its numbers, and the details."""
        line = self.read()
        assert line.startswith(word + " "), line
        head, *pairs = line.split(";")
        return head.split()[1:], dict(pair.split("=", 1) for pair in pairs)

    def kill(self):
        self.process.kill()
        self.process.wait(20)


class PromptCase(AgentCase):
    """The agent in a tree of its own, the prompter where its app would be."""

    def setUp(self):
        super().setUp()
        self.agent.process.terminate()
        self.agent.process.wait(20)
        self.make_tree()
        self.agent = Agent(self.box, self.tree / "agent/pinfold-agent")

    def make_tree(self):
        self.tree = self.copy_agent()
        self.app = self.tree / "app/pinfold"
        shutil.copy2(build_path("tests/agent/mock-prompter"), self.app)

    def prompter(self, path=None):
        prompter = Prompter(self.box, path or self.app)
        self.addCleanup(prompter.kill)
        return prompter

    def asked(self, purpose="login", *about):
        """Prompter, client, its entry, the job that waits, the open request and its details."""
        prompter = self.prompter()
        self.assertEqual(prompter.first, "registered")
        client = self.client()
        entry = client.join_domain()
        job = client.background("prompt", TOKEN, "-", 0, purpose, *about)
        (request,), details = prompter.expect("ask")
        return prompter, client, entry, job, request, details

    def finish(self, job):
        job.join(20)
        self.assertFalse(job.is_alive())
        return job.answer
