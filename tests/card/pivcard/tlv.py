# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""BER-TLV, as much of it as PIV needs."""


def encode(tag, value=b""):
    """One object; tag is an integer such as 0x53 or 0x5FC102."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def decode(data):
    """The objects in data, as a list of (tag, value). Raises ValueError."""
    items, at = [], 0
    while at < len(data):
        tag, at = _decode_tag(data, at)
        size, at = _decode_length(data, at)
        if at + size > len(data):
            raise ValueError("value longer than the data")
        items.append((tag, data[at:at + size]))
        at += size
    return items


def _decode_tag(data, at):
    tag = data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        while True:
            if at >= len(data):
                raise ValueError("tag cut short")
            tag = tag << 8 | data[at]
            at += 1
            if not data[at - 1] & 0x80:
                break
    return tag, at


def _decode_length(data, at):
    if at >= len(data):
        raise ValueError("length missing")
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    count = first & 0x7F
    if count not in (1, 2, 3) or at + count > len(data):
        raise ValueError("bad length")
    return int.from_bytes(data[at:at + count], "big"), at + count
