# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The Flatpak's manifest, and what is wrong with it as far as that can be told offline."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from pinfoldtest.paths import source_path

PATH = source_path("flatpak/org.pinfold.Pinfold.yml")

# What would undo the sandbox, or what Pinfold promises.
FORBIDDEN = re.compile(
    r"--share=network|--device=|--allow=|--filesystem=(home|host(?!-etc:ro$)|/|~|xdg-(?!run/pinfold))|"
    r"--socket=(session-bus|system-bus|ssh-auth|gpg-agent)|"
    r"--(talk|own)-name=(org\.freedesktop\.Flatpak|.*\*)")


def read(path=PATH):
    """What flatpak-builder understands of it; raises subprocess.CalledProcessError."""
    # It looks for its own state below the working directory.
    with tempfile.TemporaryDirectory() as folder:
        shown = subprocess.run(["flatpak-builder", "--show-manifest", path], check=True, text=True,
                               capture_output=True, cwd=folder, env={**os.environ, "HOME": folder})
    return json.loads(shown.stdout)


def find_unreasoned(text):
    """The finish-args that no comment stands above, be it one for several in a row."""
    found = []
    has_reason = False
    block = re.search(r"^finish-args:\n((?:  .*\n)+)", text, re.M)
    for line in block.group(1).splitlines():
        if line.startswith("  # "):
            has_reason = True
        elif not has_reason:
            found.append(line.strip().removeprefix("- "))
    return found


def find_bad_sources(modules):
    """Sources that are not of one fixed content, or not from where nobody can change them."""
    bad = []
    for module in modules:
        for source in module["sources"]:
            if source["type"] == "dir" and module["name"] == "pinfold":
                continue
            if (source["type"] != "archive" or not source["url"].startswith("https://")
                    or not re.fullmatch("[0-9a-f]{64}", source.get("sha256", ""))):
                bad.append(module["name"])
    return bad


def find_forbidden(arguments):
    return [argument for argument in arguments if FORBIDDEN.match(argument)]


def names(arguments, option):
    """What is allowed by all of one option."""
    return {argument.split("=", 1)[1] for argument in arguments
            if argument.startswith(f"--{option}=")}


def lay_out(folder, modulefiles):
    """A build directory as flatpak-builder leaves one, with files at their places below /app."""
    for place, source in modulefiles.items():
        target = Path(folder, "files", place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(source).read_bytes())
    manifest = read()
    version = manifest["runtime-version"]
    Path(folder, "metadata").write_text(
        f"[Application]\nname={manifest['id']}\n"
        f"runtime={manifest['runtime']}/x86_64/{version}\nsdk={manifest['sdk']}/x86_64/{version}\n")
