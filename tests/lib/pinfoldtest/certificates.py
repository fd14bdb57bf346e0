# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Certificates that say what their key is for."""

import datetime

USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
          "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def make(*usages, unreadable=None):
    """A certificate in DER with the key usages USAGES, names of USAGES; without any, it has no such
    extension. The extension UNREADABLE, a name of ExtensionOID, cannot be read. Whose key it
    is nobody looks at."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Anna")])
    day = datetime.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day,
                                      day + datetime.timedelta(days=3650))
    if usages:
        usage = x509.KeyUsage(**{known: known in usages for known in USAGES})
        builder = builder.add_extension(usage, critical=True)
    if unreadable:
        oid = getattr(x509.ExtensionOID, unreadable)
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"none"), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
