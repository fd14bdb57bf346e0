# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Where the faults happen: tokens, readers, an installation of its own, a person, a desktop."""

import bisect
import json
import os
import random
import re
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from desktopbed import LOGIN, MANAGER, MOCK, SESSION, Bus
from pinfoldtest import Driver, Sandbox, mock, process, softhsm, wait_for
from pinfoldtest.extent import FULL_PLAIN
from pinfoldtest.paths import build_path
from pinfoldtest.pinfold import Pinfold
from clients import now, write_spy_config

# Distinctive, so that a scan of memory finds them and nothing else; two of each, to change between.
PINS = {"soft": ("Zw7-kq93-Xv", "Yb4-mt28-Qe"), "mock": ("Qx5-rv82", "Hn6-ws41"),
        "card": ("60417293", "82953614"), "card2": ("51846270", "37291846")}
CARD, CARD2 = "00000000cafe0001", "00000000cafe0002"
CARD_LABEL, CARD2_LABEL = "Fault Card One", "Fault Card Two"
MOCK_SERIALS = ("MOCK000000000001", "MOCK000000000002")
APP_NAME = Path(__file__).with_name("app-name.py")
# How much fits into the folders of the user, when they can be made small.
DISK_BYTES = 16 << 20

# What tells nothing here, and fills the agent's log.
_SAID_OFTEN = "Calls that wait for the person"

_START = """#!/bin/sh
export LD_PRELOAD="{preload}" PF_CLOCK_PAGE="{clock}"
# A sanitizer wants to be the first library; this one takes nothing from it.
export ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
{log}
exec $(cat "{prefix}") "{agent}"
"""


class Person(threading.Thread):
    """Who answers the dialogs: mock-prompter in the place of the app, started again when it ends."""

    def __init__(self, bed):
        super().__init__(daemon=True)
        self.bed = bed
        self.random = random.Random(bed.seed + 1)
        self.spans = []  # [from, to] while a dialog was open
        self.away = [[now(), None]]  # [from, to] while no dialog could be
        self.cancelled = []  # (when, pid)
        self.asked = 0
        self._over = threading.Event()
        self._prompter = None

    def run(self):
        while not self._over.is_set():
            self._prompter = self.bed.box.start(
                [self.bed.app], name="prompter", text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE)
            for line in self._prompter.stdout:
                self._hear(line.strip())
                if line.startswith(("refused", "failed")):
                    break
            self._close_open()
            if self.away[-1][1] is not None:
                self.away.append([now(), None])
            self._prompter.kill()
            self._prompter.wait()
            try:
                self._prompter.stdin.close()
            except OSError:
                pass  # what was said last was not read
            self._prompter.stdout.close()
            self._over.wait(0.05)

    def _close_open(self):
        if self.spans and self.spans[-1][1] is None:
            self.spans[-1][1] = now()

    def _say(self, *words):
        try:
            self._prompter.stdin.write(" ".join(str(w) for w in words) + "\n")
            self._prompter.stdin.flush()
        except OSError:
            pass

    def _hear(self, line):
        head, *pairs = line.split(";")
        words = head.split()
        if not words:
            return
        about = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        if words[0] == "registered":
            self.away[-1][1] = now()
        elif words[0] in ("ask", "retry", "consent", "offer", "confirm"):
            if words[0] != "offer":
                self.asked += 1
                self._close_open()
                self.spans.append([now(), None])
            self._over.wait(self.random.uniform(0.01, 0.12))
            self._answer(words[0], words[-1], about)
        elif words[0] in ("ok", "error", "close"):
            self._close_open()

    def _answer(self, word, request, about):
        what = self.random.random()
        if word in ("consent", "offer"):
            self._say("decide", request, "once" if what < 0.8 else "session")
        elif what < 0.08:
            self.cancelled.append((now(), int(about.get("pid", 0))))
            self._say("cancel", request)
        elif word == "confirm":
            self._say("confirm", request)
        else:
            self._say("answer", request, self.bed.read_pin(about.get("token-serial", "")))

    def kill(self):
        if self._prompter is not None:
            self._prompter.kill()

    def stop(self):
        self._over.set()
        self.kill()
        self.join(5)


