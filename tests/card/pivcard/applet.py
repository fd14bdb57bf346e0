# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The PIV application: answers APDUs, keeps PINs and tries (NIST SP 800-73-4, part 2)."""

from . import tlv

OK = 0x9000
WRONG_LENGTH = 0x6700
SECURITY_STATUS = 0x6982
BLOCKED = 0x6983
BAD_DATA = 0x6A80
NOT_FOUND = 0x6A82
BAD_PARAMETERS = 0x6A86
REFERENCE_NOT_FOUND = 0x6A88
NO_INSTRUCTION = 0x6D00
NO_CLASS = 0x6E00

_PIV_AID = bytes.fromhex("a00000030800001000")
_RETRIES = 3


def _pad(pin):
    return pin.encode().ljust(8, b"\xff")


class Stats(dict):
    """What a card was asked so far."""

    def __init__(self):
        super().__init__()
        self.reset()

    def reset(self):
        self.clear()
        self.update(
            apdus=0, verify_ok=0, verify_wrong=0, verify_blocked=0, verify_malformed=0,
            verify_empty=0, verify_logout=0, change_pin=0, unblock=0, resets=0, power_ups=0,
            power_offs=0, sign={"9a": 0, "9c": 0, "9d": 0, "9e": 0}, denied=0,
        )

    def presentations(self):
        """VERIFY commands with a PIN in them, whatever the answer was."""
        return (self["verify_ok"] + self["verify_wrong"] + self["verify_blocked"]
                + self["verify_malformed"])


