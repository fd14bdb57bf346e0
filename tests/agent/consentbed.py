# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Programs that name one application ID, a person who decides about them, and a look from the bus."""

import os
import queue
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from agentbed import TOKEN, Agent, Client
from gi.repository import Gio, GLib
from pinfoldtest import wait_for
from pinfoldtest.paths import build_path
from promptbed import PromptCase, Prompter

ID = 3 << 32 | 4
PIN = "135790"


class Person(Prompter):
    """The prompter; what it is asked and what its answers come to are two queues."""

    def __init__(self, box, path):
        self.events = queue.Queue()
        self.answers = queue.Queue()
        self.first = None
        super().__init__(box, path)
        threading.Thread(target=self._sort, daemon=True).start()

    def _sort(self):
        for line in self.process.stdout:
            word = line.split()[0]
            (self.answers if word in ("ok", "error", "what?") else self.events).put(line.strip())

    def read(self):
        if self.first is None:
            return super().read()
        return self.events.get(timeout=10)

    def call(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=10)

    def decide(self, request, decision):
        answer = self.call("decide", request, decision)
        assert answer == "ok", answer

    def question(self, word="consent"):
        """The number of the next event, which must be a question of this kind, and its details."""
        (request,), details = self.expect(word)
        return request, details

    def closed(self, request, reason):
        """The next event must be this."""
        line = self.read()
        assert line == f"close {request} {reason}", line


class ConsentCase(PromptCase):
    """An agent, a person, and the bus."""

    def setUp(self):
        super().setUp()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.box.bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        wait_for(self.is_on_the_bus, 10, "the agent's name")
        self.file = self.box.dir / "home/.local/state/pinfold/consents"

    def person(self):
        person = Person(self.box, self.app)
        self.addCleanup(person.kill)
        self.assertEqual(person.first, "registered")
        return person

    def owner(self, app_id=ID, token=TOKEN):
        """A program that logs the ID in; and its entry."""
        client = self.client()
        entry = client.join_domain(token, app_id)
        self.log_in(client, app_id, token)
        self.assertEqual(client.state(entry), "user")
        return client, entry

    def log_in(self, client, app_id=ID, token=TOKEN):
        self.assertEqual(client.call("store", token, app_id, PIN), ["ok"])

    def stranger(self, person=None, app_id=ID, **kwargs):
        """A program with a session on an ID that is closed to it. The person, if given, is offered
        to let it in; the number of that."""
        client = self.client(**kwargs)
        entry = client.join_domain(app_id=app_id)
        self.assertEqual(client.state(entry), "public")
        if person is None:
            return client, entry
        return client, entry, person.question("offer")[0]

    def ask(self, client, app_id=ID):
        """Calls C_Login without a PIN; the job that waits."""
        return client.background("prompt", TOKEN, app_id, 0)

    def assert_let_in(self, job, client, entry):
        self.assertEqual(self.finish(job), ["logged-in"])
        self.assert_in(client, entry)

    def assert_in(self, client, entry, app_id=ID):
        self.assertEqual(client.state(entry), "user")
        lease, pin = client.take(app_id=app_id)
        self.assertEqual(pin, PIN)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])

    def assert_out(self, client, entry, app_id=ID):
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("take", TOKEN, app_id), ["not-logged-in"])

    def copy_client(self, name="other-client"):
        """The client as another program."""
        path = self.box.dir / name
        shutil.copy2(build_path("tests/agent/link-client"), path)
        return path

    def packaged_client(self):
        """The client where only root can replace it, as a package would bring it; not below /tmp,
        which everybody can write to."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root can install a program")
        folder = Path(tempfile.mkdtemp(prefix="pf-", dir="/var/lib"))
        self.addCleanup(shutil.rmtree, folder)
        path = folder / "packaged-client"
        shutil.copy2(build_path("tests/agent/link-client"), path)
        path.chmod(0o755)
        return path

    def unknown_client(self):
        """A client in a PID namespace of its own."""
        command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode != 0:
            raise unittest.SkipTest("no namespaces can be made here")
        script = self.box.dir / "unknown-client"
        script.write_text(f"#!/bin/sh\nexec {' '.join(command)} "
                          f"{build_path('tests/agent/link-client')}\n")
        script.chmod(0o755)
        return Client(self.box, path=script).hello()

    def restart_agent(self):
        self.agent.process.terminate()
        self.agent.process.wait(20)
        self.agent = Agent(self.box, self.tree / "agent/pinfold-agent")
        wait_for(self.is_on_the_bus, 10, "the agent's name")

    def is_on_the_bus(self):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", "NameHasOwner",
                                  GLib.Variant("(s)", ("org.pinfold.Agent",)), None,
                                  Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]

    def agent_call(self, method, args=None, kind=None):
        return self.bus.call_sync("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1",
                                  method, args, GLib.VariantType(kind) if kind else None,
                                  Gio.DBusCallFlags.NO_AUTO_START, 5000, None).unpack()

    def consents(self):
        return self.agent_call("ListConsents")[0]

    def revoke(self, name=""):
        return self.agent_call("RevokeConsent", GLib.Variant("(s)", (name,)))[0]
