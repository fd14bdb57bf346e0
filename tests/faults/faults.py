# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What can go wrong: each fault is a function that makes it, waits, and mends it.

FAULTS has all of them. A fault is drawn with a seed of its own, so that a sequence can be played
again; when exactly its parts meet the programs is the machine's affair.
"""

import os
import random
import shutil
import signal
import struct
import threading
import time
from pathlib import Path

from desktopbed import LOGIN, MANAGER, SESSION
from pinfoldtest import Driver, process
from pinfoldtest.wait import WaitTimeout, wait_for
from bed import CARD, CARD2, CARD2_LABEL, CARD_LABEL, MOCK_SERIALS, PINS
from clients import now

FAULTS = {}  # kind -> (function, what it is alone on, weight)
_NONSENSE = ("CKR_GENERAL_ERROR", "CKR_DEVICE_ERROR", "CKR_DEVICE_REMOVED", "CKR_FUNCTION_FAILED",
             "CKR_SESSION_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID",
             "CKR_OPERATION_NOT_INITIALIZED", "CKR_HOST_MEMORY", "CKR_TOKEN_NOT_PRESENT",
             "after:CKR_DEVICE_ERROR", "after:CKR_GENERAL_ERROR", "CKR_DATA_LEN_RANGE")
_ALL_CALLS = ("C_Login", "C_Logout", "C_OpenSession", "C_CloseSession", "C_GetTokenInfo",
              "C_GetSlotList", "C_GetSessionInfo", "C_FindObjectsInit", "C_FindObjects",
              "C_FindObjectsFinal", "C_SignInit", "C_Sign", "C_GetAttributeValue")


class Fault:
    """One fault of a sequence; when it began and ended, and whom it can have met."""

    def __init__(self, number, kind, seed, delay):
        self.number = number
        self.kind = kind
        self.seed = seed
        self.delay = delay  # after the one before, in seconds
        self.start = None
        self.end = None
        self.families = None  # None: all
        self.names = None  # of clients; None: all
        self.note = ""

    def touches(self, client):
        return ((self.families is None or client.family in self.families) and
                (self.names is None or client.name in self.names))

    def __str__(self):
        spans = [f"{t / 1e6:.3f}" if t else "?" for t in (self.start, self.end)]
        return f"{self.number} {self.kind} {'-'.join(spans)} {self.note}"


def draw(seed, count, pause, kinds=None):
    """The sequence of a seed: pause is the mean time between two."""
    dice = random.Random(seed)
    names = sorted(kinds or FAULTS)
    weights = [FAULTS[name][2] for name in names]
    # Each kind once before chance rules, in a sequence that is long enough.
    first = dice.sample(names, min(len(names), count))
    rest = dice.choices(names, weights, k=count - len(first))
    chosen = first + rest
    dice.shuffle(chosen)
    return [Fault(number, kind, dice.randrange(2**32), dice.uniform(0, 2 * pause))
            for number, kind in enumerate(chosen)]


class Runner:
    """Plays a sequence; faults that are alone on the same thing come one after the other."""

    def __init__(self, bed, crew):
        self.bed = bed
        self.crew = crew
        self.done = []
        self.errors = []
        self._locks = {what: threading.Lock() for _, what, _ in FAULTS.values() if what}
        self._threads = []

    def play(self, sequence, until):
        """Until the sequence or the time (CLOCK_MONOTONIC) is over."""
        for fault in sequence:
            time.sleep(fault.delay)
            if time.monotonic() > until:
                break
            thread = threading.Thread(target=self._play_one, args=(fault, until), daemon=True)
            thread.start()
            self._threads.append(thread)
        for thread in self._threads:
            thread.join()

    def _play_one(self, fault, until):
        function, alone, _ = FAULTS[fault.kind]
        lock = self._locks.get(alone)
        if lock is not None:
            lock.acquire()
        try:
            if time.monotonic() < until:
                fault.start = now()
                self.done.append(fault)
                function(self.bed, self.crew, fault, random.Random(fault.seed))
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append((fault, repr(error)))
        finally:
            fault.end = now()
            if lock is not None:
                lock.release()


def fault(alone=None, weight=1.0):
    def register(function):
        kind = function.__name__.removeprefix("do_").replace("_", "-")
        FAULTS[kind] = (function, alone, weight)
        return function
    return register


def _signal_agents(bed, number):
    pids = bed.agent_pids()
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
    return pids


def _wait_gone(pids):
    wait_for(lambda: not any(process.is_alive(pid) for pid in pids), 10, "the agent to end")


def _call_agent(bed):
    """As somebody would who wants it; the programs do so as well."""
    bed.ctl("status", timeout=10)


# The agent

@fault("agent", 2)
def do_agent_killed(bed, crew, fault, dice):
    _wait_gone(_signal_agents(bed, signal.SIGKILL))
    time.sleep(dice.uniform(0, 0.5))


@fault("agent", 2)
def do_agent_stopped(bed, crew, fault, dice):
    pids = _signal_agents(bed, signal.SIGSTOP)
    time.sleep(dice.choice((0.1, 0.5, 1.5, 3, 5)))
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


@fault("agent", 2)
def do_agent_restarted(bed, crew, fault, dice):
    _wait_gone(_signal_agents(bed, signal.SIGTERM))
    if dice.random() < 0.5:
        _call_agent(bed)


@fault("agent")
def do_agent_upgraded(bed, crew, fault, dice):
    """The executables are replaced while they run, as a package manager does it."""
    for path in (bed.agent_path, bed.agent_path.parent / "pinfold-tokens", bed.app):
        fresh = path.with_suffix(".new")
        shutil.copy2(path, fresh)
        os.rename(fresh, path)
    bed.person.kill()
    time.sleep(dice.uniform(0, 2))
    _wait_gone(_signal_agents(bed, signal.SIGTERM))


@fault("agent")
def do_agent_without_locked_memory(bed, crew, fault, dice):
    words = "prlimit --memlock=0:0"
    if os.geteuid() == 0:
        words = f"setpriv --bounding-set=-ipc_lock {words}"
    bed.prefix.write_text(words)
    _wait_gone(_signal_agents(bed, signal.SIGTERM))
    _call_agent(bed)
    time.sleep(dice.uniform(0.5, 2))
    bed.prefix.write_text("")
    _wait_gone(_signal_agents(bed, signal.SIGTERM))


def _wait_served(bed):
    """Until somebody listens under the socket's name again."""
    path = bed.pinfold.socket()
    wait_for(lambda: Path(path).exists() or not bed.agent_pids(), 10, "the socket to be back")


