#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Writes the seeds that are not text: the same bytes every time. The others are written by hand."""

import struct
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
URI = b"pkcs11:model=M;manufacturer=F;serial=0001;token=1"


def field(content, size):
    return content.ljust(size)[:size]


def token(label=b"", manufacturer=b"", model=b"", serial=b"", uri=b"", report=b""):
    return (field(label, 32) + field(manufacturer, 32) + field(model, 16) + field(serial, 16)
            + uri + b"\n" + report)


TOKEN_TEXT = {
    "softhsm": token(b"pinfold-test", b"SoftHSM project", b"SoftHSM v2", b"0123456789abcdef", URI,
                     b'{"modules":[{"name":"softhsm2","path":"/lib/s.so","ok":true,'
                     b'"description":"S","slots":[{"description":"slot","hardware":false,"token":'
                     b'{"uri":"pkcs11:model=M;manufacturer=F;serial=1;token=t","label":"t",'
                     b'"serial":"1","flags":["RNG","TOKEN_INITIALIZED",7,null]}},{"token":null},'
                     b'5]},{"name":"x","ok":false,"fault":"crashed"},null,[]]}'),
    "binary": token(b"\xff\xfe\0 x\0", b"%s%n;token=&\x1b[2J", b"\0" * 16, b"\1\0\2   \0\0\3",
                    b"pkcs11:model=%FF%00;manufacturer=%C3;serial=%20;token=", b'{"tries": 3}'),
    "bad-uris": token(uri=b"pkcs11:token=a;token=b?pin-value=1234&module-path=/x%",
                      report=b'{"tries": -1, "modules": {}}'),
    "wrong-types": token(b"a", uri=b"pkcs11:library-version=1.2;slot-id=4",
                         report=b'{"modules":[{"name":[],"path":{},"ok":"yes","slots":['
                                b'{"description":1e999,"token":{"uri":true,"label":null,'
                                b'"flags":{"a":1}}},{"token":{"uri":"pkcs11:","label":'
                                b'"\\u0000\\ud800","flags":["\\u0000"]}}]}]}'),
    "nested": token(report=b'{"modules":' + b"[" * 2000),
    "nested-text": token(report=b'{"modules":[{"name":"' + b"[{\\\"" * 200 + b'"}]}'),
    "blank": token(report=b" \n\t"),
}

STATE = (struct.pack("<IHHIIIIQ", 0x50534650, 1, 120, 5, 1, 0, 0, 77)
         + struct.pack("<QQII", 3 << 8 | 1, 2, 0, 0) * 120)


def page(kind, seals, size, content=b""):
    """kind: P state, Q life, R board, S PIN; or a number, see fuzz-page.c."""
    return bytes([kind if isinstance(kind, int) else ord(kind), seals, size]) + content


PAGE = {
    "state": page("P", 0x0F, 0, STATE),
    "state-writable": page("P", 0x0B, 0, STATE[:64]),
    "state-version": page("P", 0x0F, 0, STATE[:4] + b"\2" + STATE[5:40]),
    "state-short": page("P", 0x0F, 4, STATE[:64]),
    "life": page("Q", 0x0F, 0, struct.pack("<III", 0x46494C50, 8, 1234)),
    "life-offset": page("Q", 0x0F, 0, struct.pack("<II", 0x46494C50, 4096)),
    "life-unaligned": page("Q", 0x0F, 0, struct.pack("<II", 0x46494C50, 9)),
    "board": page("R", 0x0B, 0, struct.pack("<I", 3) * 40),
    "board-unwritable": page("R", 0x1B, 0),
    "pin": page("S", 0x0F, 0, struct.pack("<I", 6) + b"135790"),
    "pin-lies": page("S", 0x0F, 0, struct.pack("<I", 513) + b"135790"),
    "pin-empty": page("S", 0x0F, 0),
    "pin-unsealed": page("S", 0x07, 0, struct.pack("<I", 6) + b"135790"),
} | {f"{name}-{what}": page(kind | what, 0x0F, 0)
     for name, kind in (("pipe", 0x10), ("folder", 0x20), ("nothing", 0x30), ("unsealable", 0x40))
     for what in range(4)}


