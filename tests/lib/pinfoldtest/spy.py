# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Reads the log of the spy backend."""

import re
from collections import Counter, namedtuple
from pathlib import Path

from .paths import build_path

Call = namedtuple("Call", "start us pid tid comm function args rv")

# A process that was killed while it wrote leaves the beginning of a line, and the next one follows.
LINE = re.compile(r"(\d+\.\d+) (\d+) (\d+) (\d+) (\S+) (C_\w+)((?: [\w-]+=\S*)+)\n$")


class Spy:
    """The spy backend in front of a module, and its log."""

    def __init__(self, sandbox, module, delay=None, fail=None):
        self.log = Path(sandbox.dir, "spy.log")
        self.path = str(build_path("tests/spy/spy-backend.so"))
        self.env = {"PF_SPY_MODULE": str(module), "PF_SPY_LOG": str(self.log)}
        if delay:
            self.env["PF_SPY_DELAY"] = delay
        if fail:
            self.env["PF_SPY_FAIL"] = fail

    def calls(self, function=None, pid=None):
        """The calls so far in the order of their ends, of one function or process."""
        found = []
        if not self.log.exists():
            return found
        for line in self.log.read_text().splitlines(keepends=True):
            whole = LINE.search(line)
            if whole is None or " rv=" not in whole[7]:
                continue
            start, us, call_pid, tid, comm, name, rest = whole.groups()
            pairs = dict(item.split("=", 1) for item in rest.split())
            call = Call(float(start), int(us), int(call_pid), int(tid), comm, name, pairs,
                        pairs.pop("rv"))
            if function in (None, name) and pid in (None, call.pid):
                found.append(call)
        return found

    def counts(self, pid=None, rv=None):
        """Calls per function, of one process, with one result."""
        return Counter(c.function for c in self.calls(pid=pid) if rv in (None, c.rv))

    def logins(self, pid=None, user=None):
        """Calls of C_Login that reached the backend: presentations of a PIN, good or bad."""
        return [c for c in self.calls("C_Login", pid)
                if user is None or int(c.args["user"]) == user]

    def logged_in(self, pid):
        """Whether the last word of the backend's USER or SO login state in a process is "in"."""
        state = False
        for call in self.calls(pid=pid):
            if call.function == "C_Login" and call.rv == "CKR_OK" and call.args["user"] != "2":
                state = True
            elif call.function in ("C_Logout", "C_Finalize") and call.rv == "CKR_OK":
                state = False
        return state

    def clear(self):
        """Forgets the log so far."""
        if self.log.exists():
            with open(self.log, "w", encoding="ascii"):
                pass
