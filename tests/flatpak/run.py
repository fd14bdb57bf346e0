#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Builds Pinfold's Flatpak against a runtime of this machine's libraries, and sees it work.

Usage: run.py FOLDER. No network, and nothing outside FOLDER: `./bootstrap flatpak` calls it.
"""

import os
import subprocess
import sys
from pathlib import Path

import flatpakbed

# A Flatpak knows one runtime directory only, /run/user/UID: this one is nobody else's. Then an ordinary
# user: for root, flatpak makes no user namespace, and p11-kit reads no configuration in the home folder.
USER = "1000"
_OWN_RUN = f"""mount -t tmpfs -o mode=0755 tmpfs /run/user &&
exec unshare --user --map-user={USER} --map-group={USER} "$0" "$@"
"""


def enter_namespace():
    """Runs this program again where /run/user is empty."""
    os.environ["PINFOLD_FLATPAK"] = os.path.abspath(sys.argv[1])
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _OWN_RUN,
                          sys.executable, *sys.argv])


def play():
    """Runs the tests, shows what they say, and adds it up in one line; the status."""
    counts = {"ok": 0, "not ok": 0}
    with subprocess.Popen([sys.executable, Path(__file__).with_name("inside.py")], text=True,
                          stdout=subprocess.PIPE) as tests:
        for line in tests.stdout:
            print(line, end="", flush=True)
            word = "not ok" if line.startswith("not ok ") else line.partition(" ")[0]
            if word in counts:
                counts[word] += 1
    print(f"flatpak: built and installed without a network; {counts['ok']} passed, {counts['not ok']} failed")
    return tests.returncode or (1 if counts["not ok"] or not counts["ok"] else 0)


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    if "PINFOLD_FLATPAK" not in os.environ:
        enter_namespace()
    installation = flatpakbed.Installation(os.environ["PINFOLD_FLATPAK"])
    print("== flatpak: a runtime of this machine's packages", flush=True)
    installation.make_runtime()
    print("== flatpak: build", flush=True)
    installation.build()
    installation.install()
    print("== flatpak: run", flush=True)
    sys.exit(play())


if __name__ == "__main__":
    main()
