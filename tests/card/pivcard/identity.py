# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Who a card is: its serial number, label, keys, certificates and data objects."""

import datetime
import hashlib
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID

from . import tlv

SLOTS = ("9a", "9c", "9d", "9e")
CERTIFICATE_TAGS = {"9a": 0x5FC105, "9c": 0x5FC10A, "9d": 0x5FC10B, "9e": 0x5FC101}
DEFAULT_KEYS = {"9a": "rsa", "9c": "rsa", "9d": "rsa", "9e": "ec"}
ALGORITHM_RSA_2048 = 0x07
ALGORITHM_P256 = 0x11

_AID = bytes.fromhex("a000000308000010000100")


class Key:
    """One private key of the card and what it answers to GENERAL AUTHENTICATE."""

    def __init__(self, private):
        self.private = private
        self.is_rsa = isinstance(private, rsa.RSAPrivateKey)
        self.algorithm = ALGORITHM_RSA_2048 if self.is_rsa else ALGORITHM_P256

    def use(self, data):
        """The raw RSA operation on a padded block, or ECDSA over a digest. Raises ValueError."""
        if not self.is_rsa:
            if len(data) != 32:
                raise ValueError("not a P-256 digest")
            return self.private.sign(data, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        numbers = self.private.private_numbers()
        modulus = numbers.public_numbers.n
        if len(data) != 256 or int.from_bytes(data, "big") >= modulus:
            raise ValueError("not a block of the modulus's size")
        block = int.from_bytes(data, "big")
        m1 = pow(block % numbers.p, numbers.dmp1, numbers.p)
        m2 = pow(block % numbers.q, numbers.dmq1, numbers.q)
        h = (m1 - m2) * numbers.iqmp % numbers.p
        return (m2 + h * numbers.q).to_bytes(256, "big")

    def agree(self, point):
        """The ECDH secret with another party's point. Raises ValueError."""
        if self.is_rsa:
            raise ValueError("no key agreement with RSA")
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return self.private.exchange(ec.ECDH(), other)


class Identity:
    """A card's contents. Keys are made once and kept as files in keys_dir."""

    def __init__(self, serial, label, keys_dir, keys=None):
        self.serial = serial.lower()
        self.label = label
        self.keys = {}
        self.objects = {}
        spec = DEFAULT_KEYS | (keys or {})
        for slot in SLOTS:
            if spec[slot] != "none":
                self.keys[slot] = Key(_load_key(Path(keys_dir), self.serial, slot, spec[slot]))
        self._fill_objects()

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
        for slot, key in self.keys.items():
            der = _make_certificate(key.private, self.label, slot)
            content = tlv.encode(0x70, der) + tlv.encode(0x71, b"\x00") + tlv.encode(0xFE)
            self.objects[CERTIFICATE_TAGS[slot]] = tlv.encode(0x53, content)


def _load_key(folder, serial, slot, kind):
    path = folder / f"{serial}-{slot}-{kind}.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = (rsa.generate_private_key(65537, 2048) if kind == "rsa"
               else ec.generate_private_key(ec.SECP256R1()))
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        try:
            os.link(scratch, path)  # the first of several starting cards wins
        except FileExistsError:
            pass
        scratch.unlink()
    return serialization.load_pem_private_key(path.read_bytes(), None)


def _make_certificate(private, label, slot):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
         "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    if slot == "9d":
        is_rsa = isinstance(private, rsa.RSAPrivateKey)
        usage["key_encipherment" if is_rsa else "key_agreement"] = True
    else:
        usage["digital_signature"] = True
        usage["content_commitment"] = slot == "9c"
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int(slot, 16))
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2049, 1, 1))
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(private, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)
