# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Two drivers that play the same sequence, one on the raw backend and one through Pinfold."""

import os
import re
from pathlib import Path

from pinfoldtest import Driver
from pinfoldtest.driver import DriverError

# Of handles only the number is the same.
HANDLES = {"session", "object", "objects", "public", "private", "key"}
# What tells the objects of one search apart on both sides: read after each search.
IDENTITY = ("label", "class", "id", "private", "token", "key_type", "application", "local",
            "value")
NOTHING = "987654321"  # a handle that was never given


class Player:
    """One side: its driver and the values of its registers."""

    def __init__(self, box, module, renew, env=None):
        self.renew = renew  # makes the token what it was at first
        self.registers = {}
        self.start = lambda: Driver(box, module, env=env, timeout=60)
        self.driver = self.start()

    def close(self):
        if self.driver is not None:
            self.driver.close()

    def begin(self):
        if self.driver is None:
            self.driver = self.start()
        self.driver.cmd("finalize")
        self.registers = {}
        self.renew()

    def send(self, call):
        self.driver.send(*(self.value(word) for word in call.line.split()))

    def value(self, word):
        if not word.startswith("$"):
            return word
        return self.registers.get(word, "00" if word.startswith("$d") else NOTHING)

    def receive(self, call):
        try:
            answer = self.driver.receive()
        except DriverError as error:  # a backend that crashes does so on both sides
            self.driver.kill()
            self.driver = None
            return {"rv": str(error)}
        if answer.rv == "err":
            raise AssertionError(f"{call.line}: {answer.line}")
        said = {"rv": answer.rv}
        for key, value in answer.items():
            said[key] = self.normalise(call, key, value)
        self.fill(call, answer, said)
        if call.line.startswith("finalize") and answer.ok:
            self.registers = {}
        return said

    @staticmethod
    def normalise(call, key, value):
        if key in ("sessions", "rw_sessions"):
            return value
        if key in HANDLES:
            return len(value.split(",")) if value else 0
        if key in ("slot", "slots"):
            return len(value.split(","))
        if call.hides and re.fullmatch(r"[0-9a-f]*", value):
            return f"{len(value)} digits" if key in ("data", "VALUE") or len(value) > 20 else (
                "hidden")
        return value

    def fill(self, call, answer, said):
        for register in call.makes:
            self.registers.pop(register, None)
        if not call.makes or not answer.ok:
            return
        if "data" in answer:
            self.registers[call.makes[0]] = answer["data"] or "null"
        elif "session" in answer:
            self.registers[call.makes[0]] = answer["session"]
        elif "public" in answer:
            self.registers.update(zip(call.makes, (answer["public"], answer["private"])))
        elif "objects" in answer:
            found = self.in_order(call, answer["objects"])
            said["found"] = [words for words, _ in found]
            self.registers.update(zip(call.makes, (handle for _, handle in found)))
        elif "object" in answer or "key" in answer:
            self.registers[call.makes[0]] = answer.get("object", answer.get("key"))

    def in_order(self, call, objects):
        """Searches list objects as the backend keeps them, which is another order each time: sorted
        by what they are, as (identity, handle)."""
        session = self.registers.get(call.line.split()[1], NOTHING)
        found = [(self.identity(session, handle), handle) for handle in objects.split(",") if handle]
        return sorted(found, key=lambda item: item[0])

    def identity(self, session, handle):
        read = self.driver.cmd("getattr", session, handle, *IDENTITY)
        words = {name: read.get(name.upper(), "") for name in IDENTITY}
        # What was made at random on each side has no place by its value.
        if words["local"] == "true" or "KEY" in words["class"]:
            del words["value"]
        return [*words.values(), read.rv]


class Pair:
    """Both sides."""

    def __init__(self, raw, pinfold):
        self.sides = (raw, pinfold)

    def begin(self):
        for side in self.sides:
            side.begin()

    def play(self, call):
        """The normalised answers of both sides."""
        for side in self.sides:
            side.send(call)
        return tuple(side.receive(call) for side in self.sides)

    def close(self):
        for side in self.sides:
            side.close()


class CardPair(Pair):
    """Both sides on OpenSC, which has ways of its own in which they part without a fault of either:

    - it gives handles of closed sessions to new ones, so those handles are not used again;
    - it keeps handles of private objects over a logout, which PKCS#11 2.40, 5.6.9 ends, as the
      close of the last session does (5.6.2);
    - it logs out when the card refuses a key that is always to be authenticated, which is no logout
      of a virtual login (DESIGN 4.1): both are logged out then.
    """

    def play(self, call):
        raw, ours = super().play(call)
        verb, *words = call.line.split()
        if verb == "close" and raw["rv"] == "CKR_OK":
            self.forget(words[0])
            if not any(k.startswith("$s") for k in self.sides[0].registers):
                self.forget_objects()
        elif verb == "logout" and raw["rv"] == "CKR_OK":
            self.forget_objects()
        elif raw["rv"] == "CKR_USER_NOT_LOGGED_IN" and verb.startswith(("sign", "decrypt")):
            for side in self.sides:
                side.driver.cmd("logout", side.value(words[0]))
            self.forget_objects()
        return raw, ours

    def forget(self, register):
        for side in self.sides:
            side.registers.pop(register, None)

    def forget_objects(self):
        for side in self.sides:
            side.registers = {k: v for k, v in side.registers.items() if k.startswith("$s")}


def softhsm_env(folder, name):
    """A place of its own for one side's SoftHSM."""
    folder = Path(folder)
    store = folder / f"tokens-{name}"
    conf = folder / f"softhsm-{name}.conf"
    conf.write_text(f"directories.tokendir = {store}\nobjectstore.backend = file\n"
                    "log.level = ERROR\n", encoding="ascii")
    return os.fspath(store), {"SOFTHSM2_CONF": os.fspath(conf)}
