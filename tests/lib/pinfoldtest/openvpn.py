# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Two OpenVPNs on this machine: a server, and a service whose key is in a token."""

import re
import socket

from .paths import need_tools
from .sshserver import free_port
from .wait import PATIENCE, wait_for

# No device, so that nobody needs to be root: the keys are agreed on all the same.
_COMMON = ("--dev", "null", "--proto", "udp", "--verb", "3", "--ping", "1")
# What the system starts has none of these.
NO_SESSION = {"DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": None, "DISPLAY": None}


def token_ids(box, module):
    """What OpenVPN calls the certificates that it finds through a module, as it prints them."""
    need_tools("openvpn")
    said = box.run("openvpn", "--show-pkcs11-ids", module, env=NO_SESSION).stdout
    return re.findall(r"Serialized id: +(\S+)", said)


class Tunnel:
    """The service asks for the PIN by its management socket, as the one of a system would."""

    def __init__(self, box, authority, module, token_id, renew_s):
        need_tools("openvpn")
        self.box = box
        pem, path = box.dir / "openvpn.pem", box.dir / "openvpn"
        authority.issue_server(pem)
        port = str(free_port())
        common = (*_COMMON, "--ca", authority.path)
        self.server = box.start(
            ["openvpn", *common, "--local", "127.0.0.1", "--port", port, "--tls-server", "--dh",
             "none", "--cert", pem, "--key", pem], name="openvpn-server")
        self.service = box.start(
            ["openvpn", *common, "--nobind", "--remote", "127.0.0.1", port, "--tls-client",
             "--pkcs11-providers", module, "--pkcs11-id", token_id, "--reneg-sec", str(renew_s),
             "--management", path, "unix", "--management-query-passwords"],
            name="openvpn-service", env=NO_SESSION)
        self._socket = socket.socket(socket.AF_UNIX)
        box.on_close(self._socket.close)
        wait_for(lambda: self._socket.connect_ex(str(path)) == 0, 10, "the management socket")
        self._socket.settimeout(30 * PATIENCE)
        self._lines = self._socket.makefile(encoding="utf-8")

    def wait_question(self):
        """Waits until the service asks for a PIN; what it calls the token."""
        for line in self._lines:
            if line.startswith(">PASSWORD:Need"):
                return line.split("'")[1]
        raise AssertionError("the service has ended:\n" + self.box.logs())

    def answer(self, name, pin):
        self._socket.sendall(f'password "{name}" {pin}\n'.encode())

    def peers(self):
        """Whom the server has let in, once for each handshake."""
        log = (self.box.dir / "logs/openvpn-server.log").read_text(errors="replace")
        return re.findall(r"VERIFY OK: depth=0, CN=(.*)", log)
