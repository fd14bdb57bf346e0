# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Where the build, the sources and the real PKCS#11 backends are."""

import json
import os
import shutil
import unittest
from pathlib import Path

# Below the library directories, in this order.
_BACKENDS = {
    "softhsm": ["softhsm/libsofthsm2.so", "pkcs11/libsofthsm2.so", "libsofthsm2.so"],
    "opensc": ["opensc-pkcs11.so", "pkcs11/opensc-pkcs11.so"],
}


def build_path(*parts):
    """A path in the build tree that is tested (environment PINFOLD_BUILD, set by meson)."""
    root = os.environ.get("PINFOLD_BUILD")
    if not root:
        raise RuntimeError("PINFOLD_BUILD is not set: run the tests by meson")
    return Path(root, *parts)


def project_version():
    """The version, as the build has it of meson.build."""
    return json.loads(build_path("meson-info/intro-projectinfo.json").read_text())["version"]


def source_path(*parts):
    """A path in the source tree."""
    return Path(__file__).resolve().parents[3].joinpath(*parts)


def _lib_dirs():
    arch_dirs = sorted(Path("/usr/lib").glob("*-linux-gnu*"))
    return [*arch_dirs, Path("/usr/lib64"), Path("/usr/lib"), Path("/usr/local/lib")]


def library(*names):
    """The path of the first that exists, of names below the library directories; or None."""
    for folder in _lib_dirs():
        for name in names:
            if (folder / name).exists():
                return str(folder / name)
    return None


def backend(name):
    """The path of a real backend, "softhsm" or "opensc"; None when it is not installed.

    Environment PINFOLD_SOFTHSM and PINFOLD_OPENSC override the search.
    """
    given = os.environ.get(f"PINFOLD_{name.upper()}")
    return given or library(*_BACKENDS[name])


def need_backend(name):
    """As backend(); skips the test when it is not installed."""
    path = backend(name)
    if path is None:
        raise unittest.SkipTest(f"the PKCS#11 module of {name} is not installed")
    return path


def need_tools(*names):
    """Skips the test when one of the programs is not installed."""
    for name in names:
        if shutil.which(name, path=tool_search_path()) is None:
            raise unittest.SkipTest(f"{name} is not installed")


def tool_search_path():
    """PATH with the directories of daemons, which a user's PATH may lack."""
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
