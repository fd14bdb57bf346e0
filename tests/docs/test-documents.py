#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What documents name exists, and what exists is documented. That each of both would be noticed is
shown by documents with a word misspelt, and by programs with something new."""

import copy
import functools
import re
import unittest

from pinfoldtest import tap

import checks
import complete
import items
from facts import Facts, Setting


@functools.cache
def gather():
    return Facts()


class DocumentCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.facts = gather()
        cls.items = [item for path in cls.facts.documents
                     for item in items.of_document(path, cls.facts.files[path])]


def misspell(item):
    """The text of an item with one of its words wrong, for each word of which that can be known."""
    text = re.sub(r"(?m)^#.*\n?", "", item.text) if item.kind == "configuration" else item.text
    words = text.split(" ")
    if text in checks.DRIVER_WORDS or checks.PLACEHOLDER.fullmatch(text):
        return
    is_command = item.kind in ("command", "span") and len(words) > 1
    for number, word in enumerate(words):
        is_free = re.match(r"[A-Z]|.*[:'…=.<{]|\d", word) or words[0] in checks.FOREIGN_PROGRAMS or \
            ("--" in words[:number] and words[number - 1] != "--")
        if re.search("[A-Za-z]{3}", word) and not (is_command and number > 0 and is_free):
            yield " ".join([*words[:number], re.sub(r"([A-Za-z]{2})", r"\1qq", word, count=1),
                            *words[number + 1:]])


class Names(DocumentCase):
    def test_what_documents_name_exists(self):
        faults = [f"{item.path}:{item.line}: {item.text}: {fault}" for item in self.items
                  if (fault := checks.find_fault(self.facts, item))]
        self.assertEqual(faults, [])

    def test_each_document_is_read(self):
        self.assertEqual({item.path for item in self.items}, set(self.facts.documents))

    def test_misspelt_names_are_noticed(self):
        unnoticed = [f"{item.path}:{item.line}: {item.kind} {wrong}" for item in self.items
                     for wrong in misspell(item)
                     if not checks.find_fault(self.facts, item._replace(text=wrong))]
        self.assertEqual(unnoticed, [])

    def test_example_can_be_used_as_it_is(self):
        text = re.sub(r"(?m)^#(?=\S+ = )", "", self.facts.files["data/pinfold.conf"])
        text = re.sub(r"(?m)^#.*\n", "", text)
        self.assertIsNone(checks.check_configuration(self.facts, text))
        self.assertIsNotNone(checks.check_configuration(self.facts, text.replace("sharing", "shaving")))

    def test_wrong_values_are_noticed(self):
        for kind, text in (("command", "pinfoldctl set reset-card sometimes"),
                           ("command", "pinfoldctl set idle-timeout 604801"),
                           ("command", "pinfoldctl status --report"),
                           ("command", "./bootstrap run --seconds 3"),
                           ("configuration", "[Policy]\nlock = sharing colour"),
                           ("configuration", "[Misc]\nlock = sharing"),
                           ("configuration", "[org.pinfold]\ncache-mode='never'"),
                           ("span", "src/none.c"), ("span", "Agent1.Login"),
                           ("name", "org.pinfold.Nothing"), ("link", "GONE.md"),
                           ("link", "README.md#nothing"), ("page", "pinfold(8)")):
            with self.subTest(text=text):
                item = items.Item("README.md", 1, kind, text)
                self.assertIsNotNone(checks.find_fault(self.facts, item))


class Completeness(DocumentCase):
    def faults(self, check, path=None, old="", new="", **changes):
        """Of one check, with something else in the text of a file, or other facts."""
        facts = copy.copy(self.facts)
        vars(facts).update(changes)
        if path is not None:
            self.assertIn(old, facts.files[path])
            facts.files = {**facts.files, path: facts.files[path].replace(old, new)}
        return list(check(facts))

    def test_what_exists_is_documented(self):
        for check in complete.CHECKS:
            with self.subTest(check=check.__doc__):
                self.assertEqual(list(check(self.facts)), [])

    def test_new_setting_is_missed_everywhere(self):
        new = {"new-one": Setting("b", "false", [], None, None)}
        faults = self.faults(complete.check_settings, settings=self.facts.settings | new)
        self.assertEqual([fault.partition(":")[0] for fault in faults],
                         ["data/administrators.md", "data/pinfold.conf.5", "app/settings/"])

    def test_changed_setting_is_noticed(self):
        for key, changes in (("cache-mode", {"default": "off"}), ("max-lifetime", {"most": "7"}),
                             ("reset-card", {"choices": ["never", "at-noon"]}),
                             ("forget-on-lock", {"default": "false"})):
            with self.subTest(key=key):
                changed = {key: self.facts.settings[key]._replace(**changes)}
                self.assertGreaterEqual(len(self.faults(
                    complete.check_settings, settings=self.facts.settings | changed)), 2)

    def test_row_that_goes_is_missed(self):
        for check, path, old in (
                (complete.check_settings, "data/administrators.md", "| `groups` |"),
                (complete.check_settings, "data/administrators.md", "General: Cache PINs"),
                (complete.check_settings, "data/pinfold.conf.5", ".It Cm sharing\n"),
                (complete.check_settings, "app/settings/general-page.c", '"prompt", "active"'),
                (complete.check_settings, "app/settings/forgetting-page.ui", 'id="idle_row"'),
                (complete.check_keys, "data/pinfold.conf", "#AppIdMinor = 0"),
                (complete.check_keys, "data/pinfold.conf.5", ".It Li no-protected-path\n"),
                (complete.check_keys, "data/administrators.md", "`lock` | none"),
                (complete.check_commands, "data/pinfoldctl.1", ".It Cm history"),
                (complete.check_commands, "data/pinfoldctl.1", "Fl -dry-run"),
                (complete.check_commands, "data/pinfold.1", "-gapplication-service"),
                (complete.check_variables, "data/pinfold-module.7", ".It Ev PINFOLD_DEBUG"),
                (complete.check_messages, "data/administrators.md", "| `the session bus is gone`"),
                (complete.check_example, "p11module/linger.c", "pf_linger_get_delay"),
                (complete.check_example, "CONTRIBUTING.md", "| step | file"),
                (complete.check_version, "CHANGELOG.md", "## 0.")):
            with self.subTest(path=path, old=old):
                self.assertTrue(self.faults(check, path, old))

    def test_new_things_are_missed(self):
        commands = {**self.facts.commands, "pinfoldctl": self.facts.commands["pinfoldctl"] |
                    {"fly": set(), "status": {"--json", "--high"}}}
        self.assertEqual(len(self.faults(complete.check_commands, commands=commands)), 2)
        sections = self.facts.sections | {"Weather": {"rain"}}
        self.assertEqual(len(self.faults(complete.check_keys, sections=sections)), 6)
        self.assertTrue(self.faults(complete.check_messages, "agent/main.c",
                                    "The agent stops", "The agent has had enough"))
        self.assertTrue(self.faults(complete.check_variables, "agent/main.c",
                                    "int\nmain(", 'getenv("PINFOLD_WEATHER")'))
        self.assertTrue(self.faults(complete.check_version, version="9.9"))
        self.assertTrue(self.faults(complete.check_pages, installed={}))


if __name__ == "__main__":
    tap.main()
