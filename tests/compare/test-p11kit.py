#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""p11-kit: its proxy and its server over a raw module and over Pinfold."""

import unittest
from pathlib import Path

from cases import MODES, TOOL, ProgramCase
from pinfoldtest import backend, tap
from places import SoftPlace
from steps import step

FILES = {"data": b"a document to sign\n"}
MODULES = "home/.config/pkcs11/modules"
# Only the module of the place, none of the machine's.
SETUP = (
    step(f"mkdir -p {MODULES}"),
    step("sh -c 'printf \"user-config: only\\n\" > home/.config/pkcs11/pkcs11.conf'"),
    step(f"sh -c 'printf \"module: %s\\n\" {{module}} > {MODULES}/place.module'"),
)


def library(name):
    """The path of a module of p11-kit; skips when it is not there."""
    folders = [parent for parent in Path(backend("softhsm")).parents if parent.name != "softhsm"]
    for path in (folders[0] / name, folders[0] / "pkcs11" / name):
        if path.exists():
            return path
    raise unittest.SkipTest(f"{name} is not installed")


class P11Kit(ProgramCase):
    tools = ("p11-kit", "pkcs11-tool", "p11tool", "openssl")

    @staticmethod
    def make_place():
        return SoftPlace()

    def same(self, *steps, **kwargs):
        return super().same(*SETUP, *steps, files=FILES, modes=MODES, **kwargs)

    def through(self, module, line, **kwargs):
        return step(f"{TOOL.replace('{module}', str(module))} {line}", **kwargs)

    def signing(self, module):
        return (self.through(module, "--sign -m SHA256-RSA-PKCS --id 01 -i data -o out",
                             files=("out",)),
                self.through(module, "--read-object --type pubkey --id 01 -o key"),
                step("openssl dgst -sha256 -verify key -keyform DER -signature out data"))

    def test_list_modules(self):
        self.same(step("p11-kit list-modules"), says="pinfold-test")

    def test_proxy_lists(self):
        proxy = library("p11-kit-proxy.so")
        self.same(self.through(proxy, "-L"), self.through(proxy, "-M"),
                  self.through(proxy, "-O"), says="Private Key Object")

    def test_proxy_signs(self):
        self.same(*self.signing(library("p11-kit-proxy.so")), says="Verified OK")

    def test_proxy_tests(self):
        self.same(self.through(library("p11-kit-proxy.so"), "--test"), status=None,
                  says="seems to be OK")

    def served(self, line, **kwargs):
        """A shell line with the client of a server that lives as long as the line. The server
        keeps its output open, so it must not have the line's. It tells its address before it
        listens there, and removes its socket when it ends, which may be after the next has begun:
        the line waits until it listens, and each has another name."""
        line = line.replace("CLIENT", str(library("p11-kit-client.so")))
        start = "p11-kit server --name {place}/served.$$ --provider {module} pkcs11: >env 2>log"
        listens = 'grep -q " 00010000 .*/served[.]$$" /proc/net/unix'
        return step("sh -c", f"{start}; . ./env; until {listens}; do :; done; {line}; status=$?; "
                    "p11-kit server --kill >log; exit $status", timeout=20, **kwargs)

    def test_server_lists(self):
        tool = TOOL.replace("{module}", "CLIENT")
        self.same(self.served(f"{tool} -L; {tool} -M; {tool} -O"), says="Private Key Object")

    def test_server_signs(self):
        tool = TOOL.replace("{module}", "CLIENT")
        self.same(self.served(f"{tool} --sign -m SHA256-RSA-PKCS --id 01 -i data -o out",
                              files=("out",)),
                  self.served(f"{tool} --read-object --type pubkey --id 01 -o key"),
                  step("openssl dgst -sha256 -verify key -keyform DER -signature out data"),
                  says="Verified OK")

    def test_server_tests(self):
        self.same(self.served(f"{TOOL.replace('{module}', 'CLIENT')} --test"), status=None,
                  says="all 4 digest functions seem to work")


if __name__ == "__main__":
    tap.main()