@fault("agent")
def do_socket_removed(bed, crew, fault, dice):
    Path(bed.pinfold.socket()).unlink(missing_ok=True)
    _wait_served(bed)


@fault("agent")
def do_runtime_removed(bed, crew, fault, dice):
    shutil.rmtree(Path(bed.pinfold.socket()).parent, ignore_errors=True)
    _wait_served(bed)


@fault("bus")
def do_bus_killed(bed, crew, fault, dice):
    os.kill(bed.box._bus_process.pid, signal.SIGKILL)
    bed.box._bus_process.wait()
    time.sleep(dice.choice((0, 0.2, 1, 2.5)))
    bed.lasting(bed.box.start_bus)


@fault("person")
def do_prompter_killed(bed, crew, fault, dice):
    bed.person.kill()


@fault("disk")
def do_disk_full(bed, crew, fault, dice):
    if not bed.has_small_disk:
        fault.note = "not possible here"
        return
    fillers = [bed.box.dir / folder / "filler" for folder in ("home", "run")]
    for filler in fillers:
        with open(filler, "wb", buffering=0) as stream:
            try:
                while True:
                    stream.write(bytes(1 << 16))
            except OSError:
                pass
    time.sleep(dice.uniform(0.5, 3))
    for filler in fillers:
        filler.unlink()


