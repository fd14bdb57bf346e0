# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The commands of a card that OpenSC takes for a Java card with IsoApplet: files, one PIN with its
PUK, RSA keys that are made, brought in or used (ISO 7816-4, -8 and -9)."""

from cryptography.hazmat.primitives.asymmetric import rsa

from isocard.files import File, new_root
from pivcard import tlv

AID = bytes.fromhex("f276a288bcfba69d34f31001")
_VERSION = b"\x00\x06\x00"  # of the applet's interface, and no extras: RSA alone
OK = 0x9000
_SECURITY_STATUS = 0x6982
_BLOCKED = 0x6983
_NOT_ALLOWED = 0x6985
_BAD_DATA = 0x6A80
_NOT_FOUND = 0x6A82
_BAD_PARAMETERS = 0x6A86
_REFERENCE_NOT_FOUND = 0x6A88
_EXISTS = 0x6A89
_NO_INSTRUCTION = 0x6D00
_RETRIES = 3
_PIN, _PUK = 1, 2
_SIZE = 16


class Refused(Exception):
    """With the status word."""


class Applet:
    def __init__(self):
        self.root = new_root()
        self.secrets = {}  # reference -> PIN or PUK; one that was never set is nobody's
        self.tries = {_PIN: _RETRIES, _PUK: _RETRIES}
        self.keys = {}
        self.stats = {"presentations": 0, "wrong": 0, "imported": 0, "generated": 0, "signed": 0,
                      "written": 0}
        self.is_full = False
        self.clear_state()

    def clear_state(self):
        """What a reset or the loss of power does."""
        self.current = self.root
        self.is_verified = False
        self.key_reference = None
        self.chain = b""
        self.rest = b""

    def transmit(self, apdu):
        cla, ins, p1, p2 = apdu[:4]
        data, expected = _parse(apdu)
        if ins == 0xC0:
            return self._next_part(expected)
        if cla & 0x10:
            self.chain += data
            return OK.to_bytes(2, "big")
        data, self.chain = self.chain + data, b""
        command = self._COMMANDS.get(ins)
        try:
            if command is None:
                raise Refused(_NO_INSTRUCTION)
            self.rest = command(self, p1, p2, data) or b""
        except Refused as refused:
            return refused.args[0].to_bytes(2, "big")
        except (KeyError, ValueError):
            return _BAD_DATA.to_bytes(2, "big")
        if ins == 0xB0:
            self.rest = self.rest[:expected]
        return self._next_part(expected)

    def _next_part(self, expected):
        part, self.rest = self.rest[:expected], self.rest[expected:]
        if self.rest:
            return part + bytes([0x61, min(len(self.rest), 256) & 0xFF])
        return part + OK.to_bytes(2, "big")

    def _select(self, p1, p2, data):
        if p1 == 0x04 and data == AID:
            self.current = self.root
            return _VERSION
        found = self._find(p1, data)
        if found is None:
            raise Refused(_NOT_FOUND)
        self.current = found
        return b"" if p2 & 0x0C == 0x0C else found.describe()

    def _find(self, p1, data):
        folder = self.current if self.current.is_df else self.current.parent
        if p1 == 0x04:
            return self.root.find_name(data)
        numbers = [int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2)]
        if p1 == 0x08 or not numbers or numbers[0] == self.root.number:
            folder = self.root
            numbers = [n for n in numbers if n != self.root.number]
        for number in numbers:
            folder = folder.child(number) if folder is not None else None
        return folder

    def _demand(self, file, operation):
        if not file.allows(operation, self.is_verified):
            raise Refused(_SECURITY_STATUS)

    def _create(self, _p1, _p2, data):
        folder = self.current if self.current.is_df else self.current.parent
        file = File(folder, dict(tlv.decode(data)).popitem()[1])
        self._demand(folder, "create-df" if file.is_df else "create-ef")
        if folder.child(file.number) is not None:
            raise Refused(_EXISTS)
        if self.is_full:
            raise Refused(0x6A84)
        folder.children.append(file)
        self.current = file

    def _delete(self, _p1, _p2, data):
        file = self._find(0, data) if data else self.current
        if file is None or file is self.root:
            raise Refused(_NOT_FOUND)
        self._demand(file, "delete-self")
        file.parent.children.remove(file)
        self.current = file.parent

    def _read(self, p1, p2, _data):
        if self.current.is_df:
            raise Refused(_NOT_ALLOWED)
        self._demand(self.current, "read")
        return bytes(self.current.content[p1 << 8 | p2:])

    def _update(self, p1, p2, data):
        offset = p1 << 8 | p2
        if self.current.is_df or offset + len(data) > len(self.current.content):
            raise Refused(_NOT_ALLOWED)
        self._demand(self.current, "update")
        self.current.content[offset:offset + len(data)] = data
        self.stats["written"] += 1

    def _present(self, reference, typed):
        if reference not in self.secrets:
            raise Refused(_REFERENCE_NOT_FOUND)
        if not self.tries[reference]:
            raise Refused(_BLOCKED)
        if typed.rstrip(b"\0") != self.secrets[reference]:
            self.tries[reference] -= 1
            self.is_verified = False
            self.stats["wrong"] += 1
            raise Refused(0x63C0 | self.tries[reference])
        self.tries[reference] = _RETRIES

    def _verify(self, _p1, p2, data):
        if not data:
            if not self.is_verified:
                raise Refused(0x63C0 | self.tries[_PIN])
            return
        self.stats["presentations"] += 1
        self._present(p2, data)
        self.is_verified = True

    def _change(self, p1, p2, data):
        """P1 1: the first one, which nothing has to be known for."""
        if p1 == 1 and p2 not in self.secrets:
            self.secrets[p2] = data.rstrip(b"\0")
            self.is_verified = p2 == _PIN or self.is_verified
        elif p1 == 0:
            self._present(p2, data[:_SIZE])
            self.secrets[p2] = data[_SIZE:].rstrip(b"\0")
        else:
            raise Refused(_NOT_ALLOWED)

    def _set_environment(self, _p1, _p2, data):
        self.key_reference = dict(tlv.decode(data))[0x84][0]

    def _put_data(self, _p1, _p2, data):
        if not self.is_verified:
            raise Refused(_SECURITY_STATUS)
        if self.is_full:
            raise Refused(0x6A84)
        (tag, value), = tlv.decode(data)
        if tag != 0x7F48 or self.key_reference is None:
            raise Refused(_BAD_PARAMETERS)
        parts = {tag: int.from_bytes(part, "big") for tag, part in tlv.decode(value)}
        p, q = parts[0x92], parts[0x93]
        e = pow(parts[0x95], -1, p - 1)
        numbers = rsa.RSAPublicNumbers(e, p * q)
        self.keys[self.key_reference] = rsa.RSAPrivateNumbers(
            p, q, pow(e, -1, (p - 1) * (q - 1)), parts[0x95], parts[0x96], parts[0x94], numbers)
        self.stats["imported"] += 1

    def _generate(self, p1, _p2, _data):
        if not self.is_verified:
            raise Refused(_SECURITY_STATUS)
        if self.is_full:
            raise Refused(0x6A84)
        if p1 != 0x42 or self.key_reference is None:
            raise Refused(_BAD_PARAMETERS)
        key = rsa.generate_private_key(65537, 2048).private_numbers()
        self.keys[self.key_reference] = key
        self.stats["generated"] += 1
        modulus = key.public_numbers.n.to_bytes(256, "big")
        return tlv.encode(0x7F49, tlv.encode(0x81, modulus) + tlv.encode(0x82, b"\1\0\1"))

    def _operate(self, p1, p2, data):
        """A signature: the block is padded here, what is in it comes as it is to be."""
        key = self.keys.get(self.key_reference)
        if (p1, p2) != (0x9E, 0x9A) or key is None:
            raise Refused(_BAD_PARAMETERS)
        if not self.is_verified:
            raise Refused(_SECURITY_STATUS)
        modulus = key.public_numbers.n
        size = (modulus.bit_length() + 7) // 8
        block = b"\0\1" + b"\xff" * (size - 3 - len(data)) + b"\0" + data
        self.stats["signed"] += 1
        return pow(int.from_bytes(block, "big"), key.d, modulus).to_bytes(size, "big")

    _COMMANDS = {0x20: _verify, 0x22: _set_environment, 0x24: _change, 0x2A: _operate,
                 0x46: _generate, 0xA4: _select, 0xB0: _read, 0xD6: _update, 0xDB: _put_data,
                 0xE0: _create, 0xE4: _delete}


def _parse(apdu):
    """Data and expected length of a short APDU."""
    if len(apdu) <= 5:
        return b"", (apdu[4] if len(apdu) == 5 else 0) or 256
    size = apdu[4]
    return apdu[5:5 + size], (apdu[5 + size] or 256) if len(apdu) == 6 + size else 256
