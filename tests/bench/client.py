# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The processes that measure, and how two of them measure in turns."""

import contextlib
import json
import os
import select
import socket
import subprocess

from pinfoldtest import build_path

CLIENT = "tests/bench/bench-client"
ANSWER_SECONDS = 60
CKR_FUNCTION_CANCELED = 0x50


class BenchError(Exception):
    """Something could not be measured; the text says what."""


class Client:
    """One process that loads a module and times what it is told.

    sockets: name -> socket to another client; the caller closes them once both clients have them.
    All clients run on one processor: two differ, and change their speeds at different times.
    """

    def __init__(self, contestant, sockets):
        self.name = contestant.name
        self.peers = {name: end.fileno() for name, end in sockets.items()}
        backend = contestant.backend
        self._process = contestant.box.start(
            [build_path(CLIENT), "run", contestant.module, backend.token, backend.key,
             *([contestant.backend_path] if contestant.is_thin else [])],
            name="client", env=contestant.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, pass_fds=self.peers.values())
        self.pid = self._process.pid
        os.sched_setaffinity(self.pid, {max(os.sched_getaffinity(0))})
        keep_priority(self.pid)
        self.ask(backend.pin)

    def tell(self, line):
        """Sends a line."""
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BenchError(f"{self.name}: the client is gone") from None

    def read(self):
        """The answer to the last line."""
        if not select.select([self._process.stdout], [], [], ANSWER_SECONDS)[0]:
            raise BenchError(f"{self.name}: no answer in {ANSWER_SECONDS} s")
        return self._process.stdout.readline()

    def ask(self, line):
        """Sends a line; returns the answer."""
        self.tell(line)
        return parse(self.name, self.read())

    def close(self):
        self._process.stdin.close()
        status = self._process.wait(ANSWER_SECONDS)
        self._process.stdout.close()
        if status != 0:
            raise BenchError(f"{self.name}: the client ended with status {status}")


def keep_priority(pid):
    """Gives the session of a process this process's nice value, where the kernel weighs sessions.

    Else `nice` in front of a bench would say nothing: each client is in a session of its own.
    """
    with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w") as group:
        group.write(str(os.getpriority(os.PRIO_PROCESS, 0)))


def parse(name, line):
    """An answer of the client; raises when it is none or an error."""
    answer = json.loads(line) if line else {"error": "the client ended"}
    if "error" in answer:
        raise BenchError(f"{name}: {answer['error']}: CKR 0x{answer.get('rv', 0):x}")
    return answer


def rows():
    """The rows of the table: dictionaries with row, calls, login."""
    done = subprocess.run([build_path(CLIENT), "rows"], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def start_clients(raw, wrappers, ordered):
    """Clients of the raw contestant and of wrappers, each of these with a socket to the raw one's.

    Started in the given order; contestant -> client.
    """
    pairs = {wrapper: socket.socketpair() for wrapper in wrappers}
    sockets = {wrapper: {raw.name: pair[1]} for wrapper, pair in pairs.items()}
    sockets[raw] = {wrapper.name: pair[0] for wrapper, pair in pairs.items()}
    try:
        return {contestant: Client(contestant, sockets[contestant]) for contestant in ordered}
    finally:
        for end in (end for pair in pairs.values() for end in pair):
            end.close()


def duel_beside(laps, steps, client, row, begins=0):
    """duel() of the backend and the module of one client, which is one with such a backend."""
    answer = client.ask(f"duel -1 {1 - begins} {laps} {steps} {row}")
    return answer["raw"], answer["ns"]


def duel(laps, steps, sides, begins=0):
    """Two clients measure batch by batch in turns, whose order turns round with each lap.

    sides: two of (client, row); begins: which has the first batch. Returns for both what they
    measured in each lap, nanoseconds of a step.
    """
    for number, (client, row) in enumerate(sides):
        other = sides[1 - number][0]
        client.tell(f"duel {client.peers[other.name]} {int(number == begins)} {laps} {steps} {row}")
    lines = [(client.name, client.read()) for client, _ in sides]
    # The one that failed, not the one that waited for it in vain.
    lines.sort(key=lambda named: json.loads(named[1] or "{}").get("rv") == CKR_FUNCTION_CANCELED)
    answers = {name: parse(name, line)["ns"] for name, line in lines}
    return [answers[client.name] for client, _ in sides]
