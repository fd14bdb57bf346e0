# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Files of a card: dedicated ones, which hold others, and elementary ones, which hold bytes (ISO
7816-4)."""

from pivcard import tlv

# Who may do something, as a byte of the compact format: anybody, the user who is verified.
_ANYBODY, _USER = 0x00, 0x90
# Where in the eight bytes of a file an operation stands.
_DF_PLACES = {"create-df": 5, "create-ef": 6}
_EF_PLACES = {"update": 6, "read": 7}


class File:
    """Made from the control parameters that CREATE FILE brings."""

    def __init__(self, parent, parameters):
        fields = dict(tlv.decode(parameters))
        self.parent = parent
        self.number = int.from_bytes(fields[0x83], "big")
        self.is_df = fields[0x82][0] & 0x38 == 0x38
        self.name = fields.get(0x84, b"")
        self._conditions = fields.get(0x86, b"")
        self._size = int.from_bytes(fields.get(0x80, fields.get(0x81, b"\0\0")), "big")
        self.children = []
        self.content = bytearray(0 if self.is_df else self._size)

    def allows(self, operation, is_verified):
        """Whether the file lets that be done to it; what it does not say, it allows."""
        place = (_DF_PLACES if self.is_df else _EF_PLACES).get(operation, 1)
        if len(self._conditions) <= place:
            return True
        condition = self._conditions[place]
        return condition == _ANYBODY or condition == _USER and is_verified

    def describe(self):
        """What SELECT answers."""
        fields = tlv.encode(0x80, self._size.to_bytes(2, "big"))
        fields += tlv.encode(0x82, b"\x38" if self.is_df else b"\x01")
        fields += tlv.encode(0x83, self.number.to_bytes(2, "big"))
        if self.name:
            fields += tlv.encode(0x84, self.name)
        if self._conditions:
            fields += tlv.encode(0x86, self._conditions)
        return tlv.encode(0x6F, fields + tlv.encode(0x8A, b"\x05"))

    def child(self, number):
        return next((f for f in self.children if f.number == number), None)

    def find_name(self, name):
        """The dedicated file of that name, here or below."""
        if self.name and self.name == name:
            return self
        return next((found for f in self.children if (found := f.find_name(name))), None)


def new_root():
    return File(None, tlv.encode(0x82, b"\x38") + tlv.encode(0x83, b"\x3f\x00"))
