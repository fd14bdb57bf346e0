#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Windows that nobody would close any more, because two threads met at the wrong moment."""

import unittest

from pinfoldtest import Sandbox, Spy, mock, process, softhsm, tap, wait_for
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold
from scriptedbed import ScriptedCase


class LeftCase(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.box.env |= self.mock.env

    def switches(self):
        return {thread: count for thread, count in process.voluntary_switches(self.d.pid).items()
                if int(thread) != self.d.pid}

    def wait_inside(self, threads=1):
        """Until so many of the driver's other threads wait in the mock, which looks again and
        again."""
        before = self.switches()

        def are_inside():
            return sum(count - before.get(thread, 0) > 10
                       for thread, count in self.switches().items()) >= threads

        wait_for(are_inside, 5, "the call to wait in the backend")

    def assert_closes(self):
        wait_for(lambda: not self.spy.logged_in(self.d.pid), 5, "the window to close")


class Lingering(LeftCase):
    def setUp(self):
        super().setUp()
        backend = softhsm.setup(self.box)
        softhsm.init_token(self.box)
        softhsm.import_key(self.box, bits=1024)
        self.spy = Spy(self.box, backend)
        self.box.env |= self.spy.env
        self.pinfold = Pinfold(self.box, {"first": self.spy.path, "second": self.mock.path})
        self.pinfold.set("release-delay", "500")
        self.d = self.pinfold.driver()
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")

    def logged_in(self, token, pin):
        session = self.d.open_session(token, "rw")
        self.d.ok("login", session, "user", pin)
        return session, self.d.find(session, **{"class": "private_key"})[0]

    def test_window_that_begins_to_linger_while_another_one_is_closed(self):
        first = self.logged_in("=pinfold-test", softhsm.PIN)
        second = self.logged_in("=Mock Token", mock.PIN)

        def lingers():
            self.d.sign(*first)
            return self.spy.logged_in(self.d.pid)

        wait_for(lingers, 5, "the setting to be in force")
        self.assert_closes()
        gate = self.box.dir / "gate"
        self.mock.script(f"C_Logout=block:{gate}@1")
        self.d.sign(*second)
        self.wait_inside()
        self.d.sign(*first)
        gate.touch()
        self.assert_closes()
        self.d.ok("finalize")


class Full(LeftCase):
    """A token that lets nobody have another session when the window is to be closed."""

    def test_window_that_lingers(self):
        self.spy = Spy(self.box, self.mock.path)
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.pinfold.set("release-delay", "500")
        self.d = self.pinfold.driver(self.spy)
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        session = self.d.open_session(mode="rw")
        self.d.ok("login", session, "user", mock.PIN)
        key = self.d.find(session, **{"class": "private_key"})[0]

        def lingers():
            self.d.sign(session, key)
            return self.spy.logged_in(self.d.pid)

        def is_refused():
            return self.spy.counts(self.d.pid, "CKR_SESSION_COUNT")["C_OpenSession"] > 0

        wait_for(lingers, 5, "the setting to be in force")
        self.d.sign(session, key)
        self.mock.script("C_OpenSession=CKR_SESSION_COUNT")
        wait_for(is_refused, 5, "the window's end")
        self.mock.script()
        self.d.sign(session, key)
        self.assert_closes()
        self.d.ok("finalize")


class InTheWay(LeftCase):
    """A window that begins to linger while a login by another ID waits for its end."""

    def test_login(self):
        self.spy = Spy(self.box, self.mock.path)
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.pinfold.set("release-delay", "60000")
        self.d = d = self.pinfold.driver(self.spy)
        self.addCleanup(d.close)
        d.ok("init", "os-locking")
        sessions = []
        for low in (1, 2):
            d.ok("appid", "set", 0, low)
            sessions.append(d.open_session(mode="rw"))
        d.ok("login", sessions[0], "user", mock.PIN)
        key = d.find(sessions[0], **{"class": "private_key"})[0]

        def lingers():
            d.sign(sessions[0], key)
            return self.spy.logged_in(d.pid)

        wait_for(lingers, 5, "the setting to be in force")
        d.ok("signinit", sessions[0], key, "RSA_PKCS")
        looks = self.spy.counts(d.pid)["C_GetTokenInfo"]
        job = d.background("login", sessions[1], "user", mock.PIN)
        wait_for(lambda: self.spy.counts(d.pid)["C_GetTokenInfo"] > looks, 5, "the login to begin")
        for _ in range(20):
            d.ok("sessioninfo", sessions[0])
        d.ok("sign1", sessions[0], "00")
        self.assertEqual(d.join(job).rv, "CKR_OK")
        self.assertEqual(d.state(sessions[1]), "CKS_RW_USER_FUNCTIONS")
        d.ok("finalize")


class InTheWayOfAnAnswer(ScriptedCase):
    def test_pin_that_wakes_another_id(self):
        self.agent.call("linger", 60000)
        d = self.driver()
        first, key = self.logged_in(d, 1)
        second, theirs = self.logged_in(d, 2)
        entry = self.agent.entry(2)
        self.agent.call("state", entry, "asleep")
        self.agent.call("pin", entry, softhsm.PIN)
        d.sign(first, key)
        self.assertTrue(self.spy.logged_in(d.pid))
        before = self.presented(d)
        d.sign(second, theirs)
        self.assertEqual(self.presented(d), before + 1)
        d.ok("finalize")


class Closed(LeftCase):
    """A session that one thread closes while another one begins something in it, which the backend
    has taken when it comes to the end of the session."""

    def setUp(self):
        super().setUp()
        self.spy = Spy(self.box, self.mock.path)
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.d = self.pinfold.driver(self.spy)
        self.addCleanup(self.d.close)
        self.d.ok("init", "os-locking")
        self.other = self.d.open_session(mode="rw")
        self.d.ok("login", self.other, "user", mock.PIN)
        self.key = self.d.find(self.other, **{"class": "private_key"})[0]

    def close_during(self, function, verb, *words):
        session = self.d.open_session(mode="rw")
        gates = [self.box.dir / f"{name}-{verb}" for name in ("begin", "end")]
        self.mock.script(f"{function}=block:{gates[0]}@1")
        begun = self.d.background(verb, session, *words)
        self.wait_inside()
        self.mock.script(f"C_CloseSession=block:{gates[1]}@1")
        closed = self.d.background("close", session)
        self.wait_inside(threads=2)
        gates[0].touch()
        self.assertEqual(self.d.join(begun).rv, "CKR_OK")
        gates[1].touch()
        self.assertEqual(self.d.join(closed).rv, "CKR_OK")
        self.assertFalse(self.spy.logged_in(self.d.pid))
        self.d.ok("logout", self.other)
        self.d.ok("login", self.other, "user", mock.PIN)
        self.assertFalse(self.spy.logged_in(self.d.pid))

    def test_operation(self):
        self.close_during("C_SignInit", "signinit", self.key, "RSA_PKCS")

    def test_object(self):
        self.close_during("C_CreateObject", "create", "class=data", "label=brief", "value=text:z",
                          "private=true", "token=false")


if __name__ == "__main__":
    tap.main()