@fault("clock")
def do_clock_jumps(bed, crew, fault, dice):
    """The time of day is set, or the machine was asleep."""
    real, boot = struct.unpack("=qq", bed.clock.read_bytes())
    if dice.random() < 0.5:
        real = dice.choice((0, -3600, 86400, 10**8, -10**8))
        fault.note = f"realtime {real}"
    else:
        boot += dice.choice((10, 3600, 86400))
        fault.note = f"boottime {boot}"
    with open(bed.clock, "r+b") as page:
        page.write(struct.pack("=qq", real, boot))


# Readers and cards

@fault("pcscd")
def do_pcscd_killed(bed, crew, fault, dice):
    bed.readers.stop(kill=True)
    time.sleep(dice.choice((0, 0.3, 2)))
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_pcscd_stopped(bed, crew, fault, dice):
    bed.readers.stop()
    time.sleep(dice.choice((0, 0.3, 2)))
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_pcscd_halted(bed, crew, fault, dice):
    pid = bed.readers._process.pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(dice.choice((0.2, 1, 4)))
    os.kill(pid, signal.SIGCONT)


@fault("pcscd")
def do_reader_unplugged(bed, crew, fault, dice):
    """pcscd has no reader for a while: its driver knows no unplugging."""
    bed.lasting(bed.readers.unplug)
    time.sleep(dice.choice((0.2, 1, 2)))
    bed.readers.stop()
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_card_pulled(bed, crew, fault, dice):
    bed.card.remove(wait=False)
    time.sleep(dice.choice((0.05, 0.3, 1)))
    bed.card.insert(wait=False)


def _swap_card(bed, dice, gap):
    bed.card.swap(CARD2, CARD2_LABEL, gap, wait=False)
    time.sleep(dice.choice((0.3, 1, 2)))
    bed.card.swap(CARD, CARD_LABEL, gap, wait=False)


@fault("pcscd")
def do_card_swapped_slowly(bed, crew, fault, dice):
    _swap_card(bed, dice, 1.0)


@fault("pcscd")
def do_card_swapped_quickly(bed, crew, fault, dice):
    """Within pcscd's poll, which is 0.4 s."""
    _swap_card(bed, dice, 0.05)


# PINs that are changed elsewhere

def _other_pin(family, present):
    return next(pin for pin in PINS[family] if pin != present)


@fault("pcscd")
def do_card_pin_changed(bed, crew, fault, dice):
    stats = bed.card.stats()
    family, serial = (("card", bed.card_serials[0]) if stats["serial"] == CARD else
                      ("card2", bed.card_serials[1]))
    fault.note = serial
    pin = _other_pin(family, bed.read_pin(serial))
    bed.card.set_pin(pin)
    bed.write_pin(serial, pin)
    time.sleep(dice.uniform(0.5, 1.5))


def _open_by_itself(d, serial):
    """A session of a program that does not know Pinfold, with the token of that serial.

    SoftHSM reads its tokens in C_Initialize alone: one that another process was writing just then
    is none until the next. A program that is halted while it writes may be so for some seconds.
    """
    def look():
        d.ok("init")
        for slot in d.ok("slots", "present").numbers("slots"):
            info = d.cmd("tokeninfo", slot)
            if info.ok and info["serial"].strip() == serial:
                opened = d.cmd("open", slot, "rw")
                if opened.ok:
                    return opened["session"]
        d.ok("finalize")
        return None

    return wait_for(look, 12, f"the token {serial}")


def _settle_pin(bed, module, env, serial, family):
    """Writes down which PIN the token has: SoftHSM processes that believe in the one of before write
    it back with the rest of the token's file."""
    for pin in PINS[family]:
        with Driver(bed.box, module, env=env) as d:
            if d.rv("login", _open_by_itself(d, serial), "user", pin) == "CKR_OK":
                bed.write_pin(serial, pin)
                return pin
    return bed.read_pin(serial)


