# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Just enough reading of C for the rules: the layout is clang-format's, so braces stand in column 0."""

import re
from collections import namedtuple

Function = namedtuple("Function", "name line lines is_static")

_BODY = re.compile(r"^\{$(.*?)^\}", re.M | re.S)
_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_comments(text):
    """The text with comments blanked; lines keep their numbers."""
    return _TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m[0][0] == "/" else m[0], text)


def blank_strings(text):
    """The text with the insides of string literals blanked."""
    return _TOKEN.sub(lambda m: '"' + " " * (len(m[0]) - 2) + '"' if m[0][0] == '"' else m[0], text)


def functions(text):
    """Function definitions: name, line, lines from the opening to the closing brace, static."""
    plain = without_comments(text)
    end = 0
    for body in _BODY.finditer(plain):
        head = plain[end:body.start()]
        end = body.end()
        # After the last ';', '}' or preprocessor line, the last paragraph: the head alone.
        head = re.split(r"[;}]|^#.*$", head, flags=re.M)[-1].rstrip().split("\n\n")[-1]
        name = re.search(r"^(\w+)\s*\(", re.sub(
            r"__attribute__\s*\(\(.*?\)\)", "", head, flags=re.S), re.M)
        if name:
            yield Function(name[1], plain.count("\n", 0, body.start()) + 1,
                           body[0].count("\n") + 1, bool(re.search(r"\bstatic\b", head)))


def arguments(text, start):
    """What stands between the parenthesis that ends at START and its partner."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return text[start:]
