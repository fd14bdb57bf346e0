#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Tokens whose keys are all for signatures that a person gives one by one: who says so, and what no
program can take back."""

import json
import re

from agentbed import OTHER, TOKEN, Agent
from pinfoldtest import Sandbox, build_path, certificates, tap, wait_for
from promptbed import PromptCase
from sharedbed import ID, SharedCase

PIN = "135790"
PIV = "pkcs11:model=PKCS%2315%20emulated;manufacturer=piv_II;serial=00000000cafe0001;" \
      "token=Pinfold%20Test%20Card"
NON_REPUDIATION = ("content_commitment",)
BOTH = ("digital_signature", "content_commitment")
SEEN, PIN_CHANGED, INITIALISED, GONE, OBJECTS_CHANGED = 0, 1, 2, 3, 5


class SignatureCase(SharedCase):
    def file(self, name, data):
        path = self.box.dir / name
        path.write_bytes(data)
        return path

    def certificate(self, *usages):
        return self.file("-".join(("certificate", *usages)), certificates.make(*usages))

    def named(self):
        """A client with a session."""
        client = self.client()
        return client, client.join_domain()

    def signature_token(self):
        client, entry = self.named()
        self.assertEqual(client.call("keys", TOKEN, "-", "all"), ["ok", "signatures"])
        return client, entry

    def assert_not_kept(self, client, entry, app_id="-"):
        self.assertEqual(client.call("store", TOKEN, app_id, PIN), ["not-cached"])
        self.assertEqual(client.call("take", TOKEN, app_id), ["not-cached"])
        self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin(PIN))

    def assert_kept(self, client, entry):
        self.assertEqual(client.call("store", TOKEN, "-", PIN), ["ok"])
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], PIN)

    def rules(self, **modes):
        text = ", ".join(f"'{TOKEN}': {{'mode': <'{mode}'>}}" for mode in modes.values())
        self.change("tokens", f"{{{text}}}" if modes else "@a{sa{sv}} {}")

    def words(self):
        """What the status says to a person."""
        return self.box.run(build_path("app/pinfoldctl"), "status").stdout

    def reasons(self):
        """Why PINs of tokens are not cached, as the agent tells the app."""
        return re.findall(r"'never_cached': <'(\w+)'>", self.call_agent("GetStatus").stdout)


class Keys(SignatureCase):
    def test_every_key_asks(self):
        client, entry = self.signature_token()
        self.assert_not_kept(client, entry)
        other, other_entry = self.member()
        self.assert_not_kept(other, other_entry, ID)
        client.join_domain(OTHER)
        self.assertEqual(client.call("store", OTHER, "-", "246802"), ["ok"])

    def test_a_question_says_nothing(self):
        client, entry = self.named()
        self.assertEqual(client.call("keys", TOKEN, "-", "some"), ["ok", "signatures"])
        self.assertEqual(client.call("keys", TOKEN, "-", "some",
                                     self.certificate(*NON_REPUDIATION)), ["ok", "signatures"])
        self.assert_kept(client, entry)

    def test_certificates(self):
        only = self.certificate(*NON_REPUDIATION)
        for name, path, is_one in (
                ("nonRepudiation", only, True),
                ("both", self.certificate(*BOTH), False),
                ("another", self.certificate("digital_signature"), False),
                ("no key usage", self.certificate(), False),
                ("bad key usage", self.file("usage", certificates.make(
                    unreadable="KEY_USAGE")), False),
                ("bad names", self.file("names", certificates.make(
                    *NON_REPUDIATION, unreadable="SUBJECT_ALTERNATIVE_NAME")), True),
                ("none", self.file("none", b"certificate 1"), False),
                ("cut off", self.file("cut", only.read_bytes()[:-40]), False),
                ("empty", self.file("empty", b""), False)):
            with self.subTest(name):
                token = f"pkcs11:model=M;manufacturer=P;serial={name.replace(' ', '%20')};token=t"
                client = self.client()
                client.join_domain(token)
                self.assertEqual(client.call("keys", token, "-", "all", path),
                                 ["ok", *(["signatures"] if is_one else [])])
                self.assertEqual(client.call("store", token, "-", PIN),
                                 ["not-cached" if is_one else "ok"])

    def test_one_certificate_for_something_else_is_enough(self):
        client, entry = self.named()
        only, both = self.certificate(*NON_REPUDIATION), self.certificate(*BOTH)
        self.assertEqual(client.call("keys", TOKEN, "-", "all", only, both), ["ok"])
        self.assert_kept(client, entry)

    def test_limits(self):
        client, entry = self.named()
        only = self.certificate(*NON_REPUDIATION)
        long = self.file("long", only.read_bytes().ljust(8193, b"\0"))
        self.assertEqual(client.call("keys", TOKEN, "-", "all", *[only] * 17), ["refused"])
        self.assertEqual(client.call("keys", TOKEN, "-", "all", long), ["refused"])
        self.assert_kept(client, entry)
        self.assertEqual(client.call("keys", TOKEN, "-", "all", *[only] * 16), ["ok", "signatures"])

    def test_without_a_session(self):
        client = self.client()
        self.assertEqual(client.call("keys", TOKEN, "-", "all"), ["refused"])
        self.assert_kept(client, client.join_domain())


class Held(SignatureCase):
    def test_what_is_held_is_wiped(self):
        client, entry = self.logged_in()
        other_entry = client.join_domain(OTHER)
        client.call("store", OTHER, "-", "246802")
        liar, _ = self.named()
        self.assertEqual(liar.call("keys", TOKEN, "-", "all"), ["ok", "signatures"])
        self.assertEqual([client.state(entry), client.state(other_entry)], ["public", "user"])
        self.agent.wait_no_pin(PIN)
        self.assert_not_kept(client, entry)

    def test_nobody_takes_it_back(self):
        client, entry = self.signature_token()
        liar, liar_entry = self.named()
        for event in (GONE, INITIALISED, PIN_CHANGED, OBJECTS_CHANGED, SEEN):
            self.assertEqual(liar.call("report", TOKEN, event), ["ok"])
            self.assert_not_kept(liar, liar_entry)
        self.assertEqual(liar.call("keys", TOKEN, "-", "all", self.certificate(*BOTH)), ["ok"])
        self.assertEqual(liar.call("keys", TOKEN, "-", "some"), ["ok", "signatures"])
        self.assert_not_kept(liar, liar_entry)
        self.assert_not_kept(client, entry)
        client.end()
        liar.end()
        self.assert_not_kept(*self.named())

    def test_too_many(self):
        """None of those that did not fit can be told from what is no such token."""
        client = self.client()
        for number in range(257):
            token = f"pkcs11:model=M;manufacturer=P;serial={number};token=t"
            if number % 64 == 0:
                client = self.client()
            client.join_domain(token)
            self.assertEqual(client.call("keys", token, "-", "all"), ["ok", "signatures"])
        self.assert_not_kept(*self.named())
        self.rules(token="process")
        self.assert_kept(*self.named())


class Rules(SignatureCase):
    def test_a_rule_of_the_person_counts(self):
        self.rules(token="process")
        client, entry = self.signature_token()
        self.assert_kept(client, entry)
        self.assertEqual(self.reasons(), [])
        self.rules()
        self.assertEqual(client.state(entry), "public")
        self.assert_not_kept(client, entry)

    def test_a_rule_that_comes_later(self):
        client, entry = self.signature_token()
        self.assert_not_kept(client, entry)
        self.rules(token="process")
        self.assert_kept(client, entry)

    def test_a_rule_without_a_mode_is_none(self):
        self.change("tokens", f"{{'{TOKEN}': {{'idle-timeout': <uint32 300>}}}}")
        client, entry = self.signature_token()
        self.assert_not_kept(client, entry)


class Card(SignatureCase):
    """A token in a reader, which is known by what the reader tells."""

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.readers = self.box.readers()
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\nopensc = {self.readers.opensc()}\n", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)
        self.card = self.readers.card()
        self.agent = Agent(self.box)
        wait_for(lambda: self.status(check=False).returncode == 0, 10, "the control interface")
        self.wait_card()

    def wait_card(self):
        wait_for(self.has_card, 20, "the card's token")

    def has_card(self):
        return PIV in [token["uri"] for token in json.loads(self.status().stdout)["tokens"]]

    def store(self, client):
        (status,) = client.call("store", PIV, "-", PIN)
        if status == "ok":
            client.call("logout", PIV, "-")
        return status

    def test_removal_alone_takes_it_back(self):
        client = self.client()
        entry = client.join_domain(PIV)
        self.assertEqual(client.call("keys", PIV, "-", "all"), ["ok", "signatures"])
        self.assertEqual(self.store(client), "not-cached")
        # Another card is pulled, and a program says that it was this one.
        beside = self.readers.card(1, serial="00000000cafe0002", label="Beside")
        wait_for(lambda: "Beside" in self.status().stdout, 20, "the other card")
        beside.remove()
        wait_for(lambda: "Beside" not in self.status().stdout, 20, "the other card to be gone")
        self.assertEqual(self.store(client), "not-cached")
        client.call("report", PIV, GONE)
        self.assertEqual(self.store(client), "not-cached")
        self.wait_changes(client, entry, self.card.remove)
        self.card.insert()
        self.wait_card()
        self.assertEqual(self.store(client), "ok")

    def wait_changes(self, client, entry, act):
        """By which the program knows that it has to look at the keys again."""
        before = client.call("changes", entry)
        act()
        wait_for(lambda: client.call("changes", entry) != before, 20, "the removal to be told")


class Said(SignatureCase):
    def setUp(self):
        super().setUp()
        self.client_, _ = self.named()
        self.client_.call("report", TOKEN, SEEN)

    def test_nothing_of_an_ordinary_token(self):
        self.assertIn("serial=0001", self.status().stdout)
        self.assertEqual(self.reasons(), [])
        self.assertNotIn("Not cached", self.words())

    def test_by_keys(self):
        self.client_.call("keys", TOKEN, "-", "all")
        self.assertEqual(self.reasons(), ["keys"])
        self.assertIn("Not cached: every key of this token asks each time", self.words())
        # The app's alone.
        self.assertNotIn("never_cached", self.status().stdout)

    def test_by_certificates(self):
        self.client_.call("keys", TOKEN, "-", "all", self.certificate(*NON_REPUDIATION))
        self.assertEqual(self.reasons(), ["certificates"])

    def test_by_rule(self):
        self.rules(token="never")
        self.assertEqual(self.reasons(), ["rule"])


class Dialog(PromptCase):
    def answered(self):
        """The lease of a dialog's answer, and what the dialog was told."""
        prompter, client, entry, job, request, details = self.asked()
        self.assertEqual(prompter.call("answer", request, PIN), "ok")
        status, lease, pin = self.finish(job)
        self.assertEqual((status, pin), ("ok", PIN))
        return client, entry, lease, details

    def test_told_while_the_pin_is_lent(self):
        client, entry, lease, details = self.answered()
        self.assertNotIn("never-cached", details)
        self.assertEqual(client.call("keys", TOKEN, "-", "all"), ["ok", "signatures"])
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "public")
        self.agent.wait_no_pin(PIN)

    def test_not_told(self):
        client, entry, lease, _ = self.answered()
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        self.assertEqual(client.state(entry), "user")

    def test_the_next_dialog_says_it(self):
        first = self.client()
        first.join_domain()
        self.assertEqual(first.call("keys", TOKEN, "-", "all"), ["ok", "signatures"])
        client, entry, lease, details = self.answered()
        self.assertEqual(details["never-cached"], "keys")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])


if __name__ == "__main__":
    tap.main()
