#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Ten thousand lives of the module in one process (fewer in an ordinary run): nothing is left."""

import os
import re
import unittest

from pinfoldtest import Sandbox, mock, process, tap, wait_for
from pinfoldtest.extent import FULL
from pinfoldtest.pinfold import Pinfold

CYCLES = 10000 if FULL else 200
WARM = 520  # until the agent's history is full: it keeps a thousand entries, of each life two
SANITIZED = bool(os.environ.get("PINFOLD_SANITIZED"))
SLACK = 96 * 1024  # what the allocators may take of their own accord
LIVES = {
    "quiet": "init os-locking ; open @0 ; finalize",
    "login": f"init os-locking ; open @0 ; login . user {mock.PIN} ; finalize",
    "work": f"init os-locking ; open @0 ; login . user {mock.PIN} ; find . class=private_key id=01 ;"
            " sign . . SHA256_RSA_PKCS 00 ; logout . ; close . ; finalize",
}


def memory(pid):
    """Bytes of a process's own and its share of shared pages that are no file's."""
    text = open(f"/proc/{pid}/smaps_rollup", encoding="utf-8").read()
    return sum(int(kib) for kib in re.findall(r"^Pss_(?:Anon|Shmem): *(\d+) kB", text, re.M)) * 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Endurance(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        token = mock.Mock(self.box)
        self.box.env.update(token.env)
        self.pinfold = Pinfold(self.box, {"mock": token.path})
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)

    def loop(self, life, count):
        answer = self.d.cmd(f"loop {count} {LIVES[life]}", timeout=200)
        self.assertEqual((answer.rv, answer["runs"]), ("CKR_OK", str(count)), answer.line)
        return answer.number("us") / count

    def settle(self):
        wait_for(lambda: self.pinfold.domains() == [], 5, "no domain to be left")
        pids = [self.d.pid]
        if process.may_look_into(self.agent):
            pids.append(self.agent)
        return [(descriptors(pid), memory(pid)) for pid in pids]

    def check(self, life):
        self.loop(life, 1)
        self.agent = self.pinfold.agent_pid()
        self.loop(life, WARM)
        before = self.settle()
        each = self.loop(life, CYCLES)
        wait_for(lambda: all(fds <= fds_before for (fds, _), (fds_before, _)
                             in zip(self.settle(), before)), 5, "the descriptors to be as before")
        after = self.settle()
        grown = [(fds - fds_before, size - size_before)
                 for (fds_before, size_before), (fds, size) in zip(before, after)]
        print(f"# {life}: {CYCLES} of {each:.0f} us; program and agent grew by {grown} "
              "descriptors, bytes", flush=True)
        for _, size in grown:
            if not SANITIZED:
                self.assertLess(size, SLACK)

    def test_quiet(self):
        self.check("quiet")

    def test_login(self):
        self.check("login")

    def test_work(self):
        self.check("work")


if __name__ == "__main__":
    tap.main()
