# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A private pcscd with virtual readers, and virtual PIV cards for them."""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from . import process
from .paths import build_path, need_backend, need_tools, source_path, tool_search_path
from .wait import PATIENCE, wait_for

NAME = "Pinfold Test Reader"
PIN = "123456"
PUK = "12345678"

# Alone, without the rest of the harness and the system's packages: it is started for each card that
# comes or goes.
_PCSC_STATE = (sys.executable, "-IS", source_path("tests/lib/pinfoldtest/pcscstate.py"))

_CONF = """FRIENDLYNAME "{name}"
DEVICENAME   /dev/null:0x{port:04X}
LIBPATH      {driver}
CHANNELID    0x{port:04X}
"""

# The directory of pcscd's socket is compiled in: a mount namespace of its own makes it private,
# and an empty /run keeps it from the machine's system bus.
_RUN = ('mount -t tmpfs tmpfs /run && mkdir -p /run/pcscd && mount --bind "$0" /run/pcscd && '
        'exec "$1" --foreground --info --config "$2"')


def _find_driver():
    for folder in ("/usr/lib/pcsc/drivers/serial", "/usr/lib64/pcsc/drivers/serial"):
        path = Path(folder, "libifdvpcd.so")
        if path.exists():
            return path
    raise unittest.SkipTest("the virtual reader's driver (vsmartcard-vpcd) is not installed")


def _is_listening(port):
    tail = f":{port:04X} 00000000:0000 0A"
    tail6 = f":{port:04X} {'0' * 32}:0000 0A"
    text = Path("/proc/net/tcp").read_text(encoding="ascii")
    if Path("/proc/net/tcp6").exists():
        text += Path("/proc/net/tcp6").read_text(encoding="ascii")
    return tail in text or tail6 in text


def _claim_port_pair():
    """Two ports in a row, out of the kernel's range for outgoing connections; and what says to other
    tests that they are taken, as long as it is open."""
    for _ in range(200):
        port = random.randrange(10000, 32000, 2)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0pinfold-test-ports-{port}")
        except OSError:
            claim.close()
            continue
        if not _is_listening(port) and not _is_listening(port + 1):
            return port, claim
        claim.close()
    raise AssertionError("no free pair of ports")


