# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Real programs in a session with Pinfold: a token with a certificate, and what is counted on it."""

import ssl
import unittest
from pathlib import Path

from pinfoldtest import Driver, Sandbox, Spy, readers, softhsm, wait_for
from pinfoldtest.authority import Authority
from pinfoldtest.pinfold import Pinfold

EMAIL = "card@example.org"


class Token:
    """What a test knows of a token: pin, label, and how often it was given a PIN."""

    def __init__(self, box, authority):
        self.box, self.authority = box, authority
        self.backend = self.make()
        self.spy = Spy(box, self.backend)
        box.env |= self.spy.env  # of what the bus starts, too

    def write_certificate(self):
        """The certificate of the key 01 in a PEM file; its path."""
        with Driver(self.box, self.backend) as d:
            d.ok("init")
            session = d.open_session("@0")
            (found,) = d.find(session, **{"class": "certificate", "id": "01"})
            der = d.ok("getattr", session, found, "value").data("VALUE")
        path = self.box.dir / "certificate.pem"
        path.write_text(ssl.DER_cert_to_PEM_cert(der))
        return path

    def is_logged_out(self, pid):
        """In that process, by the last word of the module itself."""
        return not self.spy.logged_in(pid)


class SoftToken(Token):
    """SoftHSM: its presentations are the calls that the spy saw."""

    certificates = 1
    pin, label, holder = softhsm.PIN, "pinfold-test", "Soft Person"
    _counted = 0

    def make(self):
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        public = softhsm.import_key(self.box)
        der = self.authority.issue_person(public, self.holder, EMAIL)
        with Driver(self.box, backend) as d:
            d.ok("init")
            session = d.open_session(f"={self.label}", "rw")
            d.ok("login", session, "user", self.pin)
            d.ok("create", session, "class=certificate", "certificate_type=0", "id=01",
                 "label=text:key", "token=true", "private=false",
                 *self.authority.object_of(der))
        return backend

    def presentations(self):
        """Since the last time, by all programs."""
        count = len(self.spy.logins())
        self._counted, before = count, self._counted
        return count - before


class CardToken(Token):
    """The virtual PIV card, which counts for itself."""

    certificates = 4  # the key 9A is the first one's
    pin, label, holder = readers.PIN, "Pinfold Test Card", "Pinfold Test Card"

    def make(self):
        self.readers = self.box.readers()
        self.card = self.readers.card(authority=self.authority)
        return self.readers.opensc()

    def presentations(self):
        stats = self.card.stats()
        self.card.reset_stats()
        assert stats["verify_wrong"] == 0, stats
        return stats["presentations"]


class ClientCase(unittest.TestCase):
    """A session with Pinfold, its app on a display, and one token behind a spy: for all cases of a
    class, which leave nobody logged in."""

    token_kind = CardToken
    config = ""

    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox(bus=False, display=True, wm=True)
        cls.addClassCleanup(cls.box.close)
        cls.authority = Authority(cls.box.dir)
        cls.token = cls.token_kind(cls.box, cls.authority)
        cls.spy = cls.token.spy
        # By its name, what it stands for is known in the lists of programs.
        module = cls.box.dir / Path(cls.token.backend).name
        module.symlink_to(cls.spy.path)
        cls.pinfold = Pinfold(cls.box, {"spy": module}, cls.config)
        cls.pinfold.wake()
        cls.ui = cls.box.ui()

    def assert_presented(self, count):
        self.assertEqual(self.token.presentations(), count)

    def wait_logged_out(self, pid):
        wait_for(lambda: self.token.is_logged_out(pid), 5, "the token to be logged out")

    def wait_nobody(self):
        """Waits until no program is logged in any more."""
        wait_for(lambda: self.pinfold.domains() == [], 5, "the domains to go")
