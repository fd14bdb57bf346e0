# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Whether what a document names exists: each check says what is wrong with an item, or None."""

import json
import re
from pathlib import PurePosixPath

# Programs of others that documents tell people to run; their arguments are their own, but for names
# of ours in them.
FOREIGN_PROGRAMS = {
    "apt", "apt-get", "chmod", "chown", "clang-format", "clang-tidy", "cppcheck", "dconf", "dpkg", "dpkg-buildpackage", "file",
    "git", "glib-compile-schemas", "gpgconf", "gsettings", "java", "journalctl", "ldd", "loginctl",
    "mkdir", "namei", "openssl", "opensc-tool", "p11-kit", "p11tool", "pkcs11-tool", "screen", "ss", "ssh", "ssh-add",
    "ssh-agent", "su", "sudo", "systemctl", "tmux", "ulimit", "flatpak", "flatpak-builder", "certtool"}
# Words of others: packages, services, units, keys of their files, their programs, their options.
FOREIGN_WORDS = {
    "-c", "-m", "-s", "-engine", "-providerArg", "-help-all", "--pkcs11-providers", "PYTHONPATH", "LD_PRELOAD", "SocketMode=0666",
    "PKCS11Provider", "atomic", "debug", "disable-ccid", "gnome-shell-extension-appindicator", "libccid",
    "enable-in: none", "log-calls", "pcsc-shared", "scdaemon", "softhsm2", "ssh-pkcs11-helper", "p11-kit-remote",
    "use_pin_caching", "pin_cache_counter", "lock_login", "pinentry", "default-cache-ttl",
    "XDG_STATE_HOME", "XDG_DATA_DIRS", "OPENSSL_CONF", "GSETTINGS_BACKEND", "G_MESSAGES_DEBUG",
    "dconf-gsettings-backend", "ptrace", "pcsc-lite", "profiles.ini", "java.security"}
# What the driver of the tests reads and writes.
DRIVER_WORDS = {"@0", "=LABEL", ";", 'err message="…"'}
FOREIGN_PATHS = {"/dev/null", "/etc/systemd/user", "/etc/polkit-1/rules.d/", "/run/pcscd/pcscd.comm",
                 "/etc/security/limits.conf", "~/.gnupg/scdaemon.conf", "~/.ssh/config",
                 "/etc/ssh/ssh_config.d", "~/.pki/nssdb", "~/.local/share/pki/nssdb", "profiles.ini",
                 "java.security", "files/lib/pkcs11/pinfold-pkcs11.so",
                 "~/.var/app/org.pinfold.Pinfold/config/pinfold/pinfold.conf",
                 "~/.var/app/org.pinfold.Pinfold/data/softhsm2"}
# Where paths of ours begin.
ROOTS = ("~/.config", "~/.local/state", "/etc", "/var/lib", "$XDG_RUNTIME_DIR")
FOREIGN_PAGES = {"dconf(7)", "dlsym(3)", "fork(2)", "glib-compile-schemas(1)", "gsettings(1)",
                 "modutil(1)", "pcscd(8)", "pkcs11.conf(5)", "ssh-add(1)", "ssh_config(5)", "systemd(1)"}
# Files that the administrator makes, and a page tells how.
EXAMPLES = {"/usr/share/glib-2.0/schemas/90_pinfold.gschema.override", "/etc/dconf/db/local.d/pinfold",
            "/etc/dconf/db/local.d/locks/pinfold"}