class Applet:
    """One card: an identity, its PINs, and the state that power-up clears."""

    def __init__(self, identity, pin="123456", puk="12345678"):
        self.identity = identity
        self.stats = Stats()
        self.pin = _pad(pin)
        self.puk = _pad(puk)
        self.pin_tries = _RETRIES
        self.puk_tries = _RETRIES
        self.clear_state()

    def clear_state(self):
        """What a reset or the loss of power does."""
        self.verified = False
        self.just_verified = False
        self.chain = b""
        self.rest = b""

    def set_pin(self, pin):
        self.pin = _pad(pin)
        self.pin_tries = _RETRIES
        self.verified = False

    def transmit(self, apdu):
        """The answer, status word included, to one command."""
        self.stats["apdus"] += 1
        if len(apdu) < 4:
            return WRONG_LENGTH.to_bytes(2, "big")
        cla, ins, p1, p2 = apdu[:4]
        data, expected = _parse(apdu)
        if data is None:
            return WRONG_LENGTH.to_bytes(2, "big")
        if ins == 0xC0:
            return self._next_part(expected)
        self.rest = b""
        if cla == 0x10:
            self.chain += data
            return OK.to_bytes(2, "big")
        data, self.chain = self.chain + data, b""
        # A PIN-always key works only in the very next command after VERIFY.
        fresh, self.just_verified = self.just_verified, False
        if cla != 0x00:
            return NO_CLASS.to_bytes(2, "big")
        out, status = self._dispatch(ins, p1, p2, data, fresh)
        if status != OK:
            return status.to_bytes(2, "big")
        self.rest = out
        return self._next_part(expected)

    def _dispatch(self, ins, p1, p2, data, fresh):
        if ins == 0xA4:
            return self._select(p1, data)
        if ins == 0xCB and (p1, p2) == (0x3F, 0xFF):
            return self._get_data(data)
        if ins == 0x20:
            return b"", self._verify(p1, p2, data)
        if ins == 0x24:
            return b"", self._change(p1, p2, data)
        if ins == 0x2C:
            return b"", self._unblock(p1, p2, data)
        if ins == 0x87:
            return self._authenticate(p1, p2, data, fresh)
        return b"", NO_INSTRUCTION

    def _next_part(self, expected):
        part, self.rest = self.rest[:expected], self.rest[expected:]
        if self.rest:
            return part + bytes([0x61, len(self.rest) if len(self.rest) < 256 else 0])
        return part + OK.to_bytes(2, "big")

    def _select(self, p1, data):
        if p1 != 0x04 or len(data) < 5 or not (_PIV_AID + b"\x01\x00").startswith(data):
            return b"", NOT_FOUND
        return tlv.encode(
            0x61,
            tlv.encode(0x4F, bytes.fromhex("000010000100"))
            + tlv.encode(0x79, tlv.encode(0x4F, bytes.fromhex("a000000308"))),
        ), OK

    def _get_data(self, data):
        try:
            (tag, wanted), = tlv.decode(data)
        except ValueError:
            return b"", BAD_DATA
        found = self.identity.objects.get(int.from_bytes(wanted, "big"))
        if tag != 0x5C or found is None:
            return b"", NOT_FOUND
        return found, OK

    def _tries_status(self):
        return 0x63C0 | self.pin_tries if self.pin_tries else BLOCKED

    def _verify(self, p1, p2, data):
        if p2 != 0x80:
            return REFERENCE_NOT_FOUND
        if p1 == 0xFF and not data:
            self.stats["verify_logout"] += 1
            self.verified = False
            return OK
        if p1 != 0x00:
            return BAD_PARAMETERS
        if not data:
            self.stats["verify_empty"] += 1
            return OK if self.verified else self._tries_status()
        if len(data) != 8:
            self.stats["verify_malformed"] += 1
            return BAD_DATA
        if self.pin_tries == 0:
            self.stats["verify_blocked"] += 1
            self.verified = False
            return BLOCKED
        if data != self.pin:
            self.stats["verify_wrong"] += 1
            return self._wrong_pin()
        self.stats["verify_ok"] += 1
        self.pin_tries = _RETRIES
        self.verified = True
        self.just_verified = True
        return OK

    def _wrong_pin(self):
        self.verified = False
        self.pin_tries -= 1
        return 0x63C0 | self.pin_tries

    def _wrong_puk(self):
        self.puk_tries -= 1
        return 0x63C0 | self.puk_tries

    @staticmethod
    def _is_pin(data):
        digits = data.rstrip(b"\xff")
        return len(data) == 8 and 6 <= len(digits) <= 8 and digits.isdigit()

    def _change(self, p1, p2, data):
        if p1 != 0x00 or p2 not in (0x80, 0x81):
            return REFERENCE_NOT_FOUND
        if len(data) != 16:
            return BAD_DATA
        old, new = data[:8], data[8:]
        self.stats["change_pin"] += 1
        if p2 == 0x81:
            if self.puk_tries == 0:
                return BLOCKED
            if old != self.puk:
                return self._wrong_puk()
            self.puk, self.puk_tries = new, _RETRIES
            return OK
        if self.pin_tries == 0:
            return BLOCKED
        if old != self.pin:
            return self._wrong_pin()
        if not self._is_pin(new):
            return BAD_DATA
        self.pin, self.pin_tries = new, _RETRIES
        self.verified = True
        return OK

    def _unblock(self, p1, p2, data):
        if p1 != 0x00 or p2 != 0x80:
            return REFERENCE_NOT_FOUND
        if len(data) != 16 or not self._is_pin(data[8:]):
            return BAD_DATA
        self.stats["unblock"] += 1
        if self.puk_tries == 0:
            return BLOCKED
        if data[:8] != self.puk:
            return self._wrong_puk()
        self.puk_tries = self.pin_tries = _RETRIES
        self.pin = data[8:]
        self.verified = False
        return OK

    def _authenticate(self, algorithm, reference, data, fresh):
        slot = f"{reference:02x}"
        key = self.identity.keys.get(slot)
        if key is None or key.algorithm != algorithm:
            return b"", BAD_PARAMETERS
        allowed = slot == "9e" or self.verified and (slot != "9c" or fresh)
        if not allowed:
            self.stats["denied"] += 1
            return b"", SECURITY_STATUS
        try:
            template = dict(tlv.decode(dict(tlv.decode(data))[0x7C]))
            if 0x85 in template:
                answer = key.agree(template[0x85])
            else:
                answer = key.use(template[0x81])
        except (ValueError, KeyError):
            return b"", BAD_DATA
        self.stats["sign"][slot] += 1
        return tlv.encode(0x7C, tlv.encode(0x82, answer)), OK


def _parse(apdu):
    """Data and expected length (Le) of a short APDU; data is None when the lengths do not fit.

    Without Le everything that fits is expected, as T=0 readers have it.
    """
    if len(apdu) == 4:
        return b"", 256
    size = apdu[4]
    if len(apdu) == 5:
        return b"", size or 256
    if size == 0 or len(apdu) not in (5 + size, 6 + size):
        return None, 0
    return apdu[5:5 + size], (apdu[5 + size] or 256) if len(apdu) == 6 + size else 256
