# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Who a card is: its serial number, label, keys, certificates and data objects.

A card is started for each of many tests, so what it takes to make keys is loaded by the first that
makes some (keymaking.py); they are kept, and certificates with them.
"""

import hashlib
import json
import os
from pathlib import Path

from . import tlv

SLOTS = ("9a", "9c", "9d", "9e")
CERTIFICATE_TAGS = {"9a": 0x5FC105, "9c": 0x5FC10A, "9d": 0x5FC10B, "9e": 0x5FC101}
DEFAULT_KEYS = {"9a": "rsa", "9c": "rsa", "9d": "rsa", "9e": "ec"}
ALGORITHM_RSA_2048 = 0x07
ALGORITHM_P256 = 0x11

_AID = bytes.fromhex("a000000308000010000100")


class RsaKey:
    """One private key of the card and what it answers to GENERAL AUTHENTICATE."""

    algorithm = ALGORITHM_RSA_2048

    def __init__(self, kept):
        self.numbers = json.loads(kept)

    def use(self, data):
        """The raw operation on a padded block. Raises ValueError."""
        n, p, q, dp, dq, qi = (self.numbers[key] for key in ("n", "p", "q", "dp", "dq", "qi"))
        block = int.from_bytes(data, "big")
        if len(data) != 256 or block >= n:
            raise ValueError("not a block of the modulus's size")
        m1 = pow(block % p, dp, p)
        m2 = pow(block % q, dq, q)
        return (m2 + (m1 - m2) * qi % p * q).to_bytes(256, "big")

    def agree(self, point):
        raise ValueError("no key agreement with RSA")


class EcKey:
    """As RsaKey, on P-256."""

    algorithm = ALGORITHM_P256

    def __init__(self, kept):
        self._kept = kept

    def use(self, data):
        """ECDSA over a digest. Raises ValueError."""
        from . import keymaking

        if len(data) != 32:
            raise ValueError("not a P-256 digest")
        return keymaking.sign_digest(self._kept, data)

    def agree(self, point):
        """The ECDH secret with another party's point. Raises ValueError."""
        from . import keymaking

        return keymaking.agree(self._kept, point)


class Issuer:
    """Who certifies the cards' keys: an authority whose key and certificate are the file at path."""

    def __init__(self, path, email):
        self.pem = Path(path).read_bytes()
        self.email = email


class Identity:
    """A card's contents. Keys are made once and kept as files in keys_dir.

    issuer: the certificates are its, an Issuer's; else each signs itself, and is for anything.
    """

    def __init__(self, serial, label, keys_dir, keys=None, issuer=None):
        self._issuer = issuer
        self.serial = serial.lower()
        self.label = label
        self.keys = {}
        self.objects = {}
        spec = DEFAULT_KEYS | (keys or {})
        for slot in SLOTS:
            if spec[slot] != "none":
                self._add_key(Path(keys_dir), slot, spec[slot])
        self._fill_objects()

    def _add_key(self, folder, slot, kind):
        path = folder / f"{self.serial}-{slot}-{kind}"
        kept = _keep(path, _make_key, kind)
        self.keys[slot] = RsaKey(kept) if kind == "rsa" else EcKey(kept)
        if self._issuer:
            der = _make_certificate(kept, self.label, slot, self._issuer)
        else:
            # A certificate is the key's and the label's.
            name = hashlib.sha256(self.label.encode()).hexdigest()[:16]
            der = _keep(path.with_suffix(f".{name}"), _make_certificate, kept, self.label, slot)
        content = tlv.encode(0x70, der) + tlv.encode(0x71, b"\x00") + tlv.encode(0xFE)
        self.objects[CERTIFICATE_TAGS[slot]] = tlv.encode(0x53, content)

    def _fill_objects(self):
        guid = hashlib.sha256(b"pinfold").digest()[:8] + bytes.fromhex(self.serial)
        chuid = (
            tlv.encode(0x30, bytes.fromhex("d4e739da739ced39ce739da1685a1082108ce73984119257fc"))
            + tlv.encode(0x34, guid)
            + tlv.encode(0x35, b"20400101")
            + tlv.encode(0x3E)
            + tlv.encode(0xFE)
        )
        ccc = (
            tlv.encode(0xF0, bytes.fromhex("a000000116ff02") + bytes(14))
            + tlv.encode(0xF1, b"\x21")
            + tlv.encode(0xF2, b"\x21")
            + tlv.encode(0xF3)
            + tlv.encode(0xF4, b"\x00")
            + tlv.encode(0xF5, b"\x10")
            + b"".join(tlv.encode(tag) for tag in (0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE))
        )
        self.objects[0x5FC102] = tlv.encode(0x53, chuid)
        self.objects[0x5FC107] = tlv.encode(0x53, ccc)
        # PIN usage policy: the application PIN satisfies all access rules, no global PIN.
        self.objects[0x7E] = tlv.encode(
            0x7E, tlv.encode(0x4F, _AID) + tlv.encode(0x5F2F, b"\x40\x00")
        )


def _make_key(kind):
    from . import keymaking

    return keymaking.make_key(kind)


def _make_certificate(kept, label, slot, issuer=None):
    from . import keymaking

    return keymaking.make_certificate(kept, label, slot, issuer)


def _keep(path, make, *args):
    """What is in the file; where there is none, what make(*args) returns, for the next time too."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        scratch.write_bytes(make(*args))
        try:
            os.link(scratch, path)  # the first of several starting cards wins
        except FileExistsError:
            pass
        scratch.unlink()
    return path.read_bytes()
