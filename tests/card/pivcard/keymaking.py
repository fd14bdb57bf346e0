# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A card's keys and certificates, as the cryptography library makes and uses them."""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID


def make_key(kind):
    """A new key, as it is kept: the numbers of "rsa" in JSON, the PEM form of "ec"."""
    if kind == "rsa":
        made = rsa.generate_private_key(65537, 2048).private_numbers()
        return json.dumps({"n": made.public_numbers.n, "d": made.d, "p": made.p, "q": made.q,
                           "dp": made.dmp1, "dq": made.dmq1, "qi": made.iqmp}).encode()
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())


def _load(kept):
    if not kept.startswith(b"{"):
        return serialization.load_pem_private_key(kept, None)
    numbers = json.loads(kept)
    return rsa.RSAPrivateNumbers(
        numbers["p"], numbers["q"], numbers["d"], numbers["dp"], numbers["dq"], numbers["qi"],
        rsa.RSAPublicNumbers(65537, numbers["n"])).private_key()


def sign_digest(kept, digest):
    """ECDSA over a digest of SHA-256's length."""
    return _load(kept).sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


def agree(kept, point):
    """The ECDH secret with another party's point. Raises ValueError."""
    return _load(kept).exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))


def make_certificate(kept, label, slot):
    """What the card says of a key, signed by that key, in DER."""
    private = _load(kept)
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
