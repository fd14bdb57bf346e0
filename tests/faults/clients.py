# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The programs that work while faults come: started, watched, and started again when they end."""

import mmap
import os
import signal
import struct
import threading
import time
import zlib

from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import Pinfold, module_path

CLIENT = build_path("tests/faults/fault-client")
_PAGE = struct.Struct("=II" + 2 * "QQ24s24s")
_STEP = 0.05
# So much of a log is looked at for what happened last.
_TAIL = 1 << 16

# What a client is: the family of its token, and words for it (fault-client.c). Clients with an
# application ID share their login; the others have one of their own unless the mode is shared.
CREW = [
    ("soft", ""), ("soft", "appid=3:4 null"), ("card", ""), ("card", "appid=3:4"),
    ("mock", "appid=5:6"), ("mock", "appid=5:6 null"),
    ("soft", "appid=3:4"), ("soft", "null"), ("card", "null"), ("mock", ""),
    ("soft", "threads"), ("card", "appid=3:4 null"), ("mock", "appid=5:6"), ("soft", ""),
    ("soft", "appid=3:4"), ("card", ""), ("mock", "null"), ("soft", "null"),
    ("mock", "threads"), ("card", "appid=3:4"),
]


def now():
    """CLOCK_MONOTONIC in µs, as the clients write it."""
    return time.monotonic_ns() // 1000


class Life:
    """One process of a client."""

    def __init__(self, popen, said_before):
        self.popen = popen
        self.pid = popen.pid
        self.started = now()
        self.ended = None
        self.status = None
        self.said_from = said_before  # where its output begins in the client's
        self.said = ""


class Client:
    """A program that is always there."""

    def __init__(self, bed, number, family, words):
        self.bed = bed
        self.name = f"{family}{number}"
        self.family = family
        self.words = words.split()
        self.lives = []
        self.may_crash = []  # [from, to] while its backend is told to
        self.halted = []  # [from, to] while it is stopped
        self.killed = set()  # pids that somebody here has killed
        self.folder = bed.folder
        self.page_path = self.folder / f"{self.name}.page"
        self.log_path = self.folder / f"{self.name}.log"
        self.output_path = bed.box.dir / "logs" / f"{self.name}.log"
        self.page_path.write_bytes(bytes(_PAGE.size))
        with open(self.page_path, "r+b") as page:
            self._page = mmap.mmap(page.fileno(), _PAGE.size)
        self.env = bed.family_env(family, self.name)

    @property
    def shares(self):
        return any(word.startswith("appid=") for word in self.words)

    @property
    def life(self):
        return self.lives[-1]

    def start(self):
        seed = zlib.crc32(f"{self.bed.seed} {self.name} {len(self.lives)}".encode())
        args = [CLIENT, module_path(), seed, self.folder, self.name,
                self.bed.label(self.family, self.name), *self.words]
        said = self.output_path.stat().st_size if self.output_path.exists() else 0
        self.lives.append(Life(self.bed.box.start(args, name=self.name, env=self.env), said))

    def calls(self):
        """What its threads are in: [(function, since, backend's function, since)]."""
        fields = _PAGE.unpack(self._page[:])[2:]
        found = []
        for start, inside, function, backend in (fields[0:4], fields[4:8]):
            if start:
                found.append((function.split(b"\0")[0].decode(), start,
                              backend.split(b"\0")[0].decode() if inside else None, inside))
        return found

    def hangs_in_backend(self):
        """Whether what it is in is all its backend's, which may hang by itself: so does OpenSC when
        pcscd dies at the wrong moment."""
        return bool(self.calls()) and all(call[2] is not None for call in self.calls())

    def child(self):
        return _PAGE.unpack(self._page[:])[1]

    def tell_to_end(self):
        self._page[0:4] = struct.pack("=I", 1)

    def signal(self, number):
        try:
            os.kill(self.life.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        """SIGKILL, and its forked child with it."""
        self.killed.add(self.life.pid)
        try:
            os.killpg(self.life.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def halt(self, seconds, wait):
        """SIGSTOP, and SIGCONT after so many seconds."""
        span = [now(), None]
        self.halted.append(span)
        pid = self.life.pid
        self.signal(signal.SIGSTOP)
        wait(seconds)
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass
        span[1] = now()

    def has_signed(self, since):
        """Whether it has a right signature that is younger."""
        with open(self.log_path, "rb") as log:
            log.seek(max(os.fstat(log.fileno()).st_size - _TAIL, 0))
            words = [line.split() for line in log.read().decode().splitlines()[1:]]
        return any(w[1:4:2] == ["!", "right"] and w[0].isdigit() and int(w[0]) > since
                   for w in words)

    def look(self):
        """Takes notice of the end of its process."""
        life = self.life
        if life.ended is None and life.popen.poll() is not None:
            life.ended = now()
            life.status = life.popen.returncode
            with open(self.output_path, "rb") as output:
                output.seek(life.said_from)
                life.said = output.read().decode(errors="replace")
        return life.ended is not None


class Crew:
    """All of them, and the thread that starts those again that have ended."""

    def __init__(self, bed, count):
        self.clients = [Client(bed, number, *what) for number, what in enumerate(CREW[:count])]
        self._bed = bed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self):
        for client in self.clients:
            self._bed.lasting(client.start)
        self._thread.start()

    def _watch(self):
        while not self._over.wait(_STEP):
            for client in self.clients:
                if client.look():
                    self._bed.lasting(client.start)

    def of(self, family):
        return [c for c in self.clients if c.family == family]

    def end(self, timeout):
        """Tells all to end and waits; those that do not."""
        self._over.set()
        self._thread.join()
        for client in self.clients:
            client.tell_to_end()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not all(c.look() for c in self.clients):
            time.sleep(_STEP)
        for client in self.clients:
            if not client.look() and client.hangs_in_backend():
                client.kill()
                client.life.popen.wait()
                client.look()
        return [c for c in self.clients if not c.look()]


def write_spy_config(box, name, spy_path):
    """A configuration whose only backend is the spy."""
    path = box.dir / f"{name}.conf"
    Pinfold.write_config(path, {"spy": spy_path})
    return path
