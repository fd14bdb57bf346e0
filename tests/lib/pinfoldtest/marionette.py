# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Mozilla's remote control: runs scripts inside Firefox and Thunderbird."""

import json
import socket

from .wait import PATIENCE

# It answers nothing while the program waits for a PIN: its socket is served by the thread that waits.
_LONGEST = 60


class MarionetteError(AssertionError):
    """The program answered with an error."""


class Marionette:
    """A connection to a program that was started with --marionette.

    A message is its length in decimal digits, a colon, and JSON: [0, number, command, parameters] one
    way, [1, number, error, result] the other.
    """

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_LONGEST * PATIENCE)
        self._buffer = b""
        self._number = 0
        hello = self._receive()
        if hello.get("marionetteProtocol") != 3:
            raise MarionetteError(f"another protocol: {hello}")

    def close(self):
        self._socket.close()

    def begin_session(self):
        """Scripts run with the rights of the program itself."""
        self.command("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        self.command("Marionette:SetContext", {"value": "chrome"})
        self.command("WebDriver:SetTimeouts", {"script": 1000 * _LONGEST * PATIENCE})

    def command(self, name, parameters=None):
        """Sends a command and returns what the program answers to it."""
        number = self._send(name, parameters)
        while True:
            kind, answered, error, result = self._receive()
            if error:
                raise MarionetteError(f"{name}: {error['error']}: {error['message']}\n"
                                      f"{error.get('stacktrace', '')}")
            if (kind, answered) == (1, number):
                break
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def script(self, text, *arguments):
        """Runs the body of a JavaScript function and returns its value."""
        return self.command("WebDriver:ExecuteScript", self._script(text, arguments))

    def page_script(self, text, *arguments):
        """Runs it in the page of the tab, with what a page may do; the value is what it gives to its
        last argument, a function."""
        self.command("Marionette:SetContext", {"value": "content"})
        try:
            return self.command("WebDriver:ExecuteAsyncScript",
                                {"script": text, "args": arguments})
        finally:
            self.command("Marionette:SetContext", {"value": "chrome"})

    def post(self, text, *arguments):
        """As script(), of what may have the program ask for a PIN: does not wait for the answer,
        which may come only when somebody has given one."""
        self._send("WebDriver:ExecuteScript", self._script(text, arguments))

    @staticmethod
    def _script(text, arguments):
        return {"script": text, "args": arguments, "sandbox": "system"}

    def _send(self, name, parameters):
        self._number += 1
        text = json.dumps([0, self._number, name, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        return self._number

    def _receive(self):
        while b":" not in self._buffer:
            self._read()
        length, _, self._buffer = self._buffer.partition(b":")
        while len(self._buffer) < int(length):
            self._read()
        text, self._buffer = self._buffer[:int(length)], self._buffer[int(length):]
        return json.loads(text)

    def _read(self):
        data = self._socket.recv(65536)
        if not data:
            raise MarionetteError("the program closed the connection")
        self._buffer += data
