# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Rules on C: layout of a file, names, lengths, what may be included, what may be logged."""

import re
import subprocess

from . import csource
from .tree import CannotCheck

PRODUCT = ("agent/", "app/", "p11module/")
PLAIN_C = ("agent/wire/", "p11module/")
GLIB = re.compile(r"^\s*#\s*include\s*<(glib|gio|gobject|gtk|gdk|gcr|gck|libsecret|json-glib)", re.M)
LOG = re.compile(r"\b(g_(debug|message|info|warning|critical|error|print|printerr|log\w*|set_error\w*"
                 r"|error_new\w*|set_prefix\w*|prefix_error\w*)|v?f?printf|dprintf|perror|v?syslog"
                 r"|sd_journal_\w+|sd_bus_error_set\w*|g_variant_new\w*|sd_bus_message_append\w*)\s*\(")
SECRET = re.compile(r"\b(\w+_)?(pin|puk|secret|passphrase|password)(_(bytes|text|value|data|copy))?\b"
                    r"|\bpf_secret_get_bytes\b", re.I)
SECRET_SIZES = re.compile(r"\bpf_secret_(get_length|is_\w+)\s*\([^()]*\)|\bsizeof\b[^,;)]*")
COPY = re.compile(r"\b((g_)?(str|strn|mem)dup2?|g_strconcat|g_strjoin|g_str\w*_printf|v?asprintf"
                  r"|v?s?n?printf|g_string_\w+|g_bytes_new\w*|g_byte_array_\w+|g_base64_encode"
                  r"|str[ln]?(cpy|cat)|g_strl(cpy|cat)|(g_)?setenv|putenv|g_object_set_data\w*"
                  r"|g_settings_set\w*|g_key_file_set_\w+|g_file_set_contents\w*)\s*\(")
MEMORY = r"(char|void|guchar|guint8|uint8_t|gchar|CK_BYTE|CK_UTF8CHAR|CK_CHAR)"
PIN_NAME = r"(\w+_)?(pin|puk)(_(bytes|text|copy))?"
PIN_ARRAY = re.compile(rf"\b{MEMORY}\s+{PIN_NAME}\s*\[|\b{PIN_NAME}\s*=\s*(\([^()]*\)\s*)?"
                       r"((g_)?[mcr]e?alloc\w*|g_new0?|alloca)\s*\(")
PIN_POINTER = re.compile(rf"\b({MEMORY}|GString|GBytes|GVariant)\s*\*+\s*(const\s+)?{PIN_NAME}\b")
OUT_OK = re.compile(r"\b(GError|argv|envp)\b")
ENTRY = re.compile(r"^(C_|CA_)[A-Z]\w*$")


def check_pragma_once(tree):
    """Every header has #pragma once and no other guard; but one that is compiled by itself."""
    for path in tree.paths(".h"):
        if "/pch/" in path:
            continue
        if not re.search(r"^#pragma once$", tree.files[path], re.M):
            yield f"{path}: no #pragma once"
        if re.search(r"^#ifndef \w+_H_?\b", tree.files[path], re.M):
            yield f"{path}: include guard"


def check_includes(tree):
    """Own header first, then the system's and the libraries', local ones last."""
    for path in tree.paths(".c", ".h"):
        own = path.rpartition("/")[2].removesuffix(".c") + ".h"
        ranks = []
        for found in re.finditer(r'^#include ([<"])([^>"]+)', tree.files[path], re.M):
            if found[1] == '"':
                is_own = path.endswith(".c") and found[2].rpartition("/")[2] == own
                ranks.append((0 if is_own else 3, found[2]))
            else:
                ranks.append((1, found[2]))
        if path.endswith(".c") and ranks and path.removesuffix(".c") + ".h" in tree.files:
            if ranks[0][0] != 0:
                yield f"{path}: its own header is not included first"
        # A file without a header of its own may have the one that it implements or tests first.
        rest = ranks[1:] if ranks and ranks[0][0] == 3 else ranks
        for before, after in zip(rest, rest[1:]):
            if before[0] > after[0]:
                yield f"{path}: {after[1]} is included after {before[1]}"


