# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The wire to vpcd: the card side of a virtual reader's TCP port."""

import socket
import threading

POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4
# pcscd looks every 0.4 s whether there is a card.
_UNSEEN_S = 1.0


def make_atr(historical):
    """An answer to reset that offers T=0 and T=1."""
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes([check])


class Link:
    """Keeps a card in a virtual reader's port, or out of it.

    on_power(event) and on_apdu(apdu, gone) run in the link's thread; gone is an Event that is
    set when the card is pulled, and an answer that comes later is not sent.
    """

    def __init__(self, port, atr, on_power, on_apdu):
        self._port = port
        self._atr = atr
        self._on_power = on_power
        self._on_apdu = on_apdu
        self._condition = threading.Condition()
        self._wanted = False
        self._socket = None
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_inserted(self):
        with self._condition:
            return self._socket is not None

    def insert(self):
        """Puts the card into the reader; returns when the reader has it."""
        with self._condition:
            self._wanted = True
            self._condition.notify_all()
            return self._condition.wait_for(lambda: self._socket is not None, 10)

    def remove(self):
        """Pulls the card, also in the middle of a command."""
        with self._condition:
            self._wanted = False
            self._gone.set()
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
            return self._condition.wait_for(lambda: self._socket is None, 10)

    def _run(self):
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._wanted)
            try:
                connection = socket.create_connection(("127.0.0.1", self._port), 5)
            except OSError:
                with self._condition:
                    self._condition.wait_for(lambda: not self._wanted, 0.05)
                continue
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._condition:
                self._gone.clear()
                self._socket = connection
                self._condition.notify_all()
            is_mute = False
            try:
                is_mute = self._serve(connection)
            except OSError:
                pass
            self._on_power(POWER_OFF)
            with self._condition:
                self._socket = None
                connection.close()
                self._condition.notify_all()
                if is_mute:
                    self._condition.wait_for(lambda: not self._wanted, _UNSEEN_S)

    def _receive(self, connection, size):
        data = b""
        while len(data) < size:
            part = connection.recv(size - len(data))
            if not part:
                raise OSError("the reader is gone")
            data += part
            # vpcd sends length and body apart; without this each command waits for a delayed
            # acknowledgement, and the option does not last.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    def _serve(self, connection):
        """Until the card is pulled; or returns True: it was not heard.

        A card has no power before the reader gives it some. One that was put in for another between
        two looks of pcscd gets commands without it; a real reader then fails, and says at its next
        look that the card was gone.
        """
        has_power = False
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        while True:
            size = int.from_bytes(self._receive(connection, 2), "big")
            message = self._receive(connection, size)
            if size == 1 and message[0] != GET_ATR:
                has_power = message[0] != POWER_OFF
                self._on_power(message[0])
                continue
            if size > 1 and not has_power:
                return True
            answer = self._atr if size == 1 else self._on_apdu(message, self._gone)
            if self._gone.is_set():
                return False
            connection.sendall(len(answer).to_bytes(2, "big") + answer)
