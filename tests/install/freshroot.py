# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A Debian system in a folder: fresh from its mirror, with processes, users and packages of its own."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from pinfoldtest import wait_for

SUITE = "bookworm"
USER = "user"
# Where the test's own programs are, which no package has.
TOOLS = "/mnt"
# Its processes are those of a namespace: all of them end with the first.
_FIRST = """
set -e
root=$1 tools=$2
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
for folder in run tmp dev/shm; do mount -t tmpfs tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp" "$root/dev/shm"
mount --bind "$tools" "$root/mnt"
mount -o remount,bind,ro "$root/mnt"
echo ready
exec chroot "$root" sleep infinity
"""
# What every installation of any package leaves behind.
_NOTED = re.compile(r"/(var/lib/(dpkg|apt)|var/cache/(apt|ldconfig|debconf)|var/log|root|mnt|proc|sys|dev|"
                    r"run|tmp)(/|$)|/home/" + USER + "/")


class FreshRoot:
    """Made by mmdebstrap. close() ends what runs in it."""

    def __init__(self, folder, tools):
        self.path = Path(folder, "root")
        self.log_file = open(Path(folder, "root.log"), "wb")
        # What it mounts, the machine does not see: nothing of the machine is in a folder that goes.
        self._call("unshare", "--mount", "mmdebstrap", "--quiet", "--variant=minbase",
                   "--skip=cleanup/apt/lists", SUITE, self.path)
        self._outside = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork",
             "--kill-child", "sh", "-c", _FIRST, "sh", str(self.path), str(tools)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log_file)
        if self._outside.stdout.readline() != b"ready\n":
            raise AssertionError(f"the system does not start: {self.log()}")
        children = Path(f"/proc/{self._outside.pid}/task/{self._outside.pid}/children")
        self._first = wait_for(lambda: children.read_text().split(), 5, "its first process")[0]

    def close(self):
        self._outside.kill()
        self._outside.wait()
        self._outside.stdout.close()
        self.log_file.close()

    def log(self):
        self.log_file.flush()
        return Path(self.log_file.name).read_text(encoding="utf-8", errors="replace")

    def _call(self, *command):
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              stdout=self.log_file, stderr=self.log_file, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: status {done.returncode}\n{self.log()[-4000:]}")

    def inside(self, *command, user=None, env=None):
        """The command that runs another one in there."""
        home = f"/home/{user}" if user else "/root"
        all_env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "LANG": "C.UTF-8", "HOME": home, "USER": user or "root",
                   "LOGNAME": user or "root", "SHELL": "/bin/sh"} | (env or {})
        as_user = ["runuser", "-u", user, "--"] if user else []
        return ["nsenter", "--target", self._first, "--mount", "--pid", "chroot", str(self.path),
                *as_user, "env", "-i", "-C", home, *(f"{k}={v}" for k, v in all_env.items()),
                *(str(word) for word in command)]

    def run(self, *command, user=None, env=None, check=True):
        done = subprocess.run(self.inside(*command, user=user, env=env), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        self.log_file.write(f"$ {command}\n{done.stdout}{done.stderr}".encode())
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def take(self, path):
        """Copies a file into root's home; where it is then."""
        shutil.copy(path, self.path / "root")
        return f"/root/{path.name}"

    def apt(self, *arguments):
        return self.run("apt-get", "-qy", "--no-install-recommends", *arguments,
                        env={"DEBIAN_FRONTEND": "noninteractive"}).stdout

    def add_user(self):
        """An ordinary user with a home and a runtime directory; the number."""
        self.run("useradd", "--create-home", "--user-group", "--shell", "/bin/bash", USER)
        number = int(self.run("id", "-u", USER).stdout)
        self.run("install", "-d", "-m", "0700", "-o", USER, "-g", USER, f"/run/user/{number}")
        return number

    def processes_of(self, number):
        """The command lines of a user's processes in there, by process ID."""
        own = os.stat(f"/proc/{self._first}/ns/pid").st_ino
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if folder.stat().st_uid in (number, 0) and \
                        f"Uid:\t{number}\t" in (folder / "status").read_text() and \
                        os.stat(folder / "ns/pid").st_ino == own:
                    # One that has ended and is not waited for has none.
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found |= {int(folder.name): line} if line else {}
            except OSError:
                continue
        return found

    def files(self):
        """Every path, but for users' data and what package managers note, with what it is."""
        found = {}
        for top, folders, names in os.walk(self.path):
            for name in [*folders, *names]:
                path = os.path.join(top, name)
                shown = path.removeprefix(str(self.path))
                if not _NOTED.match(shown):
                    found[shown] = _facts(path)
        return found


def _facts(path):
    """Kind and mode, owner, and what is in it."""
    about = os.lstat(path)
    inside = ""
    if stat.S_ISLNK(about.st_mode):
        inside = os.readlink(path)
    elif stat.S_ISREG(about.st_mode):
        inside = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return stat.filemode(about.st_mode), about.st_uid, about.st_gid, inside
