# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""pinfold-driver, the line-protocol PKCS#11 client, from Python."""

import re
import select
import subprocess
import time

from .paths import build_path

_WORD = re.compile(r'(\S+?)=("(?:[^"\\]|\\.)*"|\S*)|(\S+)')
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)")


class DriverError(AssertionError):
    """The driver did not answer, or not as expected."""


def _unquote(text):
    if not text.startswith('"'):
        return text
    return _ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" and len(m[1]) == 3
                       else m[1], text[1:-1])


def quote(word):
    """A word as the driver reads it back."""
    text = str(word)
    if text and not re.search(r'[\s"\\]', text):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


class Answer(dict):
    """One answer: its pairs, and rv ("CKR_OK" when it was ok, "err" for a wrong command)."""

    def __init__(self, line):
        super().__init__()
        self.line = line
        self.rv = "err"
        words = list(_WORD.finditer(line))
        if words and words[0][3] == "ok":
            self.rv = "CKR_OK"
        elif words and words[0][1] == "rv":
            self.rv = words[0][2]
        for word in words[1:]:
            if word[1]:
                self[word[1]] = _unquote(word[2])

    @property
    def ok(self):
        return self.rv == "CKR_OK"

    def number(self, key):
        return int(self[key])

    def numbers(self, key):
        """A comma-separated list of numbers."""
        return [int(n) for n in self[key].split(",") if n]

    def flags(self):
        return set(f for f in self.get("flags", "").split(",") if f)

    def data(self, key="data"):
        return bytes.fromhex(self[key])


class Driver:
    """One client process. Use as a context manager, or call close()."""

    def __init__(self, sandbox, module, env=None, program=None, timeout=20.0, prefix=()):
        self.timeout = timeout
        self._buffer = b""
        self._process = sandbox.start(
            [*prefix, program or build_path("tests/driver/pinfold-driver"), module],
            name="driver",
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def send(self, *words):
        """Sends a command without waiting for its answer; read it with receive()."""
        line = " ".join(quote(w) for w in words) + "\n"
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise DriverError(f"the driver is gone (status {self._process.poll()})") from None

    def receive(self, timeout=None):
        """The next answer; raises when none comes in time."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise DriverError(f"no answer of the driver in {timeout or self.timeout} s")
            data = self._process.stdout.read1(65536)
            if not data:
                raise DriverError(f"the driver ended, status {self._process.wait()}")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return Answer(line.decode(errors="surrogateescape"))

    def fileno(self):
        """For select(): ready when there is an answer, and nothing of it was read yet."""
        return self._process.stdout.fileno()

    def cmd(self, *words, timeout=None):
        """Runs a command, given as words or as one line; returns its Answer."""
        self.send(*(words[0].split() if len(words) == 1 else words))
        answer = self.receive(timeout)
        if answer.rv == "err":
            raise DriverError(f"{words[0]}: {answer.line}")
        return answer

    def ok(self, *words, timeout=None):
        """As cmd(), and raises unless it was CKR_OK."""
        answer = self.cmd(*words, timeout=timeout)
        if not answer.ok:
            raise DriverError(f"{words[0]}: {answer.line}")
        return answer

    def rv(self, *words, timeout=None):
        """The CKR_ name that a command gives."""
        return self.cmd(*words, timeout=timeout).rv

    def background(self, *words):
        """Runs a command in a thread of the driver; finish it with join()."""
        return self.ok("bg", *(words[0].split() if len(words) == 1 else words)).number("job")

    def join(self, job, timeout=None):
        return self.cmd("join", job, timeout=timeout)

    def finished(self, job):
        return self.ok("poll", job)["finished"] == "true"

    def open_session(self, slot="@0", mode="ro"):
        """Opens a session; returns its handle."""
        return self.ok("open", slot, mode).number("session")

    def find(self, session, **attributes):
        """The handles that match, e.g. find(s, **{"class": "private_key", "label": "x"})."""
        words = [f"{key}={value}" for key, value in attributes.items()]
        return self.ok("find", session, *words).numbers("objects")

    def sign(self, session, key, data=b"pinfold", mechanism="SHA256_RSA_PKCS"):
        return self.ok("sign", session, key, mechanism, data.hex()).data()

    def state(self, session):
        """The CKS_ name of a session's state."""
        return self.ok("sessioninfo", session)["state"]

    def close(self):
        """Ends the client as a program ends: end of input. Kills it when that takes too long."""
        if self._process.poll() is None:
            try:
                self._process.stdin.close()
                self._process.wait(5)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        return self._process.returncode

    def wait(self, timeout):
        """Waits for the client's end; subprocess.TimeoutExpired when it goes on."""
        self._process.wait(timeout)

    def kill(self):
        """SIGKILL."""
        self._process.kill()
        self._process.wait()
