# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What a program's run is, what came of it, and what of that is told apart."""

import difflib
import re
import shlex
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mask:
    """What two good runs may say differently: each match becomes the name in angle brackets; without
    a name it goes."""

    name: str
    pattern: str
    reason: str

    def apply(self, text):
        """Lines begin with what they are of, "stdout: ". A group in the pattern stays as it is."""
        return re.sub(self.pattern, self.hide, text, flags=re.M)

    def hide(self, found):
        return (found[1] if found.re.groups else "") + (f"<{self.name}>" if self.name else "")


# The differences that are meant, in whatever any program says. All else is a defect.
MEANT = (
    Mask("library", r"^(stdout: (?:Cryptoki version |Manufacturer {5}|Library {10})).*$",
         "pkcs11-tool -I: C_GetInfo is of Pinfold (DESIGN 1: the library says its own name)"),
    Mask("library", r"^(stdout: +library-(?:description|manufacturer|version): ).*$",
         "p11-kit list-modules: the same"),
    Mask("library", r"(\buri: pkcs11:)library-\S+", "modutil -list: the same"),
    Mask("version", r"^(stdout: PKCS #11 Version )\d\.\d+$",
         "modutil -list: DESIGN 4.18: the interfaces of 3.0 are there in front of any backend"),
    Mask("slot", r"(\bUsing slot (?:\d+ with a present token|with index \d+) |^stdout: Slot \d+ )\(0x[0-9a-f]+\)",
         "DESIGN 4.16: several backends are one list, so slots are numbered by Pinfold"),
    Mask("handle", r"^(stdout: (?:Data|Profile) object )\d+$",
         "pkcs11-tool prints the handle of these; DESIGN 4.8: handles are Pinfold's own"),
)


@dataclass(frozen=True)
class Step:
    """One program's run. argv and stdin may have {module}, {place}, {pin}, {so_pin}."""

    argv: tuple
    stdin: str = ""
    files: tuple = ()  # what it writes, to be compared
    env: dict = field(default_factory=dict)
    masks: tuple = ()
    # How often it is run again when it dies by a signal: programs with races of their own.
    retries: int = 0
    # Where the order of the output is chance: with what each of the parts to be sorted begins.
    unordered: str = ""
    timeout: float = 60


def step(line, *more, **kwargs):
    """A Step from a command line; more are arguments that must not be split."""
    return Step((*shlex.split(line), *more), **kwargs)


@dataclass(frozen=True)
class Result:
    """What came of a step."""

    status: object
    stdout: bytes
    stderr: bytes
    files: dict

    def lines(self, masks):
        """As text in which the masks hide what they are for."""
        lines = [f"status {self.status}"]
        for name, data in {"stdout": self.stdout, "stderr": self.stderr, **self.files}.items():
            shown = "missing" if data is None else show(data)
            lines += [f"{name}: {line}" for line in shown.splitlines()]
        text = "\n".join(lines)
        for mask in masks:
            text = mask.apply(text)
        return text.splitlines()


def show(data):
    """Bytes as text: UTF-8 without control characters as it is, anything else in hexadecimal."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.hex()
    return data.hex() if re.search(r"[\x00-\x08\x0e-\x1f]", text) else text


def in_order(lines, first):
    """The lines with their parts sorted. What was written to stderr stays at the end."""
    parts, rest = [[]], []
    for line in lines:
        if line.startswith("stderr") and not re.match(first, line):
            rest.append(line)
            continue
        if re.match(first, line):
            parts.append([])
        parts[-1].append(line)
    return [line for part in sorted(parts) for line in part] + rest


def differences(step_made, raw, ours, name):
    """A unified diff of two Results of a step, "" when they say the same."""
    masks = (*MEANT, *step_made.masks)
    before, after = raw.lines(masks), ours.lines(masks)
    if step_made.unordered:
        before, after = (in_order(lines, step_made.unordered) for lines in (before, after))
    if before == after:
        return ""
    diff = difflib.unified_diff(before, after, "raw", name, n=2, lineterm="")
    return "\n".join([f"$ {shlex.join(step_made.argv)}", *diff])
