# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Pinfold's Flatpak, built and installed without a network and away from the machine's own ones."""

import json
import os
import re
import subprocess
from pathlib import Path

import localruntime
import manifest
from pinfoldtest.paths import source_path

APP = manifest.PATH.stem

# flatpak asks the system's bus whether a user may install; a machine that builds may have none. This
# one knows of no such limits.
_WITH_BUSES = ["dbus-run-session", "--", "sh", "-c",
               'DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS exec "$@"', "-"]


class Installation:
    """All of it below one folder, which keeps what the next time can use."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = os.environ | {
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "home/.cache"),
            "XDG_DATA_HOME": str(self.folder / "home/.local/share"),
            "FLATPAK_USER_DIR": str(self.folder / "user"),
            "FLATPAK_SYSTEM_DIR": str(self.folder / "system"),
        }
        for name in ("HOME", "FLATPAK_SYSTEM_DIR"):
            Path(self.env[name]).mkdir(parents=True, exist_ok=True)
        # flatpak makes this one for root only, and does not do without where it could.
        system = Path(self.env["FLATPAK_SYSTEM_DIR"], "repo")
        if not system.exists():
            self.run("ostree", f"--repo={system}", "init", "--mode=bare-user-only")

    def run(self, *command):
        """Its output goes to a log, of which the end is shown when it fails."""
        log = self.folder / "log"
        with log.open("w") as file:
            done = subprocess.run([*_WITH_BUSES, *map(str, command)], env=self.env,
                                  cwd=self.folder, stdout=file, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed:\n{log.read_text(errors='replace')[-3000:]}")

    def make_runtime(self):
        runtime = self.folder / "runtime"
        is_new = localruntime.make(runtime)
        if not is_new and (self.folder / "user/runtime" / localruntime.NAME).exists():
            return
        repo = self.folder / "repo"
        if not repo.exists():
            self.run("ostree", f"--repo={repo}", "init", "--mode=bare-user-only")
        self.run("flatpak", "build-export", "--runtime", "--files=files", "--disable-sandbox",
                 repo, runtime, localruntime.BRANCH)
        self.run("flatpak", "--user", "remote-add", "--if-not-exists", "--no-gpg-verify", "local",
                 f"file://{repo}")
        self.run("flatpak", "--user", "install", "-y", "--noninteractive", "--or-update", "local",
                 f"{localruntime.NAME}//{localruntime.BRANCH}")

    def write_manifest(self):
        """The manifest, but with the local runtime, which has what the other modules are for."""
        local = manifest.read()
        local |= {"runtime": localruntime.NAME, "runtime-version": localruntime.BRANCH,
                  "sdk": localruntime.NAME,
                  # flatpak-builder 1.2 calls a program of the SDK for it that Debian has no more.
                  "appstream-compose": False,
                  "modules": [module for module in local["modules"] if module["name"] == "pinfold"]}
        (source,) = local["modules"][0]["sources"]
        source["path"] = str(source_path())
        path = self.folder / f"{APP}.json"
        path.write_text(json.dumps(local, indent=2))
        return path

    def build(self):
        self.run("flatpak-builder", "--user", "--disable-download", "--disable-rofiles-fuse",
                 "--force-clean", f"--state-dir={self.folder / 'state'}",
                 f"--repo={self.folder / 'repo'}", self.folder / "app", self.write_manifest())

    def install(self):
        self.run("flatpak", "--user", "install", "-y", "--noninteractive", "--or-update", "local",
                 APP)


def readme_module():
    """The file for p11-kit that the Flatpak's README tells people to write."""
    text = source_path("flatpak/README.md").read_text()
    (line,) = re.findall(r"^remote: .*$", text, re.M)
    return line + "\n"
