# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The places where sequences are played: SoftHSM, and the virtual card through OpenSC."""

import shutil

import allowed
import players
import sequence
from lockstep import Lockstep, tell
from pinfoldtest import Sandbox, Spy, softhsm
from pinfoldtest.pinfold import Pinfold, module_path


class Bench:
    """Two players, a real agent for the second. Use as a context manager."""

    def __init__(self, mode, profile):
        self.mode = mode
        self.profile = profile
        self.boxes = []
        self.pair = None
        self.lockstep = None

    def box(self):
        self.boxes.append(Sandbox(bus=False))
        return self.boxes[-1]

    def play_on(self, pair):
        self.pair = pair
        self.lockstep = Lockstep(self.pair, allowed.RULES[self.mode])

    def pinfold(self, box, backends):
        pinfold = Pinfold(box, backends)
        pinfold.set("cache-mode", self.mode)
        pinfold.ctl("status")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.pair is not None:
            self.pair.close()
        for box in self.boxes:
            box.close()

    def run(self, seed, length, shrink=True):
        """Plays one seed; returns None, or text about the difference it has found."""
        steps = sequence.generate_sequence(seed, length, self.profile)
        difference = self.lockstep.play(steps, seed)
        if difference is None:
            return None
        if not shrink:
            return tell(steps[: difference.step + 1], difference)
        return tell(*self.lockstep.shrink(steps, difference))


class SoftTokenBench(Bench):
    """One prepared token and two copies of it. SPOIL: a rule by which the second side fails, to see
    that it is noticed."""

    def __init__(self, mode, spoil=None):
        super().__init__(mode, sequence.SOFTHSM)
        box = self.box()
        backend = softhsm.setup(box)
        softhsm.init_token(box)
        softhsm.import_key(box, bits=1024)
        self.fresh = box.dir / "softhsm"
        self.pinfold(box, {"softhsm2": backend})
        spy = Spy(box, backend, fail=spoil)
        ours, more = (spy.path, spy.env) if spoil else (module_path(), {})
        self.play_on(players.Pair(self.player("raw", backend, {}),
                                  self.player("ours", ours, more)))

    def player(self, name, module, more):
        store, env = players.softhsm_env(self.boxes[0].dir, name)
        shutil.copytree(self.fresh, store)

        def renew():
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(self.fresh, store)

        return players.Player(self.boxes[0], module, renew, env | more)


class CardBench(Bench):
    """Two cards of one content, each in a reader of its own resource manager."""

    def __init__(self, mode):
        super().__init__(mode, sequence.CARD)
        self.play_on(players.CardPair(self.player(is_raw=True), self.player(is_raw=False)))

    def player(self, is_raw):
        box = self.box()
        readers = box.readers()
        backend = readers.opensc()
        card = readers.card(keys="9e=rsa")  # an ECDSA certificate is another on each card
        if not is_raw:
            self.pinfold(box, {"opensc": backend})
        return players.Player(box, backend if is_raw else module_path(),
                              lambda: card.set_tries(3))
