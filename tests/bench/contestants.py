# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The modules that are measured: each in a session of its own, with its own copy of one token."""

import os
import shutil
from pathlib import Path

from client import CLIENT, BenchError, parse
from figures import LOAD, LOOP, SIGN
from pinfoldtest import Sandbox, build_path, mock, softhsm
from pinfoldtest.paths import library
from pinfoldtest.pinfold import Pinfold, module_path

# Longer than what lies between two batches of signatures.
LINGER_MS = "2000"


class SoftHsm:
    """The backend that does work; each call costs what calls of a software token cost."""

    name = "softhsm2"
    what = "a software token"
    is_judged = True
    token = "bench"
    key = "bench-key"
    pin = softhsm.PIN
    lacks = ()
    is_known = True  # to the system's p11-kit
    _tokens = None  # the first contestant's token, which the others get a copy of

    def set_up(self, box):
        """Gives the sandbox a token; returns the module's path."""
        path = softhsm.setup(box)
        if self._tokens is None:
            softhsm.init_token(box, label=self.token)
            softhsm.import_key(box, label=self.key, token=self.token)
            self._tokens = box.dir / "softhsm"
        else:
            shutil.copytree(self._tokens, box.dir / "softhsm", dirs_exist_ok=True)
        return path


class MockToken:
    """A backend whose calls cost next to nothing: what is added to them stands alone."""

    name = "mock"
    what = "next to no cost of its own"
    is_judged = False  # it is a card that can be pulled, about which more is asked; and no real one
    token = "Mock Token"
    key = "signing key"
    pin = mock.PIN
    is_known = False
    # It has no digests, and what is asked of signatures and loading is asked of real ones.
    lacks = ("C_DigestInit, C_Digest, SHA-256", SIGN, LOOP, LOAD)

    def set_up(self, _box):
        return str(build_path("tests/mock/mock-backend.so"))


class Contestant:
    """The backend itself; what stands in front of it is a subclass."""

    name = "raw"
    signs_only = False  # the other rows are of no interest
    has_windows = False  # it logs in for each operation by itself
    wants_known_backend = False  # one that the system has a configuration for
    is_thin = False  # beside it in its process, its backend is as without it

    def __init__(self, backend):
        self.box = Sandbox(bus=False)
        self.backend = backend
        try:
            self.env = {}
            self.backend_path = backend.set_up(self.box)
            self.module = self.backend_path
            self.set_up()
        except BaseException:
            self.box.close()
            raise

    def set_up(self):
        """Makes the wrapper ready, and names it in self.module."""

    def check(self, client):
        """Raises unless the client, which is logged in, is what it is said to be."""

    def after_round(self):
        """Tidies what the wrapper left on the disk."""

    def time_load(self):
        """Nanoseconds from loading to unloading the module in a new process."""
        done = self.box.run(build_path(CLIENT), "load", self.module, env=self.env)
        return parse(self.name, done.stdout)["ns"]

    def close(self):
        self.box.close()


class RawAgain(Contestant):
    """The same once more: what it adds is the error of the measurement."""

    name = "raw again"


class Proxy(Contestant):
    """p11-kit-proxy with the backend as its one module."""

    name = "p11-kit-proxy"
    # Run by root, p11-kit reads no configuration but the system's.
    wants_known_backend = os.getuid() == 0

    def set_up(self):
        folder = Path(self.box.env["XDG_CONFIG_HOME"], "pkcs11")
        (folder / "modules").mkdir(parents=True)
        (folder / "pkcs11.conf").write_text("user-config: only\n")
        (folder / "modules/backend.module").write_text(f"module: {self.backend_path}\n")
        self.module = need_library("p11-kit-proxy.so")


class Spy(Contestant):
    """OpenSC's pkcs11-spy, which writes each call to a file."""

    name = "pkcs11-spy"

    def set_up(self):
        self.output = self.box.dir / "pkcs11-spy.log"
        self.env = {"PKCS11SPY": self.backend_path, "PKCS11SPY_OUTPUT": self.output}
        self.module = need_library("pkcs11-spy.so", "pkcs11/pkcs11-spy.so")

    def after_round(self):
        if not self.output.stat().st_size:
            raise BenchError("pkcs11-spy wrote nothing")
        os.truncate(self.output, 0)


class PinfoldOff(Contestant):
    """Pinfold with the cache mode off, which it knows from a running agent."""

    name = "off"
    settings = {"cache-mode": "off"}
    logins = 0
    is_thin = True

    def set_up(self):
        self.pinfold = Pinfold(self.box, {self.backend.name: self.backend_path})
        self.pinfold.start_agent()
        for key, value in self.settings.items():
            self.pinfold.set(key, value)
        self.module = module_path()

    def check(self, client):
        logins = len(self.pinfold.logged_in_domains())
        if logins != self.logins:
            raise BenchError(f"{self.name}: the agent knows {logins} logins, not {self.logins}")


class PinfoldProcess(PinfoldOff):
    """Pinfold as it is by default: each operation logs in and out by itself."""

    name = "process"
    settings = {"cache-mode": "process", "release-delay": "0"}
    has_windows = True
    logins = 1


class PinfoldLingering(PinfoldProcess):
    """The same with windows that stay open between signatures."""

    name = "lingering"
    settings = {"cache-mode": "process", "release-delay": LINGER_MS}
    signs_only = True


ALL = (Contestant, RawAgain, Proxy, Spy, PinfoldOff, PinfoldProcess, PinfoldLingering)


def need_library(*names):
    """The path of a module of the system's; raises when it is not installed."""
    path = library(*names)
    if path is None:
        raise BenchError(f"{names[0]} is not installed")
    return path


def make_all(backend):
    """The contestants on a backend, the raw one first."""
    made = []
    try:
        for kind in ALL:
            if not (kind.signs_only and SIGN in backend.lacks
                    or kind.wants_known_backend and not backend.is_known):
                made.append(kind(backend))
    except BaseException:
        close_all(made)
        raise
    return made


def close_all(made):
    for contestant in made:
        contestant.close()
