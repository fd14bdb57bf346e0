# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Waiting for conditions with a deadline."""

import time

from .extent import FULL_PLAIN

# How much longer than on a machine at rest something may take on one that is busy, under a
# sanitizer. Waiting costs nothing where it is not in vain.
PATIENCE = 5


class WaitTimeout(AssertionError):
    """What was waited for did not come in time."""


def wait_for(predicate, timeout=10.0, what="", pump=None, step=0.02):
    """Calls predicate until it returns something true; returns that.

    timeout is in seconds of a machine at rest: PATIENCE times as long is waited (wait_within() is
    for where the time is what is tested). pump is called between tries and may itself wait a little
    (a GLib iteration); without one the tries are step seconds apart.
    """
    return _wait_until(predicate, timeout * PATIENCE, what, pump, step)


def wait_within(predicate, timeout, what, pump=None, step=0.02):
    """wait_for() where it matters that it takes at most timeout seconds.

    Judged in full runs, which have the machine for themselves; else only that it comes.
    """
    if not FULL_PLAIN:
        return wait_for(predicate, 10, what, pump, step)
    return _wait_until(predicate, timeout, what, pump, step)


def _wait_until(predicate, timeout, what, pump, step):
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            what = what() if callable(what) else what or predicate
            raise WaitTimeout(f"waited {timeout} s in vain for {what}")
        if pump is not None:
            pump()
        else:
            time.sleep(step)
