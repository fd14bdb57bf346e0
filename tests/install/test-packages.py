#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Debian's packages in a fresh Debian: installed with their dependencies only, used for the main job
by an ordinary user, and purged again. Environment PINFOLD_PACKAGES: a folder of packages to take."""

import fnmatch
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from freshroot import TOOLS, USER, FreshRoot
from pinfoldtest import Driver, Sandbox, build_path, need_tools, source_path, tap, wait_for
from pinfoldtest.extent import FULL_PLAIN

PACKAGES = ("pinfold", "pinfold-pkcs11", "libpinfold-dev")
LABEL, PIN, SO_PIN = "fresh", "2468", "13579246"
DIALOG = "^PIN — "
BUS = "org.freedesktop.DBus"
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
# Programs that --system has something for where none of them is installed.
SYSTEM_PROGRAMS = ("firefox", "p11-kit", "java")
SOCKET_IS_ON = "/etc/systemd/user/sockets.target.wants/pinfold-agent.socket"


# Where Debian has what installed-files.txt names.
DIRECTORIES = {
    "prefix": "/usr", "bindir": "/usr/bin", "datadir": "/usr/share", "includedir": "/usr/include",
    "libdir": "/usr/lib/triplet", "libexecdir": "/usr/libexec", "localedir": "/usr/share/locale",
    "mandir": "/usr/share/man", "sysconfdir": "/etc",
}


class Lists(unittest.TestCase):
    """What can be said of them without making them."""

    def patterns(self, name):
        """The files and folders that a list of debhelper's names."""
        lines = source_path("data/debian", name).read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and not line.startswith("#") and " " not in line]

    def takers(self, path):
        lists = [*(f"{name}.install" for name in PACKAGES), "not-installed"]
        return [name for name in lists for pattern in self.patterns(name)
                if fnmatch.fnmatch(path, f"/{pattern}") or fnmatch.fnmatch(path, f"/{pattern}/*")]

    def test_each_file_once(self):
        listed = Path(__file__).with_name("installed-files.txt").read_text(encoding="utf-8")
        for line in listed.splitlines():
            path = line.format(**DIRECTORIES)
            self.assertEqual(len(self.takers(path)), 1, f"{path}: {self.takers(path)}")
        self.assertEqual(self.takers("/usr/sbin/of-somebody-else"), [])

    def test_names(self):
        control = source_path("data/debian/control").read_text(encoding="utf-8")
        self.assertEqual(sorted(re.findall(r"(?m)^Package: (.*)$", control)), sorted(PACKAGES))

    def test_wants_a_folder(self):
        done = subprocess.run([source_path("data/make-packages")], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage: make-packages FOLDER", done.stderr)


def make_packages(folder):
    """Where the packages are, made from the sources unless they are given; lintian is asked."""
    given = os.environ.get("PINFOLD_PACKAGES")
    if given:
        return Path(given)
    done = subprocess.run([source_path("data/make-packages"), folder], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout[-8000:])
    return Path(folder)


class Session:
    """The user's login: a session bus, and programs that know it."""

    def __init__(self, root, number, display):
        self.root = root
        self.number = number
        runtime = f"/run/user/{number}"
        self.env = {"XDG_RUNTIME_DIR": runtime, "DISPLAY": display,
                    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus"}
        self.bus = self.start(["dbus-daemon", "--session", "--nofork", "--nopidfile",
                               f"--address=unix:path={runtime}/bus"])
        wait_for(lambda: self.ask(BUS, "org.freedesktop.DBus.Peer.Ping"), 10, "the session bus")
        # As at a login, by the bus' own means: it waits longer than a prompt would on a busy machine.
        self.ask(BUS, f"{BUS}.StartServiceByName", "string:org.pinfold.Pinfold", "uint32:0")
        wait_for(lambda: "true" in self.ask(
            "org.pinfold.Agent", "org.freedesktop.DBus.Properties.Get", "string:org.pinfold.Agent1",
            "string:PrompterPresent", path="/org/pinfold/Agent"), 30, "the app", step=0.2)

    def start(self, args, name=None, env=None, **kwargs):
        """As a sandbox starts things, for Driver."""
        kwargs.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.root.inside(*args, user=USER, env=self.env | (env or {})),
                                stderr=self.root.log_file, start_new_session=True, **kwargs)

    def run(self, *command, check=True):
        return self.root.run(*command, user=USER, env=self.env, check=check).stdout

    def ask(self, name, method, *arguments, path="/"):
        """The answer of a method on the session bus; empty when there is none."""
        return self.run("dbus-send", "--session", "--print-reply", f"--dest={name}", path, method,
                        *arguments, check=False)

    def program(self, module):
        return Driver(self, module, program=f"{TOOLS}/pinfold-driver")

    def make_token(self):
        """A software token with a key, in the user's own folder."""
        conf = f"/home/{USER}/.config/softhsm2/softhsm2.conf"
        self.run("sh", "-c", f"mkdir -p ~/.config/softhsm2 ~/tokens && echo directories.tokendir = "
                             f"/home/{USER}/tokens >{conf}")
        self.run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN,
                 "--so-pin", SO_PIN)
        with self.program(SOFTHSM) as direct:
            direct.ok("init")
            session = direct.open_session(f"={LABEL}", "rw")
            direct.ok("login", session, "user", PIN)
            direct.ok("genkeypair", session, "rsa", "2048", "label=key", "id=01", "token=true",
                      "priv.private=true", "priv.sensitive=true", timeout=60)

    def end(self):
        """As a login ends: with the bus, all that was on it has to go."""
        for pid, command in self.root.processes_of(self.number).items():
            if command.startswith("dbus-daemon "):
                os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not self.root.processes_of(self.number), 10,
                 lambda: f"the end of {self.root.processes_of(self.number)}")
        self.bus.wait()


