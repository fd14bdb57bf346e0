# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Records what programs send, receive, write and are started with, byte for byte, by strace."""

import re
import shutil
import subprocess
import unittest
import uuid
from pathlib import Path

from .paths import need_tools, tool_search_path

# What is read from files and pipes is not recorded: somebody wrote it, or gives it on purpose.
_CALLS = "trace=%network,write,writev,pwrite64,execve"
_STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})+)"')


class Recording:
    """prefix are words before a command, which is recorded with all that it starts."""

    def __init__(self, sandbox):
        need_tools("strace")
        self._folder = Path(sandbox.dir, f"recording-{uuid.uuid4().hex[:8]}")
        self._folder.mkdir()
        self.prefix = (shutil.which("strace", path=tool_search_path()), "-ff", "--seccomp-bpf", "-qq", "-v", "-xx", "-s", "1000000",
                       "-e", _CALLS, "-e", "signal=none", "-o", str(self._folder / "calls"))
        tried = subprocess.run([*self.prefix, "true"], capture_output=True, check=False)
        if tried.returncode != 0:
            raise unittest.SkipTest("strace can trace nothing here")

    def calls(self, name=None):
        """(name, all its bytes) of each call so far; of one name."""
        found = []
        for path in sorted(self._folder.iterdir()):
            for line in path.read_bytes().splitlines():
                call = line.partition(b"(")[0].decode(errors="replace")
                if name in (None, call):
                    found.append((call, b"".join(
                        bytes.fromhex(text.decode().replace("\\x", ""))
                        for text in _STRING.findall(line))))
        return found
