# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What is asked of Pinfold in Firefox, as rows of the table."""

from statistics import median

from rows import Row

SECTION = "Firefox"
MOST_START = 1.05
MOST_ADDED_MS = 2


def _medians(pairs):
    return tuple(median(side) for side in zip(*pairs))


def start_rows(pairs):
    """pairs: milliseconds of starts with OpenSC alone, and with Pinfold."""
    raw, own = _medians(pairs)
    yield Row(SECTION, f"from its start to its window, with OpenSC alone: median of {len(pairs)}", raw,
              "ms")
    yield Row(SECTION, "with Pinfold", own, "ms")
    yield Row(SECTION, "with Pinfold / with OpenSC alone", own / raw, "", MOST_START)


def handshake_rows(pairs, login):
    """pairs: milliseconds of sign-ins with OpenSC alone, and with Pinfold, one after the other;
    login: of a login of the card that looks at whose it is."""
    raw, own = _medians(pairs)
    added = median(mine - theirs for theirs, mine in pairs) - login
    yield Row(SECTION, f"a sign-in to a server, with OpenSC alone: median of {len(pairs)}", raw, "ms")
    yield Row(SECTION, "with Pinfold, whose every sign-in has a login of the card", own, "ms")
    yield Row(SECTION, "a login of the card", login, "ms")
    yield Row(SECTION, "what Pinfold adds besides the login", added, "ms", MOST_ADDED_MS)