def _set_pin_by_itself(bed, module, env, serial, family):
    """By a program that does not know Pinfold."""
    old = _settle_pin(bed, module, env, serial, family)
    new = _other_pin(family, old)
    with Driver(bed.box, module, env=env) as d:
        session = _open_by_itself(d, serial)
        if d.rv("login", session, "user", old) == "CKR_OK" and \
                d.rv("setpin", session, old, new) == "CKR_OK":
            bed.write_pin(serial, new)


@fault("soft")
def do_soft_pin_changed(bed, crew, fault, dice):
    serial = dice.choice(bed.soft_serials)
    fault.note = serial
    _set_pin_by_itself(bed, bed.softhsm, {}, serial, "soft")
    time.sleep(0.5)
    _settle_pin(bed, bed.softhsm, {}, serial, "soft")


@fault("mock")
def do_mock_pin_changed(bed, crew, fault, dice):
    bed.mock.script(serial=MOCK_SERIALS[0])
    fault.note = MOCK_SERIALS[0]
    _set_pin_by_itself(bed, bed.mock.path, bed.mock.env, MOCK_SERIALS[0], "mock")
    time.sleep(dice.uniform(0.5, 1))


# A backend that misbehaves

def _pick(crew, family, dice, fault):
    client = dice.choice(crew.of(family))
    fault.names = [client.name]
    fault.note = client.name
    return client


@fault("mock", 1.5)
def do_backend_crashes(bed, crew, fault, dice):
    client = _pick(crew, "mock", dice, fault)
    call = dice.choice(_ALL_CALLS)
    fault.note += f" {call}"
    span = [now(), None]
    client.may_crash.append(span)
    bed.mocks[client.name].script(f"{call}=crash@{dice.randrange(1, 4)}")
    time.sleep(dice.uniform(0.3, 1))
    bed.mocks[client.name].script()
    span[1] = now() + 500000


@fault("mock", 1.5)
def do_backend_hangs(bed, crew, fault, dice):
    """For ever: until its program is killed, as a person would do it."""
    client = _pick(crew, "mock", dice, fault)
    call = dice.choice(_ALL_CALLS + ("C_Login", "C_Login"))
    fault.note += f" {call}"
    fault.names = None
    fault.families = ["mock"]
    bed.mocks[client.name].script(f"{call}=hang@{dice.randrange(1, 3)}")
    time.sleep(dice.choice((0.5, 2, 5)))
    client.kill()
    bed.mocks[client.name].script()


@fault("mock", 1.5)
def do_backend_talks_nonsense(bed, crew, fault, dice):
    client = _pick(crew, "mock", dice, fault)
    rules = [f"{dice.choice(_ALL_CALLS)}={dice.choice(_NONSENSE)}@{dice.randrange(1, 6)}"
             for _ in range(dice.randrange(1, 4))]
    fault.note += " " + " ".join(rules)
    garbage = dice.random() < 0.3
    bed.mocks[client.name].script(*rules, garbage_token_info=garbage)
    time.sleep(dice.uniform(0.3, 1.5))
    bed.mocks[client.name].script(garbage_token_info=False)


@fault("mock", 1.5)
def do_backend_is_slow(bed, crew, fault, dice):
    client = _pick(crew, "mock", dice, fault)
    fault.names = None
    fault.families = ["mock"]
    bed.mocks[client.name].script(f"{dice.choice(_ALL_CALLS)}=delay:{dice.choice((200, 1500))}@1")
    time.sleep(dice.uniform(0.5, 2))
    bed.mocks[client.name].script()


@fault("mock")
def do_mock_swapped(bed, crew, fault, dice):
    fault.families = ["mock"]
    gap = dice.choice((0, 0.1, 0.6))
    for serial in (MOCK_SERIALS[1], MOCK_SERIALS[0]):
        for script in bed.mocks.values():
            if gap:
                script.remove()
        time.sleep(gap)
        for script in bed.mocks.values():
            script.insert(serial)
        time.sleep(dice.uniform(0.2, 1))


