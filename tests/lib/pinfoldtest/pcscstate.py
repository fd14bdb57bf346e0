# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tells what PC/SC says of the readers, and waits for it to say something else.

Run as a program, so that it uses the session's pcscd and not this process's:
python3 pcscstate.py [--wait READER present|empty] [--timeout SECONDS]
prints {"reader name": {"present": true, "events": 1}, ...}.
"""

import argparse
import ctypes
import json
import sys
import time

_STATE_CHANGED = 0x0002
_STATE_PRESENT = 0x0020
_TIMEOUT = 0x8010000A
_NO_READERS = 0x8010002E


class _ReaderState(ctypes.Structure):
    _fields_ = [
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_size", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    ]


class Context:
    """A PC/SC context."""

    def __init__(self):
        self._lib = ctypes.CDLL("libpcsclite.so.1")
        for name in ("SCardEstablishContext", "SCardListReaders", "SCardGetStatusChange",
                     "SCardReleaseContext"):
            getattr(self._lib, name).restype = ctypes.c_long
        self._context = ctypes.c_long()
        self._check(self._lib.SCardEstablishContext(
            ctypes.c_ulong(2), None, None, ctypes.byref(self._context)))

    @staticmethod
    def _check(status, *fine):
        status &= 0xFFFFFFFF
        if status and status not in fine:
            raise OSError(f"PC/SC error 0x{status:08x}")
        return status

    def readers(self):
        size = ctypes.c_ulong(4096)
        names = ctypes.create_string_buffer(size.value)
        status = self._check(self._lib.SCardListReaders(self._context, None, names,
                                                        ctypes.byref(size)), _NO_READERS)
        return [] if status else [n for n in names.raw[:size.value].split(b"\0") if n]

    def states(self, current=None, timeout=0.0):
        """{name: event state}; with current (such a dictionary) waits for one to change."""
        names = self.readers()
        array = (_ReaderState * max(1, len(names)))()
        for state, name in zip(array, names):
            state.reader = name
            state.current = (current or {}).get(name.decode(), 0)
        if names:
            self._check(self._lib.SCardGetStatusChange(
                self._context, ctypes.c_ulong(int(timeout * 1000)), array,
                ctypes.c_ulong(len(names))), _TIMEOUT)
        return {n.decode(): s.event & ~_STATE_CHANGED for s, n in zip(array, names)}

    def handle(self):
        return self._context

    def close(self):
        self._lib.SCardReleaseContext(self._context)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wait", nargs=2, metavar=("READER", "STATE"))
    parser.add_argument("--timeout", type=float, default=5.0)
    args = parser.parse_args()
    context = Context()
    states = context.states()
    good = True
    if args.wait:
        name, want = args.wait[0], args.wait[1] == "present"
        deadline = time.monotonic() + args.timeout
        while name not in states or bool(states[name] & _STATE_PRESENT) != want:
            left = deadline - time.monotonic()
            if left <= 0:
                good = False
                break
            states = context.states(states, left)
    context.close()
    print(json.dumps({name: {"present": bool(state & _STATE_PRESENT), "events": state >> 16}
                      for name, state in states.items()}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
