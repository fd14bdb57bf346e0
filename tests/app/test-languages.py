#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What app, agent and pinfoldctl say in other languages, from the build tree's translations."""

import gettext
import unittest

from appcase import TITLE, AppCase, wait_served
from pinfoldtest import Sandbox, build_path, tap
from promptcase import PromptCase

CTL = build_path("app/pinfoldctl")
USAGE = "Usage: pinfoldctl COMMAND [OPTION…]"
LANGUAGES = ("de", "es", "fr", "sv", "zh_CN")


class Terminal(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox()
        self.addCleanup(self.box.close)

    def usage(self, **env):
        return self.box.run(CTL, "--help", env=env).stdout.splitlines()[0]

    def test_each_language(self):
        for language in LANGUAGES:
            catalog = gettext.translation("pinfold", build_path("po"), [language])
            said = self.usage(LANGUAGE=language)
            self.assertEqual(said, catalog.gettext(USAGE))
            self.assertNotEqual(said, USAGE)

    def test_others_stay_english(self):
        self.assertEqual(self.usage(LANGUAGE="xx"), USAGE)
        self.assertTrue(self.usage(LC_ALL="C", LANGUAGE="de").startswith("Usage: pinfoldctl"))

    def test_only_its_own_translations(self):
        """A translation is a format string: no variable brings others in."""
        strangers = {"TEXTDOMAINDIR": "/nowhere", "LOCPATH": "/nowhere", "NLSPATH": "/nowhere/%N"}
        self.assertTrue(self.usage(LANGUAGE="de", **strangers).startswith("Aufruf: pinfoldctl"))

    def test_agent(self):
        done = self.box.run(CTL, "doctor", env={"LANGUAGE": "de"}, check=False)
        self.assertIn("Der Agent läuft.", done.stdout)
        # The agent was started with the bus's environment, which is English.
        self.assertIn("The agent is on the session bus.", done.stdout)

    def test_configuration(self):
        """What its parser says, which speaks English to logs."""
        conf = self.box.dir / "faulty.conf"
        conf.write_text("what is this\n", encoding="utf-8")
        done = self.box.run(CTL, "doctor", env={"LANGUAGE": "de", "PINFOLD_CONF": conf}, check=False)
        self.assertIn(f"{conf}:1: ist weder Abschnitt noch Schlüssel noch Kommentar", done.stdout)


class GermanAgent(unittest.TestCase):
    def test_findings(self):
        with Sandbox(bus=False) as box:
            box.env["LANGUAGE"] = "de"
            box.start_bus()
            done = box.run(CTL, "doctor", check=False)
            self.assertIn("Der Agent ist am Sitzungsbus angemeldet.", done.stdout)


class GermanWindow(AppCase):
    def test_window(self):
        self.start_app(env={"LANGUAGE": "de"})
        window = self.ui.window(TITLE)
        window.wait_text("PIN-Zwischenspeicher ist aus: Der Agent läuft nicht")
        self.picture("token-window-de")
        window.press("Starten")
        window.wait_text("Der Agent konnte nicht gestartet werden.")

    def test_c_locale(self):
        """Typographic quotes and dashes are no matter of the locale."""
        self.start_app(env={"LC_ALL": "C", "LANG": "C", "LANGUAGE": "de"})
        window = self.ui.window(TITLE)
        window.wait_text("PIN caching is off: the agent is not running")


class GermanDialog(PromptCase):
    app_env = {"LANGUAGE": "de"}

    def test_wrong_pin(self):
        """The title and the name of the entry are what they are in English."""
        window = self.ask(tries_left=2)
        self.assertEqual(window.title, "PIN — Anna Beispiel")
        window.wait_shown("Firefox fragt nach der PIN von „Anna Beispiel“")
        window.wait_shown("Noch 2 Versuche")
        self.picture("pin-dialog-de")
        window.find("PIN", "password text")
        window.type("0000")
        wait_served(lambda: window.find("Entsperren", "push button").has_state("sensitive"), 5,
                    "the button")
        window.press("Entsperren")
        wait_served(lambda: self.agent.answers, 10, "AnswerPin")
        self.agent.retry(11, 12, tries_left=1)
        window.wait_text("Falsche PIN. Letzter Versuch: Eine weitere falsche PIN blockiert das Token")
        self.agent.close(12, "canceled")
        self.ui.wait_no_window("PIN —")


if __name__ == "__main__":
    tap.main()
