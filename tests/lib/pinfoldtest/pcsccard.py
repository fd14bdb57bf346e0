# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A program that has a card open over PC/SC, without PKCS#11: what others do to it can be seen.

Run as a program it reads a word a line and answers in one: connect, exclusive, verified, sign,
begin, end, close. `verified` asks the PIV application by an empty VERIFY, which costs no try.
"""

import ctypes
import subprocess
import sys

from .pcscstate import Context

_EXCLUSIVE = 1
_SHARED = 2
_PROTOCOLS = 3
_LEAVE = 0
_WAS_RESET = 0x80100068

_SELECT = bytes.fromhex("00a4040009a00000030800001000")
_VERIFY_EMPTY = bytes.fromhex("00200080")
# GENERAL AUTHENTICATE with the RSA key 9A, in two parts.
_BLOCK = b"\x00\x01" + b"\xff" * 253 + b"\x00"
_TEMPLATE = bytes.fromhex("7c82010682008182") + (256).to_bytes(2, "big") + _BLOCK
_SIGN = (bytes.fromhex("1087079aff") + _TEMPLATE[:255],
         bytes.fromhex("0087079a") + bytes([len(_TEMPLATE) - 255]) + _TEMPLATE[255:] + b"\x00")


class _Request(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong)]


class CardError(Exception):
    """What PC/SC said."""


class _Card:
    def __init__(self, reader):
        self._reader = reader
        self._context = Context()
        self._lib = ctypes.CDLL("libpcsclite.so.1")
        self._handle = ctypes.c_long()
        self._protocol = ctypes.c_ulong()

    def _call(self, name, *args):
        status = getattr(self._lib, name)(*args) & 0xFFFFFFFF
        if status:
            raise CardError(f"0x{status:08x}")

    def _open(self, share):
        self._call("SCardConnect", self._context.handle(), self._reader.encode(),
                   ctypes.c_ulong(share), ctypes.c_ulong(_PROTOCOLS),
                   ctypes.byref(self._handle), ctypes.byref(self._protocol))
        return "ok"

    def connect(self):
        return self._open(_SHARED)

    def exclusive(self):
        return self._open(_EXCLUSIVE)

    def _transmit(self, apdu):
        request = _Request(self._protocol.value, ctypes.sizeof(_Request))
        answer = ctypes.create_string_buffer(300)
        size = ctypes.c_ulong(len(answer))
        self._call("SCardTransmit", self._handle, ctypes.byref(request), apdu,
                   ctypes.c_ulong(len(apdu)), None, answer, ctypes.byref(size))
        return answer.raw[max(0, size.value - 2):size.value].hex()

    def _ask(self, *apdus):
        """The last status word; a card that was reset is taken up again, as programs do."""
        try:
            return [self._transmit(apdu) for apdu in apdus][-1]
        except CardError as error:
            if str(error) != f"0x{_WAS_RESET:08x}":
                raise
        self._call("SCardReconnect", self._handle, ctypes.c_ulong(_SHARED),
                   ctypes.c_ulong(_PROTOCOLS), ctypes.c_ulong(_LEAVE),
                   ctypes.byref(self._protocol))
        self._transmit(_SELECT)
        return [self._transmit(apdu) for apdu in apdus][-1]

    def verified(self):
        return "yes" if self._ask(_VERIFY_EMPTY) == "9000" else "no"

    def sign(self):
        return self._ask(*_SIGN)

    def begin(self):
        self._call("SCardBeginTransaction", self._handle)
        return "ok"

    def end(self):
        self._call("SCardEndTransaction", self._handle, ctypes.c_ulong(_LEAVE))
        return "ok"

    def close(self):
        self._call("SCardDisconnect", self._handle, ctypes.c_ulong(_LEAVE))
        return "ok"


class RawCard:
    """Such a program, started; its methods are the words."""

    def __init__(self, box, reader, how="connect"):
        self._process = box.start([sys.executable, "-m", "pinfoldtest.pcsccard", reader],
                                  name="rawcard", text=True, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.command(how)

    def command(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer.startswith("0x") or not answer:
            raise AssertionError(f"{word}: {answer}")
        return answer

    def is_verified(self):
        """Is the card unlocked for this program, which never presented a PIN?"""
        return self.command("verified") == "yes"

    def can_sign(self):
        # Of a whole signature this is the first part.
        return self.command("sign").startswith("61")

    def end(self):
        """Ends the program, and with it its connection."""
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def main():
    card = _Card(sys.argv[1])
    for line in sys.stdin:
        try:
            answer = getattr(card, line.strip())()
        except CardError as error:
            answer = str(error)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
