# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Test harness: private sessions, readers and displays around real programs."""

from .driver import Answer, Driver, DriverError
from .paths import backend, build_path, need_backend, need_tools, source_path
from .sandbox import Sandbox
from .spy import Spy
from .wait import WaitTimeout, wait_for, wait_within

__all__ = [
    "Answer",
    "Driver",
    "DriverError",
    "Sandbox",
    "Spy",
    "WaitTimeout",
    "backend",
    "build_path",
    "need_backend",
    "need_tools",
    "source_path",
    "wait_for",
    "wait_within",
]
