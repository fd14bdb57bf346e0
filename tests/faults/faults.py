# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What can go wrong: each fault is a function that makes it, waits, and mends it. Here those of the
agent, the programs and the desktop; tokenfaults.py has the others.
"""

import os
import shutil
import signal
import struct
import time
from pathlib import Path

from desktopbed import LOGIN, MANAGER, SESSION
from pinfoldtest import process
from pinfoldtest.wait import WaitTimeout, wait_for
from sequence import fault, pick


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


# The programs

@fault(weight=2)
def do_client_killed(bed, crew, fault, dice):
    # SoftHSM writes its token's file at each login, and a kill then ruins it.
    client = pick(crew, dice.choice(("card", "mock")), dice, fault)
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
