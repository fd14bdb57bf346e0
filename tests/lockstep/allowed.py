# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The differences between a backend and Pinfold in front of it that are meant, each with the section
of PKCS#11 or of the design that has it. Each is as narrow as it can be; all else is a defect."""

import re
from dataclasses import dataclass
from typing import Callable


class History:
    """What the rules need to know of the calls so far."""

    def __init__(self):
        self.is_initialised = False
        self.sessions = set()  # registers of sessions that are open
        self.operations = set()  # (session, what) of operations that were begun and not ended

    def note(self, call, raw, ours):
        """After each call, allowed difference or none."""
        verb, *words = call.line.split()
        if verb == "open":
            self.sessions.discard(call.makes[0])
        self.note_operation(verb, words, raw)
        if raw["rv"] != "CKR_OK":
            return
        if verb in ("init", "finalize"):
            self.is_initialised = verb == "init"
        if verb == "open":
            self.sessions.add(call.makes[0])
        elif verb == "close":
            self.sessions.discard(words[0])
        elif verb in ("closeall", "finalize"):
            self.sessions.clear()

    def note_operation(self, verb, words, raw):
        kind = re.match(r"sign|decrypt|encrypt|verify|digest", verb)
        if kind is None:
            return
        operation = (words[0], kind[0])
        if verb.endswith("init") and raw["rv"] == "CKR_OK":
            self.operations.add(operation)
        elif not verb.endswith(("init", "update")) and "size=" not in words[-1]:
            self.operations.discard(operation)

    def has_operation(self, call):
        session = call.line.split()[1]
        return any(operation[0] == session for operation in self.operations)

    def is_open(self, call):
        """Is the session of the call open?"""
        return call.line.split()[1] in self.sessions


def differing(raw, ours):
    return {key for key in {**raw, **ours} if raw.get(key) != ours.get(key)}


def is_own_name(history, call, raw, ours):
    return call.line == "info" and differing(raw, ours) <= {"manufacturer", "description",
                                                            "version", "cryptoki", "list", "flags"}


def is_logout_of_nobody(history, call, raw, ours):
    return call.line.startswith("logout ") and (raw["rv"], ours["rv"]) == (
        "CKR_OK", "CKR_USER_NOT_LOGGED_IN")


def is_library_first(history, call, raw, ours):
    return (not history.is_initialised and raw["rv"] != "CKR_OK"
            and ours["rv"] == "CKR_CRYPTOKI_NOT_INITIALIZED")


def is_session_first(history, call, raw, ours):
    return (not history.is_open(call) and raw["rv"] != "CKR_OK"
            and ours["rv"] == "CKR_SESSION_HANDLE_INVALID")


def is_context_of_nothing(history, call, raw, ours):
    return (" context " in call.line and not history.has_operation(call)
            and ours["rv"] == "CKR_OPERATION_NOT_INITIALIZED")


@dataclass(frozen=True)
class Rule:
    name: str
    section: str
    applies: Callable


OWN_NAME = Rule("own name", "DESIGN 1: the library says its own name and version", is_own_name)
LOGOUT = Rule("logout of nobody", "DESIGN 4.5: a logout of a domain that is not logged in touches "
              "nothing (PKCS#11 2.40, 5.6.9: CKR_USER_NOT_LOGGED_IN)", is_logout_of_nobody)

CONTEXT = Rule("context of nothing", "PKCS#11 2.40, 5.6.8: a context login that no operation waits for is "
               "CKR_OPERATION_NOT_INITIALIZED", is_context_of_nothing)
LIBRARY = Rule("library first", "PKCS#11 2.40, 5.1.1: what is not initialised has no backends yet that "
               "could have another error first", is_library_first)
SESSION = Rule("session first", "PKCS#11 2.40, 5.1.2: so has a session that is not open",
               is_session_first)

RULES = {"off": (OWN_NAME, LIBRARY, SESSION),
         "process": (OWN_NAME, LIBRARY, SESSION, LOGOUT, CONTEXT),
         "shared": (OWN_NAME, LIBRARY, SESSION, LOGOUT, CONTEXT)}
