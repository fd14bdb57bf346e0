# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Finds a secret, or a part of it, in a process in whatever form, and what memory it lies in."""

import base64
import os
import re
from collections import namedtuple

from . import process

# As much of a secret as is worth finding alone.
PIECE = 8
_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$")
_ZEROES = re.compile(rb"\0{4,}")
# The highest byte of a page's entry in /proc/PID/pagemap: in memory or swapped out, and not as it is
# in its file.
_OWN_PAGES = re.compile(rb"[\x40-\x5f\x80-\x9f\xc0-\xdf]+")
_LARGEST = 1 << 30  # larger ones are what sanitizers reserve for themselves

# Where a PIN may be: in a PfSecret, and in the view that the sender of a PfPinPage has of it.
SAFE = ("secret", "pin-page")
# A sanitizer makes mlock() do nothing.
_LOCKED = set() if os.environ.get("PINFOLD_SANITIZED") else {"lo"}

Mapping = namedtuple("Mapping", "first end perms name flags resident anonymous")
Hit = namedtuple("Hit", "secret address form where mapping")


def forms(secret):
    """{name: bytes}: the secret as the ways in which programs hold and write text."""
    raw = secret.encode()
    made = {"clear": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
            "backwards": raw[::-1]}
    # What a part of it looks like in base64 depends on how much stands before it.
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + raw)
        made[f"base64+{shift}"] = text[(shift * 8 + 5) // 6:len(text) // 4 * 4 - 4]
    # What is left of a short one in some form is in many a memory.
    return {name: text for name, text in made.items() if len(text) >= min(PIECE, len(raw))}


def _step(form):
    """The bytes that a character takes."""
    return 2 if form in ("hex", "HEX") else 1


def _pieces(form, text):
    """Every piece that is long enough."""
    step = _step(form)
    length = min(PIECE * step, len(text))
    return [text[at:at + length] for at in range(0, len(text) - length + 1, step)]


def _has_piece(dense, form, text):
    # A piece has one of these halves in it, and there are few of them.
    half = PIECE // 2 * _step(form)
    return any(text[at:at + half] in dense for at in range(0, max(len(text) - half, 0) + 1, half)) \
        and any(piece in dense for piece in _pieces(form, text))


def _without_zeroes(data):
    """UTF-16 and UCS-4 of plain letters become those letters. Longer runs of zeroes part what stands
    around them: the sizes that an allocator writes before its blocks can be read as digits."""
    return _ZEROES.sub(b"\1", data).translate(None, b"\0")


def in_bytes(data, secret):
    """The forms in which the secret, or a piece of it, is in data."""
    dense = _without_zeroes(data)
    return [form for form, text in forms(secret).items() if _has_piece(dense, form, text)]


def mappings(pid):
    """The mappings of a process, as /proc says."""
    found, head, values = [], None, {}

    def finish():
        if head is not None:
            found.append(Mapping(int(head[1], 16), int(head[2], 16), head[3], head[4],
                                 set(values.get("VmFlags", "").split()),
                                 int(values.get("Rss", "0").split()[0])
                                 + int(values.get("Swap", "0").split()[0]),
                                 int(values.get("Anonymous", "0").split()[0])))

    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as smaps:
        for line in smaps:
            match = _HEAD.match(line)
            if match:
                finish()
                head, values = match, {}
            else:
                name, _, value = line.partition(":")
                values[name] = value
    finish()
    return found


def _may_hold(mapping):
    """Not what nobody has touched, nor what is still as it is in its file."""
    if mapping.name.startswith(("[vvar", "[vsyscall")) or mapping.resident == 0 or \
            mapping.end - mapping.first > _LARGEST:
        return False
    is_file = mapping.name.startswith("/") and not mapping.name.startswith(("/memfd:", "/dev/"))
    return not is_file or mapping.anonymous > 0 or "s" in mapping.perms


def _runs(mapping, pagemap):
    """(first, end) of what of a mapping may hold something of the process's own, in pages that follow
    each other: of most threads' stacks that is a page or two of two thousand."""
    if "s" in mapping.perms:
        yield mapping.first, mapping.end  # another process may have written what this one has not seen
        return
    size = os.sysconf("SC_PAGE_SIZE")
    pagemap.seek(mapping.first // size * 8)
    bits = pagemap.read((mapping.end - mapping.first) // size * 8)[7::8]
    for match in _OWN_PAGES.finditer(bits):
        yield mapping.first + match.start() * size, mapping.first + match.end() * size


def read_memory(pid, may_read=_may_hold):
    """(mapping, address, bytes) of the memory of a process."""
    process.need_look_into(pid)
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for mapping in mappings(pid):
            if not may_read(mapping):
                continue
            for first, end in _runs(mapping, pagemap):
                data, address = bytearray(), first
                while address < end:
                    try:
                        memory.seek(address)
                        part = memory.read(min(1 << 22, end - address))
                    except (OSError, OverflowError, ValueError):
                        break  # no page behind it
                    if not part:
                        break
                    data += part
                    address += len(part)
                yield mapping, first, bytes(data)


def scan(pid, *secrets):
    """Every place of a piece of the secrets in the memory of a process; pieces that touch are one.

    where is a word of SAFE, or the kind of any other memory.
    """
    found = [(*read, _without_zeroes(read[-1])) for read in read_memory(pid)]
    together = b"\n".join(dense for *_, dense in found)
    hits, known = [], None
    for secret in set(secrets):
        for form, text in forms(secret).items():
            if not _has_piece(together, form, text):
                continue
            known = known or mappings(pid)
            for mapping, first, data, dense in found:
                if _has_piece(dense, form, text):
                    hits += [Hit(secret, first + at, form, _kind(known, mapping), mapping)
                             for at in _places(data, _pieces(form, text))]
    return hits


def _places(data, pieces):
    """Where pieces begin, as they are or with zeroes between their bytes; runs of them once."""
    found, last = [], None
    for width in (1, 2, 4):
        for piece in pieces:
            text = (b"\0" * (width - 1)).join(bytes([byte]) for byte in piece)
            found += [(match.start(), match.end()) for match in re.finditer(re.escape(text), data)]
    starts = []
    for first, end in sorted(found):
        if last is None or first > last:
            starts.append(first)
        last = max(last or 0, end)
    return starts or [0]


def _kind(known, mapping):
    if is_secret(known, mapping):
        return "secret"
    if is_pin_page(mapping):
        return "pin-page"
    if mapping.name.startswith("["):
        return mapping.name.strip("[]")
    return mapping.name.rpartition("/")[2] or "anonymous"


def is_secret(known, mapping):
    """One page, locked, not dumped, wiped on fork, between two that nobody can touch."""
    def is_guard(other):
        return other.perms == "---p" and other.name == ""

    return mapping.perms == "rw-p" and mapping.name == "" and \
        _LOCKED | {"dd", "wf"} <= mapping.flags and mapping.end - mapping.first == os.sysconf("SC_PAGE_SIZE") and \
        any(is_guard(m) and m.end == mapping.first for m in known) and \
        any(is_guard(m) and m.first == mapping.end for m in known)


def is_pin_page(mapping):
    """A shared page, locked, not dumped, not in a forked child."""
    return mapping.name.startswith("/memfd:pinfold-pin") and \
        _LOCKED | {"dd", "dc"} <= mapping.flags
