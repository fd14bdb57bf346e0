#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A virtual PIV card: sits in a vpcd reader and is told by a control socket what to do."""

import argparse
import threading

from pivcard import link
from pivcard.applet import Applet
from pivcard.control import ControlServer
from pivcard.identity import Identity, Issuer


class VirtualCard:
    """The cards of one reader, at most one of them inserted, and what can be done with them."""

    def __init__(self, args):
        self._args = args
        self._lock = threading.Lock()
        self._cards = {}
        self._issuer = Issuer(args.authority, args.email) if args.authority else None
        self._latency = {"apdu": 0, "key": 0, "pin": 0}
        self._pause = threading.Event()  # never set: a timer
        self._done = threading.Event()
        self._card = self._get_card(args.serial, args.label)
        self._link = link.Link(args.port, link.make_atr(b"PINFLD"), self._on_power, self._on_apdu)
        if not args.out:
            self._link.insert()

    def _get_card(self, serial, label):
        """A card keeps its PIN and its tries while it is out of the reader."""
        keys = dict(item.split("=") for item in self._args.keys.split(",") if item)
        if serial not in self._cards or self._cards[serial].identity.label != label:
            identity = Identity(serial, label, self._args.keys_dir, keys, self._issuer)
            self._cards[serial] = Applet(identity)
        return self._cards[serial]

    def _on_power(self, event):
        with self._lock:
            self._card.clear_state()
            name = {link.POWER_OFF: "power_offs", link.POWER_ON: "power_ups",
                    link.RESET: "resets"}.get(event)
            if name is not None:
                self._card.stats[name] += 1

    def _on_apdu(self, apdu, gone):
        with self._lock:
            delay = self._latency["apdu"]
            if apdu[1:2] == b"\x87" and apdu[0] == 0x00:
                delay += self._latency["key"]
            if apdu[1:2] in (b"\x20", b"\x24", b"\x2c") and len(apdu) > 5:
                delay += self._latency["pin"]
        if delay and gone.wait(delay / 1000):
            return b""
        with self._lock:
            return self._card.transmit(apdu)

    def stats(self):
        with self._lock:
            card = self._card
            return {
                **card.stats,
                "presentations": card.stats.presentations(),
                "verified": card.verified,
                "pin_tries": card.pin_tries,
                "puk_tries": card.puk_tries,
                "serial": card.identity.serial,
                "label": card.identity.label,
                "inserted": self._link.is_inserted,
            }

    def reset_stats(self):
        with self._lock:
            self._card.stats.reset()

    def remove(self):
        return {"removed": self._link.remove()}

    def insert(self):
        return {"inserted": self._link.insert()}

    def swap(self, serial, label, gap=1.0):
        """Another card after gap seconds without one; pcscd looks every 0.4 s."""
        self._link.remove()
        card = self._get_card(serial.lower(), label)
        with self._lock:
            self._card = card
        self._pause.wait(gap)
        return self.insert()

    def set_pin(self, pin):
        with self._lock:
            self._card.set_pin(pin)

    def set_tries(self, tries):
        with self._lock:
            self._card.pin_tries = int(tries)

    def latency(self, **ms):
        """Milliseconds for each apdu, and more for each key and pin operation."""
        with self._lock:
            if set(ms) - set(self._latency):
                raise ValueError("apdu, key and pin")
            self._latency.update({name: float(value) for name, value in ms.items()})

    def quit(self):
        self._done.set()

    def run(self, path):
        commands = {name: getattr(self, name) for name in (
            "stats", "reset_stats", "remove", "insert", "swap", "set_pin", "set_tries", "latency",
            "quit")}
        with ControlServer(path, commands) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self._done.wait()
            self._link.remove()
            server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="vpcd's port of the reader")
    parser.add_argument("--control", required=True, help="path of the control socket")
    parser.add_argument("--keys-dir", required=True, help="where keys are kept between runs")
    parser.add_argument("--serial", default="00000000cafe0001", help="16 hex digits")
    parser.add_argument("--label", default="Pinfold Test Card")
    parser.add_argument("--keys", default="", help="such as 9a=ec,9c=none")
    parser.add_argument("--authority", help="file with key and certificate of who issues the card's")
    parser.add_argument("--email", default="card@example.org", help="in such certificates")
    parser.add_argument("--out", action="store_true", help="start with the card not inserted")
    args = parser.parse_args()
    VirtualCard(args).run(args.control)


if __name__ == "__main__":
    main()
