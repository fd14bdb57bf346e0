# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A Flatpak runtime made of this machine's Debian packages: what a build without a network has."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

NAME = "org.pinfold.LocalPlatform"
BRANCH = "1"

# Both runtime and SDK: what builds Pinfold, what it runs with, and what flatpak-builder itself calls.
_BUILD = """bash coreutils dash diffutils elfutils findutils gcc gettext grep gzip libc-bin libc6-dev
libdbusmenu-glib-dev libgck-1-dev libgcr-3-dev libglib2.0-bin libglib2.0-dev libgtk-3-dev libinih-dev
libjson-glib-dev libp11-kit-dev libpcsclite-dev libsecret-1-dev libssl-dev libsystemd-dev mawk meson
ninja-build pkg-config sed tar uthash-dev xz-utils"""
_RUN = """adwaita-icon-theme base-files fonts-dejavu-core librsvg2-common opensc opensc-pkcs11 p11-kit
p11-kit-modules softhsm2"""
# Drivers for displays that are not there, and what wants to be a system.
_NOT = {"dbus", "dpkg", "libgl1-mesa-dri", "libllvm15", "libz3-4", "perl-modules-5.36", "systemd",
        "udev"}
_SKIP = re.compile(r"/usr/share/(bug|doc|doc-base|gtk-doc|info|lintian|locale|man)/|/__pycache__/")
_PLACE = re.compile(r"/(?:usr/)?((?:bin|sbin|lib|lib64|libexec|include|share)/.*)")
# Made by packages' triggers, and so in no package.
_GENERATED = ["gdk-pixbuf-2.0/2.10.0/loaders.cache", "gio/modules/giomodule.cache"]
_LD_SO_CONF = """include /run/flatpak/ld.so.conf.d/app-*.conf
/app/lib
include /run/flatpak/ld.so.conf.d/runtime-*.conf
"""


def _query(*arguments):
    return subprocess.run(["dpkg-query", *arguments], check=True, capture_output=True,
                          text=True).stdout


def _installed():
    """Package -> (version, the packages that it needs)."""
    packages = {}
    fields = "${db:Status-Status}\t${Package}\t${Version}\t${Pre-Depends},${Depends}\n"
    for line in _query("-W", f"-f={fields}").splitlines():
        status, name, version, needs = line.split("\t")
        if status == "installed":
            words = re.split("[,|]", re.sub(r"\(.*?\)|:\w+", "", needs))
            packages[name] = (version, {word.strip() for word in words})
    return packages


def _closure(packages):
    found = set()
    wanted = [*_BUILD.split(), *_RUN.split()]
    while wanted:
        name = wanted.pop()
        if name in packages and name not in found | _NOT:
            found.add(name)
            wanted += packages[name][1]
    return sorted(found)


def _copy(source, target):
    """As it is, but with a link of the alternatives system resolved."""
    if target.is_symlink() or target.exists() or source.is_dir() and not source.is_symlink():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        link = os.readlink(source)
        target.symlink_to(os.path.realpath(source) if "/etc/alternatives" in link else link)
    elif source.is_file() and os.access(source, os.R_OK):
        shutil.copyfile(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _copy_packages(names, files):
    for path in sorted(set(_query("-L", *names).splitlines())):
        place = _PLACE.fullmatch(path)
        if place and not _SKIP.search(path):
            _copy(Path(path), files / place[1])
        elif path.startswith("/etc/fonts/"):
            _copy(Path(path), files / path.lstrip("/"))
    # By other names than the packages have them.
    for tool in ("awk", "c99", "cc", "pkg-config"):
        if shutil.which(tool):
            _copy(Path(shutil.which(tool)), files / "bin" / tool)


def _generate(files):
    for name in _GENERATED:
        for source in Path("/usr/lib").glob(f"*/{name}"):
            _copy(source, files / source.relative_to("/usr"))
    subprocess.run(["update-mime-database", files / "share/mime"], check=True, capture_output=True)
    subprocess.run(["glib-compile-schemas", files / "share/glib-2.0/schemas"], check=True,
                   capture_output=True)
    (files / "etc/ld.so.conf").write_text(_LD_SO_CONF)


def make(folder):
    """Fills a folder for `flatpak build-export --runtime`, unless it has the machine's state already.
    Returns whether it is new."""
    packages = _installed()
    names = _closure(packages)
    text = Path(__file__).read_text() + "".join(f"{name} {packages[name][0]}\n" for name in names)
    state = hashlib.sha256(text.encode()).hexdigest()
    mark = folder / "state"
    if mark.exists() and mark.read_text() == state:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    files = folder / "files"
    (files / "etc").mkdir(parents=True)
    _copy_packages(names, files)
    _generate(files)
    arch = os.uname().machine
    (folder / "metadata").write_text(f"[Runtime]\nname={NAME}\nruntime={NAME}/{arch}/{BRANCH}\n"
                                     f"sdk={NAME}/{arch}/{BRANCH}\n")
    mark.write_text(state)
    return True
