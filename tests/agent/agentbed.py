# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A real agent in a sandbox, and clients that are the module's own link."""

import json
import re
import shutil
import subprocess
import threading
import unittest

from pinfoldtest import Sandbox, process, secretscan, wait_for
from pinfoldtest.paths import build_path
from pinfoldtest.process import listens

TOKEN = "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
OTHER = "pkcs11:model=Test;manufacturer=Pinfold;serial=0002;token=two"


def history(box):
    """What `pinfoldctl history --json` prints, latest first."""
    return json.loads(box.run(build_path("app/pinfoldctl"), "history", "--json").stdout)


class Agent:
    """The agent, started by hand, as the only one of the sandbox."""

    def __init__(self, box, path=None, env=None, prefix=()):
        self.box = box
        self.prefix = prefix
        self.path = path or build_path("agent/pinfold-agent")
        self.env = {"G_MESSAGES_DEBUG": "pinfold-agent"} | (env or {})
        self.socket = box.dir / "run/pinfold/agent"
        self.start()

    def start(self):
        self.process = self.box.start([*self.prefix, self.path], name="agent", env=self.env)
        wait_for(self.is_listening, 10, "the agent's socket")

    def is_listening(self):
        return self.process.poll() is None and listens(self.socket)

    @property
    def pid(self):
        return self.process.pid

    def memory(self):
        """Bytes: its own, and its share of pages that it shares: a state page is half the process's.
        Not of libraries, which changes with every program that comes or goes."""
        try:
            text = open(f"/proc/{self.pid}/smaps_rollup", encoding="utf-8").read()
        except PermissionError:
            raise unittest.SkipTest("only root may count the agent's memory") from None
        return sum(int(kib) for kib in re.findall(r"^Pss_(?:Anon|Shmem): *(\d+) kB", text, re.M)) * 1024

    def fds(self):
        if not process.may_look_into(self.pid):
            raise unittest.SkipTest("only root may count the descriptors of the agent")
        return len(list(process.Path(f"/proc/{self.pid}/fd").iterdir()))

    def log(self):
        return (self.box.dir / "logs/agent.log").read_text(errors="replace")

    def has_pin(self, pin):
        return bool(secretscan.scan(self.pid, pin))

    def wait_no_pin(self, pin):
        """After a signal or a state that tells of it: those go out just before the PIN does."""
        wait_for(lambda: not self.has_pin(pin), 5, "the PIN to be wiped")


class Client:
    """One process with the module's link; see link-client.c for its commands."""

    def __init__(self, box, path=None, env=None):
        self.process = box.start([path or build_path("tests/agent/link-client")],
                                 name="client", env=env, text=True, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        self.pid = self.process.pid

    def send(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()

    def read(self):
        return self.process.stdout.readline().split()

    def call(self, *words):
        """The words of the answer."""
        self.send(*words)
        return self.read()

    def background(self, *words):
        """Sends now; returns a Thread whose `answer` is there once it is not alive."""
        self.send(*words)

        def receive():
            thread.answer = self.read()

        thread = threading.Thread(target=receive, daemon=True)
        thread.answer = None
        thread.start()
        return thread

    def hello(self):
        assert self.call("contact", "no")[0] == "ok"
        return self

    def join_domain(self, token=TOKEN, app_id="-", count=1):
        """Announces sessions; the entry."""
        status, entry = self.call("sessions", token, app_id, count)
        assert status == "ok", status
        return entry

    def leave_domain(self, entry, token=TOKEN, app_id="-"):
        """Closes the last session, as the module does it."""
        self.call("set", entry, 0)
        return self.call("sessions", token, app_id, 0)[0]

    def state(self, entry):
        return self.call("login", entry)[1]

    def take(self, token=TOKEN, app_id="-"):
        """The lease; its PIN must be there."""
        status, lease, pin = self.call("take", token, app_id)
        assert status == "ok", status
        return lease, pin

    def end(self):
        """Closes and waits."""
        self.process.stdin.close()
        self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait(20)


class AgentCase(unittest.TestCase):
    """A sandbox and an agent for each case."""

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.agent = Agent(self.box)

    def client(self, **kwargs):
        return Client(self.box, **kwargs).hello()

    def logged_in(self, pin="135790", token=TOKEN, **kwargs):
        """A client with one session, logged in; and its entry."""
        client = self.client(**kwargs)
        entry = client.join_domain(token)
        self.assertEqual(client.call("store", token, "-", pin), ["ok"])
        self.assertEqual(client.state(entry), "user")
        return client, entry

    def setting(self, key, value):
        self.box.run("gsettings", "set", "org.pinfold", key, value)

    def copy_agent(self):
        """A copy of the agent as it lies in a build tree; the folder."""
        root = self.box.dir / "tree"
        (root / "agent").mkdir(parents=True)
        (root / "app").mkdir()
        shutil.copy2(build_path("agent/pinfold-agent"), root / "agent/pinfold-agent")
        return root
