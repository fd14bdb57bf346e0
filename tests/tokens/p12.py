# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Keys, certificates and PKCS#12 files for tests of the import."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PASSWORD = "file-password"
_PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())


def rsa_key():
    return rsa.generate_private_key(65537, 2048)


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def certify(key, name, issuer=None):
    """A certificate of key; issuer is (certificate, key), without it is its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = datetime.timedelta(days=1)
    now = datetime.datetime(2026, 1, 1)
    builder = (x509.CertificateBuilder().subject_name(subject)
               .issuer_name(issuer[0].subject if issuer else subject)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now).not_valid_after(now + 3650 * day))
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def write(path, key, certificate, others=(), name="Imported", password=PASSWORD, encryption=None):
    """Writes a file as a certificate authority's page does."""
    if encryption is None:
        encryption = (serialization.BestAvailableEncryption(password.encode()) if password
                      else serialization.NoEncryption())
    path.write_bytes(pkcs12.serialize_key_and_certificates(
        name.encode() if name else None, key, certificate, list(others) or None, encryption))
    return path


def pem(path, key, certificate=None):
    data = key.private_bytes(*_PEM)
    if certificate:
        data += certificate.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(data)
    return path


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)