class Bed:
    """The place. Attributes: box, readers, card, softhsm, mocks, pinfold, person, clock."""

    def __init__(self, seed):
        self.seed = seed
        self._starter = ThreadPoolExecutor(max_workers=1)
        self._written = []  # (when, how long the agent's log was)
        self.box = Sandbox(bus=False, services=False)
        self.folder = self.box.dir / "clients"
        self.folder.mkdir()
        self.box.env["DISPLAY"] = ":77"  # nobody draws there; programs can be asked
        self.has_small_disk = self._make_small_disk()
        self.box.start_system_bus()
        self._start_logind()
        self._make_soft_tokens()
        self._make_cards()
        self._make_mock_tokens()
        self._install()
        backends = {"softhsm2": self.softhsm, "opensc": self.opensc}
        self.pinfold = Pinfold(self.box, backends)
        self.session = Bus(self.box.bus_address)
        self.setting("sharing", "'allow'")
        self.person = Person(self)
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self.keep_tries, daemon=True)

    def start(self):
        """The person comes, and the agent is there."""
        self.person.start()
        self._keeper.start()
        self.ctl("status", timeout=20)

    def lasting(self, function, *args):
        """Calls it in a thread that lasts: what a thread starts dies with the thread."""
        return self._starter.submit(function, *args).result()

    # Tokens

    def _make_soft_tokens(self):
        self.softhsm = softhsm.setup(self.box)
        self.soft_serials = []
        for number in (1, 2):
            label = f"fault-soft-{number}"
            serial = softhsm.init_token(self.box, label, PINS["soft"][0])
            public = softhsm.import_key(self.box, token=label, pin=PINS["soft"][0], bits=1024)
            (self.folder / f"{serial}.pem").write_bytes(public)
            self.write_pin(serial, PINS["soft"][0])
            self.soft_serials.append(serial)

    def _make_cards(self):
        self.readers = self.box.readers()
        self.opensc = self.readers.opensc()
        self.card = self.readers.card(0, serial=CARD, label=CARD_LABEL,
                                      keys="9c=none,9d=none,9e=none")
        self.card.set_pin(PINS["card"][0])
        self.card_serials = [self._meet_card(CARD, PINS["card"][0])]
        self.card.swap(CARD2, CARD2_LABEL)
        self.card.set_pin(PINS["card2"][0])
        self.card_serials.append(self._meet_card(CARD2, PINS["card2"][0]))
        self.card.swap(CARD, CARD_LABEL)

    def _meet_card(self, serial, pin):
        """The serial that OpenSC gives the card in the reader."""
        with Driver(self.box, self.opensc) as d:
            d.ok("init")
            info = d.ok("tokeninfo", "@0")
        self.card_label = info["label"][:6]
        kept = json.loads(build_path(f"tests/card/keys/{serial}-9a-rsa").read_bytes())
        key = rsa.RSAPublicNumbers(65537, kept["n"]).public_key()
        name = re.sub(r"[^!-~]", "?", info["serial"].rstrip())
        (self.folder / f"{name}.pem").write_bytes(key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
        self.write_pin(name, pin)
        return name

    def keep_tries(self):
        """Programs' own PINs that were wrong must not block the tokens for the rest of the run. And
        when the agent has written what, which its own clock, which jumps, does not tell."""
        while not self._over.wait(0.2):
            size = self.agent_log.stat().st_size if self.agent_log.exists() else 0
            self._written.append((now(), size))
            self.card.set_tries(3)
            for serial in MOCK_SERIALS:
                self.mock.set_tries(3, serial)

    def _make_mock_tokens(self):
        """One state for all processes, one script for each client."""
        self.mock = mock.Mock(self.box)
        self.mock.script(label="fault-mock")
        self.mocks = {}
        for serial in MOCK_SERIALS:
            self.mock.script(serial=serial)
            with Driver(self.box, self.mock.path, env=self.mock.env) as d:
                d.ok("init")
                session = d.open_session("@0", "rw")
                d.ok("login", session, "user", mock.PIN)
                d.ok("setpin", session, mock.PIN, PINS["mock"][0])
            self.write_pin(serial, PINS["mock"][0])

    def write_pin(self, serial, pin):
        path = self.folder / f"{serial}.pin"
        path.with_suffix(".new").write_text(pin)
        os.rename(path.with_suffix(".new"), path)

    def read_pin(self, serial):
        path = self.folder / f"{serial}.pin"
        return path.read_text() if path.exists() else "0000"

    # Programs

    def label(self, family, name):
        if family == "soft":
            return "fault-soft-2" if name.endswith(("0", "4")) else "fault-soft-1"
        return self.card_label if family == "card" else "fault-mock"

    def backend_of(self, family):
        """The library of somebody else that a family's programs use, or None."""
        path = {"soft": self.softhsm, "card": self.opensc}.get(family)
        return Path(path) if path is not None else None

    def family_env(self, family, name):
        target = self.backend_of(family)
        env = {}
        if family == "mock":
            script = mock.Mock(self.box)
            script._script = self.box.dir / f"{name}.script"
            script._settings = {"label": "fault-mock", "serial": MOCK_SERIALS[0]}
            script.script()
            self.mocks[name] = script
            target = script.path
            env |= {"PF_MOCK_SCRIPT": str(script._script),
                    "PF_MOCK_STATE": self.mock.env["PF_MOCK_STATE"]}
        spy = str(build_path("tests/spy/spy-backend.so"))
        conf = write_spy_config(self.box, f"spy-{family}", spy)
        return env | {"PF_SPY_MODULE": str(target), "PINFOLD_CONF": str(conf)}

    def _install(self):
        """An installation of its own: its agent can be replaced, and its app is the test's."""
        tree = self.box.dir / "tree"
        (tree / "agent").mkdir(parents=True)
        (tree / "app").mkdir()
        for name in ("pinfold-agent", "pinfold-tokens"):
            shutil.copy2(build_path("agent", name), tree / "agent" / name)
        self.app = tree / "app/pinfold"
        shutil.copy2(build_path("tests/agent/mock-prompter"), self.app)
        self.agent_path = tree / "agent/pinfold-agent"
        self.prefix = self.box.dir / "agent-prefix"
        self.prefix.write_text("")
        self.clock = self.box.dir / "clock"
        self.clock.write_bytes(bytes(16))
        preload = [str(build_path("tests/faults/moving-clock.so"))]
        if "LD_PRELOAD" in self.box.env:
            preload.append(self.box.env["LD_PRELOAD"])
        start = self.box.dir / "start-agent"
        self.agent_log = self.box.dir / "agent-messages"
        # Elsewhere a sanitizer's report must be where the sandbox looks for it.
        log = f"export G_MESSAGES_DEBUG=pinfold-agent; exec >>'{self.agent_log}' 2>&1"
        start.write_text(_START.format(preload=":".join(preload), clock=self.clock,
                                       prefix=self.prefix, agent=self.agent_path,
                                       log=log if FULL_PLAIN else ""))
        start.chmod(0o755)
        self.box.add_service("org.pinfold.Agent", start)
        # The person is there already, or comes by itself. The name must be somebody's, as it is
        # the app's: an activation that fails tells those who wait that nobody can be asked.
        self.box.add_service("org.pinfold.Pinfold", f"/usr/bin/python3 {APP_NAME}")

    def agent_said(self, start, end, most=60):
        """The lines that the agent wrote between two moments (CLOCK_MONOTONIC, µs), about."""
        first = bisect.bisect_left(self._written, (start, 0))
        last = bisect.bisect_right(self._written, (end, 0))
        if first == len(self._written) or not self.agent_log.exists():
            return []
        with open(self.agent_log, "rb") as log:
            begin = self._written[max(first - 1, 0)][1]
            log.seek(begin)
            said = log.read(self._written[min(last, len(self._written) - 1)][1] - begin)
        lines = [line for line in said.decode(errors="replace").splitlines() if _SAID_OFTEN not in line]
        return lines if most is None else lines[-most:]

    def agent_pids(self):
        """The agents, also those whose executable was replaced."""
        found = []
        for pid in self.box.pids():
            try:
                exe = os.readlink(f"/proc/{pid}/exe")
            except OSError:
                continue
            if exe.removesuffix(" (deleted)").startswith(str(self.agent_path)):
                found.append(pid)
        return found

    def ctl(self, *args, timeout=5):
        """What pinfoldctl says, or None: an agent that is stopped does not answer."""
        try:
            done = self.box.run(build_path("app/pinfoldctl"), *args, check=False, timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None

    def setting(self, key, value):
        self.box.run("gsettings", "set", "org.pinfold", key, value, check=False)

    # The desktop

    def _start_logind(self):
        self.system = Bus(self.box.env["DBUS_SYSTEM_BUS_ADDRESS"])
        self.logind = self.box.start(["/usr/bin/python3", "-m", "dbusmock", "--system",
                                      "--template", "logind"], name="logind")
        wait_for(lambda: self.system.has_owner(LOGIN), 20, "logind")
        self.system.call(LOGIN, MANAGER, MOCK, "AddSession", "(ssusb)", "c1", "seat0",
                         os.getuid(), "person", True)
        self.system.call(LOGIN, MANAGER, MOCK, "AddMethod", "(sssss)", f"{LOGIN}.Manager",
                         "GetSession", "s", "o", f'ret = "{SESSION}"')
        self.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "SessionNew", "so", "c1", SESSION)

    def _make_small_disk(self):
        """Whether the folders of the user are on a small disk of their own."""
        for folder in (self.box.dir / "home", self.box.dir / "run"):
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "tmpfs", folder],
                capture_output=True, check=False)
            if done.returncode != 0:
                return False
        for name in (".config", ".cache", ".local/share", ".local/state"):
            Path(self.box.dir / "home", name).mkdir(parents=True)
        return True

    # What the agent holds

    def agent_fds(self, pid):
        return len(os.listdir(f"/proc/{pid}/fd"))

    def agent_rss(self, pid):
        text = Path(f"/proc/{pid}/statm").read_text()
        return int(text.split()[1]) * os.sysconf("SC_PAGESIZE")

    def find_pins(self, pid):
        """The PINs that are in a process's memory."""
        return [pin for pins in PINS.values() for pin in pins
                if process.scan_memory(pid, pin.encode())]

    def close(self):
        self._over.set()
        self._keeper.join()
        self.person.stop()
        if self.has_small_disk:
            for folder in (self.box.dir / "home", self.box.dir / "run"):
                self.box.on_close(lambda f=folder: subprocess.run(["umount", "-l", f], check=False))
        self.box.close()
        self._starter.shutdown()
