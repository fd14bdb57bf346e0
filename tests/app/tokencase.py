# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What tests of the token window share: certificates, and tokens that have them."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appcase import AppCase, wait_served
from pinfoldtest import Driver, softhsm
from scriptedagent import ReportingAgent

SIGNING = dict(digital_signature=True, content_commitment=True, key_encipherment=False)
DECRYPTION = dict(digital_signature=False, content_commitment=False, key_encipherment=True)


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Beispiel GmbH"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(subject, issuer="Beispiel CA", days=400, usage=None, purposes=()):
    """A certificate in DER that ends that many days from now, as it is noon (pinfoldtest.clock)."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days, hours=1)
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)) \
        .public_key(key.public_key()).serial_number(0xcafe) \
        .not_valid_before(end - datetime.timedelta(days=800)).not_valid_after(end)
    if usage is not None:
        rest = dict.fromkeys(("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
                              "encipher_only", "decipher_only"), False)
        builder = builder.add_extension(x509.KeyUsage(**usage, **rest), True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)


class TokenCase(AppCase):
    def setUp(self):
        super().setUp()
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)

    def start_with_agent(self):
        self.agent = ReportingAgent(self.bus)
        self.addCleanup(self.agent.stop)
        self.start_app()
        wait_served(lambda: self.agent.asked, 15, "the first question")
        return self.agent

    def wait_texts(self, window, *parts, timeout=20):
        wait_served(lambda: all(any(p in t for t in window.texts()) for p in parts), timeout,
                    lambda: f"{parts} in:\n{window.tree()}")

    def wait_no_text(self, window, part, timeout=20):
        wait_served(lambda: not any(part in t for t in window.texts()), timeout,
                    lambda: f"{part!r} to go from:\n{window.tree()}")

    def use_modules(self, **modules):
        """Writes the configuration that says so."""
        lines = "".join(f"{key} = {path}\n" for key, path in modules.items())
        conf = self.box.dir / "pinfold.conf"
        conf.write_text(f"[Modules]\n{lines}", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)

    def make_soft_token(self, **certificates):
        """A SoftHSM token "pinfold-test" with these certificates, label=DER; what GetStatus says
        of it."""
        path = softhsm.setup(self.box)
        serial = softhsm.init_token(self.box)
        with Driver(self.box, path) as driver:
            driver.ok("init")
            session = driver.open_session("=pinfold-test", "rw")
            driver.ok("login", session, "user", softhsm.PIN)
            for label, der in certificates.items():
                driver.ok("create", session, "class=certificate", "certificate_type=0",
                          "token=true", "private=false", f"label=text:{label}",
                          "subject=fill:4:30", f"value={der.hex()}")
        return {"uri": "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;"
                       f"serial={serial};token=pinfold-test",
                "label": "pinfold-test", "module": path,
                "flags": ["LOGIN_REQUIRED", "USER_PIN_INITIALIZED", "TOKEN_INITIALIZED"]}
