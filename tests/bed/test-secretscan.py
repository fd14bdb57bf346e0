#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The search for secrets finds them in every form, and no others; recordings have what was sent."""

import base64
import subprocess
import sys
import unittest

from pinfoldtest import Sandbox, secretscan, tap
from pinfoldtest.recording import Recording

SECRET = "Zq7!vX-29kd_Wm4#"
HOLD = "import sys; data = sys.stdin.buffer.readline(); print('held', flush=True); sys.stdin.read()"
# Over the edge of two pages of a mapping of two thousand, of a file's copy, of memory that is shared.
PLACE = """
import mmap, os, sys
data = sys.stdin.buffer.readline()[:-1]
fd = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)
os.ftruncate(fd, 1 << 23)
flags = {"anonymous": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, "file": mmap.MAP_PRIVATE,
         "shared": mmap.MAP_SHARED}[sys.argv[1]]
place = mmap.mmap(-1 if flags & mmap.MAP_ANONYMOUS else fd, 1 << 23, flags)
for at, byte in enumerate(data):
    place[(1 << 22) - 8 + at] = byte ^ 1
data = None
print("held", flush=True)
sys.stdin.read()
"""
SEND = """
import os, socket, sys
text = sys.argv[1][::-1].encode()
a, b = socket.socketpair()
a.sendmsg([text])
b.recv(100)
os.write(1, text)
"""


class Scan(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def scan(self, data, *program):
        """The hits in a process that holds data, beside what Python makes of it."""
        holder = self.box.start([sys.executable, "-c", *(program or [HOLD])], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        holder.stdin.write(data + b"\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), b"held\n")
        hits = secretscan.scan(holder.pid, SECRET)
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
        self.assertEqual([hit for hit in hits if hit.where in secretscan.SAFE], [])
        return hits

    def forms(self, data):
        return {hit.form for hit in self.scan(data)}

    def test_every_form(self):
        raw = SECRET.encode()
        for form, data in (("clear", raw), ("clear", SECRET.encode("utf-16-le")),
                           ("clear", SECRET.encode("utf-32-be")), ("hex", raw.hex().encode()),
                           ("HEX", raw.hex().upper().encode()), ("backwards", raw[::-1]),
                           ("base64+0", base64.b64encode(raw)),
                           ("base64+1", base64.b64encode(b"?" + raw + b"?")),
                           ("base64+2", base64.b64encode(b"user:" + raw)),
                           ("clear", b"-----" + raw[3:11] + b"-----")):
            self.assertEqual(self.forms(data), {form}, data)
            self.assertEqual(secretscan.in_bytes(data, SECRET), [form], data)

    def test_every_kind_of_memory(self):
        hidden = bytes(byte ^ 1 for byte in SECRET.encode())
        path = self.box.dir / "mapped"
        for kind in ("anonymous", "file", "shared"):
            (hit,) = self.scan(hidden, PLACE, kind, path)
            self.assertEqual(hit.address - hit.mapping.first, (1 << 22) - 8, kind)
            self.assertEqual(hit.mapping.name == str(path), kind != "anonymous")

    def test_nothing_else(self):
        for data in (SECRET[3:10].encode(), SECRET.lower().encode(), b"nothing of it"):
            self.assertEqual(self.forms(data), set(), data)
            self.assertEqual(secretscan.in_bytes(data, SECRET), [])


class Record(unittest.TestCase):
    def test_has_what_was_sent(self):
        with Sandbox(bus=False) as box:
            recording = Recording(box)
            done = box.run(*recording.prefix, sys.executable, "-c", SEND, SECRET[::-1])
            self.assertEqual(done.stdout, SECRET)
            for name in ("sendmsg", "recvfrom", "write"):
                sent = [data for _, data in recording.calls(name)]
                self.assertIn(SECRET.encode(), sent, name)
            self.assertEqual([name for name, data in recording.calls()
                              if SECRET[::-1].encode() in data], ["execve"])


if __name__ == "__main__":
    tap.main()
