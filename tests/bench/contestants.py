# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The modules that are measured: each in a session of its own, with its own copy of one token."""

import json
import os
import select
import shutil
import subprocess
from pathlib import Path

from pinfoldtest import Sandbox, build_path, softhsm
from pinfoldtest.paths import library
from pinfoldtest.pinfold import Pinfold, module_path

TOKEN = "bench"
KEY = "bench-key"
CLIENT = "tests/bench/bench-client"
ANSWER_SECONDS = 60
# Longer than what lies between two batches of signatures.
LINGER_MS = "2000"


class BenchError(Exception):
    """Something could not be measured; the text says what."""


class Client:
    """One process that loads a module and times what it is told."""

    def __init__(self, contestant):
        self.name = contestant.name
        self._process = contestant.box.start(
            [build_path(CLIENT), "run", contestant.module, TOKEN, KEY], name="client",
            env=contestant.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask(softhsm.PIN)

    def ask(self, line):
        """Sends a line; returns the answer."""
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BenchError(f"{self.name}: the client is gone") from None
        if not select.select([self._process.stdout], [], [], ANSWER_SECONDS)[0]:
            raise BenchError(f"{self.name}: no answer in {ANSWER_SECONDS} s")
        return parse(self.name, self._process.stdout.readline())

    def time(self, row, batches):
        """Nanoseconds of one step of a row, the median of some batches."""
        return self.ask(f"time {batches} {row}")["ns"]

    def close(self):
        self._process.stdin.close()
        status = self._process.wait(ANSWER_SECONDS)
        self._process.stdout.close()
        if status != 0:
            raise BenchError(f"{self.name}: the client ended with status {status}")


def parse(name, line):
    """An answer of the client; raises when it is none or an error."""
    answer = json.loads(line) if line else {"error": "the client ended"}
    if "error" in answer:
        raise BenchError(f"{name}: {answer['error']}: CKR 0x{answer.get('rv', 0):x}")
    return answer


def rows():
    """The rows of the table: dictionaries with row, calls, login."""
    done = subprocess.run([build_path(CLIENT), "rows"], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Contestant:
    """SoftHSM itself; what stands in front of it is a subclass."""

    name = "raw"
    only = None  # the rows that are measured; None: all

    def __init__(self, tokens):
        self.box = Sandbox(bus=False)
        try:
            self.env = {}
            self.softhsm = softhsm.setup(self.box)
            if tokens is not None:
                shutil.copytree(tokens, self.box.dir / "softhsm", dirs_exist_ok=True)
            self.module = self.softhsm
            self.set_up()
        except BaseException:
            self.box.close()
            raise

    def set_up(self):
        """Makes the wrapper ready, and names it in self.module."""

    def measures(self, row):
        return self.only is None or row in self.only

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


class Proxy(Contestant):
    """p11-kit-proxy with SoftHSM as its one module."""

    name = "p11-kit-proxy"

    def set_up(self):
        folder = Path(self.box.env["XDG_CONFIG_HOME"], "pkcs11")
        (folder / "modules").mkdir(parents=True)
        (folder / "pkcs11.conf").write_text("user-config: only\n")
        (folder / "modules/softhsm.module").write_text(f"module: {self.softhsm}\n")
        self.module = need_library("p11-kit-proxy.so")


class Spy(Contestant):
    """OpenSC's pkcs11-spy, which writes each call to a file."""

    name = "pkcs11-spy"

    def set_up(self):
        self.output = self.box.dir / "pkcs11-spy.log"
        self.env = {"PKCS11SPY": self.softhsm, "PKCS11SPY_OUTPUT": self.output}
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

    def set_up(self):
        self.pinfold = Pinfold(self.box, {"softhsm2": self.softhsm})
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
    logins = 1


class PinfoldLingering(PinfoldProcess):
    """The same with windows that stay open between signatures."""

    name = "lingering"
    settings = {"cache-mode": "process", "release-delay": LINGER_MS}
    only = ["C_SignInit, C_Sign, RSA-2048"]


ALL = (Contestant, Proxy, Spy, PinfoldOff, PinfoldProcess, PinfoldLingering)


def need_library(*names):
    """The path of a module of the system's; raises when it is not installed."""
    path = library(*names)
    if path is None:
        raise BenchError(f"{names[0]} is not installed")
    return path


def make_all():
    """All contestants; the raw one's token is made first, the others get copies."""
    made = [Contestant(None)]
    try:
        softhsm.init_token(made[0].box, label=TOKEN)
        softhsm.import_key(made[0].box, label=KEY, token=TOKEN)
        for contestant in ALL[1:]:
            made.append(contestant(made[0].box.dir / "softhsm"))
    except BaseException:
        close_all(made)
        raise
    return made


def close_all(made):
    for contestant in made:
        contestant.close()
