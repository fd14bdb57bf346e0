# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Several processes with one ID, and what the agent says of them on the session bus."""

import json

from agentbed import TOKEN, AgentCase
from pinfoldtest import wait_for
from pinfoldtest.paths import build_path

ID = "0x300000004"


class SharedCase(AgentCase):
    def setUp(self):
        super().setUp()
        wait_for(lambda: self.status(check=False).returncode == 0, 10, "the control interface")

    def status(self, check=True):
        return self.box.run(build_path("app/pinfoldctl"), "status", "--json", check=check)

    def domains(self):
        return json.loads(self.status().stdout)["domains"]

    def logged_in_pids(self):
        """Of the one domain that holds a PIN."""
        (domain,) = [d for d in self.domains() if d["logged_in"]]
        return {m["pid"] for m in domain["members"]}

    def wait_members(self, count):
        wait_for(lambda: sum(len(d["members"]) for d in self.domains()) == count, 5, "members")

    def call_agent(self, method, *args, check=True):
        return self.box.run("gdbus", "call", "--session", "--dest", "org.pinfold.Agent",
                            "--object-path", "/org/pinfold/Agent", "--method",
                            "org.pinfold.Agent1." + method, *args, check=check)

    def forget(self):
        self.call_agent("Forget", "{}")

    def close_open(self):
        for domain in self.domains():
            if domain["open"]:
                self.call_agent("CloseId", domain["token_uri"], domain["app_id"])

    def change(self, key, value):
        """A setting; the agent has it when this returns."""
        before = self.agent.log().count("Settings were read")
        self.setting(key, value)
        wait_for(lambda: self.agent.log().count("Settings were read") > before, 5, "the setting")

    def rule(self, value):
        self.change("sharing", value)

    def member(self, token=TOKEN, app_id=ID, **kwargs):
        """A client with one session of the ID; and its entry."""
        client = self.client(**kwargs)
        return client, client.join_domain(token, app_id)

    def inside(self, pin="135790", token=TOKEN, app_id=ID, **kwargs):
        """One that has proved the PIN."""
        client, entry = self.member(token, app_id, **kwargs)
        self.assertEqual(client.call("store", token, app_id, pin), ["ok"])
        self.assertEqual(client.state(entry), "user")
        return client, entry