def check_no_glib(tree):
    """The plain-C targets do not even see GLib."""
    for path in tree.paths(".c", ".h", under=PLAIN_C):
        if GLIB.search(tree.files[path]):
            yield f"{path}: includes GLib"
    for path in tree.paths("meson.build", under=PLAIN_C):
        if re.search(r"\b(glib|gio|gobject|gtk\+?)\w*_dep\b|dependency\('(glib|gio|gobject|gtk)",
                     tree.files[path]):
            yield f"{path}: depends on GLib"


def _is_written_by_hand(path):
    return path not in ("LICENSE", "data/benchmarks.svg") and not path.endswith(".po")


def check_sizes(tree):
    """No function over 100 lines, no file over 1000."""
    for path, text in tree.files.items():
        if not _is_written_by_hand(path):
            continue
        lines = text.count("\n")
        if lines > 1000:
            yield f"{path}: {lines} lines"
    for path in tree.paths(".c", ".h"):
        for function in csource.functions(tree.files[path]):
            if function.lines > 100:
                yield f"{path}:{function.line}: {function.name}() has {function.lines} lines"


def questions(tree):
    """What is not refused but questioned: files over 600 lines, functions over 40."""
    for path, text in tree.files.items():
        if text.count("\n") > 600 and _is_written_by_hand(path):
            yield f"{path}: {text.count(chr(10))} lines"
    for path in tree.paths(".c", ".h", under=PRODUCT):
        for function in csource.functions(tree.files[path]):
            if function.lines > 40:
                yield f"{path}:{function.line}: {function.name}() has {function.lines} lines"


def check_function_names(tree):
    """Linked functions are pf_…, statics are not (but a class's own); callbacks are on_…."""
    for path in tree.paths(".c", ".h", under=PRODUCT):
        text = tree.files[path]
        stem = path.rpartition("/")[2].rpartition(".")[0].replace("-", "_")
        of_class = f"pf_{stem}_" if "G_DEFINE_" in text else None
        for function in csource.functions(text):
            where = f"{path}:{function.line}: {function.name}()"
            if function.is_static and path.endswith(".c"):
                if function.name.startswith("pf_") and not (
                        of_class and function.name.startswith(of_class)):
                    yield f"{where} is static and prefixed"
            elif not (function.name.startswith("pf_") or function.name == "main"
                      or (path.startswith("p11module/") and ENTRY.match(function.name))):
                yield f"{where} is not prefixed pf_"
        for call in re.finditer(r"\bg_signal_connect(_after|_data|_object)?\s*\(", text):
            args = csource.arguments(text, call.end())
            callback = re.search(r"G_CALLBACK\(\s*(\w+)", args)
            if callback and "SWAPPED" not in args and \
                    not re.match(r"(on_|handle_|gtk_|g_|pf_)", callback[1]):
                yield f"{path}: callback {callback[1]} is not named on_…"


# Their names are those of PKCS#11 3.0, and made in its way.
SPECIFIED = ("p11module/pkcs11-v3.h", "p11module/pinfold.h")


def check_file_names(tree):
    """foo-bar.h declares pf_foo_bar_…; types are Pf…, macros PF_…."""
    for path in tree.paths(".h", under=PRODUCT):
        if path in SPECIFIED:
            continue
        text = csource.without_comments(tree.files[path])
        stem = path.rpartition("/")[2].removesuffix(".h").replace("-", "_")
        stem = re.sub(r"_private$", "", stem)
        names = [name for name in re.findall(r"\b(pf_\w+)\s*\(", text)]
        # cache-calls.h may speak of pf_cache_…: the first word is the type's.
        if names and not any(name.startswith(f"pf_{stem.partition('_')[0].removesuffix('s')}")
                             for name in names):
            yield f"{path}: declares no pf_{stem}_… function"
        for name in re.findall(r"^typedef [^;{]*?\b(\w+);", text, re.M) + \
                re.findall(r"^} (\w+);", text, re.M):
            if not re.match(r"(Pf[A-Z]|pf_)", name):
                yield f"{path}: type {name} is not Pf…"
        for name in re.findall(r"^#define (\w+)", text, re.M):
            if not name.startswith("PF_"):
                yield f"{path}: macro {name} is not PF_…"


