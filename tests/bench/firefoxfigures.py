# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What is asked of Pinfold in Firefox, and whether figures meet it."""

from statistics import median

MOST_START = 1.05
MOST_ADDED_MS = 2


def _medians(pairs):
    return tuple(median(side) for side in zip(*pairs))


def _verdict(is_met):
    return "  met     " if is_met else "  MISSED  "


def start_lines(pairs):
    """pairs: milliseconds of starts with OpenSC alone, and with Pinfold."""
    raw, own = _medians(pairs)
    yield (f"Firefox, from its start to its window: {own:.0f} ms, with OpenSC alone {raw:.0f} "
           f"(medians of {len(pairs)})")
    yield f"{_verdict(own <= raw * MOST_START)}{own / raw:.3f} times, at most {MOST_START}"


def handshake_lines(pairs, login):
    """pairs: milliseconds of sign-ins with OpenSC alone, and with Pinfold, one after the other;
    login: of a login of the card that looks at whose it is."""
    raw, own = _medians(pairs)
    added = median(mine - theirs for theirs, mine in pairs) - login
    yield (f"Firefox, a sign-in to a server: {own:.1f} ms, with OpenSC alone {raw:.1f} (medians of "
           f"{len(pairs)}); a login of the card: {login:.1f}")
    yield (f"{_verdict(added <= MOST_ADDED_MS)}{added:.1f} ms besides the login, at most "
           f"{MOST_ADDED_MS}")