# Options of meson that are not the project's are in its list of them; these are words of its programs.
MESON_OPTIONS = {"-C", "-v", "--suite", "--no-rebuild", "--prefix"}
MESON_WORDS = {"setup", "test", "compile", "install", "introspect", "dist"}
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_-]*(\.{3}|…)?$|.*[…{<]|\.{3}$")
FILE = re.compile(r"[\w./*+-]*\.(c|h|py|md|xml|ui|in|sh|build|txt|svg|png|po|map|conf|[1-8])$")


def _exists(facts, path, folder=""):
    """In the checkout: from its root, from the document's folder, from that of the tests."""
    wanted = path.removeprefix("./").rstrip("/")
    for base in ("", folder + "/" if folder else "", "tests/"):
        name = base + wanted
        if name in facts.paths or name in facts.folders:
            return True
        pattern = re.escape(name).replace("NAME", r"[\w-]+")
        if "NAME" in name and any(re.match(pattern + "(/|$)", known) for known in facts.paths):
            return True
    return False


def check_path(facts, text, folder=""):
    """A path outside of the checkout, or in it."""
    if text in FOREIGN_PATHS | EXAMPLES:
        return None
    if not re.match(r"[/~$]", text):
        bare = text.rstrip("/")
        if _exists(facts, text, folder) or bare in facts.installed or bare in ("build", "pinfold") or \
                text.startswith("build/") or any(
                path.endswith("/" + text) for path in (*facts.installed.values(), *facts.paths)):
            return None
        if re.fullmatch(r"pinfold/[\w.]+", text) and text.split("/")[1] in facts.words:
            return None
        return "is no path of the checkout, nor installed"
    if text in facts.object_paths or text in facts.sources:
        return None
    name = PurePosixPath(text).name
    if text.startswith("/usr/") and name in facts.installed:
        folder = PurePosixPath(text).parts[-2]
        return None if facts.installed[name].endswith(f"/{folder}/{name}") else "is installed elsewhere"
    root = next((root for root in ROOTS if text.startswith(root + "/")), None)
    if root and "pinfold" in text and all(part in facts.words or part in facts.installed
                                          for part in text.removeprefix(root + "/").split("/")):
        return None
    return "is no path that anything here uses"


def check_setting(facts, key, value=None):
    """A setting, and a value for it."""
    if key not in facts.settings:
        return None if re.fullmatch("KEY", key) else f"there is no setting {key}"
    setting = facts.settings[key]
    if value is None or re.fullmatch("VALUE", value):
        return None
    value = value.removeprefix("uint32 ").strip("'")
    if setting.choices:
        good = value in setting.choices
    elif setting.type == "b":
        good = value in ("true", "false")
    elif setting.type == "u":
        good = value.isdigit() and int(setting.least) <= int(value) <= int(setting.most)
    else:
        good = True
    return None if good else f"{value} is no value of {key}"


def _check_ctl(facts, words):
    commands = facts.commands["pinfoldctl"]
    if not words:
        return None
    name = words[0] if not words[0].startswith("-") else ""
    if name not in commands:
        return f"pinfoldctl has no command {name}"
    if name in ("get", "set"):
        return check_setting(facts, *words[1:3]) if len(words) > 1 else None
    for word in words[bool(name):]:
        option = word.split("=")[0]
        if word.startswith("-") and option not in commands[name]:
            return f"pinfoldctl {name} has no option {option}"
        if name in facts.subcommands and re.fullmatch(r"[a-z]+", word) and \
                word not in facts.subcommands[name]:
            return f"pinfoldctl {name} is not followed by {word}"
        if name in ("register", "unregister") and re.fullmatch(r"[a-z][\w-]*", word) and \
                word not in facts.registered:
            return f"pinfoldctl {name} knows no {word}"
    return None


def _check_meson(facts, words):
    if words[0] == "ninja":
        wanted = [word for word in words[1:] if word not in ("-C", "build", "uninstall")]
        return next((f"there is no target {word}" for word in wanted if word not in facts.targets), None)
    if len(words) > 1 and words[1] not in MESON_WORDS:
        return f"meson has no command {words[1]}"
    before = ""
    for word in words[2:]:
        name = re.match(r"-D([\w.]+)=", word)
        if name and name[1] not in facts.build_options:
            return f"there is no build option {name[1]}"
        if before == "--suite" and word not in facts.suites:
            return f"there is no suite {word}"
        if word.startswith("-") and not name and word.partition("=")[0] not in MESON_OPTIONS:
            return f"meson has no option {word}"
        if (before == "-C" or (words[1] == "setup" and not before.startswith("-"))) and \
                re.match(r"[a-z]", word) and word != "build":
            return f"{word} is no build folder"
        if words[1] == "test" and re.match(r"[a-z]", word) and not before.startswith("-") and \
                word not in facts.tests:
            return f"there is no test {word}"
        if words[1] == "compile" and re.match(r"[a-z]", word) and word != "build" and \
                word not in facts.targets:
            return f"there is no target {word}"
        before = word
    return None


def _check_script(facts, words, folder):
    """A program of the tests: its file, and its options in it."""
    path = next((f"{base}{words[0]}" for base in ("", folder + "/", "tests/")
                 if base + words[0] in facts.files), None)
    if path is None:
        return f"there is no {words[0]}"
    end = words.index("--") if "--" in words else len(words)
    if words[end + 1:end + 2] and words[end + 1] not in FOREIGN_PROGRAMS:
        return f"there is no {words[end + 1]}"
    return next((f"{path} has no {word}" for word in words[1:end]
                 if re.match(r"(--)?[a-z]", word) and
                 not re.search(rf"(?<![\w-]){word}(?![\w-])", facts.files[path])), None)


def _check_foreign(facts, words):
    """What of ours a command of others names."""
    for word in words[1:]:
        if re.match(r"pinfold[\w.-]*$", word) and word not in facts.words and \
                word not in facts.installed:
            return f"there is no {word}"
        if re.match(r"/.*pinfold|data/|tests/", word):
            wrong = check_path(facts, word)
            if wrong:
                return f"{word} {wrong}"
    return None


def check_command(facts, text, folder=""):
    """A line for a shell."""
    words = re.sub(r"\$PWD/", "", text).split()
    while words and re.match(r"[A-Z_0-9]+=", words[0]):
        variable, _, value = words.pop(0).partition("=")
        wrong = check_variable(facts, variable)
        if not wrong and "/" in value and not value.startswith("build"):
            wrong = check_path(facts, value, folder)
        if wrong:
            return f"{variable} {wrong}"
    if words and words[0] == "sudo":
        words = words[1:]
    if not words:
        return None
    program = words[0].removeprefix("./")
    if program == "pinfoldctl":
        return _check_ctl(facts, words[1:])
    if program == "bootstrap":
        commands = facts.commands["bootstrap"]
        if len(words) > 1 and words[1] not in commands:
            return f"bootstrap has no command {words[1]}"
        return next((f"bootstrap {words[1]} has no option {word}" for word in words[2:]
                     if word.startswith("-") and word not in commands[words[1]]), None)
    if program in ("pinfold", "pinfold-agent"):
        return next((f"{program} has no option {word}" for word in words[1:]
                     if word.startswith("-") and word not in facts.commands[program][""]), None)
    if program == "pinfold-driver":
        return None
    if program in ("meson", "ninja"):
        return _check_meson(facts, words)
    if program.endswith(".py"):
        return _check_script(facts, words, folder)
    if program in FOREIGN_PROGRAMS:
        return _check_foreign(facts, words)
    return f"{program} is no program that is known here"


def check_variable(facts, name):
    """A variable of the environment."""
    name = name.removeprefix("$").partition("=")[0]
    known = name in facts.words or name in FOREIGN_WORDS
    return None if known else "is read by nothing here"


def check_option(facts, option, program, command=""):
    """An option of the program that a manual page is about, or, without one, of any."""
    option = re.split(r"[= ]", option)[0]
    if option in FOREIGN_WORDS:
        return None
    tables = [facts.commands[program]] if program else facts.commands.values()
    if command and program and command in facts.commands[program]:
        good = option in facts.commands[program][command]
    else:
        good = any(option in options for table in tables for options in table.values())
    return None if good else f"{program or 'no program'} {command} has no such option"


def check_configuration(facts, text):
    """Lines of pinfold.conf, of dconf or of a schema override."""
    section = ""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        head = re.fullmatch(r"\[(.*)\]", line)
        key, _, value = (part.strip() for part in line.partition("="))
        wrong = None
        if line[0] in "#;":
            wrong = next((check_path(facts, path) for path in re.findall(r"/[\w./-]+", line)
                          if check_path(facts, path)), None)
        elif head:
            section = head[1]
            if section not in facts.sections and section not in ("org.pinfold", "org/pinfold"):
                wrong = "is no section"
        elif section.startswith("org"):
            wrong = check_setting(facts, key, value)
        elif facts.sections[section] is None:
            wrong = check_path(facts, value)
        elif key not in facts.sections[section]:
            wrong = f"is no key of [{section}]"
        elif key == "lock":
            wrong = next((f"locks {word}, which is nothing" for word in value.split()
                          if word not in facts.settings and word not in facts.keys | {"Modules"}), None)
        if wrong:
            return f"{line}: {wrong}"
    return None


def check_json(facts, text):
    """What a policy gives to programs."""
    json.loads(text)
    for word in re.findall(r'"([^"]*)"', text):
        wrong = check_path(facts, word) if word[0] == "/" else None
        if wrong or (word[0] != "/" and f'"{word}"' not in facts.sources):
            return f"{word} {wrong or 'is nothing that Pinfold writes there'}"
    return None


def check_name(facts, name):
    """D-Bus names and members, functions, variables, programs."""
    interface, _, member = name.removeprefix("org.pinfold.").partition(".")
    if interface in facts.interfaces and member:
        return None if member in facts.interfaces[interface] else "has no such member"
    if name.startswith("org.pinfold"):
        known = name in facts.bus_names or name == "org.pinfold" or name in facts.installed or \
            any(path.rpartition("/")[2] in (name, name + ".in") for path in facts.paths)
        return None if known else "is no name of ours on D-Bus, nor a file"
    if name.startswith("/org/pinfold/"):
        return None if name in facts.object_paths else check_setting(facts, name.rpartition("/")[2])
    if name.startswith("PF_TEST") or name.startswith("PINFOLD_"):
        return check_variable(facts, name)
    known = name in facts.words or name in facts.installed or name in facts.targets or \
        (name.endswith("_") and name in facts.sources)
    return None if known else "is nothing that the sources know"


def check_page(facts, page):
    """A manual page of ours; those of others are theirs."""
    path = "data/" + page.rstrip(")").replace("(", ".")
    return None if page in FOREIGN_PAGES or path in facts.paths else "is no manual page"


def check_link(facts, target, document):
    """Of a page to another, or to a heading."""
    path, _, anchor = target.partition("#")
    full = f"{document.rpartition('/')[0]}/{path}".lstrip("/") if path else document
    if full not in facts.paths:
        return "leads nowhere"
    headings = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
                for heading in re.findall(r"(?m)^#+ (.*)$", facts.files.get(full, ""))}
    return None if not anchor or anchor in headings else "names no heading"


