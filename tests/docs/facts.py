# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What there is: programs with their options, settings, configuration, D-Bus, files, tests."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import namedtuple

from pinfoldtest.paths import build_path, project_version, source_path

sys.path.append(str(source_path("tests/lint")))
from pinfoldlint.tree import Tree  # noqa: E402 (the linter's view of the checkout)

Setting = namedtuple("Setting", "type default choices least most")

# What text is looked for in: not in what is checked, nor in what says what is wrong.
NOT_SOURCES = ("po/", "tests/docs/", "tests/lint/")
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def is_document(path):
    return path.endswith(".md") or re.fullmatch(r"data/[\w.-]+\.[1-8]", path) is not None


def run_help(*command):
    """What a program prints, whatever language the person has."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
                   "ASAN_OPTIONS": "detect_leaks=0"}
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                         check=False, timeout=60, env=environment)
    return ran.stdout + ran.stderr


def read_settings(text):
    settings = {}
    for key in ElementTree.fromstring(text).iter("key"):
        limits = key.find("range")
        settings[key.get("name")] = Setting(
            key.get("type"), key.findtext("default").strip("'"),
            [choice.get("value") for choice in key.iter("choice")],
            limits.get("min") if limits is not None else None,
            limits.get("max") if limits is not None else None)
    return settings


class Facts:
    """All of them, of this checkout and the build that is tested."""

    def __init__(self):
        tree = Tree.of_checkout(source_path())
        self.files = tree.files
        self.paths = {*tree.files, *tree.others}
        self.folders = {path.rpartition("/")[0] for path in self.paths}
        self.folders |= {folder[:i] for folder in self.folders
                         for i, letter in enumerate(folder) if letter == "/"}
        self.documents = [path for path in self.files if is_document(path)]
        self.sources = "\n".join(text for path, text in self.files.items()
                                 if not is_document(path) and not path.startswith(NOT_SOURCES))
        # Texts of C, that stand on several lines.
        self.joined = re.sub(r'"\s*\n\s*"', "", self.sources).replace('\\"', '"')
        self.words = set(re.findall(r"[\w.-]+", self.sources))
        self.words |= {word.strip(".-") for word in self.words}
        self.parts = set(re.findall(r"[a-z]{3,}", self.joined))
        self.settings = read_settings(self.files["data/org.pinfold.gschema.xml"])
        self._read_programs()
        self._read_configuration()
        self._read_interfaces()
        self._read_build()

    def _read_programs(self):
        """program -> command ("" of those that have none) -> its options."""
        text = run_help(build_path("app/pinfoldctl"), "--help")
        usages = re.findall(r"(?m)^  ([a-z]+)( .*?)?(?:  |$)", text)
        self.subcommands = {name: set(re.findall(r"(?:^ |\| )([a-z]+)\b", usage or ""))
                            for name, usage in usages if "|" in (usage or "") and "NAME" not in usage}
        self.commands = {"pinfoldctl": {"": {"--help", "--version"}}}
        for name, usage in usages:
            said = run_help(build_path("app/pinfoldctl"), name, "--help") \
                if name not in ("get", "set", *self.subcommands) else ""
            self.commands["pinfoldctl"][name] = set(_OPTION.findall((usage or "") + said))
        self.commands["pinfold"] = {"": set(_OPTION.findall(
            run_help(build_path("app/pinfold"), "--help"))) | {"--gapplication-service"}}
        self.commands["pinfold-agent"] = {"": set(_OPTION.findall(
            run_help(build_path("agent/pinfold-agent"), "--help")))}
        self.commands["bootstrap"] = {}
        for part in re.split(r"\./bootstrap ", run_help(source_path("bootstrap"), "--help"))[1:]:
            usage = part.partition("\n\n")[0]
            self.commands["bootstrap"][usage.split()[0]] = set(_OPTION.findall(usage))
        self.registered = set(re.findall(r'(?m)^    \{"([\w-]+)", (?:N_\()?"',
                                         self.files["app/register/register-program.c"]))

    def _read_configuration(self):
        """section -> its keys; None: any."""
        text = self.files["agent/wire/config-file.c"]
        self.sections = {"Modules": None}
        for section, key in re.findall(r'\{"(\w+)", "([\w-]+)", \w+, \w+\}', text):
            self.sections.setdefault(section, set()).add(key)
        self.keys = {key for keys in self.sections.values() for key in keys or ()}

    def _read_interfaces(self):
        """interface without its org.pinfold -> its methods, signals and properties."""
        self.interfaces = {}
        for name in ("Agent1", "Cache1", "Prompter1"):
            interface = ElementTree.fromstring(
                self.files[f"agent/wire/org.pinfold.{name}.xml"]).find("interface")
            assert interface.get("name") == f"org.pinfold.{name}"
            self.interfaces[name] = {child.get("name") for child in interface}
        self.bus_names = set(re.findall(r'"(org\.pinfold\.[\w.]+)"',
                                        self.files["agent/wire/wire-names.h"]))
        self.object_paths = set(re.findall(r'"(/org/pinfold/\w+)"',
                                           self.files["agent/wire/wire-names.h"]))

    def _read_build(self):
        def introspect(what):
            return json.loads(build_path(f"meson-info/intro-{what}.json").read_text())

        self.tests = {test["name"] for test in introspect("tests")}
        self.suites = {suite.rpartition(":")[2] for test in introspect("tests")
                       for suite in test["suite"]}
        self.targets = {target["name"] for target in introspect("targets")}
        self.build_options = {option["name"] for option in introspect("buildoptions")}
        self.installed = {path.rpartition("/")[2]: path for path in introspect("installed").values()}
        self.version = project_version()
