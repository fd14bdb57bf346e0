# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Starting processes that cannot outlive the test, and looking into processes."""

import ctypes
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_NOT_MEMORY = ("[vvar]", "[vsyscall]", "[vvar_vclock]")
# Larger ones are what sanitizers reserve for themselves: up to terabytes, never touched.
_LARGEST_MAPPING = 1 << 30
_RUN_ON_TERMINAL = """
import fcntl, os, sys, termios
master, slave = os.openpty()
os.set_inheritable(master, True)
fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
# Words before a command that give it a controlling terminal; its standard streams stay as they are.
ON_TERMINAL = (sys.executable, "-c", _RUN_ON_TERMINAL)
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def start(args, *, log=None, **kwargs):
    """subprocess.Popen of a process in a session of its own that dies with this one.

    log: a path; output is appended there unless stdout or stderr is given.
    """
    output = None
    if log is not None:
        output = open(log, "ab")  # noqa: SIM115 (closed below, after the child has it)
        kwargs.setdefault("stdout", output)
        kwargs.setdefault("stderr", output)
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    try:
        return subprocess.Popen(
            [str(a) for a in args],
            preexec_fn=_die_with_parent,
            start_new_session=True,
            **kwargs,
        )
    finally:
        if output is not None:
            output.close()


def become_subreaper():
    """Makes orphans of our descendants our children, so that none gets away."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _stat(pid):
    """The fields of /proc/PID/stat behind the name; None when the process is gone.

    Without a Path and a text stream, as all the machine's processes are looked at often.
    """
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(fd, 4096).rpartition(b")")[2].split()
    except OSError:
        return None
    finally:
        os.close(fd)


def parent_of(pid):
    """The parent's pid; None when the process is gone."""
    stat = _stat(pid)
    return None if stat is None else int(stat[1])


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def descendants(root):
    """The pids below root, parents before children."""
    children = {}
    for pid in all_pids():
        children.setdefault(parent_of(pid), []).append(pid)
    found, todo = [], [root]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def has_environment(pid, entry):
    """Whether the process was started with the environment entry NAME=VALUE; None: unreadable."""
    try:
        return entry.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except PermissionError:
        return None
    except OSError:
        return False


def listens(path):
    """Does a socket of this name listen? One that is only bound has its name already."""
    lines = Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()
    return any(line.endswith(f" {path}") and line.split()[3] == "00010000" for line in lines[1:])


def listener(path):
    """The process whose socket is at that path now; None: nobody can be reached there. An older one
    of the same name may be listening still."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        return process_of(peer) if peer.connect_ex(str(path)) == 0 else None


def process_of(peer):
    """Whoever connected that socket, or listens at its other end."""
    return struct.unpack("iII", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def is_alive(pid):
    """Whether the process exists and is no zombie."""
    stat = _stat(pid)
    return stat is not None and stat[0] not in (b"Z", b"X")


def end_processes(pids, timeout=3.0):
    """Ends exactly these processes: SIGTERM, and SIGKILL for those still there at the deadline."""
    for sig, limit in ((signal.SIGTERM, timeout), (signal.SIGKILL, timeout)):
        left = [pid for pid in pids if is_alive(pid)]
        for pid in left:
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + limit
        while any(is_alive(pid) for pid in left) and time.monotonic() < deadline:
            time.sleep(0.01)
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


def _runs(pid, path, want):
    """Whether the process runs the file; by its name where its executable may not be read."""
    try:
        have = os.stat(f"/proc/{pid}/exe")
    except PermissionError:
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip() == Path(path).name[:15]
        except OSError:
            return False
    except OSError:
        return False
    return (have.st_dev, have.st_ino) == (want.st_dev, want.st_ino)


def pids_of_executable(path, among=None):
    """Pids whose executable is the file at path (device and inode)."""
    want = os.stat(path)
    return [pid for pid in (among if among is not None else all_pids()) if _runs(pid, path, want)]


def may_look_into(pid):
    """Whether this process may read the other's memory and descriptors."""
    return os.access(f"/proc/{pid}/mem", os.R_OK)


def need_look_into(pid):
    """Skips the test when it may not read the memory of a process that is there."""
    if not may_look_into(pid) and is_alive(pid):
        raise unittest.SkipTest("only root may look into a process that is not dumpable")


def is_dumpable(pid):
    """Only for ordinary users: the kernel gives the files of a process that is not to root."""
    return os.stat(f"/proc/{pid}/mem").st_uid == os.getuid()


def dumps_core(popen):
    """Ends a process by a signal that has cores dumped; whether one was, wherever it went.

    As root the process gets all the room for it that there is.
    """
    try:
        resource.prlimit(popen.pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    except PermissionError:
        pass
    popen.send_signal(signal.SIGABRT)
    ended = os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
    popen.wait()
    return ended.si_code == os.CLD_DUMPED


def open_files(pid):
    """What the descriptors of a process lead to; one that it closes meanwhile is left out."""
    targets = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            targets.append(os.readlink(entry.path))
        except FileNotFoundError:
            pass
    return targets


def scan_memory(pid, needle):
    """Every place of needle (bytes) in the memory of a process, as (address, mapping line).

    Needs the right to trace the process: root for processes that are not dumpable; others skip
    the test here. Mappings without read permission are searched too.
    """
    hits = []
    if not may_look_into(pid):
        if not is_alive(pid):
            return hits
        raise unittest.SkipTest("only root may look into a process that is not dumpable")
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(
        f"/proc/{pid}/mem", "rb", buffering=0
    ) as memory:
        for line in maps.read().splitlines():
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line)
            first, end = int(match[1], 16), int(match[2], 16)
            if line.endswith(_NOT_MEMORY) or end - first > _LARGEST_MAPPING:
                continue
            hits += [(a, line) for a in _scan_range(memory, first, end, needle)]
    return hits


def _scan_range(memory, first, end, needle):
    chunk = 1 << 20
    carry = b""
    address = first
    while address < end:
        try:
            memory.seek(address)
            data = memory.read(min(chunk, end - address))
        except (OSError, OverflowError, ValueError):
            return  # no page behind it: device memory, or a file that became shorter
        if not data:
            return
        block = carry + data
        base = address - len(carry)
        at = block.find(needle)
        while at >= 0:
            yield base + at
            at = block.find(needle, at + 1)
        carry = block[-(len(needle) - 1):] if len(needle) > 1 else b""
        address += len(data)


def voluntary_switches(pid):
    """The voluntary context switches of each thread of a process so far: one for each sleep."""
    switches = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue  # the thread ended
        match = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M)
        switches[status.parent.name] = int(match[1])
    return switches


def count_wakeups(pid, seconds, sleep=time.sleep):
    """How often a process woke up in that many seconds, over all its threads; a thread that ended
    or began counts for one at least. SLEEP may do something meanwhile."""
    before = voluntary_switches(pid)
    sleep(seconds)
    after = voluntary_switches(pid)
    woke = sum(after[thread] - before[thread] for thread in before.keys() & after.keys())
    return woke + len(before.keys() ^ after.keys())
