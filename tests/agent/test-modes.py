#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Who shares by the settings: mode, groups, rules for tokens, the configuration; and their change
while programs are logged in."""

import json
import shutil

from agentbed import OTHER, TOKEN, Agent
from pinfoldtest import tap, wait_for
from pinfoldtest.paths import build_path
from sharedbed import ID, SharedCase


class ModesCase(SharedCase):
    def setUp(self):
        super().setUp()
        self.rule("allow")
        self.other_program = self.box.dir / "other-client"
        shutil.copy2(build_path("tests/agent/link-client"), self.other_program)

    def default_id(self, client):
        return int(client.call("raw-hello")[2])

    def groups(self, *groups):
        text = ", ".join(f"('{name}', '{app_id}', {[str(p) for p in programs]})"
                         for name, app_id, programs in groups)
        self.change("groups", f"[{text}]" if groups else "@a(ssas) []")


class Shared(ModesCase):
    def setUp(self):
        super().setUp()
        self.change("cache-mode", "shared")

    def test_default_group(self):
        self.assertEqual(json.loads(self.status().stdout)["cache_mode"], "shared")
        first, _ = self.logged_in()
        second = self.client(path=self.other_program)
        entry = second.join_domain()
        self.assertEqual(second.state(entry), "user")
        self.assertEqual(second.take()[1], "135790")
        self.assertEqual(self.default_id(first), self.default_id(second))
        self.assertEqual(self.logged_in_pids(), {first.pid, second.pid})

    def test_the_id_alone_is_no_right(self):
        self.rule("ask")
        self.logged_in()
        second = self.client()
        entry = second.join_domain()
        self.assertEqual(second.state(entry), "public")
        self.assertEqual(second.call("take", TOKEN, "-"), ["not-logged-in"])
        second.call("store", TOKEN, "-", "135790")
        self.assertEqual(second.state(entry), "user")
        self.assertEqual(len(self.logged_in_pids()), 2)

    def test_not_by_default(self):
        self.change("share-by-default", "false")
        first, _ = self.logged_in()
        second = self.client()
        self.assertEqual(second.state(second.join_domain()), "public")
        self.assertNotEqual(self.default_id(first), self.default_id(second))

    def test_explicit_ids_count(self):
        first, _ = self.logged_in()
        second, entry = self.member()
        self.assertEqual(second.state(entry), "public")
        second.call("store", TOKEN, ID, "222222")
        self.assertEqual(first.take()[1], "135790")

    def test_groups(self):
        self.groups(("mine", "3:4", [self.other_program]))
        first, _ = self.logged_in()
        second = self.client(path=self.other_program)
        entry = second.join_domain()
        self.assertEqual(second.state(entry), "public")
        self.assertEqual(self.default_id(second), 0x300000004)
        # A program that names the group's ID meets those who are in it.
        third, third_entry = self.member()
        second.call("store", TOKEN, "-", "222222")
        self.assertEqual(third.state(third_entry), "user")
        self.assertEqual(third.take(app_id=ID)[1], "222222")

    def test_a_group_without_an_id_has_one(self):
        self.groups(("mine", "", [self.other_program]))
        first = self.client(path=self.other_program)
        second = self.client(path=self.other_program)
        third = self.client()
        self.assertEqual(self.default_id(first), self.default_id(second))
        self.assertNotEqual(self.default_id(first), self.default_id(third))

    def test_group_by_symbolic_link(self):
        link = self.box.dir / "link"
        link.symlink_to(self.other_program)
        self.groups(("mine", "3:4", [link]))
        self.assertEqual(self.default_id(self.client(path=self.other_program)), 0x300000004)

    def test_nonsense_is_left_out(self):
        self.groups(("", "1:1", ["/x"]), ("a", "1", ["/x"]), ("b", "5:6", ["relative", "/x"]),
                    ("b", "7:8", ["/y"]), ("c", "5:6", ["/z"]),
                    ("mine", "3:4", [self.other_program]))
        self.assertEqual(self.default_id(self.client(path=self.other_program)), 0x300000004)
        self.assertEqual(self.agent.log().count("is left out"), 5)


class Changes(ModesCase):
    def pair(self):
        """Two processes with a login of their own."""
        first, first_entry = self.logged_in("111111")
        second, second_entry = self.logged_in("222222")
        return first, first_entry, second, second_entry

    def test_to_shared_and_back(self):
        first, first_entry, second, second_entry = self.pair()
        old = self.default_id(first)
        lease, _ = first.take()
        self.change("cache-mode", "shared")
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["public"] * 2)
        self.assertFalse(self.agent.has_pin("222222"))
        # A running operation finishes; its PIN is not kept.
        self.assertEqual(first.call("end", lease, 1), ["ok", "not-cached"])
        self.assertFalse(self.agent.has_pin("111111"))
        first.call("store", TOKEN, "-", "348719")
        lease, pin = second.take()
        self.assertEqual((pin, second.call("end", lease, 1)), ("348719", ["ok", "cached"]))
        self.assertNotEqual(self.default_id(first), old)
        self.assertEqual(self.default_id(first), self.default_id(second))
        self.change("cache-mode", "process")
        self.assertEqual([first.state(first_entry), second.state(second_entry)], ["public"] * 2)
        self.assertFalse(self.agent.has_pin("348719"))
        first.call("store", TOKEN, "-", "111111")
        self.assertEqual(second.state(second_entry), "public")

    def test_explicit_ids_stay_where_they_are(self):
        client, entry = self.inside()
        self.change("cache-mode", "shared")
        self.assertEqual(client.state(entry), "user")
        self.change("cache-mode", "process")
        self.assertEqual(client.take(app_id=ID)[1], "135790")

    def test_reason_of_the_mode(self):
        self.logged_in()
        self.change("cache-mode", "shared")
        self.assertIn("mode-changed", self.agent.log())

    def test_off(self):
        client, entry = self.inside()
        self.change("cache-mode", "off")
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.call("store", TOKEN, ID, "135790"), ["not-cached"])

    def test_groups_while_logged_in(self):
        self.change("cache-mode", "shared")
        first, first_entry = self.logged_in()
        second = self.client(path=self.other_program)
        second_entry = second.join_domain()
        self.assertEqual(second.state(second_entry), "user")
        self.groups(("mine", "", [self.other_program]))
        self.assertIn("setting-loosened", self.agent.log())
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(first.state(first_entry), "asleep")
        self.assertEqual(second.state(second_entry), "public")
        first.call("store", TOKEN, "-", "135790")
        self.assertEqual(second.state(second_entry), "public")
        self.groups()
        self.assertFalse(self.agent.has_pin("135790"))
        self.assertEqual(second.state(second_entry), "asleep")
        first.call("store", TOKEN, "-", "135790")
        self.assertEqual(second.state(second_entry), "user")

    def test_share_by_default_while_logged_in(self):
        self.change("cache-mode", "shared")
        first, first_entry = self.logged_in()
        second = self.client()
        second_entry = second.join_domain()
        self.change("share-by-default", "false")
        self.assertFalse(self.agent.has_pin("135790"))
        first.call("store", TOKEN, "-", "135790")
        self.assertEqual([first.state(first_entry), second.state(second_entry)],
                         ["user", "public"])


class TokenRules(ModesCase):
    def rules(self, *rules):
        text = ", ".join(f"'{uri}': {{'mode': <'{mode}'>}}" for uri, mode in rules)
        self.change("tokens", f"{{{text}}}" if rules else "@a{sa{sv}} {}")

    def test_never(self):
        self.rules((TOKEN, "never"))
        client = self.client()
        for app_id in ("-", ID):
            entry = client.join_domain(app_id=app_id)
            self.assertEqual(client.call("store", TOKEN, app_id, "135790"), ["not-cached"])
            self.assertEqual(client.call("take", TOKEN, app_id), ["not-cached"])
            self.assertEqual(client.state(entry), "public")
        self.assertFalse(self.agent.has_pin("135790"))
        client.join_domain(OTHER)
        self.assertEqual(client.call("store", OTHER, "-", "246802"), ["ok"])

    def test_never_while_logged_in(self):
        client, entry = self.logged_in()
        other_entry = client.join_domain(OTHER)
        client.call("store", OTHER, "-", "246802")
        self.rules(("pkcs11:token=one", "never"))
        self.assertEqual(client.state(entry), "public")
        self.assertEqual(client.state(other_entry), "asleep")
        for pin in ("135790", "246802"):
            self.assertFalse(self.agent.has_pin(pin))
        self.rules()
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])

    def test_a_name_is_no_rule(self):
        client, entry = self.logged_in()
        self.change("tokens", f"{{'{TOKEN}': {{'name': <'Work'>}}}}")
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], "135790")
        self.change("tokens", f"{{'{TOKEN}': {{'name': <'Office'>, 'mode': <'shared'>}}}}")
        self.assertFalse(self.agent.has_pin("135790"))

    def test_shared_in_mode_process(self):
        self.rules((TOKEN, "shared"))
        first, _ = self.logged_in()
        first.join_domain(OTHER)
        first.call("store", OTHER, "-", "246802")
        second = self.client()
        self.assertEqual(second.state(second.join_domain()), "user")
        self.assertEqual(second.state(second.join_domain(OTHER)), "public")

    def test_process_in_mode_shared(self):
        self.change("cache-mode", "shared")
        first, entry = self.logged_in()
        second = self.client()
        second_entry = second.join_domain()
        self.assertEqual(second.state(second_entry), "user")
        self.rules((TOKEN, "process"))
        self.assertFalse(self.agent.has_pin("135790"))
        first.call("store", TOKEN, "-", "135790")
        self.assertEqual([first.state(entry), second.state(second_entry)], ["user", "public"])

    def test_explicit_ids_share_under_process(self):
        self.rules((TOKEN, "process"))
        self.inside()
        second, entry = self.member()
        self.assertEqual(second.state(entry), "user")


class ConfiguredCase(ModesCase):
    configuration = None

    def setUp(self):
        super().setUp()
        self.agent.process.terminate()
        self.agent.process.wait(20)
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(self.configuration, encoding="utf-8")
        self.env = {"PINFOLD_CONF": str(conf)}
        self.agent = Agent(self.box, env=self.env)
        wait_for(lambda: self.status(check=False).returncode == 0, 10, "the control interface")


class Locked(ConfiguredCase):
    """[Policy] lock with names of settings."""

    configuration = "[Policy]\nlock = cache-mode Modules tokens\n"

    def ctl(self, *args):
        return self.box.run(build_path("app/pinfoldctl"), *args, env=self.env, check=False)

    def test_locked_setting_has_its_default(self):
        client, entry = self.logged_in()
        self.change("tokens", f"{{'{TOKEN}': {{'mode': <'never'>}}}}")
        self.change("cache-mode", "off")
        self.assertEqual(json.loads(self.status().stdout)["cache_mode"], "process")
        self.assertEqual(client.state(entry), "user")
        self.assertEqual(client.take()[1], "135790")

    def test_pinfoldctl_says_so(self):
        self.change("cache-mode", "off")
        self.assertEqual(self.ctl("get", "cache-mode").stdout, "process\n")
        done = self.ctl("set", "cache-mode", "off")
        self.assertEqual(done.returncode, 2)
        self.assertIn("“cache-mode” is locked by the administrator", done.stderr)
        self.change("sharing", "ask")
        self.assertEqual(self.ctl("set", "sharing", "same-program").returncode, 0)
        self.assertEqual(self.ctl("get", "sharing").stdout, "same-program\n")


class Configured(ConfiguredCase):
    """[Misc] AppIdMajor, AppIdMinor."""

    configuration = "[Misc]\nAppIdMajor = 3\nAppIdMinor = 4\n"

    def test_everybodys_default_in_both_modes(self):
        for mode in ("process", "shared"):
            if mode == "shared":
                self.change("cache-mode", mode)
            first, entry = self.logged_in()
            second = self.client(path=self.other_program)
            second_entry = second.join_domain()
            self.assertEqual(second.state(second_entry), "user")
            self.assertEqual(self.default_id(second), 0x300000004)
            # The same whether it is named or not.
            self.assertEqual(second.state(second.join_domain(app_id=ID)), "user")
            first.end()
            second.end()
            self.wait_members(0)

    def test_stays_when_the_mode_changes(self):
        client, entry = self.logged_in()
        self.change("cache-mode", "shared")
        self.assertEqual(client.state(entry), "user")

    def test_is_no_right(self):
        self.rule("ask")
        self.logged_in()
        second = self.client()
        self.assertEqual(second.state(second.join_domain()), "public")


if __name__ == "__main__":
    tap.main()
