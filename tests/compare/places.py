# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Where a program runs: the same directory with the same token, a raw module or Pinfold in it.

Both sides see one path for everything: the place is emptied and filled anew for each of them, and the
module is a symbolic link in it. So nothing of a path need be hidden when their words are compared.
"""

import shutil
import subprocess
from pathlib import Path

from pinfoldtest import Sandbox, Spy, readers, softhsm
from pinfoldtest.pinfold import Pinfold, module_path
from steps import Result

MODES = ("off", "process", "shared")
RAW = "raw"


class Place:
    """A sandbox with Pinfold; subclasses set backends, pin and so_pin and renew the token."""

    pin = so_pin = None

    def __init__(self):
        self.box = Sandbox(bus=False)
        try:
            self.dir = self.box.dir / "place"
            self.backend = self.make_token()
            self.pinfold = Pinfold(self.box, self.backends())
            self.mode = None
        except BaseException:
            self.box.close()
            raise

    def close(self):
        self.box.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def prepare(self, side, files=(), module=None):
        """Makes the place what it is at the beginning. side: "raw", or a mode of Pinfold.

        files: name -> bytes, in the place. module: instead of the side's own.
        """
        shutil.rmtree(self.dir, ignore_errors=True)
        (self.dir / "home/.config").mkdir(parents=True)
        self.renew_token()
        for name, data in dict(files).items():
            (self.dir / name).write_bytes(data)
        if side != RAW and side != self.mode:
            self.pinfold.set("cache-mode", side)
            self.mode = side
        (self.dir / "module.so").symlink_to(
            module or (self.backend if side == RAW else module_path()))

    def run(self, step):
        """Runs a step in the place; returns its Result."""
        result = self.run_once(step)
        for _ in range(step.retries):
            # Of a signal: negative, or as a shell tells it.
            if not isinstance(result.status, int) or 0 <= result.status <= 128:
                break
            result = self.run_once(step)
        return result

    def run_once(self, step):
        words = {"module": self.dir / "module.so", "place": self.dir, "pin": self.pin,
                 "so_pin": self.so_pin}
        argv = [self.fill(word, words) for word in step.argv]
        env = self.environment() | {k: self.fill(v, words) for k, v in step.env.items()}
        try:
            done = subprocess.run(argv, env=self.box.environment(env), cwd=self.dir,
                                  input=self.fill(step.stdin, words).encode(),
                                  capture_output=True, timeout=step.timeout, check=False,
                                  start_new_session=True)
        except subprocess.TimeoutExpired as error:
            return Result("timed out", error.stdout or b"", error.stderr or b"", {})
        files = {name: self.read(name) for name in step.files}
        return Result(done.returncode, done.stdout, done.stderr, files)

    @staticmethod
    def fill(word, words):
        for name, value in words.items():
            word = word.replace("{" + name + "}", str(value))
        return word

    def read(self, name):
        path = self.dir / name
        return path.read_bytes() if path.exists() else None

    def environment(self):
        """Of the programs only: the agent's is the sandbox's. PIN is for those that take the name
        of a variable."""
        return {"HOME": self.dir / "home", "XDG_CONFIG_HOME": self.dir / "home/.config",
                "PINFOLD_CONF": self.pinfold.conf, "PIN": self.pin, "SO_PIN": self.so_pin}


class SoftPlace(Place):
    """SoftHSM with copies of one prepared token. fill_token(box) puts more than a key on it."""

    pin, so_pin = softhsm.PIN, softhsm.SO_PIN

    def __init__(self, fill_token=None):
        self.fill_token = fill_token
        super().__init__()
        self.conf = self.box.dir / "place.conf"
        self.conf.write_text(f"directories.tokendir = {self.dir}/tokens\nlog.level = ERROR\n"
                             "objectstore.backend = file\n", encoding="ascii")

    def make_token(self):
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        softhsm.import_key(self.box)
        if self.fill_token is not None:
            self.fill_token(self.box, backend)
        return backend

    def backends(self):
        return {"softhsm2": self.backend}

    def renew_token(self):
        # The agent's helper has the first one to itself: it may read it at any time.
        shutil.copytree(self.box.dir / "softhsm", self.dir / "tokens")

    def environment(self):
        return super().environment() | {"SOFTHSM2_CONF": self.conf}

    def spy(self, **kwargs):
        """A spy in front of SoftHSM, and the environment in which it is Pinfold's only backend."""
        spy = Spy(self.box, self.backend, **kwargs)
        conf = Path(self.box.dir, "spy.conf")
        self.pinfold.write_config(conf, {"spy": spy.path})
        return spy, spy.env | {"PINFOLD_CONF": str(conf)}


class CardPlace(Place):
    """The virtual PIV card through OpenSC: one card for both sides, one after the other."""

    pin, so_pin = readers.PIN, readers.PUK

    def make_token(self):
        self.readers = self.box.readers()
        backend = self.readers.opensc()
        self.card = self.readers.card()
        return backend

    def backends(self):
        return {"opensc": self.backend}

    def renew_token(self):
        self.card.set_pin(self.pin)
        self.card.set_tries(3)