def check_span(facts, text, folder=""):
    """Whatever stands in backticks."""
    words = text.split()
    first = words[0].removeprefix("./") if words else ""
    if text in FOREIGN_WORDS | DRIVER_WORDS or PLACEHOLDER.fullmatch(text) or \
            re.match(r"pkcs11:[a-z]+=", text):
        return None
    if re.fullmatch(r"\[\w+\]", text):
        return None if text.strip("[]") in facts.sections else "is no section of pinfold.conf"
    if re.fullmatch(r"[\w-]+ =( .*)?", text) and words[0] != "NAME":
        return None if words[0] in facts.keys else "is no key of pinfold.conf"
    if len(words) > 1 and (first in FOREIGN_PROGRAMS | {"meson", "ninja", "bootstrap"} or
                           first in facts.commands or first == "pinfold-driver" or first.endswith(".py") or
                           re.match(r"[A-Z_0-9]+=\S+$", first)):
        return check_command(facts, text, folder)
    if re.match(r"--[a-z]", text):
        wrong = check_option(facts, text, None)
        return wrong if f'"{re.split("[= ]", text)[0]}"' not in facts.sources else None
    if re.match(r"-D\w", text):
        return _check_meson(facts, ["meson", "setup", text])
    if text.startswith(("org.pinfold", "Agent1.", "Cache1.", "Prompter1.", "/org/pinfold")):
        return check_name(facts, text)
    if re.match(r"[~/]|\$XDG", text) or (len(words) == 1 and "/" in text) or FILE.fullmatch(text):
        missing = check_path(facts, text, folder)
        return missing if missing is None or text not in facts.words else None
    return _check_words(facts, text)


