#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Object handles over windows: always the same object, or none; in the backend's order."""

import unittest

from pinfoldtest import Driver, Sandbox, mock, process, softhsm, tap, wait_for
from pinfoldtest.mock import Mock
from pinfoldtest.pinfold import Pinfold
from softbed import SoftCase

TOKEN = "=pinfold-test"
DATA = ["class=data", "private=true", "token=true"]


class SoftTokenObjects(SoftCase):
    """A real token whose other processes do as they like: they use the backend itself."""

    def logged_in(self, driver):
        self.addCleanup(driver.close)
        driver.ok("init")
        session = driver.open_session(TOKEN, "rw")
        driver.ok("login", session, "user", softhsm.PIN)
        return driver, session

    def both(self):
        """A program with Pinfold, and one without."""
        d, session = self.logged_in(self.pinfold.driver())
        raw, theirs = self.logged_in(Driver(self.box, self.backend))
        return d, session, raw, theirs

    def value(self, d, session, handle):
        return d.ok("getattr", session, handle, "value").data("VALUE")

    def test_a_handle_is_good_over_many_windows(self):
        d, session = self.logged_in(self.pinfold.driver())
        (key,) = d.find(session, **{"class": "private_key"})
        d.ok("create", session, *DATA, "label=note", "value=text:n")
        (note,) = d.find(session, label="note")
        for _ in range(20):
            softhsm.verify_signature(self.public, d.sign(session, key, b"x"), b"x")
            self.assertEqual(self.value(d, session, note), b"n")
        d.ok("setattr", session, note, "label=other")
        self.assertEqual(self.value(d, session, note), b"n")
        self.assertEqual(d.find(session, label="other"), [note])
        self.assertEqual(d.find(session, label="note"), [])

    def test_as_many_as_there_are(self):
        """Also where they are more than the module takes at once."""
        d, session = self.logged_in(self.pinfold.driver())
        made = 0
        for count in (63, 64, 65, 128, 150):
            for made in range(made + 1, count + 1):
                d.ok("create", session, "class=data", "private=false", "token=false", "label=many")
            self.assertEqual(len(d.find(session, label="many")), count)

    def test_gone_object_is_not_replaced_by_one_that_has_more(self):
        d, session, raw, theirs = self.both()
        d.ok("create", session, *DATA, "label=same", "value=text:mine")
        d.ok("create", session, *DATA, "label=same", "application=other", "value=text:other")
        (mine,) = [o for o in d.find(session, label="same")
                   if self.value(d, session, o) == b"mine"]
        (other,) = [o for o in d.find(session, label="same") if o != mine]
        (doomed,) = [o for o in raw.find(theirs, label="same")
                     if self.value(raw, theirs, o) == b"mine"]
        raw.ok("destroy", theirs, doomed)
        self.assertEqual(d.rv("getattr", session, mine, "value"), "CKR_OBJECT_HANDLE_INVALID")
        self.assertEqual(d.rv("destroy", session, mine), "CKR_OBJECT_HANDLE_INVALID")
        self.assertEqual(self.value(d, session, other), b"other")
        self.assertEqual(d.find(session, label="same"), [other])

    def test_one_of_two_equal_ones_is_not_guessed(self):
        d, session, raw, theirs = self.both()
        for value in ("one", "two"):
            d.ok("create", session, *DATA, "label=twin", f"value=text:{value}")
        twins = d.find(session, label="twin")
        self.assertEqual(len(twins), 2)
        for twin in twins:
            self.assertEqual(d.rv("getattr", session, twin, "value"), "CKR_OBJECT_HANDLE_INVALID")
            self.assertEqual(d.ok("getattr", session, twin, "label")["LABEL"], "twin")
        # With one of them gone it is still not known which.
        raw.ok("destroy", theirs, raw.find(theirs, label="twin")[0])
        for twin in twins:
            self.assertEqual(d.rv("getattr", session, twin, "value"), "CKR_OBJECT_HANDLE_INVALID")
            self.assertEqual(d.rv("destroy", session, twin), "CKR_OBJECT_HANDLE_INVALID")
        self.assertEqual(len(raw.find(theirs, label="twin")), 1)

    def test_gone_key_is_the_backends_own_word(self):
        d, session, raw, theirs = self.both()
        (key,) = d.find(session, **{"class": "private_key"})
        raw.ok("destroy", theirs, raw.find(theirs, **{"class": "private_key"})[0])
        expected = raw.rv("signinit", theirs, "0", "SHA256_RSA_PKCS")
        self.assertEqual(d.rv("signinit", session, key, "SHA256_RSA_PKCS"), expected)
        self.assertEqual(d.find(session, **{"class": "private_key"}), [])

    def test_searches_list_objects_as_the_backend_does(self):
        d, session, raw, theirs = self.both()
        for number in range(12):
            private = "true" if number % 3 else "false"
            raw.ok("create", theirs, "class=data", "token=true", f"private={private}",
                   f"label=n{number:02}", "value=00")
        d.ok("logout", session)
        d.ok("login", session, "user", softhsm.PIN)
        # The backend's own order is another in each process: it is compared in the one it has.
        labels = [d.ok("getattr", session, o, "label")["LABEL"]
                  for o in d.find(session, **{"class": "data"})]
        self.assertEqual(len(labels), 12)
        d.ok("logout", session)
        public = [d.ok("getattr", session, o, "label")["LABEL"]
                  for o in d.find(session, **{"class": "data"})]
        self.assertEqual([label for label in labels if label in public], public)
        places = [labels.index(label) for label in public]
        self.assertNotEqual(places, [0, 1, 2, 3])  # private ones stand among the public ones

    def test_two_copies_of_a_key_are_two_objects(self):
        d, session = self.logged_in(self.pinfold.driver())
        d.ok("genkey", session, "aes", 32, "label=one", "token=true", "private=true")
        (first,) = d.find(session, label="one")
        d.ok("copy", session, first, "label=two")
        (second,) = d.find(session, label="two")
        self.assertNotEqual(first, second)
        d.ok("destroy", session, first)
        self.assertEqual(d.find(session, label="one"), [])
        self.assertEqual(d.find(session, label="two"), [second])
        d.ok("encrypt", session, second, "AES_ECB", "fill:16:41")

    def test_session_objects_of_others_sessions_end_with_them(self):
        d, session = self.logged_in(self.pinfold.driver())
        other = d.open_session(TOKEN, "rw")
        for private in ("true", "false"):
            d.ok("create", other, "class=data", "token=false", f"private={private}",
                 f"label=brief {private}", "value=text:b")
        kept = d.find(session, **{"class": "data"})
        self.assertEqual(len(kept), 2)
        for handle in kept:
            self.assertEqual(self.value(d, session, handle), b"b")
        d.ok("close", other)
        for handle in kept:
            self.assertEqual(d.rv("getattr", session, handle, "label"),
                             "CKR_OBJECT_HANDLE_INVALID")
        self.assertEqual(d.find(session, **{"class": "data"}), [])


