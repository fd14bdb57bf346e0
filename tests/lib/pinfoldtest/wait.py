# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Waiting for conditions with a deadline."""

import time


class WaitTimeout(AssertionError):
    """What was waited for did not come in time."""


def wait_for(predicate, timeout=10.0, what="", pump=None, step=0.02):
    """Calls predicate until it returns something true; returns that.

    pump is called between tries and may itself wait a little (a GLib iteration); without one
    the tries are step seconds apart.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise WaitTimeout(f"waited {timeout} s in vain for {what or predicate}")
        if pump is not None:
            pump()
        else:
            time.sleep(step)
