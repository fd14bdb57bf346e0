# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on what was built: the module brings no GLib along and exports what it should."""

import re
import subprocess
from pathlib import Path

from .tree import CannotCheck

MODULE = "p11module/pinfold-pkcs11.so"
UNWANTED = re.compile(r"lib(systemd|gcrypt|glib|gobject|gio|gmodule|gtk|gdk|dbus-1|stdc\+\+)[-.\w]*")
# everything else is reached through their lists
EXPORTED = {"C_GetFunctionList", "C_GetInterface", "C_GetInterfaceList", "CA_SetApplicationID",
            "CA_OpenApplicationID", "CA_CloseApplicationID"}


def _module(build):
    path = Path(build, MODULE)
    if not path.exists():
        raise CannotCheck(f"{MODULE} is not built")
    return str(path)


def _run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def unwanted_libraries(listing):
    """Faults in what ldd prints."""
    return [f"{MODULE} loads {found[0]}" for found in UNWANTED.finditer(listing)]


def wrong_symbols(listing):
    """Faults in what nm -D --defined-only prints."""
    names = {line.split()[-1].partition("@")[0] for line in listing.splitlines()
             if line.split() and line.split()[-2] != "A"}
    faults = [f"{MODULE} exports {name}" for name in sorted(names - EXPORTED)]
    return faults + [f"{MODULE} does not export {name}" for name in sorted(EXPORTED - names)]


def hardening_faults(listing):
    """Faults in what readelf -lWd prints."""
    faults = []
    if "GNU_RELRO" not in listing or not re.search(r"BIND_NOW|\bNOW\b", listing):
        faults.append(f"{MODULE}: no full RELRO")
    if re.search(r"GNU_STACK.* RWE ", listing):
        faults.append(f"{MODULE}: executable stack")
    if re.search(r"\b(RPATH|RUNPATH|TEXTREL)\b", listing):
        faults.append(f"{MODULE}: RPATH, RUNPATH or TEXTREL")
    return faults


def check_libraries(build):
    """The module loads no GLib into its host, nor anything else before it meets the agent."""
    return unwanted_libraries(_run("ldd", _module(build)))


def check_symbols(build):
    """The module exports what it is asked for by name, nothing else."""
    return wrong_symbols(_run("nm", "-D", "--defined-only", _module(build)))


def check_hardening(build):
    """The module has full RELRO, no executable stack and no search path of its own."""
    return hardening_faults(_run("readelf", "-lWd", _module(build)))


RULES = [check_libraries, check_symbols, check_hardening]
