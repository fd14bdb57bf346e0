# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The mock token: its script, and the PINs and tries it keeps for all processes."""

import os
import struct
from pathlib import Path

from .paths import build_path

PIN = "1234"
SO_PIN = "12345678"
SERIAL = "MOCK000000000001"
SLOT = 7
READER = "Mock Reader 00 00"

_HEADER = struct.Struct("=I")
_PIN = struct.Struct("=20sIIIII64s")
_N_PINS = 8


class Mock:
    """The mock backend of a sandbox. Settings and rules are those of tests/mock/mock-script.h.

    mock.script(present=False, serial="…"), with rules as in
    mock.script("C_Login=CKR_DEVICE_ERROR@2", "C_Sign=block:/path", pinpad=True).
    """

    def __init__(self, sandbox):
        self.path = str(build_path("tests/mock/mock-backend.so"))
        self._script = Path(sandbox.dir, "mock.script")
        self._state = Path(sandbox.dir, "mock.state")
        self._settings = {}
        self.env = {"PF_MOCK_SCRIPT": str(self._script), "PF_MOCK_STATE": str(self._state)}
        self.script()

    def script(self, *rules, **settings):
        """Adds to the settings and replaces the rules, for every process at its next call."""
        self._settings |= settings
        text = ""
        for key, value in self._settings.items():
            word = str(value).lower() if isinstance(value, bool) else str(value)
            text += f"{key.replace('_', '-')} = {word}\n"
        text += "".join(f"rule = {rule}\n" for rule in rules)
        scratch = self._script.with_suffix(".new")
        scratch.write_text(text)
        os.rename(scratch, self._script)

    def remove(self):
        self.script(present=False)

    def insert(self, serial=None, label=None):
        """Puts the token back, or another one."""
        settings = {"present": True}
        if serial is not None:
            settings["serial"] = serial
        if label is not None:
            settings["label"] = label
        self.script(**settings)

    def _pins(self):
        data = self._state.read_bytes() if self._state.exists() else b""
        for i in range(_N_PINS if data else 0):
            yield _HEADER.size + i * _PIN.size, _PIN.unpack_from(data,
                                                                 _HEADER.size + i * _PIN.size)

    def counts(self, serial=SERIAL):
        """{"tries", "ok", "wrong", "blocked", "presentations"} of the token, over all processes."""
        for _, (name, tries, ok, wrong, blocked, _size, _pin) in self._pins():
            if name.rstrip(b"\0").decode() == serial:
                return {"tries": tries, "ok": ok, "wrong": wrong, "blocked": blocked,
                        "presentations": ok + wrong + blocked}
        return {"tries": 3, "ok": 0, "wrong": 0, "blocked": 0, "presentations": 0}

    def set_tries(self, tries, serial=SERIAL):
        """Sets the tries left of a token that some process has seen."""
        for at, (name, *_rest) in self._pins():
            if name.rstrip(b"\0").decode() == serial:
                with open(self._state, "r+b") as state:
                    state.seek(at + 20)
                    state.write(struct.pack("=I", tries))
                return
        raise AssertionError(f"no process has seen token {serial} yet")

    def overlaps(self):
        """How many calls came while another one ran, with threads=False."""
        data = self._state.read_bytes() if self._state.exists() else bytes(4)
        return _HEADER.unpack_from(data)[0]
