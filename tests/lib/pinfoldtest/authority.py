# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A certificate authority for servers, cards and people of a test."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_PEM = serialization.Encoding.PEM
_KEY_USAGE = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
              "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def _usage(*wanted):
    return x509.KeyUsage(**{name: name in wanted for name in _KEY_USAGE})


class Authority:
    """Its certificate is the file path; path_with_key has its private key, too."""

    def __init__(self, folder):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Pinfold Test Authority")])
        self.certificate = self._sign(
            self._name, self._key.public_key(),
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (_usage("key_cert_sign", "crl_sign"), True))
        self.path = folder / "authority.pem"
        self.path.write_bytes(self.certificate.public_bytes(_PEM))
        self.path_with_key = folder / "authority-with-key.pem"
        self.path_with_key.write_bytes(self._pem(self._key) + self.certificate.public_bytes(_PEM))

    @staticmethod
    def _pem(key):
        return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())

    def _sign(self, subject, public_key, *extensions):
        now = datetime.datetime.utcnow()
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
            .public_key(public_key).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=300))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                self._key.public_key()), critical=False))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())

    def fingerprint(self):
        """SHA-1, in hex."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()

    @staticmethod
    def object_of(der):
        """What a token says of a certificate that NSS is to find: words for the driver."""
        certificate = x509.load_der_x509_certificate(der)
        number = certificate.serial_number
        number = number.to_bytes(number.bit_length() // 8 + 1, "big")
        return [f"value={der.hex()}", f"subject={certificate.subject.public_bytes().hex()}",
                f"issuer={certificate.issuer.public_bytes().hex()}",
                f"serial_number=02{len(number):02x}{number.hex()}"]

    def issue_server(self, path):
        """Writes key and certificate of a server on this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), key.public_key(),
            (x509.SubjectAlternativeName([
                x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
             False),
            (_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
        path.write_bytes(self._pem(key) + certificate.public_bytes(_PEM))
        path.chmod(0o600)

    def issue_person(self, public_pem, name, email):
        """A certificate for signing in, and for mail; in DER."""
        certificate = self._sign(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
            serialization.load_pem_public_key(public_pem),
            (x509.SubjectAlternativeName([x509.RFC822Name(email)]), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH,
                                    ExtendedKeyUsageOID.EMAIL_PROTECTION]), False))
        return certificate.public_bytes(serialization.Encoding.DER)
