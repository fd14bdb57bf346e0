# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The module in front of SoftHSM, with an agent that does what the test says."""

import subprocess
import unittest

from pinfoldtest import Sandbox, Spy, softhsm, wait_for
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import Pinfold

TOKEN = "=pinfold-test"
PRIVATE = {"class": "private_key"}
PUBLIC_STATE = "CKS_RW_PUBLIC_SESSION"
USER_STATE = "CKS_RW_USER_FUNCTIONS"
BRIEF = ("class=data", "label=brief", "value=text:z", "private=true", "token=false")

# Every call that uses what a private key or its handle is.
USES = (("getattr", "{s}", "{k}", "label"), ("objsize", "{s}", "{k}"),
        ("copy", "{s}", "{k}", "label=x"), ("setattr", "{s}", "{k}", "label=x"),
        ("destroy", "{s}", "{k}"), ("signinit", "{s}", "{k}", "SHA256_RSA_PKCS"),
        ("decryptinit", "{s}", "{k}", "RSA_PKCS"),
        ("unwrap", "{s}", "{k}", "RSA_PKCS", "00", "class=secret_key"),
        ("wrap", "{s}", "{k}", "{k}", "AES_KEY_WRAP_PAD"),
        ("derive", "{s}", "{k}", "ECDH1_DERIVE:04", "class=secret_key"))
REFUSALS = ("CKR_OBJECT_HANDLE_INVALID", "CKR_KEY_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN",
            "CKR_WRAPPING_KEY_HANDLE_INVALID", "0xf0")  # that of C_UnwrapKey


class ScriptedAgent:
    """See scripted-agent.c for its commands."""

    def __init__(self, box, *args):
        self.process = box.start([build_path("tests/module/scripted-agent"), *args],
                                 name="scripted-agent", text=True, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        self._read()

    def _read(self):
        status, *words = self.process.stdout.readline().split()
        assert status == "ok"
        return words

    def call(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self._read()

    def calls(self, method):
        return int(self.call("calls", method)[0])

    def hold(self, method, d, *command):
        """The job of a program whose COMMAND waits for what METHOD asks: until "release"."""
        self.call("hold", method)
        before = self.calls(method)
        job = d.background(*command)
        wait_for(lambda: self.calls(method) > before, 5, f"the question of {method}")
        return job

    def entry(self, app_id):
        """The entry of an ID; "77*" is the process's own."""
        return self.call("entries").index(str(app_id))

    def board(self, entry):
        """Sessions, and the read-only ones."""
        return tuple(int(word) for word in self.call("board", entry))

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)


class ScriptedCase(unittest.TestCase):
    """Clients have a spy as their backend."""

    agent_args = ()

    def setUp(self):
        self.box = Sandbox(bus=False, services=False)  # no real agent comes
        self.addCleanup(self.box.close)
        self.backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        self.public = softhsm.import_key(self.box, bits=1024)
        self.pinfold = Pinfold(self.box, {"softhsm2": self.backend})
        self.agent = ScriptedAgent(self.box, *self.agent_args)

    def driver(self, **spy):
        self.spy = Spy(self.box, self.backend, **spy)
        d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        return d

    @staticmethod
    def open_as(d, low, mode="rw", high=0):
        """A session of ID HIGH:LOW."""
        d.ok("appid", "set", high, low)
        return d.open_session(TOKEN, mode)

    def logged_in(self, d, low):
        """A session of ID 0:LOW that has logged in, and its private key."""
        session = self.open_as(d, low)
        d.ok("login", session, "user", softhsm.PIN)
        (key,) = d.find(session, **PRIVATE)
        return session, key

    def held_prompt(self, d):
        """The job of a login of ID 5 that waits for a person, whose PIN will be right. The agent is
        one that is "protected"."""
        d.ok("tokeninfo", TOKEN)
        session = self.open_as(d, 5)
        self.agent.call("pin", self.agent.entry(5), softhsm.PIN)
        return self.agent.hold("Prompt", d, "login", session, "user", "null")

    def presented(self, d):
        return len(self.spy.logins(d.pid))

    def backend_sessions(self, d):
        """How many sessions the backend has open for the client."""
        counts = self.spy.counts(d.pid, "CKR_OK")
        return counts["C_OpenSession"] - counts["C_CloseSession"]

    def assert_nothing_private(self, d, session, key):
        """The session neither sees nor uses nor makes anything private; KEY is a handle of old."""
        self.assertEqual(d.find(session, **PRIVATE), [])
        for use in USES:
            words = [str(word).format(s=session, k=key) for word in use]
            with self.subTest(call=use[0]):
                self.assertIn(d.rv(*words), REFUSALS)
        d.ok("digestinit", session, "SHA256")
        self.assertIn(d.rv("digestkey", session, key), REFUSALS)
        d.ok("digestfinal", session)
        for verb, *words in (("create", *BRIEF), ("genkey", "aes", 16, "token=false"),
                             ("create", "class=data", "label=y", "private=true", "token=true"),
                             ("genkeypair", "rsa", 1024, "priv.private=true")):
            with self.subTest(make=verb):
                self.assertEqual(d.rv(verb, session, *words), "CKR_USER_NOT_LOGGED_IN")
