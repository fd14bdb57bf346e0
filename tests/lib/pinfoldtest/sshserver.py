# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A local sshd."""

import os
import socket
from pathlib import Path

from .paths import need_tools
from .wait import wait_for


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def accepts(port):
    """Does a server listen on this port?"""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class SshServer:
    """A local sshd that lets in just the given key."""

    def __init__(self, box, authorized_key):
        need_tools("sshd", "ssh", "ssh-keygen")
        self.box = box
        self.port = free_port()
        folder = box.dir / "sshd"
        folder.mkdir(mode=0o700)
        box.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "host")
        (folder / "keys").write_text(authorized_key)
        (folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/keys\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
            f"PidFile {folder}/pid\n")
        self._privilege_separation_folder()
        self.daemon = box.start(["/usr/sbin/sshd", "-D", "-e", "-f", folder / "config"],
                                name="sshd")
        wait_for(lambda: accepts(self.port), 10, "sshd")

    def _privilege_separation_folder(self):
        # Debian's service makes it at boot; a container has no boot.
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)

    def login_command(self, module=None, agent="none", config="none"):
        """By the keys of a module, those of an agent (the path of its socket), or as a configuration
        file has it."""
        options = ["StrictHostKeyChecking=no", f"UserKnownHostsFile={self.box.dir}/known",
                   f"IdentityAgent={agent}", "LogLevel=ERROR"]
        words = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", str(config), *words, *(["-I", module] if module else []), "-p",
                str(self.port), "127.0.0.1", "echo logged-in-by-key"]
