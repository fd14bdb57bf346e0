#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Builds Pinfold's Flatpak against a runtime of this machine's libraries, and sees it work.

Usage: run.py FOLDER. No network, and nothing outside FOLDER: `./bootstrap flatpak` calls it.
"""

import os
import sys
from pathlib import Path

import flatpakbed

# A Flatpak knows one runtime directory only, /run/user/UID: this one is nobody else's.
_OWN_RUN = 'mount -t tmpfs -o mode=0755 tmpfs /run/user && exec "$0" "$@"'


def enter_namespace():
    """Runs this program again where /run/user is empty, and it is root to itself."""
    os.environ["PINFOLD_FLATPAK"] = os.path.abspath(sys.argv[1])
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _OWN_RUN,
                          sys.executable, *sys.argv])


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
    os.execv(sys.executable, [sys.executable, Path(__file__).with_name("inside.py")])


if __name__ == "__main__":
    main()
