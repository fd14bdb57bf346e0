# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A language that is English and longer than any, to see where text has no room.

Its texts are those of the sources with something after them: their access keys, and their places for
names, are the English ones.
"""

import struct
from pathlib import Path

LANGUAGE = "en@long"
MAGIC = 0x950412de
CONTEXT, PLURAL = "\x04", "\0"
# As others have found how much longer a translation can be: (of so many letters, factor).
GROWTH = ((10, 2.0), (20, 1.7), (50, 1.5), (1 << 30, 1.3))
HEADER = ("Content-Type: text/plain; charset=UTF-8\n"
          "Plural-Forms: nplurals=2; plural=n != 1;\n")


def lengthen(text):
    """The same with words after it, as many as it is short."""
    body = text.rstrip("\n")
    size = len(body.replace("_", ""))  # the mark of an access key takes no room
    factor = next(f for limit, f in GROWTH if size <= limit)
    more = int(size * (factor - 1))
    words = " ".join("é" * min(6, more - at) for at in range(0, more, 7))
    return f"{body} {words}{text[len(body):]}"


def read_catalogue(path):
    """The sources' texts of a compiled catalogue, as it has them: with context, with plurals."""
    data = Path(path).read_bytes()
    magic, _, count, table = struct.unpack_from("<IIII", data)
    if magic != MAGIC:
        raise ValueError(f"{path} is no catalogue")
    entries = [struct.unpack_from("<II", data, table + 8 * n) for n in range(count)]
    return [data[at:at + size].decode() for size, at in entries]


def write_catalogue(path, texts):
    """Compiles {text of the sources: translation}."""
    pairs = [(key.encode(), value.encode()) for key, value in texts.items()]
    pairs.sort()
    start, table, text = 28 + 16 * len(pairs), ([], []), b""
    for column, entries in enumerate(table):
        for pair in pairs:
            entries.append(struct.pack("<II", len(pair[column]), start + len(text)))
            text += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + b"".join(table[0]) + b"".join(table[1]) + text)


def make(example, folder):
    """Writes the catalogue of LANGUAGE below folder: of the texts that example has."""
    texts = {"": HEADER}
    for key in read_catalogue(example):
        if key:
            forms = key.rpartition(CONTEXT)[2].split(PLURAL)
            texts[key] = PLURAL.join(lengthen(form) for form in forms)
    write_catalogue(Path(folder, LANGUAGE, "LC_MESSAGES", "pinfold.mo"), texts)
