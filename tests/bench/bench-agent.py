#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What the agent takes, part of `./bootstrap bench`: for a fetch of a cached PIN, and for many programs.

A fetch is measured beside a bare socket and an sd-bus echo that pass a descriptor, by one client on
one processor, in turns of some milliseconds; only what was measured in one turn is compared. Then as
many processes as a desktop may have, each of which fetches once a second at a moment of its own: on a
token of its own, where nobody waits for another's login, and all on one token. And how soon a PIN is
forgotten whose card is pulled.
"""

import json
import os
import subprocess
import time
from statistics import median

from rows import parse_arguments, run

ARGS = parse_arguments(
    "Measures the agent.", 200,
    seconds={"type": int, "default": 20, "help": "how long many programs are watched"},
    most={"type": int, "default": 1000, "help": "how many programs at most"})

# pylint: disable=wrong-import-position
from agentbed import TOKEN, Agent, Client  # noqa: E402
from client import keep_priority  # noqa: E402
from desktopbed import Bus, Forgotten, pump  # noqa: E402
from figures import estimate  # noqa: E402
from pinfoldtest import Driver, Sandbox, readers, wait_for  # noqa: E402
from pinfoldtest.paths import build_path  # noqa: E402
from pinfoldtest.pinfold import Pinfold, module_path  # noqa: E402
from pinfoldtest.secretscan import scan  # noqa: E402

ID = "0x300000004"
PIN = "135790"
STEPS = 40
PULLS = min(10, ARGS.rounds)
MOST_RATIO = 1.6
MOST_P99_MS = 20
MOST_MIB = 30


def status_kib(pid, word):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(word + ":"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ")[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def keep_on(pid, processors):
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), processors)


class Bench:
    """The agent without a display; the card has a sandbox of its own, for it needs pcscd."""

    def __init__(self):
        self.box = Sandbox(services=False)
        self.agent = None

    def start_agent(self):
        self.box.run("gsettings", "set", "org.pinfold", "sharing", "allow")
        self.agent = Agent(self.box, env={"G_MESSAGES_DEBUG": ""})
        keep_priority(self.agent.pid)

    def trips(self):
        """A dictionary of ns for each turn."""
        everywhere = os.sched_getaffinity(0)
        one = {max(everywhere)}
        client = self.box.start(
            [build_path("tests/bench/bench-trip"), TOKEN, ID, str(ARGS.rounds), str(STEPS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        keep_priority(client.pid)
        keep_on(client.pid, one)
        keep_on(self.agent.pid, one)
        output, _ = client.communicate(PIN + "\n", timeout=600)
        keep_on(self.agent.pid, everywhere)
        if client.returncode != 0:
            raise AssertionError("the trips were not measured\n" + self.box.logs())
        return [json.loads(line) for line in output.splitlines()]

    def report_trips(self, rows):
        section = "The agent: a fetch of a cached PIN"
        turns = self.trips()
        for kind, what in (("socket", "a bare socket with a descriptor"),
                           ("echo", "an sd-bus echo with a descriptor"),
                           ("fetch", "the fetch, lease and all")):
            rows.add(section, what, median(turn[kind] for turn in turns) / 1000, "µs")
        for tail, what, limit in (("", "fetch / echo", MOST_RATIO),
                                  (" in turn", "fetch / echo, after another program's, "
                                   "0.2 ms later", None)):
            ratio = estimate([turn["fetch" + tail] / turn["echo" + tail] for turn in turns])
            rows.add(section, f"{what} ({ratio.low:.3f} to {ratio.high:.3f})", ratio.figure, "",
                     limit)

    def herd(self, command, count):
        herd = Client(self.box)
        keep_priority(herd.pid)
        answer = herd.call(command, count, TOKEN, ID)
        if answer != ["ok", str(count)]:
            raise AssertionError(f"of {count} programs {answer} are logged in\n" + self.box.logs())
        return herd

    def work(self, herd, count):
        """Milliseconds: median, what one of a hundred exceeds; and the share of a processor."""
        before = cpu_seconds(self.agent.pid)
        _, good, bad, _, middle, most = herd.call("herd-work", ARGS.seconds)
        used = cpu_seconds(self.agent.pid) - before
        if (int(good), int(bad)) != (count * ARGS.seconds, 0):
            raise AssertionError(f"{bad} of {count * ARGS.seconds} fetches failed")
        return int(middle) / 1000, int(most) / 1000, used / ARGS.seconds * 100

    def add_throughput(self, rows, section, token, herd):
        """Each as soon as it can: so many that the agent gets too little of a processor is possible,
        and some that have waited for two seconds go on without it."""
        seconds = min(3, ARGS.seconds)
        _, good, bad = herd.call("herd-loop", seconds)
        rows.add(section, f"{token}: fetches a second, each as soon as it can", int(good) / seconds)
        if int(bad):
            rows.add(section, f"{token}: programs that gave up then, after two seconds", int(bad))

    def report_many(self, rows):
        empty = self.agent.memory()
        counts = [count for count in (1, 10, 100, 1000) if count <= ARGS.most]
        measured = {"herd-own": [], "herd": []}
        for count in counts:
            section = f"The agent: {count} programs, a fetch each second"
            herd = self.herd("herd-own", count)
            middle, most, share = self.work(herd, count)
            measured["herd-own"].append((middle, most))
            is_most = count == 1000
            rows.add(section, "a token each: median", middle, "ms")
            rows.add(section, "a token each: 99 of 100 take at most", most, "ms",
                     MOST_P99_MS if is_most else None)
            rows.add(section, "resident memory of the agent",
                     status_kib(self.agent.pid, "VmRSS") / 1024, "MiB", MOST_MIB)
            rows.add(section, "memory of the agent for each program",
                     (self.agent.memory() - empty) / 1024 / count, "KiB")
            rows.add(section, "the agent's share of a processor", share, "%")
            self.add_throughput(rows, section, "a token each", herd)
            self.end(herd)
            herd = self.herd_on_one_token(count)
            middle, most, _ = self.work(herd, count)
            measured["herd"].append((middle, most))
            rows.add(section, "one token: median", middle, "ms")
            rows.add(section, "one token: 99 of 100 take at most, with the wait for its turn", most,
                     "ms")
            self.add_throughput(rows, section, "one token", herd)
            self.end(herd)
        for command, name in (("herd-own", "a token each"), ("herd", "one token")):
            for index, what in enumerate(("median", "99 of 100")):
                rows.draw("a fetch, one a second by each program", f"{name}: {what}", "programs", "ms",
                          counts, [pair[index] for pair in measured[command]],
                          MOST_P99_MS if (command, index) == ("herd-own", 1) else None)

    def herd_on_one_token(self, count):
        self.insider = Client(self.box).hello()
        self.insider.join_domain(TOKEN, ID)
        if self.insider.call("store", TOKEN, ID, PIN) != ["ok"]:
            raise AssertionError("the PIN was not kept")
        return self.herd("herd", count)

    def end(self, herd):
        herd.call("herd-end")
        herd.end()
        if (insider := self.__dict__.pop("insider", None)) is not None:
            insider.end()

    def report(self, rows):
        self.start_agent()
        self.report_trips(rows)
        self.report_many(rows)
        with Sandbox(bus=False, services=False) as box:
            report_pulls(rows, box)


def report_pulls(rows, box):
    """How soon a PIN is forgotten whose card is pulled."""
    card_readers = box.readers()
    card = card_readers.card()
    pinfold = Pinfold(box, {"opensc": card_readers.opensc()})
    agent = pinfold.start_agent()
    bus = Bus(box.bus_address)
    wait_for(lambda: bus.has_owner("org.pinfold.Agent"), 10, "the agent's name")
    forgotten = Forgotten(bus)
    times = []
    with Driver(box, module_path()) as driver:
        driver.ok("init")
        for _ in range(PULLS):
            driver.ok("slots")
            driver.ok("login", driver.open_session("@0"), "user", readers.PIN)
            if not scan(agent.pid, readers.PIN):
                raise AssertionError("the agent has no PIN to forget")
            forgotten.seen.clear()
            began = time.monotonic()
            card.remove(wait=False)
            wait_for(lambda: forgotten.seen, 20, "the PIN to be forgotten", pump=pump)
            times.append((time.monotonic() - began) * 1000)
            wait_for(lambda: not scan(agent.pid, readers.PIN), 5, "the PIN to be wiped")
            card.insert()
    section = "The agent: a card is pulled"
    rows.add(section, f"until its PIN is forgotten: median of {PULLS}", median(times), "ms")
    rows.add(section, "at most", max(times), "ms")


if __name__ == "__main__":
    run("The agent", Bench, ARGS)
