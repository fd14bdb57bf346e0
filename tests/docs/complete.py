# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whether what there is, is documented: each check gives the faults that it finds."""

import re
import xml.etree.ElementTree as ElementTree

REFERENCE = "data/administrators.md"
PAGES = {"pinfold": "data/pinfold.1", "pinfoldctl": "data/pinfoldctl.1",
         "pinfold-agent": "data/pinfold-agent.8"}
CONFIGURATION = "data/pinfold.conf.5"


def rows(text, heading):
    """The cells of the table under a row of headings."""
    table = re.search(rf"(?m)^\| {re.escape(heading)} .*\n\|[ -|]*\n((?:\|.*\n)+)", text)
    return [[cell.strip() for cell in line.strip("|\n").split(" | ")]
            for line in table[1].splitlines()] if table else []


def _in_reference(facts, key, setting):
    """A row, with the values and the default of the schema."""
    cells = next((row for row in rows(facts.files[REFERENCE], "key | values")
                  if row[0] == f"`{key}`"), None)
    if cells is None:
        yield f"{REFERENCE}: no row for {key}"
        return
    values = {"b": "true or false",
              "u": f"{setting.least} to {setting.most} ",
              "s": ", ".join(f"`{choice}`" for choice in setting.choices)}.get(setting.type, "list")
    if not cells[1].startswith(values):
        yield f"{REFERENCE}: {key} is {values}"
    default = f"`{setting.default}`" if setting.type == "s" else setting.default
    if cells[2] != ("empty" if default in ("[]", "{}") else default):
        yield f"{REFERENCE}: the default of {key} is {default}"


def _in_manual(facts, key, setting):
    """An entry in the page of the configuration, with each value that it can have."""
    section = facts.files[CONFIGURATION].partition(".Sh SETTINGS")[2].partition(".Sh ")[0]
    entry = re.search(rf"(?ms)^\.It Cm {re.escape(key)}\n(.*?)(?=^\.It |^\.El)", section)
    if entry is None:
        yield f"{CONFIGURATION}: no entry for {key}"
        return
    for value in (*setting.choices, setting.most if setting.type == "u" else None):
        if value is not None and not re.search(rf"\b{re.escape(value)}\b", entry[1]):
            yield f"{CONFIGURATION}: {key} can be {value}"
    default = setting.default
    if default in ("[]", "{}"):
        good = "Empty by default." in entry[1]
    else:
        good = re.search(rf"\b{re.escape(default)}\s+\(default\)", entry[1], re.I)
    if not good:
        yield f"{CONFIGURATION}: the default of {key} is {default}"


def _titles(facts):
    """Page of the dialog, by the name of its .ui file -> its title there."""
    dialog = ElementTree.fromstring(facts.files["app/settings/settings-dialog.ui"])
    found = {}
    for child in dialog.iter("child"):
        page, packing = child.find("object"), child.find("packing")
        title = packing.find("property[@name='title']") if packing is not None else None
        inner = [node.get("class") for node in child.iter("object")]
        for name in inner if title is not None else ():
            found.setdefault(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name[2:]).lower(), title.text)
        assert page is None or page.get("class")
    return found


def _find_row(facts, key):
    """(page, object of its .ui) that shows a setting; None: nothing does."""
    bindings = (rf'pf_setting_(?:row|group)_bind\w*\(self->(\w+), view, "{key}"',
                rf'pf_lock_note_watch\(self->(\w+), view, "{key}"')
    for path, text in facts.files.items():
        if not re.fullmatch(r"app/settings/[\w-]+-page\.c", path):
            continue
        for binding in bindings:
            found = re.search(binding, text)
            if found:
                ui = ElementTree.fromstring(facts.files[path.replace(".c", ".ui")])
                page = path.rpartition("/")[2].removesuffix(".c")
                return page, ui.find(f".//object[@id='{found[1]}']")
    return None


def _in_dialog(facts, key, setting):
    """A row on the page that the reference says, by the title that it says."""
    found = _find_row(facts, key)
    if found is None or found[1] is None:
        yield f"app/settings/: nothing shows {key}"
        return
    page, widget = found
    said = [row[3] for row in rows(facts.files[REFERENCE], "key | values") if row[0] == f"`{key}`"]
    title = widget.find("property[@name='title']")
    place = _titles(facts).get(page, "")
    if title is not None:
        place += ": " + title.text.replace("_", "")
    if said != [place]:
        yield f"{REFERENCE}: {key} is in the dialog at \"{place}\""
    if widget.get("class") == "PfSettingGroup":
        values = [node.text for node in widget.iterfind(".//property[@name='value']")]
        if sorted(values) != sorted(setting.choices):
            yield f"app/settings/{page}.ui: {key} has {values}, not {setting.choices}"


def check_settings(facts):
    """Every setting has a row in the dialog, in the manual page and in the reference."""
    for key, setting in facts.settings.items():
        for place in (_in_reference, _in_manual, _in_dialog):
            yield from place(facts, key, setting)
    for row in rows(facts.files[REFERENCE], "key | values"):
        if row[0].strip("`") not in facts.settings:
            yield f"{REFERENCE}: {row[0]} is no setting"


