#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What Firefox's user waits for, part of `./bootstrap bench`: its start, and each sign-in to a server.

The real Firefox with a virtual card, once with OpenSC itself and once with Pinfold in front of it, in
turns. A start is from the process to a window that takes commands, with a profile that was used
before. Two profiles differ by a tenth of a second for all of their lives, with the same module: there
are several of each. A handshake is from the request to its answer, over a new connection each time; what a login
of the card takes is measured beside it, by OpenSC itself and with the look at whose card it is.
"""

import time
from statistics import median

from rows import parse_arguments, run

HANDSHAKES = 5  # of each side in a round
LOGINS = 20
PROFILES = 5  # of each side


ARGS = parse_arguments("Measures Firefox with Pinfold and without.", 10)

# pylint: disable=wrong-import-position
from firefoxfigures import handshake_rows, start_rows  # noqa: E402
from pinfoldtest import Driver, Sandbox, readers  # noqa: E402
from pinfoldtest.authority import Authority  # noqa: E402
from pinfoldtest.dialogs import answer_pin  # noqa: E402
from pinfoldtest.gecko import Firefox  # noqa: E402
from pinfoldtest.pinfold import Pinfold, module_path  # noqa: E402
from pinfoldtest.tlsserver import TlsServer  # noqa: E402

# Milliseconds of each of so many requests of the page, one after the other.
_REQUESTS = """
const [url, count, done] = arguments;
(async function () {
    const times = [];
    for (let i = 0; i < count; i++) {
        const start = performance.now();
        await (await fetch(url, { cache: "no-store" })).text();
        times.push(performance.now() - start);
    }
    return times;
})().then(done, error => done(String(error)));
"""


class Bench:
    def __init__(self):
        self.box = Sandbox(bus=False, display=True)
        try:
            authority = Authority(self.box.dir)
            card_readers = self.box.readers()
            backend = self.backend = card_readers.opensc()
            card_readers.card(authority=authority)
            self.pinfold = Pinfold(self.box, {"opensc": backend})
            self.pinfold.wake()
            self.server = TlsServer(self.box, authority)
            self.ui = self.box.ui()
            self.profiles = [(Firefox(self.box, authority, backend, folder=f"raw-{n}"),
                              Firefox(self.box, authority, module_path(), folder=f"own-{n}"))
                             for n in range(min(PROFILES, ARGS.rounds))]
            self.raw, self.own = self.profiles[0]
            for firefox in (self.raw, self.own):
                firefox.set_prefs({"privacy.reduceTimerPrecision": False})
        except BaseException:
            self.box.close()
            raise

    def starts(self):
        """Milliseconds, pairs of raw and own, the first start of each profile left out."""
        return [pair for sides in self.profiles for pair in self.start_in_turns(*sides)[1:]]

    def start_in_turns(self, raw, own):
        pairs = []
        for number in range(1 + max(1, 2 * ARGS.rounds // len(self.profiles))):
            took = {}
            for firefox in (raw, own) if number % 2 else (own, raw):
                began = time.monotonic()
                firefox.start()
                took[firefox] = (time.monotonic() - began) * 1000
                firefox.quit()
            pairs.append((took[raw], took[own]))
        return pairs

    def log_in(self):
        self.raw.start()
        self.raw.answer_own_prompt(readers.PIN)
        self.raw.begin_load(self.server.url)
        self.raw.wait_page("Hello")
        self.own.start()
        self.own.begin_load(self.server.url)
        answer_pin(self.ui, readers.PIN)
        self.own.wait_page("Hello")

    def request(self, firefox):
        times = firefox.remote.page_script(_REQUESTS, self.server.url, HANDSHAKES)
        if isinstance(times, str):
            raise AssertionError(f"a request failed: {times}")
        return times

    def handshakes(self):
        """Milliseconds, pairs of raw and own."""
        self.log_in()
        before = len(self.server.visits)
        pairs = []
        for number in range(ARGS.rounds):
            sides = [self.raw, self.own]
            times = {side: self.request(side) for side in (sides if number % 2 else sides[::-1])}
            pairs += zip(times[self.raw], times[self.own])
        made = len(self.server.visits) - before
        if made != 2 * HANDSHAKES * ARGS.rounds:
            raise AssertionError(f"{made} handshakes instead of two for each of {len(pairs)} pairs")
        return pairs

    def login(self):
        """Milliseconds of a login with the look at the card, as OpenSC has it."""
        with Driver(self.box, self.backend) as d:
            d.ok("init")
            session = d.open_session("@0")
            times = []
            for _ in range(LOGINS):
                began = time.monotonic()
                d.ok("slots")
                d.ok("tokeninfo", "@0")
                d.ok("login", session, "user", readers.PIN)
                d.ok("logout", session)
                times.append((time.monotonic() - began) * 1000)
        return median(times)

    def report(self, rows):
        login = self.login()
        for row in (*start_rows(self.starts()), *handshake_rows(self.handshakes(), login)):
            rows.add(*row)


if __name__ == "__main__":
    run("Firefox", Bench, ARGS)
