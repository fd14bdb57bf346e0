#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""pinfoldctl with an agent that says what the test wants: consent, what it prints of the list and what
it takes back; status; and what it removes from the keyring."""

import json
import socket
import subprocess
import unittest
from pathlib import Path

from gi.repository import Gio, GLib

from appcase import wait_served
from pinfoldtest import Sandbox, build_path, tap
from scriptedagent import ReportingAgent

CTL = build_path("app/pinfoldctl")
TOKEN = "pkcs11:model=m;manufacturer=n;serial=0001;token=one"
FULL = {"id": "7", "program": "Mail", "program-icon": "mail", "executable": "/usr/bin/python3",
        "script": "/usr/share/mail/main.py", "sandbox": "org.example.Mail", "token-uri": TOKEN,
        "shared-id": "7:9", "group": "Office", "decision": "always", "since": 1700000000}
BARE = {"id": "8", "program": "evil\x1b[2Jname", "program-icon": "x", "executable": "/opt/x",
        "token-uri": TOKEN, "decision": "never", "since": 0}


class DecidingAgent(ReportingAgent):
    """Agent1 with decisions; an error when there are none."""

    def __init__(self, bus):
        super().__init__(bus)
        self.consents = []
        self.revoked = []
        self.removed = []

    def _on_method_call(self, connection, sender, path, iface, method, args, invocation):
        if method == "ListConsents" and self.consents is None:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", "no list today")
        elif method == "ListConsents":
            consents = [{key: GLib.Variant("x" if key == "since" else "s", value)
                         for key, value in consent.items()} for consent in self.consents]
            invocation.return_value(GLib.Variant("(aa{sv})", (consents,)))
        elif method == "RevokeConsent":
            self.revoked.append(args[0])
            known = [c for c in self.consents if args[0] in ("", c["id"])]
            invocation.return_value(GLib.Variant("(u)", (len(known),)))
        elif method == "RemoveStoredPin":
            self.removed.append(args[0])
            invocation.return_value(GLib.Variant("(u)", (1,)))
        else:
            super()._on_method_call(connection, sender, path, iface, method, args, invocation)


class CtlCase(unittest.TestCase):
    command = None

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.box.bus_address,
            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        # As the agent, which listens before it takes its name.
        path = Path(self.box.env["XDG_RUNTIME_DIR"], "pinfold/agent")
        path.parent.mkdir(mode=0o700)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(path))
        listener.listen()
        self.agent = DecidingAgent(self.bus)
        self.addCleanup(self.agent.stop)

    def ctl(self, *args, status=0, env=None):
        """What it prints, on standard error when it fails."""
        ran = self.box.start([CTL, self.command, *args], env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, encoding="utf-8")
        wait_served(lambda: ran.poll() is not None, 20, "pinfoldctl")
        out, error = ran.communicate()
        self.assertEqual(ran.returncode, status, out + error)
        return error if status else out


class Consent(CtlCase):
    command = "consent"

    def test_list(self):
        self.agent.consents = [FULL, BARE]
        said = self.ctl("list")
        for part in ("7", "Mail", "always allowed", "org.example.Mail", TOKEN, "Office (7:9)",
                     "never allowed", "/opt/x", "programs in no group"):
            self.assertIn(part, said)
        self.assertNotIn("\x1b", said)

    def test_json(self):
        self.agent.consents = [FULL, BARE]
        full, bare = json.loads(self.ctl("list", "--json"))
        self.assertEqual(full, {
            "id": "7", "program": "Mail", "executable": "/usr/bin/python3",
            "script": "/usr/share/mail/main.py", "sandbox": "org.example.Mail",
            "token_uri": TOKEN, "app_id": "7:9", "group": "Office", "decision": "always",
            "since": 1700000000})
        self.assertEqual([key for key in bare if bare[key] is None],
                         ["script", "sandbox", "app_id", "group"])

    def test_nothing_was_decided(self):
        self.assertIn("Nothing", self.ctl("list"))
        self.assertEqual(json.loads(self.ctl("list", "--json")), [])

    def test_agent_that_fails(self):
        self.agent.consents = None
        self.assertEqual(self.ctl("list", status=1), "pinfoldctl: no list today\n")

    def test_revoke(self):
        self.agent.consents = [FULL, BARE]
        self.assertIn("1 decision", self.ctl("revoke", "7"))
        self.assertIn("2 decisions", self.ctl("revoke", "--all"))
        self.assertEqual(self.agent.revoked, ["7", ""])

    def test_revoke_of_nothing(self):
        self.agent.consents = [FULL]
        self.assertIn("no decision “9”", self.ctl("revoke", "9", status=1))
        self.agent.consents = []
        self.assertIn("0 decisions", self.ctl("revoke", "--all"))

    def test_wrong_words(self):
        for words in ((), ("grant", "7"), ("list", "7"), ("revoke",), ("revoke", ""),
                      ("revoke", "7", "8"), ("revoke", "7", "--all"), ("revoke", "--some")):
            self.ctl(*words, status=2)
        self.assertEqual(self.agent.revoked, [])


class Status(CtlCase):
    command = "status"

    def test_text_that_moves_the_cursor(self):
        """Whoever has the agent's name says it: no part of it reaches the terminal as it is."""
        odd = GLib.Variant("s", "\x1b[2J\x9b1mx")
        self.agent.report(readers=[{"name": "\x1b[2Jreader", "present": False}])
        self.agent.status |= {"version": odd, "cache_mode": odd}
        said = self.ctl()
        self.assertIn("Pinfold \ufffd[2J\ufffd1mx, cache mode “\ufffd[2J\ufffd1mx”", said)
        self.assertEqual([c for c in said if c != "\n" and not c.isprintable()], [])

    def test_json_of_any_label(self):
        """What json-glib leaves as it is, in a locale that has none of it, too."""
        label = "\x1b[2J \x1f \x7f \x9b1m \u202e \u2028 ü 😀 \U000e0041"
        self.agent.report(tokens=[{"uri": TOKEN, "label": label, "flags": []}])
        for locale in ("C.UTF-8", "C"):
            said = self.ctl("--json", env={"LC_ALL": locale})
            (token,) = json.loads(said)["tokens"]
            self.assertEqual(token["label"], label)
            self.assertEqual([c for c in said if c not in "\n\u2028" and not c.isprintable()], [])
            self.assertIn(" ü 😀 ", said)


class Keyring(CtlCase):
    command = "keyring"

    def test_remove(self):
        self.assertIn("1 PIN removed", self.ctl("remove", TOKEN))
        self.ctl("remove", "--all")
        self.assertEqual(self.agent.removed, [TOKEN, ""])

    def test_uri_with_a_pin(self):
        """It is not repeated, and does not go over the bus."""
        for uri in (f"{TOKEN}?pin-value=74921650", "74921650", "pkcs11:object=74921650"):
            said = self.ctl("remove", uri, status=2)
            self.assertIn("the token URI ", said)
            self.assertNotIn("74921650", said)
        self.assertEqual(self.agent.removed, [])


if __name__ == "__main__":
    tap.main()
