# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on the translations: complete, well formed, with mnemonics that do not meet."""

import gettext
import io
import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from .tree import CannotCheck

PROMISED = {"de", "es", "fr", "sv", "zh_CN"}
# The plural forms of a language, as gettext's manual has them.
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "sv": "nplurals=2; plural=(n != 1);",
    "zh_CN": "nplurals=1; plural=0;",
}
# What assistive tools and tests know a window and an entry by.
KEPT = ("PIN — ", "Permission — ")
XGETTEXT = ["xgettext", "--files-from=-", "--from-code=UTF-8", "--no-wrap", "--output=-",
            "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2", "--keyword=NC_:1c,2",
            "--keyword=PF_CONFIG_REASON", "--keyword=g_dngettext:2,3", "--keyword=g_dcgettext:2", "--keyword=g_dpgettext2:2c,3"]


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def _languages(tree):
    return _lines(tree.files.get("po/LINGUAS", ""))


def _run(command, **kwargs):
    try:
        return subprocess.run(command, capture_output=True, check=False, **kwargs)
    except OSError as error:
        raise CannotCheck(f"{command[0]} is not installed") from error


def _template(tree):
    """The text for people that the sources have now, as xgettext finds it."""
    listed = [path for path in _lines(tree.files.get("po/POTFILES.in", "")) if path in tree.files]
    with tempfile.TemporaryDirectory() as folder:
        for path in listed:
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(tree.files[path], encoding="utf-8")
        done = _run(XGETTEXT, input="\n".join(listed).encode(), cwd=folder)
    return done.stdout


def _catalog(text):
    """What a program finds in a catalog: its finished translations."""
    compiled = _run(["msgfmt", "--output-file=-", "-"], input=text.encode()).stdout
    return gettext.GNUTranslations(io.BytesIO(compiled)) if compiled else gettext.NullTranslations()


def check_languages_listed(tree):
    """po/LINGUAS has the languages that are promised, and there is a catalog for each."""
    if not any(path.startswith("po/") for path in tree.files):
        return
    listed = set(_languages(tree))
    there = {path[3:-3] for path in tree.paths(".po", under="po/")}
    for language in sorted(PROMISED - listed):
        yield f"po/LINGUAS: {language} is missing"
    for language in sorted(listed ^ there):
        yield f"po/{language}.po: only one of it and its line in po/LINGUAS is there"


def check_catalogs(tree):
    """Catalogs are well formed: formats, line ends, mnemonics and plural forms like the original's."""
    for language in _languages(tree):
        path = f"po/{language}.po"
        text = tree.files.get(path, "")
        done = _run(["msgfmt", "--check", "--check-accelerators=_", "--output-file=/dev/null", "-"],
                    input=text.encode())
        if done.stderr:
            yield f"{path}: {done.stderr.decode().strip()}"
        if f'"Plural-Forms: {PLURALS.get(language)}\\n"' not in text:
            yield f"{path}: the plural forms are not {PLURALS.get(language)}"


def check_catalogs_complete(tree):
    """Each text for people is translated into each language, and no translation is a guess."""
    template = _template(tree) if _languages(tree) else b""
    for language in _languages(tree):
        path = f"po/{language}.po"
        with tempfile.NamedTemporaryFile(suffix=".po") as catalog:
            catalog.write(tree.files.get(path, "").encode())
            catalog.flush()
            done = _run(["msgcmp", "--no-fuzzy-matching", catalog.name, "-"], input=template)
        lines = template.decode().splitlines()
        for fault in done.stderr.decode().splitlines() if done.returncode != 0 else ():
            if (missing := re.match(r"<stdin>:(\d+): ", fault)):
                before = lines[:int(missing[1])]
                text = next(line for line in reversed(before) if line.startswith("msgid "))
                yield f"{path}: not there: {text}"
            elif " warning: " not in fault and " found " not in fault:
                yield fault.replace(catalog.name, path)


def check_whole_texts(tree):
    """No macro stands in a text for people: what comes after it would not be translated."""
    for found in re.findall(rb'^msgid.*[^%]%"$', _template(tree), re.MULTILINE):
        yield f"cut at a macro: {found.decode()}"


def check_kept_words(tree):
    """What must stay as it is stays so; what goes on with three dots does so in each language."""
    texts = re.findall(r'^msgid "([^"\\]+)"$', _template(tree).decode(), re.MULTILINE)
    for language in _languages(tree):
        catalog = _catalog(tree.files.get(f"po/{language}.po", ""))
        for text in texts:
            said = catalog.gettext(text)
            kept = text == "PIN" or text.startswith(KEPT)
            if kept and said != text or text.endswith("…") and "…" not in said:
                yield f"po/{language}.po: \"{said}\" for \"{text}\""


def _mnemonic_scopes(root):
    """Lists of (context, label) of what a person sees at once: each menu, and the rest."""
    yield from (list(menu.iter("attribute")) for menu in root.iter("menu"))
    yield list(root.iter("property"))


def check_mnemonics_differ(tree):
    """In no language do two controls of a .ui file, or two items of its menu, have one mnemonic."""
    catalogs = {"en": gettext.NullTranslations()}
    catalogs |= {language: _catalog(tree.files.get(f"po/{language}.po", ""))
                 for language in _languages(tree)}
    for path in tree.paths(".ui", under="app/"):
        root = ElementTree.fromstring(tree.files[path])
        for nodes in _mnemonic_scopes(root):
            labels = {(node.get("context"), node.text) for node in nodes
                      if node.get("translatable") in ("yes", "true") and node.text
                      and node.get("name") in ("label", "title")}
            for language, catalog in catalogs.items():
                said = [catalog.pgettext(context, text) if context else catalog.gettext(text)
                        for context, text in labels]
                keys = Counter(match[1].casefold() for text in said
                               if (match := re.search(r"_(\w)", text)))
                for key, count in keys.items():
                    if count > 1:
                        yield f"{path}: {language} has {count} controls for Alt+{key}"


RULES = [
    check_languages_listed, check_catalogs, check_catalogs_complete, check_whole_texts,
    check_kept_words, check_mnemonics_differ,
]