def _check_words(facts, text):
    """Anything else: a setting, a key, a value, a function, a word of the sources."""
    word = text.removeprefix("$").removesuffix("()").rstrip("= ")
    if text in facts.settings or word in facts.keys or first_is_known(facts, text):
        return None
    if word.partition("=")[0] in facts.words and " " not in word:
        return None
    if "." in word and all(part in facts.words for part in word.split(".")):
        return None
    if re.match(r"[a-z]+( [A-Z]+)+$", text):  # a command of the driver
        return None if f'{{"{text.split()[0]}", ' in facts.sources else "is no command of the driver"
    pieces = [piece for piece in re.split("…", text) if len(piece.strip()) > 1]
    known = len(text) > 4 and pieces and set(re.findall(r"[a-z]{3,}", text)) <= facts.parts and \
        all(piece in facts.joined for piece in pieces)
    return None if known else "is nothing that is known here"


def first_is_known(facts, text):
    """A program alone, whoever it is of."""
    return text in FOREIGN_PROGRAMS or text in facts.registered or \
        text in ("meson", "ninja", "bootstrap") or text in facts.commands or \
        text in facts.commands["pinfoldctl"] or text in facts.suites


def find_fault(facts, item):
    """What is wrong with an item of a document; None: nothing."""
    folder = item.path.rpartition("/")[0]
    page = item.path.removeprefix("data/").rpartition(".")[0]
    program = page if page in facts.commands else None
    checks = {
        "span": lambda: check_span(facts, item.text, folder),
        "command": lambda: check_command(facts, item.text, folder),
        "configuration": lambda: check_configuration(facts, item.text),
        "json": lambda: check_json(facts, item.text),
        "option": lambda: check_option(facts, item.text, program, item.about),
        "cm": lambda: _check_words(facts, item.text),
        "path": lambda: check_path(facts, item.text, folder),
        "variable": lambda: check_variable(facts, item.text),
        "page": lambda: check_page(facts, item.text),
        "name": lambda: check_name(facts, item.text),
        "link": lambda: check_link(facts, item.text, item.path),
    }
    return checks[item.kind]()