def check_keys(facts):
    """Every key of pinfold.conf is in the manual page, in the reference and in the example."""
    said = " ".join(f"{row[0]} {row[1]}" for row in rows(facts.files[REFERENCE], "section | key"))
    example = facts.files["data/pinfold.conf"]
    for section, keys in facts.sections.items():
        for path, text, wanted in ((REFERENCE, said, f"`[{section}]`"),
                                   (CONFIGURATION, facts.files[CONFIGURATION], f".It Li [{section}]\n"),
                                   ("data/pinfold.conf", example, f"[{section}]\n")):
            if wanted not in text:
                yield f"{path}: nothing on [{section}]"
        for key in sorted(keys or ()):
            if f"`{key}`" not in said:
                yield f"{REFERENCE}: nothing on {key}"
            if f".It Li {key}\n" not in facts.files[CONFIGURATION]:
                yield f"{CONFIGURATION}: nothing on {key}"
            if f"#{key} = " not in example and key != "MD_EnableCachePIN":
                yield f"data/pinfold.conf: nothing on {key}"
    for key in re.findall(r"(?m)^#?([\w-]+) = ", example):
        if key not in facts.keys | {"opensc"}:
            yield f"data/pinfold.conf: {key} is no key"


def check_commands(facts):
    """Every command and option is in its program's manual page."""
    for program, page in PAGES.items():
        text = facts.files[page]
        for command, options in facts.commands[program].items():
            entry = re.search(rf"(?m)^\.It Cm {command} ?(.*)$", text) if command else None
            if command and entry is None:
                yield f"{page}: nothing on {command}"
            for option in options - {"--help-all", "--help-gapplication", "--help-gtk", "--display"}:
                if not re.search(rf"Fl -{option[2:]}(?![\w-])", entry[1] if entry else text) and \
                        f".It Fl -{option[2:]}" not in text and f".Fl -{option[2:]}" not in text:
                    yield f"{page}: {command} has {option}"


def check_variables(facts):
    """Every variable that a program reads for a person's sake is in a manual page."""
    pages = "".join(text for path, text in facts.files.items()
                    if re.fullmatch(r"data/[\w.-]+\.[1-8]", path))
    code = "".join(text for path, text in facts.files.items()
                   if path.endswith(".c") and path.startswith(("agent/", "app/", "p11module/")))
    for name in sorted(set(re.findall(r'getenv\("((?:PINFOLD|PCSCLITE)_\w+)"\)', code))):
        if f".It Ev {name}\n" not in pages and f".Ev {name}\n" not in pages:
            yield f"data/: no manual page says what {name} is for"


def find_messages(facts):
    """(level, text with … for what differs) of all that the agent can log."""
    found = set()
    for path, text in facts.files.items():
        if not re.fullmatch(r"agent/(busloop/)?[\w-]+\.c", path):
            continue
        for call in re.finditer(r'\bg_(warning|message|critical|error)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)',
                                text):
            words = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call[2])).replace('\\"', '"')
            found.add((call[1], re.sub(r"%[.\d]*[a-z]", "…", words)))
    return found


def check_messages(facts):
    """The administrators' page has each message of the agent, with its level, and no other."""
    table = {(row[0], row[1].strip("` ") if row[1].startswith("`` ") is False
              else row[1].removeprefix("`` ").removesuffix("``"))
             for row in rows(facts.files[REFERENCE], "level | message")}
    messages = find_messages(facts)
    for level, text in sorted(messages - table):
        yield f"{REFERENCE}: not there: {level} {text}"
    for level, text in sorted(table - messages):
        yield f"{REFERENCE}: the agent does not say: {level} {text}"


def check_version(facts):
    """The version is the build's, and the top of the history of changes is of it."""
    top = re.search(r"(?m)^## ([\d.]+)", facts.files["CHANGELOG.md"])
    release = re.search(r'<release version="([\d.]+)"',
                        facts.files["data/org.pinfold.Pinfold.metainfo.xml.in"])
    for path, found in (("CHANGELOG.md", top), ("the metainfo", release)):
        if found is None or found[1] != facts.version:
            yield f"{path}: the first version there is not {facts.version}"
    for path in facts.documents:
        if path != "CHANGELOG.md" and re.search(rf"(?<![\d.]){re.escape(facts.version)}(?![\d.])",
                                                facts.files[path]):
            yield f"{path}: names the version, which changes"


def check_pages(facts):
    """Manual pages and guides that programs and pages name are installed."""
    for path in facts.documents:
        name = path.removeprefix("data/")
        if path.startswith("data/") and "/" not in name and name not in facts.installed:
            yield f"{path}: is not installed"


def check_example(facts):
    """The guide's way of a setting leads through files that have what it says."""
    steps = rows(facts.files["CONTRIBUTING.md"], "step | file")
    if len(steps) < 10:
        yield "CONTRIBUTING.md: no way of a setting"
    for _, paths, words in steps:
        for path in re.findall("`([^`]+)`", paths):
            for word in re.findall("`([^`]+)`", words):
                if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", facts.files.get(path, "")):
                    yield f"CONTRIBUTING.md: {path} has no {word}"


CHECKS = [check_settings, check_keys, check_commands, check_variables, check_messages, check_version,
          check_pages, check_example]