# The programs

@fault(weight=2)
def do_client_killed(bed, crew, fault, dice):
    # SoftHSM writes its token's file at each login, and a kill then ruins it.
    client = _pick(crew, dice.choice(("card", "mock")), dice, fault)
    fault.names = None
    fault.families = [client.family]
    client.kill()


@fault(weight=2)
def do_client_stopped(bed, crew, fault, dice):
    client = dice.choice(crew.clients)
    fault.note = client.name
    fault.families = [client.family]
    client.halt(dice.choice((0.1, 0.5, 2, 4)), time.sleep)


@fault(weight=2)
def do_lease_holder_stopped(bed, crew, fault, dice):
    """In the backend's C_Login within another call: with a cached PIN in its hands."""
    clients = crew.of(dice.choice(("mock", "card", "soft")))
    fault.families = [clients[0].family]

    def find_holder():
        for client in clients:
            for function, _, backend, _ in client.calls():
                if backend == "C_Login" and function != "C_Login":
                    return client
        return None

    try:
        client = wait_for(find_holder, 0.2, "a holder", step=0.0005)
    except WaitTimeout:
        fault.note = "nobody"
        return
    fault.note = client.name
    if clients[0].family == "mock" and dice.random() < 0.3:
        client.kill()
    else:
        client.halt(dice.choice((0.1, 1, 3, 5)), time.sleep)


# The desktop and the person

@fault("desktop")
def do_screen_locked(bed, crew, fault, dice):
    bed.system.emit(LOGIN, SESSION, f"{LOGIN}.Session", "Lock")
    bed.system.set(LOGIN, SESSION, f"{LOGIN}.Session", "LockedHint", "b", True)
    time.sleep(dice.uniform(0.1, 1))
    bed.system.set(LOGIN, SESSION, f"{LOGIN}.Session", "LockedHint", "b", False)
    bed.system.emit(LOGIN, SESSION, f"{LOGIN}.Session", "Unlock")


@fault("desktop")
def do_suspended(bed, crew, fault, dice):
    bed.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "PrepareForSleep", "b", True)
    time.sleep(dice.uniform(0.05, 1))
    bed.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "PrepareForSleep", "b", False)


@fault()
def do_forgotten(bed, crew, fault, dice):
    if dice.random() < 0.5:
        client = dice.choice(crew.clients)
        fault.note = client.name
        bed.ctl("forget", "--pid", client.life.pid)
    else:
        bed.ctl("forget")


@fault("settings", 2)
def do_mode_changed(bed, crew, fault, dice):
    mode = dice.choice(("off", "process", "shared"))
    fault.note = mode
    bed.setting("cache-mode", f"'{mode}'")
    time.sleep(dice.uniform(0.5, 3))
    bed.setting("cache-mode", "'process'")


@fault("settings")
def do_sharing_changed(bed, crew, fault, dice):
    rule = dice.choice(("ask", "same-program"))
    fault.note = rule
    bed.setting("sharing", f"'{rule}'")
    time.sleep(dice.uniform(0.5, 2))
    bed.setting("sharing", "'allow'")


@fault("settings")
def do_forgetting_changed(bed, crew, fault, dice):
    key = dice.choice(("forget-on-lock", "forget-on-suspend", "forget-on-user-switch"))
    bed.setting(key, "false")
    time.sleep(dice.uniform(0.2, 1))
    bed.setting(key, "true")


@fault("settings")
def do_timeouts_changed(bed, crew, fault, dice):
    key = dice.choice(("idle-timeout", "max-lifetime"))
    bed.setting(key, "1")
    time.sleep(dice.uniform(1, 3))
    bed.setting(key, "0")


@fault("settings")
def do_release_delay_changed(bed, crew, fault, dice):
    bed.setting("release-delay", str(dice.choice((100, 1000))))
    time.sleep(dice.uniform(1, 3))
    bed.setting("release-delay", "0")
