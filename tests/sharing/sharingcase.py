# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the tests of shared logins share: the example programs, and drivers with application IDs."""

import select
import shutil
import subprocess
import time
import unittest

from pinfoldtest import Sandbox, Spy, build_path, secretscan, softhsm, wait_for
from pinfoldtest.pinfold import Pinfold, module_path

LABEL = "pinfold-test"
# Distinctive, so that a scan of memory finds it and nothing else.
PIN = "Zw7-kq93-Xv"
SO_PIN = "So8-mm41-Qp"
USER = "CKS_RO_USER_FUNCTIONS"
PUBLIC = "CKS_RO_PUBLIC_SESSION"


class Program:
    """A running example program; its output is read up to the words that matter."""

    def __init__(self, box, name, label, env=None, program=None):
        path = program or build_path("tests/sharing", f"example-{name}")
        self.said = []
        self._buffer = b""
        self._process = box.start([path, module_path(), label], name=f"example-{name}", env=env,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self._process.pid

    def _read(self, deadline):
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise AssertionError(f"no more words in time after {self.said}")
            data = self._process.stdout.read1(65536)
            if not data:
                raise AssertionError(f"ended with {self._process.wait()} after {self.said}")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        self.said.append(line.decode())
        return self.said[-1]

    def until(self, word, timeout=60):
        """What follows word in the next line that begins with it."""
        deadline = time.monotonic() + timeout
        while True:
            first, _, rest = self._read(deadline).partition(" ")
            if first == word:
                return rest

    def go(self, line=""):
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def finish(self, status=0, timeout=30):
        """Lets it end; raises unless each of its calls was CKR_OK, and (0) it came to its end or (2)
        ended at a step."""
        self._process.stdin.close()
        ended = self._process.wait(timeout)
        self.said += (self._buffer + self._process.stdout.read()).decode().splitlines()
        self._process.stdout.close()
        if ended != status:
            raise AssertionError(f"ended with {ended} after {self.said}")

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


class SharingCase(unittest.TestCase):
    """A software token behind a spy, and Pinfold; the rule on sharing is the subclass's."""

    sharing = "allow"
    desktop = False
    pin = PIN

    def setUp(self):
        self.box = Sandbox(bus=False, display=self.desktop, wm=self.desktop)
        self.addCleanup(self.box.close)
        self.backend = self.make_token()
        self.pinfold = Pinfold(self.box, {"backend": self.backend}, self.config())
        self.spy = Spy(self.box, self.backend)
        self.pinfold.set("sharing", self.sharing)

    def make_token(self):
        """A token with one key; the path of its module."""
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box, pin=PIN, so_pin=SO_PIN)
        self.public = softhsm.import_key(self.box, pin=PIN, bits=1024)
        return backend

    def config(self):
        return ""

    def program(self, app_id=None, **kwargs):
        """A driver of its own process, initialised, with an application ID set."""
        d = self.pinfold.driver(self.spy, **kwargs)
        self.addCleanup(d.close)
        d.ok("init os-locking")
        if app_id is not None:
            set_id(d, *app_id)
        return d

    def session(self, app_id=None, mode="ro", label=LABEL, **kwargs):
        """As program(), and a session on the token."""
        d = self.program(app_id, **kwargs)
        return d, d.open_session(f"={label}", mode)

    def logged_in(self, app_id=None, mode="ro", **kwargs):
        d, session = self.session(app_id, mode, **kwargs)
        d.ok("login", session, "user", self.pin)
        return d, session

    def other_program(self, name="other-program"):
        """The path of a copy of the driver: to the agent another program."""
        path = self.box.dir / name
        if not path.exists():
            shutil.copy(build_path("tests/driver/pinfold-driver"), path)
        return path

    def work(self, d, session, data=b"work"):
        """A signature, checked."""
        (key,) = d.find(session, **{"class": "private_key"})
        softhsm.verify_signature(self.public, d.sign(session, key, data), data)

    def assert_works(self, d, session):
        self.assertIn("_USER_FUNCTIONS", d.state(session))
        self.work(d, session)
        self.assertFalse(self.spy.logged_in(d.pid))

    def assert_public(self, d, session):
        self.assertIn("_PUBLIC_SESSION", d.state(session))
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])

    def domain(self, app_id):
        """The status of an ID's domain that is logged in, asleep or open, else of any; or None."""
        name = f"{app_id[0]}:{app_id[1]}"
        found = [d for d in self.pinfold.domains() if d["app_id"] == name]
        found.sort(key=lambda d: (d["logged_in"], d["asleep"], d["open"]))
        return found[-1] if found else None

    def assert_no_pin_left(self):
        """Neither in the agent's domains nor in its memory."""
        wait_for(lambda: self.pinfold.logged_in_domains() == [], 5, "no PIN to be left")
        self.assertEqual(secretscan.scan(self.pinfold.agent_pid(), self.pin), [])


def set_id(d, major, minor):
    d.ok("appid", "set", major, minor)


def open_id(d, app_id, slot=f"={LABEL}"):
    d.ok("appid", "open", slot, *app_id)


def close_id(d, app_id, slot=f"={LABEL}"):
    d.ok("appid", "close", slot, *app_id)