def align(data, size):
    return data + bytes(-len(data) % size)


def string(text, code="I"):
    return struct.pack(f"<{code}", len(text)) + text + b"\0"


def call(member, signature=b"", body=b"", serial=1, fds=0, flags=0, interface=b"org.pinfold.Cache1"):
    """A little-endian method call."""
    fields = b""
    for code, kind, value in ((1, b"o", string(b"/org/pinfold/Cache")), (2, b"s", string(interface)),
                              (3, b"s", string(member)), (8, b"g", string(signature, "B")),
                              (9, b"u", struct.pack("<I", fds))):
        if (code == 8 and not signature) or (code == 9 and not fds):
            continue
        fields = align(fields, 8) + bytes([code]) + string(kind, "B")
        fields = (align(fields, 4) if kind != b"g" else fields) + value
    head = b"l\1" + bytes([flags]) + b"\1" + struct.pack("<III", len(body), serial, len(fields))
    return align(head + fields, 8) + body


def domain(tail=b"", token_uri=URI):
    return align(align(string(token_uri), 8) + struct.pack("<QI", 0, 0), 4) + tail


HELLO = call(b"Hello", b"u", struct.pack("<I", 1))
SESSIONS = call(b"SessionsChanged", b"stbu", domain(struct.pack("<I", 1)), serial=2)
PLAIN, FDS_1 = b"\x01", b"\x03"
STREAM = {
    "login": FDS_1 + HELLO + SESSIONS + call(
        b"StoreLogin", b"stbht", align(domain(struct.pack("<I", 0)), 8) + bytes(8), 3, fds=1),
    "take": PLAIN + HELLO + SESSIONS + call(
        b"TakePin", b"stbss", domain(string(b"sign") + bytes(3) + string(b"key")), 4),
    "portions": b"\x09" + HELLO + SESSIONS,
    "prompt": PLAIN + HELLO + SESSIONS + call(
        b"Prompt", b"stbta{sv}", align(domain(), 8) + struct.pack("<QI", 0, 0), 5),
    "no-reply": PLAIN + call(b"Hello", b"u", struct.pack("<I", 1), flags=1) + SESSIONS,
    "wrong-types": PLAIN + call(b"Hello", b"s", string(b"one")) + call(b"TakePin", b"", b"", 2),
    "no-such-method": PLAIN + call(b"Nothing") + call(b"GetAll", b"s", string(b"org.pinfold.Cache1"),
                                                      2, interface=b"org.freedesktop.DBus.Properties"),
    "introspect": PLAIN + call(b"Introspect", interface=b"org.freedesktop.DBus.Introspectable"),
    "missing-fd": PLAIN + HELLO + SESSIONS + call(
        b"StoreLogin", b"stbht", align(domain(struct.pack("<I", 7)), 8) + bytes(8), 3, fds=1),
    "huge": PLAIN + b"l\1\0\1" + struct.pack("<III", 0x7FFFFFFF, 1, 0x7FFFFFFF),
    "serial-0": PLAIN + call(b"Hello", b"u", struct.pack("<I", 1), serial=0),
    "bad-text": PLAIN + HELLO + call(b"Logout", b"stb", domain(token_uri=b"\xff\xfe\0x"), 2),
    "no-authentication": b"\x00" + HELLO,
    "authentication": b"\x00\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n",
    "authentication-anonymous": b"\x00\0AUTH ANONYMOUS\r\nAUTH EXTERNAL 3939\r\nCANCEL\r\nERROR\r\n",
    "authentication-long": b"\x00\0" + b"AUTH " + b"A" * 3000,
}


def main():
    for folder, seeds in (("token-text", TOKEN_TEXT), ("page", PAGE), ("stream", STREAM)):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (CORPUS / folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