def check_out_parameters(tree):
    """Results by pointer are called ret_…."""
    for path in tree.paths(".h", under=PRODUCT):
        text = csource.without_comments(tree.files[path])
        for name, args in re.findall(r"\b(pf_\w+)\s*\(([^()]*)\)\s*[;{_]", text):
            if name.endswith(("_clear", "_free")):
                continue
            for arg in args.split(","):
                found = re.search(r"\*\s*\*\s*(\w+)\s*$", arg)
                if found and "const" not in arg.split("*")[1] and not OUT_OK.search(arg) \
                        and not found[1].startswith("ret_"):
                    yield f"{path}: {name}(): out parameter {found[1]} is not ret_…"


def check_entry_points(tree):
    """p11module defines only entry points that PKCS#11 and the CA_ interface know."""
    try:
        flags = subprocess.run(["pkg-config", "--variable=includedir", "p11-kit-1"],
                               capture_output=True, text=True, check=True).stdout.strip()
        with open(f"{flags}/p11-kit-1/p11-kit/pkcs11.h", encoding="utf-8") as header:
            known = set(re.findall(r"\bC_\w+", header.read()))
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotCheck("no p11-kit headers") from error
    known |= set(re.findall(r"\bC_\w+", tree.files.get("p11module/pkcs11-v3.h", "")))
    known |= {"CA_SetApplicationID", "CA_OpenApplicationID", "CA_CloseApplicationID"}
    for path in tree.paths(".c", under=("p11module/",)):
        for function in csource.functions(tree.files[path]):
            if ENTRY.match(function.name) and function.name not in known:
                yield f"{path}:{function.line}: {function.name}() is no entry point"


def check_no_secret_logged(tree):
    """No PIN among the arguments of a log, error or message call."""
    for path in tree.paths(".c", ".h", under=PRODUCT):
        text = csource.blank_strings(csource.without_comments(tree.files[path]))
        for call in LOG.finditer(text):
            args = SECRET_SIZES.sub("", csource.arguments(text, call.end()))
            found = SECRET.search(args)
            if found:
                yield f"{path}:{_line(text, call.start())}: {call[1]}() is given {found[0]}"


def _line(text, at):
    return text.count("\n", 0, at) + 1


def check_secret_type(tree):
    """A PIN is in a PfSecret or PfPinPage, and nothing else is made of it."""
    # What a host gives the module stays where it is; agent and app do not even pass another type.
    for path in tree.paths(".c", ".h", under=PRODUCT):
        text = csource.blank_strings(csource.without_comments(tree.files[path]))
        for call in COPY.finditer(text):
            found = SECRET.search(SECRET_SIZES.sub("", csource.arguments(text, call.end())))
            if found:
                yield f"{path}:{_line(text, call.start())}: {call[1]}() copies {found[0]}"
        for found in PIN_ARRAY.finditer(text):
            yield f"{path}:{_line(text, found.start())}: a buffer for a PIN: {found[0]}"
        if not path.startswith(PLAIN_C):
            for found in PIN_POINTER.finditer(text):
                yield f"{path}:{_line(text, found.start())}: a PIN that is no PfSecret: {found[0]}"


def _clang_format(tree, *arguments, **kwargs):
    """What it finds in its files, or in its input."""
    try:
        ran = subprocess.run(["clang-format", "--dry-run", "-Werror", *arguments],
                             capture_output=True, text=True, check=False, cwd=tree.root, **kwargs)
    except OSError as error:
        raise CannotCheck("clang-format is not installed") from error
    for path, line in dict(re.findall(r"^(.+?):(\d+):\d+: error", ran.stderr, re.M)).items():
        yield f"{path}:{line}: not as clang-format writes it"


def check_clang_format(tree):
    """clang-format 14 has nothing to change."""
    paths = tree.paths(".c", ".h")
    if tree.root:
        yield from _clang_format(tree, *paths)
        return
    for path in paths:
        yield from _clang_format(tree, f"--assume-filename=./{path}", input=tree.files[path])


RULES = [
    check_pragma_once, check_includes, check_no_glib, check_sizes, check_function_names,
    check_file_names, check_out_parameters, check_entry_points, check_no_secret_logged,
    check_secret_type, check_clang_format,
]