class MockObjects(unittest.TestCase):
    """A token that does what the specification allows and no real one does."""

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.mock = Mock(self.box)
        self.pinfold = Pinfold(self.box, {"mock": self.mock.path})
        self.pinfold.ctl("status")

    def logged_in(self, *rules, init="init", **settings):
        self.mock.script(*rules, **settings)
        d = self.pinfold.driver(env=self.mock.env)
        self.addCleanup(d.close)
        d.ok(init)
        session = d.open_session("@0", "rw")
        d.ok("login", session, "user", mock.PIN)
        return d, session

    def wait_inside(self, d):
        """Until the driver's other thread waits in the backend, which looks again and again."""
        def is_inside():
            return any(count > 4 for thread, count in process.voluntary_switches(d.pid).items()
                       if int(thread) != d.pid)

        wait_for(is_inside, 5, "the call to wait in the backend")

    def test_handles_that_name_another_object_after_each_login(self):
        d, session = self.logged_in(handles="reused")
        (key,) = d.find(session, **{"class": "private_key", "label": "signing key"})
        (note,) = d.find(session, **{"class": "data", "private": "true"})
        expected = d.sign(session, key, b"x")
        for _ in range(9):
            self.assertEqual(d.sign(session, key, b"x"), expected)
            self.assertEqual(d.ok("getattr", session, note, "value").data("VALUE"),
                             b"for the user alone")

    def test_twins_are_nobody(self):
        d, session = self.logged_in(twins=True)
        keys = d.find(session, **{"class": "private_key", "label": "signing key"})
        self.assertEqual(len(keys), 2)
        for key in keys:
            self.assertEqual(d.rv("sign", session, key, "SHA256_RSA_PKCS", "00"),
                             "CKR_KEY_HANDLE_INVALID")

    def test_handles_inside_of_parameters(self):
        d, session = self.logged_in(handles="fresh")
        (base,) = d.find(session, **{"class": "secret_key", "id": "03"})
        second = d.ok("create", session, "class=secret_key", "key_type=generic_secret",
                      "private=true", "token=true", "id=33", "value=text:-second")["object"]
        for _ in range(2):  # each in a window of its own, with other handles in the backend
            made = d.ok("derive", session, base, f"CONCATENATE_BASE_AND_KEY:key={second}",
                        "token=true", "id=44")["key"]
            self.assertEqual(d.ok("getattr", session, made, "value").data("VALUE"),
                             b"0123456789abcdef-second")
            d.ok("destroy", session, made)
        self.assertEqual(d.rv("derive", session, base, "CONCATENATE_BASE_AND_KEY:key=4711"),
                         "CKR_KEY_HANDLE_INVALID")

    def test_handles_that_come_back_in_parameters(self):
        d, session = self.logged_in(handles="fresh")
        (base,) = d.find(session, **{"class": "secret_key", "id": "03"})
        other = d.open_session("@0", "rw")
        macs_and_keys = d.ok("derive", session, base, "0x372:connection")
        keys = macs_and_keys["keys"].split(",")
        self.assertEqual(keys[:2], ["0", "0"])
        for key, value in zip(keys[2:], (b"client", b"server")):
            self.assertEqual(d.ok("getattr", other, key, "value").data("VALUE"), value)
            self.assertIn(int(key), d.find(other, **{"class": "secret_key", "token": "false"}))

    def test_template_with_an_impossible_length(self):
        d, session = self.logged_in()
        for what in ("application", "label", "modulus", "id"):
            self.assertEqual(d.find(session, **{"class": "private_key", what: "length:-1"}), [])

    def test_more_than_there_was_room_for(self):
        d, session = self.logged_in()
        for more in (64, 1000, 2**61, 2**64 - 1000):
            self.mock.script(counts_more=more)
            self.assertEqual(d.rv("find", session), "CKR_GENERAL_ERROR")
            self.assertEqual(d.rv("slots"), "CKR_GENERAL_ERROR")
        self.mock.script(counts_more=0, never_enough_room=True)
        self.assertEqual(d.rv("slots"), "CKR_GENERAL_ERROR")
        self.mock.script(never_enough_room=False)
        (key,) = d.find(session, **{"class": "private_key", "label": "signing key"})
        d.sign(session, key, b"x")
        d.ok("slots")

    def test_search_during_which_a_window_ends(self):
        d, session = self.logged_in(init="init os-locking")
        other = d.open_session("@0")
        (key,) = d.find(session, **{"class": "private_key", "label": "signing key"})
        count = len(d.find(session, label="signing key"))
        go = self.box.dir / "go"
        self.mock.script(f"C_FindObjects=block:{go}@1")
        job = d.background("find", other, "label=signing key")
        self.wait_inside(d)
        d.sign(session, key, b"x")  # its end ends the mock's searches
        go.touch()
        found = d.join(job)
        self.assertEqual((found.rv, len(found.numbers("objects"))), ("CKR_OK", count))

    def test_second_search_while_the_first_one_ends(self):
        d, session = self.logged_in(init="init os-locking")
        d.ok("findinit", session)
        go = self.box.dir / "go"
        self.mock.script(f"C_FindObjectsInit=block:{go}@1")
        job = d.background("findinit", session)
        self.wait_inside(d)
        d.ok("findfinal", session)
        go.touch()
        self.assertEqual(d.join(job).rv, "CKR_OPERATION_ACTIVE")
        # The backend is not left with a search that nobody would end.
        self.assertTrue(d.find(session, label="signing key"))

    def test_snapshot_that_fails_half_way_hides_nothing(self):
        for at in range(1, 12):
            with self.subTest(call=at):
                d, session = self.logged_in(f"C_GetAttributeValue=CKR_DEVICE_ERROR@{at}")
                self.mock.script()
                keys = d.find(session, **{"class": "private_key", "label": "signing key"})
                self.assertEqual(len(keys), 1)
                d.sign(session, keys[0], b"x")
                d.close()


if __name__ == "__main__":
    tap.main()