@tap.only_if(FULL_PLAIN)
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_tools("mmdebstrap", "lintian", "dh", "dpkg-buildpackage", "nsenter", "xdotool")
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root can make a system in a folder")
        folder = tempfile.TemporaryDirectory(prefix="pinfold-packages-")
        cls.addClassCleanup(folder.cleanup)
        made = make_packages(Path(folder.name, "packages"))
        cls.root = FreshRoot(folder.name, build_path("tests/driver"))
        cls.addClassCleanup(cls.root.close)
        cls.user = cls.root.add_user()
        cls.files = [cls.root.take(path) for name in PACKAGES for path in made.glob(f"{name}_*.deb")]
        assert len(cls.files) == len(PACKAGES), list(made.iterdir())

    def installed(self):
        return set(self.root.run("dpkg-query", "-W", "-f", "${Package}\n").stdout.split())

    def depend(self):
        """Installs what the packages depend on, and nothing of Pinfold; apt would take the same."""
        before = self.installed()
        would = re.findall(r"(?m)^Inst (\S+)", self.root.apt("install", "--simulate", *self.files))
        wanted = []
        for path in self.files:
            listed = self.root.run("dpkg-deb", "-f", path, "Depends").stdout.strip().split(", ")
            wanted += [word for word in listed if word.split()[0] not in PACKAGES]
        self.root.apt("satisfy", ", ".join(wanted))
        self.assertEqual(self.installed() - before, set(would) - set(PACKAGES))

    def log_in(self, one, session, screen):
        """By the dialog; the only time that the PIN is typed."""
        job = one.background("login", session, "user", "null")
        wait_for(lambda: screen.windows(DIALOG) or one.finished(job), 30, "the PIN dialog")

        def is_answered():
            """What is typed in the dialog's first moment is not taken; what is left of four digits
            is too short to be sent."""
            for window in screen.windows(DIALOG):
                screen.focus(window)
                screen.key("ctrl+a")
                screen.type(PIN)
                screen.key("Return")
            return one.finished(job)

        wait_for(is_answered, 30, "the answer", step=0.5)
        self.assertEqual(one.join(job).rv, "CKR_OK")
        wait_for(lambda: not screen.windows(DIALOG), 10, "the dialog's end")

    def sign(self, program, session):
        (key,) = program.find(session, **{"class": "private_key"})
        for number in range(3):
            self.assertEqual(len(program.sign(session, key, f"document {number}".encode())), 256)

    def look(self, session):
        """What pinfoldctl says while both are logged in."""
        self.assertIn(f"{LABEL}  ", session.run("pinfoldctl", "status"))
        (login,) = json.loads(session.run("pinfoldctl", "status", "--json"))["domains"]
        self.assertTrue(login["logged_in"])
        self.assertEqual(len(login["members"]), 2)
        # Warnings are of what the packages do not depend on: card reader, panel, screen lock.
        found = json.loads(session.run("pinfoldctl", "doctor", "--json"))
        states = {finding["id"]: finding["verdict"] for finding in found["findings"]}
        self.assertLessEqual(set(states.values()), {"ok", "warning"}, found)
        for check in ("agent", "app", "locked-memory", "module", "private-socket", "prompter",
                      "session-bus", "settings"):
            self.assertEqual(states[check], "ok", found)

    def main_job(self, session, screen):
        """Two programs sign, and the PIN is typed once."""
        (module,) = re.findall(r"(?m)^/usr/lib/.*/pinfold-pkcs11\.so$",
                               self.root.run("dpkg-query", "-L", "pinfold-pkcs11").stdout)
        session.run("pinfoldctl", "set", "cache-mode", "shared")
        session.run("pinfoldctl", "set", "sharing", "allow")
        with session.program(module) as one, session.program(module) as two:
            one.ok("init", "os-locking")
            first = one.open_session(f"={LABEL}")
            self.log_in(one, first, screen)
            self.sign(one, first)
            two.ok("init", "os-locking")
            second = two.open_session(f"={LABEL}")
            self.assertEqual(two.state(second), "CKS_RO_USER_FUNCTIONS")
            self.sign(two, second)
            self.assertEqual(screen.windows(DIALOG), [])
            self.look(session)
            self.assertIn("1", session.run("pinfoldctl", "forget"))
            self.assertEqual(one.state(first), "CKS_RO_USER_FUNCTIONS")

    def register(self):
        """What an administrator may have done, and the packages take back."""
        self.root.run("pinfoldctl", "register", "--system", *SYSTEM_PROGRAMS)
        self.assertTrue((self.root.path / "etc/pkcs11/modules/pinfold.module").exists())

    def tell(self, needed, added):
        """For whoever reads what ./bootstrap package --try says in the end."""
        given = os.environ.get("PINFOLD_PACKAGES")
        if given:
            text = f"{needed} packages that Pinfold needs, {len(added)} files and folders of its own, " \
                   "the PIN typed once for two programs, nothing left by purge\n"
            Path(given, "tried").write_text(text, encoding="utf-8")

    def test_life(self):
        minimal = self.installed()
        self.depend()
        needed = len(self.installed() - minimal)
        # The token of the main job is one of software.
        self.root.apt("install", "softhsm2")
        before = self.root.files()
        known = self.installed()
        self.root.apt("install", *self.files)
        self.assertEqual(self.installed() - known, set(PACKAGES))
        added = self.root.files().keys() - before.keys()
        self.assertLess({"/usr/bin/pinfold", "/etc/pinfold/pinfold.conf", SOCKET_IS_ON}, added)
        with Sandbox(wm=True) as box:
            session = Session(self.root, self.user, box.screen.name)
            session.make_token()
            self.main_job(session, box.screen)
            session.end()
        self.register()
        self.root.apt("purge", *PACKAGES)
        after = self.root.files()
        self.assertEqual(sorted(dict(before.items() ^ after.items())), [])
        # The person's own stays.
        self.assertTrue(any((self.root.path / f"home/{USER}/tokens").iterdir()))
        self.assertTrue((self.root.path / f"home/{USER}/.config/dconf/user").exists())
        self.tell(needed, added)


if __name__ == "__main__":
    tap.main()
