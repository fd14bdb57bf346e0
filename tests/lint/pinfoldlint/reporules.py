# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on every kind of file: licence tags, marks, paths, scripts, meson, translations, .ui."""

import ast
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from .tree import CannotCheck

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
HOLDER = "SPDX-FileCopyrightText: "
TAGGED = (".c", ".h", ".py", ".sh", "meson.build", ".map", ".ui", ".xml", "meson_options.txt")
TEXT_PROPERTIES = {"label", "title", "subtitle", "note", "tooltip-text", "placeholder-text", "text",
                   "secondary-text"}
TITLING_ROWS = {"PfSettingRow"}
INPUTS = {"GtkEntry", "GtkSwitch", "GtkSpinButton", "GtkComboBoxText", "GtkComboBox", "GtkTextView"}
BUTTONS = {"GtkButton", "GtkCheckButton", "GtkRadioButton", "GtkToggleButton", "GtkMenuItem",
           "GtkModelButton"}


def _sources(tree):
    return {*tree.paths(*TAGGED), *tree.scripts("bash"), *tree.scripts("python")}


def check_licence_tags(tree):
    """Two SPDX lines stand at the top of each source file."""
    for path in sorted(_sources(tree)):
        top = "\n".join(tree.files[path].split("\n")[:5])
        if LICENCE not in top:
            yield f"{path}: no {LICENCE}"
        if HOLDER not in top and not path.endswith("meson_options.txt"):
            yield f"{path}: no {HOLDER}…"


def check_purpose(tree):
    """A sentence after the tags says what the file is for."""
    for path in sorted(_sources(tree)):
        if path.endswith((".ui", ".xml", "meson.build", "meson_options.txt")):
            continue
        lines = [line for line in tree.files[path].split("\n")[:8] if not line.startswith("#!")]
        after = [i for i, line in enumerate(lines) if HOLDER in line]
        said = lines[after[0] + 1] if after and after[0] + 1 < len(lines) else ""
        if not re.match(r'(/\* |# |"""|\s*\* )\S.* \S', said):
            yield f"{path}: nothing says what it is for"


def check_no_marks(tree):
    """No marks of unfinished work."""
    mark = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
    for path, text in tree.files.items():
        for found in mark.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found[0]}"


def check_no_machine_paths(tree):
    """No path of one machine: homes, and where this checkout happens to lie."""
    homes = re.compile(r"/(home|Users)/(?!user\b|NAME\b)[a-z]\w*|/root/\w")
    for path, text in tree.files.items():
        for found in homes.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found[0]}"
        if tree.root is not None and len(tree.root.parts) > 2 and str(tree.root) in text:
            yield f"{path}: names the folder of this checkout"


def check_shell(tree):
    """shellcheck has nothing to say."""
    for path in sorted({*tree.paths(".sh"), *tree.scripts("bash"), *tree.scripts("/sh")}):
        try:
            ran = subprocess.run(["shellcheck", "-"], input=tree.files[path], capture_output=True,
                                 text=True, check=False)
        except OSError as error:
            raise CannotCheck("shellcheck is not installed") from error
        if ran.returncode != 0:
            yield f"{path}: {ran.stdout.strip()}"


def check_python_shebang(tree):
    """Scripts use the system's Python, whose packages the tests need."""
    for path in tree.scripts("python"):
        first = tree.files[path].split("\n", 1)[0]
        if first != "#!/usr/bin/python3":
            yield f"{path}: {first}"


def check_python(tree):
    """pyflakes has nothing to say; but of an import that is said to be for what it does."""
    try:
        from pyflakes.checker import Checker
    except ImportError as error:
        raise CannotCheck("pyflakes is not installed") from error
    for path in sorted({*tree.paths(".py"), *tree.scripts("python")}):
        lines = tree.files[path].splitlines()
        for said in Checker(ast.parse(tree.files[path]), path).messages:
            if "F401" not in lines[said.lineno - 1]:
                yield str(said)


def check_meson_lists(tree):
    """Meson files list their files by hand."""
    for path in tree.paths("meson.build"):
        if re.search(r"run_command\([^)]*'(find|ls|sh|bash)'|\bglob\b|\*\.[ch]\b", tree.files[path]):
            yield f"{path}: collects files instead of listing them"


def check_every_source_built(tree):
    """Each C file stands in the meson.build of its folder or of one above."""
    for path in tree.paths(".c"):
        parts = path.split("/")
        for depth in range(len(parts) - 1, -1, -1):
            listing = tree.files.get("/".join([*parts[:depth], "meson.build"]), "")
            name = "/".join(parts[depth:])
            stem = re.sub(r"\.c$", "", name)
            if name in listing or re.search(rf"'{re.escape(stem.removeprefix('test-'))}'", listing):
                break
        else:
            yield f"{path}: no meson.build names it"


def check_translations(tree):
    """po/POTFILES lists every file with text for people, and only files that exist."""
    listing = next((p for p in ("po/POTFILES", "po/POTFILES.in") if p in tree.files), None)
    if listing is None:
        if any(path.startswith("po/") for path in tree.files):
            yield "po/: no POTFILES"
        return
    listed = {line.strip() for line in tree.files[listing].splitlines()
              if line.strip() and not line.startswith("#")}
    for path in sorted(listed - set(tree.files)):
        yield f"{listing}: {path} does not exist"
    marked = re.compile(r'\b(?:C|N|NC|Q)?_\(\s*"|\bg?n?d?c?n?gettext\s*\(\s*"|translatable="(?:yes|true)"')
    for path in tree.paths(".c", ".ui", under=("agent/", "app/", "data/")):
        if marked.search(tree.files[path]) and path not in listed:
            yield f"{listing}: {path} is missing"


def _property(node, name):
    for child in node.findall("property"):
        if child.get("name").replace("_", "-") == name:
            return child
    return None


def check_ui(tree):
    """Text in .ui files is translatable; buttons have mnemonics, inputs have names."""
    for path in tree.paths(".ui"):
        root = ElementTree.fromstring(tree.files[path])
        # Such a row gives its own title to what is in it.
        titled = {child for row in root.iter("object") if row.get("class") in TITLING_ROWS
                  for child in row.findall("child/object")}
        targets = {node.text for node in root.iter("property")
                   if node.get("name").replace("_", "-") == "mnemonic-widget"}
        for node in root.iter("property"):
            if node.get("name").replace("_", "-") in TEXT_PROPERTIES and node.text and \
                    re.search(r"[A-Za-z]{2}", node.text) and \
                    node.get("translatable") not in ("yes", "true"):
                yield f"{path}: \"{node.text.strip()}\" is not translatable"
        for node in [*root.iter("object"), *root.iter("template")]:
            kind, name = node.get("class"), node.get("id")
            label = _property(node, "label")
            if kind in BUTTONS and label is not None and "_" not in (label.text or ""):
                yield f"{path}: button \"{label.text}\" has no mnemonic"
            has_name = any(child.get("name", "").replace("_", "-") == "AtkObject::accessible-name"
                           for child in node.iter("property"))
            title = _property(node, "title")
            if kind in (*TITLING_ROWS, "PfChoiceRow") and node.tag == "object" and (
                    title is None or "_" not in title.text):
                yield f"{path}: {kind} {name or ''} has no title with a mnemonic"
            if kind in INPUTS and not has_name and name not in targets and node not in titled:
                yield f"{path}: {kind} {name or ''} has no accessible name"


RULES = [
    check_licence_tags, check_purpose, check_no_marks, check_no_machine_paths, check_shell,
    check_python_shebang, check_python, check_meson_lists, check_every_source_built,
    check_translations, check_ui,
]
