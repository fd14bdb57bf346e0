# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whether what the programs met is what they may meet: waits, refusals, signatures, ends.

The reasons are DESIGN's and data/module.md's; what is in no table here is a violation.
"""

import bisect
import os
import re
import signal
from collections import Counter, deque, namedtuple

from pinfoldtest.extent import FULL_PLAIN

# The longest that Pinfold itself may take in a call that asks nobody, in µs; and what a person's
# dialog may cost beside the person: the app has 5 s to come. In the ordinary run the machine has
# other things to do, and an agent that is kept from its CPU cannot be told from one that sleeps.
_BUSY = 0 if FULL_PLAIN else 5_000_000
OWN_LIMIT = 3_000_000 + _BUSY
ASKING_LIMIT = 8_000_000 + _BUSY
# What a halted holder of the token's lease costs those who wait (cache-leases.c); one is in the
# limit, and who waits may meet several.
HALTED = 2_500_000
# How long after its end a fault can still be the reason: events travel, windows end.
GRACE = 2_000_000
CANCEL_MEMORY = 6_000_000

Call = namedtuple("Call", "start total backend delay pid function tag rv backend_rv login_rv opened"
                          " logged_in serial")
Note = namedtuple("Note", "start pid word text serial")

# What glibc writes for a backend that ends its program because its own data are not as it believes.
_ASSERTION = re.compile(r"^fault-client: (\S+):\d+: .*: Assertion `.*' failed\.$", re.MULTILINE)

_LINE = re.compile(r"\d+ (\d+ \d+ \d+ \d+ \S+ \S+( \w+){3} \d+ \d+|! \d+ \w+ .+) \S+\n")

# The login was ended, or its PIN forgotten and nobody gave it again (DESIGN 4.7, 4.14, 7).
LOST = {
    "C_SignInit": {"CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID", "CKR_OBJECT_HANDLE_INVALID"},
    "C_Sign": {"CKR_OPERATION_NOT_INITIALIZED", "CKR_USER_NOT_LOGGED_IN"},
    "C_SignUpdate": {"CKR_OPERATION_NOT_INITIALIZED", "CKR_USER_NOT_LOGGED_IN"},
    "C_SignFinal": {"CKR_OPERATION_NOT_INITIALIZED", "CKR_USER_NOT_LOGGED_IN"},
    "C_FindObjects": {"CKR_OPERATION_NOT_INITIALIZED"},
    "C_FindObjectsFinal": {"CKR_OPERATION_NOT_INITIALIZED"},
    "C_Logout": {"CKR_USER_NOT_LOGGED_IN"},
    "nokey": {"-"},
}
# The token went, as Pinfold says it; the backend's own words come unchanged (DESIGN 4.6, 4.8).
GONE = {"CKR_DEVICE_REMOVED", "CKR_TOKEN_NOT_PRESENT", "CKR_SESSION_HANDLE_INVALID",
        "CKR_SESSION_CLOSED", "CKR_KEY_HANDLE_INVALID", "CKR_OBJECT_HANDLE_INVALID"}
# A login without a PIN when there is nobody to ask or nothing to ask about (DESIGN 4.12), and what
# the person does not want.
CANCELED = {"CKR_FUNCTION_CANCELED"}

# SoftHSM says so while another process writes its token's file, which it does at each login, also
# without Pinfold; a process that began at such a moment never finds the token's PIN.
TORN = {"CKR_GENERAL_ERROR", "CKR_USER_PIN_NOT_INITIALIZED"}

_AGENT = ("agent-killed", "agent-stopped", "agent-restarted", "agent-upgraded",
          "agent-without-locked-memory", "socket-removed", "runtime-removed")
_FORGETTING = ("bus-killed", "screen-locked", "suspended", "forgotten", "mode-changed", "sharing-changed",
               "forgetting-changed", "timeouts-changed")
_READERS = ("pcscd-killed", "pcscd-stopped", "pcscd-halted", "reader-unplugged", "card-pulled",
            "card-swapped-slowly", "card-swapped-quickly")
_PINS = {"card-pin-changed": "card", "soft-pin-changed": "soft", "mock-pin-changed": "mock"}
# These end the leases of programs; who shares their logins loses them (DESIGN 6).
_HOLDERS = ("client-killed", "client-stopped", "lease-holder-stopped", "backend-crashes",
            "backend-hangs", "backend-is-slow", "backend-talks-nonsense")


def may_lose_login(fault, client):
    if fault.kind in _AGENT + _FORGETTING:
        return True
    if fault.kind in _READERS:
        return client.family != "soft"  # the mock is hardware without a reader (DESIGN 7)
    if fault.kind in _PINS:
        return client.family == _PINS[fault.kind]
    if fault.kind in _HOLDERS:
        return client.shares and (fault.families is None or client.family in fault.families)
    return fault.kind == "mock-swapped" and client.family == "mock"


def may_lose_token(fault, client):
    if fault.kind in _READERS:
        return client.family == "card"
    if fault.kind == "mock-swapped":
        return client.family == "mock"
    return False


def may_cancel(fault, client):
    return (may_lose_login(fault, client) or may_lose_token(fault, client) or
            fault.kind == "prompter-killed")


def overlap(spans, start, end):
    """How much of [start, end] is in one of the spans, which may overlap each other."""
    total = 0
    last = start
    for first, until in sorted((a, b if b is not None else end) for a, b in spans):
        first, until = max(first, last), min(until, end)
        if until > first:
            total += until - first
            last = until
    return total


class Judge:
    def __init__(self, bed, crew, faults):
        self.bed = bed
        self.crew = crew
        self.faults = faults
        self.violations = {}  # by kind
        self.wrong = []  # (when, client, call): cached PINs that were refused
        self.waited = []  # (own wait, client, call): the longest
        self.calls = 0
        self.recent = deque(maxlen=16)  # what the client did last
        self.signatures = 0
        self.refusals = Counter()
        self.unclosed = set()  # pids whose backend has refused to close a session
        self.excused = Counter()  # what is not Pinfold's, for whatever proof
        self.longest = (0, None, None)  # own wait, client, call
        self.longest_asking = (0, None, None)
        self.waits = Counter()  # own waits by tenths of a second

    # Reading

    def _read(self, client):
        with open(client.log_path, encoding="ascii") as log:
            for line in log:
                words = line.split()
                # A process that was killed while it wrote leaves the beginning of a line, and the
                # next one follows.
                if client.killed and not _LINE.fullmatch(line):
                    continue
                if words[1] == "!":
                    yield Note(int(words[0]), int(words[2]), words[3], " ".join(words[4:-1]),
                               words[-1])
                else:
                    yield Call(*map(int, words[:5]), *words[5:10], int(words[10]), int(words[11]),
                               words[12])

    # Reasons

    def _in_effect(self, client, since, until):
        # A process that has SoftHSM loaded believes in the PIN that it has read for ever.
        return [f for f in self.faults if f.touches(client) and f.start is not None and
                f.start <= until and (f.kind == "soft-pin-changed" or
                                      (f.end or until) + GRACE >= since)]

    def _since(self, call):
        times = [t for t in (call.opened, call.logged_in) if t]
        return min(times + [call.start])

    def _talks_nonsense(self, client, faults):
        return any(f.kind == "backend-talks-nonsense" and f.names == [client.name] for f in faults)

    def _is_explained(self, client, call):
        """Whether the answer to a call has a reason."""
        since, end = self._since(call), call.start + call.total
        faults = self._in_effect(client, since, end)
        if call.tag == "child" and call.function == "C_GetSessionInfo":
            return call.rv == "CKR_CRYPTOKI_NOT_INITIALIZED"
        if call.rv in LOST.get(call.function, ()) and (
                client.shares or any(may_lose_login(f, client) for f in faults)):
            return True
        if call.rv in LOST.get(call.function, ()) and self._has_waited_long(call):
            self.excused["token that hung in others (data/module.md)"] += 1
            return True
        if any(may_lose_token(f, client) for f in faults) and (
                call.rv in GONE or call.rv == call.backend_rv):
            return True
        if client.family == "soft" and call.rv == call.backend_rv and call.rv in TORN:
            return True
        if self._talks_nonsense(client, faults):
            return True
        if call.function == "C_Login":
            return self._is_login_explained(client, call, faults)
        # Before and after a round, and what a backend says to a forked child (DESIGN 4.15).
        return call.function == "C_Initialize" and call.rv == "CKR_CRYPTOKI_ALREADY_INITIALIZED"

    def _has_agent_said(self, call, words):
        """Of the process, meanwhile."""
        said = f"{words} for process {call.pid}"
        return any(line.endswith(said) for line in
                   self.bed.agent_said(call.start, call.start + call.total, None))

    def _wanted_dialog(self, call):
        """Whether the agent says so."""
        return self._has_agent_said(call, "dialog is wanted")

    def _has_waited_long(self, call):
        """For its turn with a token that hung in others, as the agent says."""
        return self._has_agent_said(call, "too long")

    def _is_last_try_cut_off(self, client, call, faults):
        """Was the person being asked about it, or to be asked, when the agent stopped, or when a reader
        went, which may have held a token that belongs to none (DESIGN 7: the mock)? A try that nobody
        has agreed to is not spent (DESIGN 6, Cache1.ConfirmTry)."""
        end = call.start + call.total
        question = f"about a last try of process {call.pid}"
        kinds = _AGENT + (_READERS if client.family == "mock" else ())
        return any(f.kind in kinds and f.start <= end <= (f.end or end) + GRACE
                   for f in faults) and \
            any(line.endswith(question) for line in self.bed.agent_said(call.start, end, None))

    def _is_login_explained(self, client, call, faults):
        if call.rv == "CKR_USER_ALREADY_LOGGED_IN":
            if client.shares or any(f.kind in ("mode-changed",) for f in faults):
                return True
            # A session that the backend did not close goes on, and so does the login.
            if call.rv == call.backend_rv and call.pid in self.unclosed:
                self.excused["login of a session that the backend did not close"] += 1
                return True
            return False
        if call.rv in ("CKR_PIN_INCORRECT", "CKR_PIN_LOCKED"):
            # Or the program's own PIN was for the token that was in the reader just before, or
            # that OpenSC believes to be there: a card that pcscd has not seen to be another one.
            return call.tag == "pin" and (
                any(_PINS.get(f.kind) == client.family or may_lose_token(f, client)
                    for f in faults) or
                (client.family == "card" and any(f.kind == "card-swapped-quickly" and
                                                 f.start < call.start for f in self.faults)))
        if call.rv not in CANCELED:
            return False
        # Also a program's own PIN waits for the person, where it would take the last try.
        may = may_cancel if call.tag == "null" else may_lose_token
        if any(may(f, client) for f in faults):
            return True
        if self._is_last_try_cut_off(client, call, faults):
            self.excused["question about the last try that the agent's end or a removal ended"] += 1
            return True
        return any(pid == call.pid and call.start - CANCEL_MEMORY <= when <= call.start + call.total
                   for when, pid in self.bed.person.cancelled)

    # Judging

    def _asked(self, start, end):
        """How long a dialog was open between two moments, or nobody there to show it."""
        return (self._overlap(self.bed.person.spans, start, end) +
                self._overlap(self.bed.person.away, start, end))

    def _overlap(self, spans, start, end):
        """As overlap(), of spans that come one after the other."""
        first = max(bisect.bisect_right(spans, start, key=lambda span: span[0]) - 1, 0)
        last = bisect.bisect_left(spans, end, key=lambda span: span[0])
        return overlap(spans[first:last], start, end)

    def _accuse(self, client, what, call, since, until):
        near = [str(f) for f in self.faults if f.start is not None and
                f.start <= until and (f.end or until) + GRACE >= since]
        kind = (client.family, what.split(" for")[0], getattr(call, "function", ""),
                getattr(call, "rv", ""))
        self.violations.setdefault(kind, []).append(
            f"{client.name} ({' '.join(client.words)}): {what}: {call}\n    " +
            "\n    ".join(near + ["after"] + [str(record) for record in self.recent] +
                          ["the agent"] + self.bed.agent_said(since - 1_000_000, until)))

    def _halted_others(self, client, start, end):
        """How many programs with the same token were halted meanwhile, for more than a moment."""
        return sum(overlap(other.halted, start, end) > 200_000 for other in
                   self.crew.of(client.family) if other is not client)

    def _judge_wait(self, client, call):
        start, end = call.start, call.start + call.total
        own = max(0, call.total - call.backend - call.delay - overlap(client.halted, start, end))
        if own > HALTED:
            own -= min(own, max(0, self._halted_others(client, start, end) - 1) * HALTED)
        # Far most calls are short, and of those nothing more is to be known.
        is_long = own > OWN_LIMIT / 2
        asked = self._asked(start, end) if is_long else 0
        asks = call.tag == "null" or (asked > 0 and any(
            may_lose_login(f, client) for f in self._in_effect(client, self._since(call), end)))
        # A dialog that has not come yet, because others are first or the agent is stopped, is one too.
        if not asks and is_long and self._wanted_dialog(call):
            asks = True
            self.excused["wait for a dialog that was still to come"] += own > OWN_LIMIT
        if asks:
            own = max(0, own - asked)
            if own > self.longest_asking[0]:
                self.longest_asking = (own, client, call)
        elif own > 2_000_000:
            self.waited.append((own, client, call))
        if not asks and own > self.longest[0]:
            self.longest = (own, client, call)
        self.waits[own // 500000] += 1
        if own > (ASKING_LIMIT if asks else OWN_LIMIT):
            self._accuse(client, f"waited for Pinfold {own / 1e6:.2f} s", call, start, end)

    def _judge_call(self, client, call):
        self.calls += 1
        self._judge_wait(client, call)
        if call.function == "C_Finalize" and call.rv == "CKR_OK":
            self.unclosed.discard(call.pid)
        if call.rv != "CKR_OK":
            self.refusals[(call.function, call.rv)] += 1
            if not self._is_explained(client, call):
                self._accuse(client, "refused without a reason", call, self._since(call),
                             call.start + call.total)
        if call.login_rv == "CKR_PIN_INCORRECT" and call.function != "C_Login":
            self.wrong.append((call.start + call.total, client, call))

    def _judge_note(self, client, note, last):
        if note.word == "right":
            self.signatures += 1
        elif note.word == "unclosed" and (note.text not in GONE or self._talks_nonsense(
                client, self._in_effect(client, note.start, note.start))):
            self.unclosed.add(note.pid)
        elif note.word == "another" and any(
                f.kind == "card-swapped-quickly" and client.family == "card"
                for f in self._in_effect(client, self._since(last), note.start)):
            # pcscd has seen no other card, and a real login (mode off) knows nothing of it either.
            self.refusals[("another card's signature", "-")] += 1
        elif note.word in ("WRONG", "another"):
            self._accuse(client, "a wrong signature", note, note.start, note.start)
        elif note.word == "nokey":
            call = last._replace(function="nokey", rv="-")
            self.refusals[("nokey", "-")] += 1
            if not self._is_explained(client, call):
                self._accuse(client, "a login without its key", note, self._since(call),
                             note.start)
        elif note.word == "child" and note.text != "0":
            crashed = any(a <= note.start <= (b or note.start) + GRACE
                          for a, b in client.may_crash) and note.text == f"-{signal.SIGSEGV}"
            hung = note.text == f"-{signal.SIGALRM}" and any(
                f.kind == "backend-hangs" and client.name in f.note.split()
                for f in self._in_effect(client, note.start - 40_000_000, note.start))
            if not crashed and not hung:
                self._accuse(client, "the child's end", note, note.start, note.start)

    def _judge_wrong_pins(self):
        """A cached PIN that was changed elsewhere costs one try over all programs (DESIGN 6)."""
        seen = Counter()
        for at, client, call in sorted(self.wrong, key=lambda found: found[0]):
            changes = [f for f in self.faults if f.start is not None and f.start < at and (
                (f.kind in _PINS and f.note == call.serial) or
                # A card that pcscd has not seen to be another one (data/backends.md).
                (f.kind == "card-swapped-quickly" and client.family == "card"))]
            if self._asked(call.start, call.start + call.total):
                continue  # typed, for this call
            seen[call.serial] += 1
            if client.family == "soft" and changes:
                continue  # old and new PIN are both right, to processes of different age
            if seen[call.serial] > len(changes):
                others = [f"{when / 1e6:.3f} {who.name} {what.function} {what.rv}"
                          for when, who, what in self.wrong if what.serial == call.serial]
                self._accuse(client, f"a cached PIN was wrong for the {seen[call.serial]}th time "
                             f"({others}) after {[str(f) for f in changes]}", call,
                             self._since(call), at)

    def _find_own_abort(self, client, life):
        """Where in its source the backend has ended the program, by its own words; None: it has not.

        SoftHSM does so when it reads a token of which another process has written a part (a token
        whose serial it has already): without Pinfold as well.
        """
        if life.status != -signal.SIGABRT:
            return None
        said = _ASSERTION.search(life.said)
        backend = self.bed.backend_of(client.family)
        if said is None or backend is None or not said[1].endswith(".cpp") or \
                os.path.basename(said[1]).encode() not in backend.read_bytes():
            return None
        return said[0].split(": ")[1]

    def _judge_lives(self, client):
        for life in client.lives:
            if life.ended is None:
                self._accuse(client, "does not end", life.pid, life.started, life.started)
                continue
            crashed = life.status == -signal.SIGSEGV and any(
                a <= life.ended <= (b or life.ended) + GRACE for a, b in client.may_crash)
            if life.status == 0 or crashed or life.pid in client.killed:
                continue
            place = self._find_own_abort(client, life)
            if place is not None:
                self.excused[f"{client.family}'s backend aborted at {place}"] += 1
                continue
            self._accuse(client, f"ended with {life.status}, and said: {life.said!r}", life.pid,
                         life.ended, life.ended)

    def judge(self):
        for client in self.crew.clients:
            last = None
            self.recent.clear()
            for record in self._read(client):
                self.recent.append(record)
                if isinstance(record, Note):
                    self._judge_note(client, record, last)
                else:
                    self._judge_call(client, record)
                    last = record
            self._judge_lives(client)
        self._judge_wrong_pins()

    def tell(self):
        """Each kind of violation, with its first examples."""
        for kind, found in self.violations.items():
            yield f"{len(found)} x {' '.join(kind)}"
            yield from found[:3]

    def report(self):
        kinds = Counter(f.kind for f in self.faults)
        lines = [f"{len(self.faults)} faults: " +
                 ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())),
                 f"{self.calls} calls, {self.signatures} signatures, "
                 f"{self.bed.person.asked} dialogs, "
                 f"{sum(len(c.lives) for c in self.crew.clients)} processes",
                 "refusals: " + ", ".join(f"{function} {rv} {n}" for (function, rv), n in
                                          self.refusals.most_common())]
        for word, (own, client, call) in (("longest own wait", self.longest),
                                          ("with a dialog", self.longest_asking)):
            if client is not None:
                lines.append(f"{word}: {own / 1e6:.3f} s, {client.name} {call.function} {call.rv} "
                             f"at {call.start / 1e6:.3f}")
        lines += [f"waited {own / 1e6:.3f} s: {client.name} {call}" for own, client, call in
                  sorted(self.waited, key=lambda found: -found[0])[:12]]
        lines.append(f"cached PINs refused: {len(self.wrong)}")
        lines.append("excused: " + (", ".join(f"{what} {n}" for what, n in
                                              sorted(self.excused.items())) or "none"))
        lines.append("own waits by half seconds: " + str(dict(sorted(self.waits.items()))))
        return lines
