#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A virtual card that can be written to: sits in a vpcd reader, empty until pkcs15-init fills it."""

import argparse
import threading

from isocard.applet import Applet
from pivcard import link
from pivcard.control import ControlServer


class VirtualCard:
    def __init__(self, port):
        self._lock = threading.Lock()
        self._card = Applet()
        self._link = link.Link(port, link.make_atr(b"PFISO"), self._on_power, self._on_apdu)
        self._link.insert()

    def _on_power(self, _event):
        with self._lock:
            self._card.clear_state()

    def _on_apdu(self, apdu, _gone):
        with self._lock:
            return self._card.transmit(apdu)

    def stats(self):
        with self._lock:
            return {**self._card.stats, "keys": len(self._card.keys)}

    def fill(self, full=True):
        """From now on there is no room left, or there is again."""
        with self._lock:
            self._card.is_full = full

    def run(self, path):
        done = threading.Event()
        commands = {"stats": self.stats, "fill": self.fill, "quit": done.set}
        with ControlServer(path, commands) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done.wait()
            self._link.remove()
            server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="vpcd's port of the reader")
    parser.add_argument("--control", required=True, help="path of the control socket")
    args = parser.parse_args()
    VirtualCard(args.port).run(args.control)


if __name__ == "__main__":
    main()
