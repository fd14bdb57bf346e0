#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What doctor prints: for people, for programs, for others; and the pages that explain it."""

import json
import os
import re
import unittest
from pathlib import Path

from doctorcase import CTL, DoctorCase
from pinfoldtest import source_path, softhsm, tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import need_tools

ROW = re.compile(r'\{"([a-z0-9-]+)",\s*(TRUE|FALSE),')


def known_problems():
    """{name: is it an error?}, in the order of the table."""
    text = source_path("app/ctl/doctor-problem.c").read_text(encoding="utf-8")
    return {name: word == "TRUE" for name, word in ROW.findall(text)}


class Pages(unittest.TestCase):
    def test_each_problem_has_a_section(self):
        page = source_path("data/troubleshooting.md").read_text(encoding="utf-8")
        sections = re.findall(r"^### (.*)$", page, re.M)
        self.assertGreater(len(sections), 50)
        self.assertEqual(sections, list(known_problems()))
        for section in re.split(r"^###? .*$", page, flags=re.M)[1:]:
            self.assertGreater(len(section.strip() or "# a heading of sections"), 20)

    def test_links_lead_somewhere(self):
        page = source_path("data/troubleshooting.md").read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)]+)\)", page):
            if target.startswith("#"):
                self.assertIn(target[1:], known_problems())
            else:
                self.assertTrue(source_path("data", target).exists(), target)

    def test_each_problem_is_made_on_purpose(self):
        """By a test that expects it."""
        tests = "".join(path.read_text(encoding="utf-8")
                        for path in Path(__file__).parent.glob("test-*.py"))
        missing = [name for name in known_problems()
                   if f'"{name}"' not in tests and f"[{name}]" not in tests]
        self.assertEqual(missing, [])


class Manual(DoctorCase):
    def test_has_each_command_as_it_is_used(self):
        need_tools("groff")
        page = self.box.run("groff", "-man", "-ww", "-Tutf8", "-rLL=200n", "-P-cbou",
                            source_path("data/pinfoldctl.1"))
        self.assertEqual(page.stderr, "")
        said = re.sub(r"[ \n]+", " ", page.stdout.replace("‐", "-").replace("−", "-"))
        usage = re.findall(r"^  (\w+ .*?)   ", self.box.run(CTL, "--help").stdout, re.M)
        self.assertGreater(len(usage), 9)
        for line in usage:
            self.assertIn(f" {line.replace('…', '...')} ", said)
            command = line.split()[0]
            self.assertIn(f" {command} ", self.box.run(CTL, command, "--help").stdout)
        programs = json.loads(self.box.run(CTL, "register", "--list", "--json").stdout)["programs"]
        for word in ("EXIT STATUS", "troubleshooting.md", "--report", "problem",
                     *(program["name"] for program in programs)):
            self.assertIn(word, said)


class Text(DoctorCase):
    def test_problems_and_summary(self):
        conf = self.write_conf("broken", soft=self.soft, gone="/nonexistent.so", lost="/no.so")
        done = self.run_doctor(env={"PINFOLD_CONF": conf})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^ERROR +backend:gone +PKCS#11 module “gone”.*\n"
                                      r" +→ Correct its path .* \[module-missing\]$")
        errors = done.stdout.count("\nERROR ")
        self.assertIn(f"\n{errors} things are wrong.\n", done.stdout)
        self.assertRegex(done.stdout, r"worth a look\.\nWhat stands in brackets has a section in "
                                      r"/.*/troubleshooting\.md\.\n$")
        self.assertNotIn("All is well", done.stdout)

    @tap.only_if(FULL)
    def test_card_names_are_no_commands_for_the_terminal(self):
        softhsm.init_token(self.box, label="a\tb")
        self.assertNotIn("\t", self.run_doctor().stdout)

    def test_json(self):
        document = json.loads(self.run_doctor("--json").stdout)
        self.assertEqual(set(document), {"version", "system", "findings", "backends"})
        self.assertEqual(set(document["system"]), {"os", "desktop", "session"})
        problems = known_problems()
        for finding in document["findings"]:
            if finding["verdict"] == "ok":
                self.assertEqual(set(finding), {"id", "verdict", "text"})
            else:
                self.assertEqual(set(finding), {"id", "verdict", "text", "problem", "fix"})
                self.assertEqual(finding["verdict"] == "error", problems[finding["problem"]])

    def test_home_behind_a_link(self):
        """Programs are told where their own files really are."""
        (self.box.dir / "link").symlink_to("scripted")
        self.script_helper({}, [])
        done = self.run_doctor("--report", env={"HOME": self.box.dir / "link"})
        self.assertIn("(~/p11module/pinfold-pkcs11.so)", done.stdout)
        self.assertNotIn(str(self.box.dir / "scripted"), done.stdout)


