# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The time of day in a session: noon, whenever it is, for no day to end in the middle of a test."""

import datetime

_WEST = datetime.datetime.now(datetime.timezone.utc).hour - 12

# As TZ has it (POSIX), which counts to the west.
ZONE = f"NOON{_WEST:+d}"


def local(seconds):
    """That time since the epoch as programs of the session show it."""
    zone = datetime.timezone(datetime.timedelta(hours=-_WEST))
    return datetime.datetime.fromtimestamp(seconds, zone)
