# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What a document names: words, commands, options, paths, lines of configuration, each with its line."""

import re
from collections import namedtuple

# Kind: span (in backticks), command, configuration, json, option, cm, path, variable, page, name.
Item = namedtuple("Item", "path line kind text about", defaults=("",))

_FENCE = re.compile(r"(?ms)^```(\w*)\n(.*?)^```")
# Names that are checked wherever they stand, also in plain text.
NAMES = re.compile(
    r"(?<![\w./@-])(?:org\.pinfold[\w.]*\w|/org/pinfold/\w[\w-]*|(?:Agent1|Cache1|Prompter1)\.\w+"
    r"|C_[A-Z]\w+|CA_[A-Z]\w+|CK[A-Z]{0,2}_[A-Z]\w+|P11_\w+|MD_\w+|AppId\w+"
    r"|(?:PINFOLD|PF)_[A-Z]\w+|pf_\w+|Pf[A-Z]\w+|pinfold-[\w.-]*\w)(?![\w…])")
_PAGE = re.compile(r"(?<![\w-])pinfold[\w.-]*\(\d\)")
_MACROS = {"Cm", "Fl", "Li", "Pa", "Ev", "Xr", "Fn", "In", "Ic"}
_OTHER = {"Ar", "Nm", "Dq", "Pq", "Op", "Oo", "Oc", "Dv", "Sx", "It", "Em", "Pc", "Po", "Ns"}


def _line_of(text, at):
    return text.count("\n", 0, at) + 1


def _block_items(path, first, language, text):
    """A fenced block."""
    if language in ("ini", "json"):
        yield Item(path, first, "configuration" if language == "ini" else "json", text)
    if language or "┌" in text:  # a diagram
        for found in NAMES.finditer(text):
            yield Item(path, first + text.count("\n", 0, found.start()), "name", found[0])
        return
    for number, line in enumerate(text.splitlines()):
        line = re.sub(r"\s+#.*|^#.*|(?<=\S)\s{2,}.*", "", line).strip()
        if re.match(r"/org/pinfold/", line):
            yield Item(path, first + number, "name", line)
        elif re.match(r"(\./)?[a-z][\w./-]*( |$)", line):
            for part in line.split(" && "):
                yield Item(path, first + number, "command", part)


def markdown(path, text):
    """Of a page in Markdown."""
    for found in _FENCE.finditer(text):
        yield from _block_items(path, _line_of(text, found.start(2)), found[1], found[2])
    plain = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    plain = re.sub(r"<!--.*?-->", "", plain)
    for found in re.finditer(r"``\s?(.+?)``(?!`)|`([^`\n]+(?:\n[^`\n]+)?)`", plain):
        if found[2]:
            yield Item(path, _line_of(plain, found.start()), "span", " ".join(found[2].split()))
    spanless = re.sub(r"``\s?.+?``(?!`)|`[^`]+`", lambda found: "\n" * found[0].count("\n"), plain)
    for found in _PAGE.finditer(spanless):
        yield Item(path, _line_of(spanless, found.start()), "page", found[0])
    spanless = _PAGE.sub("", spanless)
    for found in NAMES.finditer(spanless):
        yield Item(path, _line_of(spanless, found.start()), "name", found[0])
    for found in re.finditer(r"\]\(([^)\s]+)\)", plain):
        yield Item(path, _line_of(plain, found.start()), "link", found[1])


def _macro_items(path, number, words):
    """Of one line of macros: (kind, text); punctuation ends an argument list."""
    macro, about = None, ""
    for word in words:
        if word in _MACROS or word in _OTHER:
            macro = word
        elif re.fullmatch(r"[.,;:()|\"\[\]]+", word):
            continue
        elif macro == "Cm":
            about = about or word
            yield Item(path, number, "cm", word)
        elif macro == "Fl":
            yield Item(path, number, "option", "-" + word, about if words[0] == "It" else "")
            macro = None
        elif macro in ("Li", "Pa", "Ev"):
            kind = {"Li": "span", "Pa": "path", "Ev": "variable"}[macro]
            yield Item(path, number, kind, word)
        elif macro == "Xr":
            yield Item(path, number, "page", f"{word}({words[words.index(word) + 1]})")
            macro = None
        elif macro in ("Fn", "In"):
            yield Item(path, number, "span", word)


def manual(path, text):
    """Of a manual page in mdoc."""
    lines = text.splitlines()
    literal = None
    for number, line in enumerate(lines, 1):
        if line.startswith(".Bd -literal"):
            literal = (number + 1, [])
        elif line == ".Ed":
            yield Item(path, literal[0], "configuration", "\n".join(literal[1]))
            literal = None
        elif literal is not None:
            literal[1].append(line)
        elif line.startswith('.\\"'):
            continue
        elif line.startswith(".Dl "):
            kind = "configuration" if " = " in line else "command"
            text = "[Modules]\n" + line[4:] if kind == "configuration" else line[4:]
            yield Item(path, number, kind, text)
        elif line.startswith("."):
            yield from _macro_items(path, number, line[1:].split())
        else:
            for found in NAMES.finditer(line):
                yield Item(path, number, "name", found[0])


def of_document(path, text):
    return list((markdown if path.endswith(".md") else manual)(path, text))
