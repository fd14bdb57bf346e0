# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on the guides: whatever stands in backticks exists."""

import re

GUIDES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
# Programs of others that the guides may name.
TOOLS = {"apt-get", "clang", "clang-format", "coredumpctl", "dbus-run-session", "gcc", "gdb", "git",
         "journalctl", "meson", "ninja", "openssl", "p11tool", "pkcs11-tool", "ptrace", "python3",
         "shellcheck", "ssh", "ssh-add", "ssh-agent", "ssh-keygen", "sudo", "systemctl"}
# What programs are called, and the file that they are built or started from.
PROGRAMS = {"pinfold": "app/", "pinfoldctl": "app/", "pinfold-agent": "agent/",
            "pinfold-tokens": "agent/", "pinfold-driver": "tests/driver/",
            "pinfold-pkcs11.so": "p11module/"}


def _resolves(tree, item, everything):
    words = item.split()
    path = item.removeprefix("./").rstrip("/")
    if path in tree.files or any(name.startswith(path + "/") for name in tree.files):
        return True
    first = words[0].removeprefix("./").removeprefix("build/test/")
    if first == "bootstrap":
        text = tree.files.get("bootstrap", "")
        return all(re.search(rf"(?m)^\s*(\w+\)|.*\b\w+:)?.*{re.escape(word)}", text)
                   for word in words[1:])
    if first.rpartition("/")[2] in PROGRAMS:
        folder = PROGRAMS[first.rpartition("/")[2]]
        if not any(name.startswith(folder) for name in tree.files):
            return False
        source = "".join(text for name, text in tree.files.items() if name.startswith(folder))
        return all(f'"{word}"' in source or f'"{word.lstrip("-")}"' in source for word in words[1:]
                   if re.match(r"-*[a-z][a-z-]*$", word))
    if words[0] in TOOLS:
        return all(_resolves(tree, word, everything) for word in words[1:]
                   if "/" in word and not word.startswith(("-", "build/")))
    # Settings, D-Bus names, variables, identifiers: somewhere in the sources, as a whole word.
    return len(words) == 1 and re.search(
        rf"(?<![\w.-]){re.escape(item.removesuffix('()').removeprefix('$'))}(?![\w-])",
        everything) is not None


def check_guides(tree):
    """Every path, command, setting and D-Bus name in backticks exists."""
    everything = "\n".join(text for path, text in tree.files.items()
                           if not path.endswith(".md") and not path.startswith("tests/lint/"))
    for path in GUIDES:
        text = re.sub(r"^```.*?^```", "", tree.files.get(path, ""), flags=re.M | re.S)
        for found in re.finditer(r"`([^`\n]+)`", text):
            if not _resolves(tree, found[1], everything):
                yield f"{path}: `{found[1]}` does not exist"
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            if link not in tree.files and link not in tree.others:
                yield f"{path}: link to {link} leads nowhere"


def check_guides_exist(tree):
    """The root has its guides."""
    for path in (*GUIDES, "CHANGELOG.md", "LICENSE"):
        if path not in tree.files:
            yield f"{path}: missing"


RULES = [check_guides, check_guides_exist]
