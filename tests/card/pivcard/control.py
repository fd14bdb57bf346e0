# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The control socket: one JSON object a line in, one a line out."""

import json
import os
import socketserver


class ControlServer(socketserver.ThreadingUnixStreamServer):
    """Calls commands[name](**arguments) for {"cmd": name, ...}; answers {"ok": true, ...}."""

    daemon_threads = True

    def __init__(self, path, commands):
        self.commands = commands
        if os.path.exists(path):
            os.unlink(path)
        super().__init__(path, _Handler)
        os.chmod(path, 0o600)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(json.dumps(self._answer(line)).encode() + b"\n")
            self.wfile.flush()

    def _answer(self, line):
        try:
            request = json.loads(line)
            command = self.server.commands[request.pop("cmd")]
            return {"ok": True, **(command(**request) or {})}
        except (ValueError, KeyError, TypeError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}