class Readers:
    """The session's pcscd with two virtual readers; sandbox.readers() makes it."""

    def __init__(self, sandbox):
        need_tools("pcscd", "unshare")
        self.sandbox = sandbox
        self._driver = _find_driver()
        self.dir = sandbox.dir / "pcscd"
        (self.dir / "run").mkdir(parents=True)
        self.names = [f"{NAME} 00 00", f"{NAME} 00 01"]
        self._process = None
        # Between choosing a pair of ports and their use another program may take one.
        for _ in range(5):
            self.port, claim = _claim_port_pair()
            sandbox.on_close(claim.close)
            if self._try_start():
                break
        else:
            raise AssertionError("pcscd does not start:\n" + sandbox.logs())
        sandbox.env["PCSCLITE_CSOCK_NAME"] = str(self.dir / "run/pcscd.comm")

    def _try_start(self):
        conf = self.dir / "conf"
        conf.mkdir(exist_ok=True)
        (conf / "vpcd").write_text(
            _CONF.format(name=NAME, port=self.port, driver=self._driver))
        self._process = self._start(conf)
        wait_for(lambda: self._is_up() or self._process.poll() is not None, 10, "pcscd")
        return self._process.poll() is None

    def _start(self, conf):
        how = ["-m", "--propagation", "private"] if os.geteuid() == 0 else ["-Urm"]
        pcscd = shutil.which("pcscd", path=tool_search_path())
        return self.sandbox.start(
            ["unshare", *how, "sh", "-c", _RUN, self.dir / "run", pcscd, conf], name="pcscd")

    def _is_up(self):
        return ((self.dir / "run/pcscd.comm").exists() and _is_listening(self.port)
                and _is_listening(self.port + 1))

    def pid(self):
        """pcscd's."""
        return self._process.pid

    def stop(self, kill=False):
        """Ends pcscd, by SIGKILL if kill."""
        if kill:
            self._process.kill()
            self._process.wait()
        process.end_processes([self._process.pid])
        self._process.wait()

    def restart(self):
        """Starts pcscd again after stop(), with the same readers."""
        for name in ("pcscd.comm", "pcscd.pid"):
            (self.dir / "run" / name).unlink(missing_ok=True)
        if not self._try_start():
            raise AssertionError("pcscd does not start again:\n" + self.sandbox.logs())

    def unplug(self):
        """Starts pcscd anew, and it has no reader; stop() and restart() bring them back."""
        self.stop()
        empty = self.dir / "no-readers"
        empty.mkdir(exist_ok=True)
        for name in ("pcscd.comm", "pcscd.pid"):
            (self.dir / "run" / name).unlink(missing_ok=True)
        self._process = self._start(empty)
        wait_for((self.dir / "run/pcscd.comm").exists, 10, "pcscd")

    def states(self):
        """{reader: {"present": …, "events": …}} as PC/SC tells it."""
        done = self.sandbox.run(*_PCSC_STATE)
        return json.loads(done.stdout)

    def wait_present(self, index=0, present=True, timeout=10):
        """Waits until PC/SC says that a card is in a reader, or that none is."""
        done = self.sandbox.run(
            *_PCSC_STATE, "--wait", self.names[index], "present" if present else "empty",
            "--timeout", timeout * PATIENCE, timeout=timeout * PATIENCE + 60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{self.names[index]}: {done.stdout}{done.stderr}")

    def keeps_lock_of_dead(self):
        """Does pcscd itself keep a card from everybody?

        pcscd 1.9.9 frees the transaction of a client that died in two steps (MSGRemoveContext in its
        winscard_svc.c). Who begins one in between takes over the count of the dead, which its own end
        does not bring to zero: it has the card to itself until it disconnects, and pcscd's thread for
        the dead waits for that, too, as its log says. Programs of PC/SC alone do the same.
        """
        log = (self.sandbox.dir / "logs/pcscd.log").read_text(errors="replace")
        return (log.rfind("SCardDisconnect() Waiting for release of lock") >
                log.rfind("SCardDisconnect() Lock released"))

    def card(self, index=0, **kwargs):
        """Starts a virtual card for a reader; see Card."""
        return Card(self, index, **kwargs)

    def writable_card(self, index=0, **kwargs):
        """The same, of one that can be written to; see WritableCard."""
        return WritableCard(self, index, **kwargs)

    def opensc(self):
        """The path of OpenSC's module, made to use no cache of the machine's; skips without."""
        path = need_backend("opensc")
        conf = self.sandbox.dir / "opensc.conf"
        if not conf.exists():
            conf.write_text("app default {\n    framework pkcs15 {\n"
                            "        use_file_caching = no;\n    }\n}\n")
        self.sandbox.env["OPENSC_CONF"] = str(conf)
        return path


class ControlledCard:
    """A virtual card that runs, and is told by its control socket what to do."""

    def __init__(self, readers, index, program, *args, inserted=True):
        self.readers = readers
        self.index = index
        path = readers.sandbox.dir / f"card{index}.sock"
        self._process = readers.sandbox.start(
            [sys.executable, source_path("tests/card", program), "--port", readers.port + index,
             "--control", path, *args], name=f"card{index}")
        self.pid = self._process.pid
        wait_for(lambda: path.exists() or self._process.poll() is not None, 30, "the card")
        if self._process.poll() is not None:
            raise AssertionError("the card does not start:\n" + readers.sandbox.logs())
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        wait_for(lambda: self._connect(path), 10, "the card's control socket")
        self._stream = self._socket.makefile("rw", encoding="utf-8")
        readers.sandbox.on_close(self._disconnect)
        if inserted:
            readers.wait_present(index)

    def _connect(self, path):
        try:
            self._socket.connect(str(path))
        except ConnectionRefusedError:
            return False
        return True

    def _disconnect(self):
        self._stream.close()
        self._socket.close()

    def command(self, cmd, **arguments):
        with self._lock:
            self._stream.write(json.dumps({"cmd": cmd, **arguments}) + "\n")
            self._stream.flush()
            answer = json.loads(self._stream.readline())
        if not answer.pop("ok"):
            raise AssertionError(f"{cmd}: {answer['error']}")
        return answer

    def quit(self):
        """Ends the card's process, which pulls the card."""
        self.command("quit")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class WritableCard(ControlledCard):
    """A card with a file system, which OpenSC can write to: PIN 123456, and no keys at first."""

    def __init__(self, readers, index=0, label="Writable", serial="0badcafe"):
        need_tools("pkcs15-init")
        super().__init__(readers, index, "virtual-iso-card.py")
        readers.sandbox.run("pkcs15-init", "--reader", index, "--create-pkcs15", "--so-pin", PIN,
                            "--so-puk", PUK * 2, "--label", label, "--serial", serial)
        # As OpenSC has it.
        self.label = f"{label} (User PIN)"

    def stats(self):
        """presentations (VERIFY with a PIN), wrong, imported, generated, keys, signed, written."""
        return self.command("stats")

    def fill(self, full=True):
        """There is no room left, or again."""
        self.command("fill", full=full)


class Card(ControlledCard):
    """A running virtual PIV card; its methods are the commands of its control socket.

    PIN 123456, PUK 12345678, 3 tries each. keys is such as "9a=ec,9c=none". authority: an
    authority.Authority that issues its certificates.
    """

    def __init__(self, readers, index=0, serial="00000000cafe0001", label="Pinfold Test Card",
                 keys="", inserted=True, authority=None):
        more = [] if inserted else ["--out"]
        if authority is not None:
            more += ["--authority", authority.path_with_key]
        # Keys are the slow part of a card's making; they stay in the build tree.
        super().__init__(readers, index, "virtual-piv-card.py", "--keys-dir",
                         build_path("tests/card/keys"), "--serial", serial, "--label", label,
                         "--keys", keys, *more, inserted=inserted)

    def stats(self):
        """Counts since the start or reset_stats(): presentations (VERIFY with a PIN),
        verify_ok, verify_wrong, verify_blocked, verify_empty, sign {"9a": …}, apdus, …"""
        return self.command("stats")

    def reset_stats(self):
        self.command("reset_stats")

    def remove(self, wait=True):
        """Pulls the card; unless wait is False returns when pcscd has noticed."""
        self.command("remove")
        if wait:
            self.readers.wait_present(self.index, False)

    def insert(self, wait=True):
        self.command("insert")
        if wait:
            self.readers.wait_present(self.index)

    def swap(self, serial, label, gap=1.0, wait=True):
        """Another card after gap seconds without one."""
        self.command("swap", serial=serial, label=label, gap=gap)
        if wait:
            self.readers.wait_present(self.index)

    def set_pin(self, pin):
        """Another PIN, as if changed elsewhere; all tries."""
        self.command("set_pin", pin=pin)

    def set_tries(self, tries):
        self.command("set_tries", tries=tries)

    def latency(self, **ms):
        """Milliseconds of delay: apdu= of each command, key= and pin= more for those."""
        self.command("latency", **ms)