class Report(DoctorCase):
    """Nothing in it tells this person, machine, token or reader from another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.label = "Karte von Erika Mustermann"
        cls.other = softhsm.init_token(cls.box, label=cls.label)
        cls.readers = cls.box.readers()
        cls.card = cls.readers.card()
        cls.start_bus()
        home = Path(cls.box.env["HOME"])
        # Places in which a path, a name, a label could be told.
        os.symlink(cls.soft, home / "Erikas twin.so")
        cls.names = {str(home), str(cls.box.dir / "run")}
        cls.box.env["PINFOLD_CONF"] = str(cls.write_conf(
            "report", "[Misc]\nnonsense\n", soft=cls.soft, opensc=cls.readers.opensc(),
            twin=home / "Erikas twin.so", gone=home / "modules/of/mine.so",
            host="/srv/erikas-rechner/module.so", user="/srv/nobody/module.so"))

    def secrets(self):
        tokens = {self.serial, self.other, self.serial[-8:], "00000000cafe0001", "cafe0001",
                  self.label, "Mustermann", "pinfold-test", "Pinfold Test Card"}
        return tokens | set(self.readers.names) | self.names

    def reports(self, prefix=()):
        for args in (("--report",), ("--report", "--json")):
            done = self.run_doctor(*args, prefix=prefix)
            self.assertEqual((done.returncode, done.stderr), (1, ""))
            yield done.stdout

    def test_whole(self):
        self.card.set_tries(1)
        try:
            plain = self.run_doctor().stdout
            # All of them are there to be told.
            for word in self.secrets() - {str(self.box.dir / "run")}:
                self.assertIn(word, plain)
            for text in self.reports():
                for word in self.secrets():
                    self.assertNotIn(word, text)
                for word in ("pin-last-try", "token-doubled", "~/modules/of/mine.so", "SoftHSM v2",
                             "configuration-fault"):
                    self.assertIn(word, text)
        finally:
            self.card.set_tries(3)

    @tap.only_if(FULL)
    def test_readers_and_tokens_have_numbers(self):
        (_, text) = self.reports()
        ids = [finding["id"] for finding in json.loads(text)["findings"]]
        self.assertEqual([i for i in ids if i.startswith("reader:")], ["reader:1", "reader:2"])
        self.assertEqual([i for i in ids if i.startswith("token:")],
                         [f"token:{n + 1}" for n in range(5)])

    @tap.only_if(FULL)
    def test_user(self):
        if os.geteuid() != 0:
            self.skipTest("the user of this test has a name of his own, which is not root's")
        prefix = ("unshare", "--user")
        if self.box.run(*prefix, "true", check=False).returncode != 0:
            self.skipTest("no user namespace of one's own can be had here")
        self.assertIn("/srv/nobody/module.so", self.run_doctor("--json", prefix=prefix).stdout)
        for text in self.reports(prefix):
            self.assertNotIn("nobody", text)
            self.assertIn("/srv/USER/module.so", text)

    @tap.only_if(FULL)
    def test_machine(self):
        prefix = ("unshare", "-ru", "sh", "-c", 'hostname erikas-rechner && exec "$@"', "sh")
        if self.box.run(*prefix, "true", check=False).returncode != 0:
            self.skipTest("no namespace of one's own can be had here")
        self.assertIn("/srv/erikas-rechner/", self.run_doctor("--json", prefix=prefix).stdout)
        for text in self.reports(prefix):
            self.assertNotIn("erika", text)
            self.assertIn("/srv/HOST/module.so", text)

    @tap.only_if(FULL)
    def test_runtime_directory(self):
        folder = self.box.dir / "run/pinfold"
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o711)
        try:
            for text in self.reports():
                self.assertIn("$XDG_RUNTIME_DIR/pinfold", text)
        finally:
            folder.chmod(0o700)

    @tap.only_if(FULL)
    def test_says_what_system_it_is(self):
        done = self.run_doctor("--report", env={"XDG_CURRENT_DESKTOP": "XFCE",
                                                "XDG_SESSION_TYPE": "x11"})
        self.assertRegex(done.stdout, r"^pinfoldctl \S+\n.+\nXFCE x11\n\n")


if __name__ == "__main__":
    tap.main()
