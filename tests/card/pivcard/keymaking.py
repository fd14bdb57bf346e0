# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A card's keys and certificates, as the cryptography library makes and uses them."""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

# What certificates of an authority say that their keys are for; only the first is for a login.
PURPOSES = {
    "9a": (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION),
    "9c": (ObjectIdentifier("1.3.6.1.5.5.7.3.36"),),  # documents
    "9d": (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
    "9e": (ObjectIdentifier("2.16.840.1.101.3.6.8"),),  # the card itself
}


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


def _certify(builder, slot, issuer):
    """By an authority."""
    name = x509.load_pem_x509_certificate(issuer.pem[issuer.pem.index(b"-----BEGIN CERT"):]).subject
    builder = builder.issuer_name(name)
    for extension in (x509.BasicConstraints(ca=False, path_length=None),
                      x509.SubjectAlternativeName([x509.RFC822Name(issuer.email)]),
                      x509.ExtendedKeyUsage(PURPOSES[slot])):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(serialization.load_pem_private_key(issuer.pem, None), hashes.SHA256())


def make_certificate(kept, label, slot, issuer=None):
    """What the card says of a key, signed by that key, or by its issuer, in DER."""
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
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(private.public_key())
        .serial_number(int(slot, 16))
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2049, 1, 1))
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    certificate = (_certify(builder, slot, issuer) if issuer else
                   builder.issuer_name(name).sign(private, hashes.SHA256()))
    return certificate.public_bytes(serialization.Encoding.DER)
