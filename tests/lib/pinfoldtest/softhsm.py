# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Software tokens in a sandbox."""

import re
from pathlib import Path

from .paths import need_backend, need_tools

PIN = "1234"
SO_PIN = "12345678"


def setup(sandbox):
    """Points SoftHSM at the sandbox; returns the module's path. Skips when not installed."""
    path = need_backend("softhsm")
    need_tools("softhsm2-util")
    tokens = Path(sandbox.dir, "softhsm")
    if not tokens.exists():
        tokens.mkdir()
        conf = Path(sandbox.dir, "softhsm2.conf")
        conf.write_text(
            f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        sandbox.env["SOFTHSM2_CONF"] = str(conf)
    return path


def init_token(sandbox, label="pinfold-test", pin=PIN, so_pin=SO_PIN):
    """Makes a token; returns its serial number."""
    setup(sandbox)
    sandbox.run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", so_pin,
                "--pin", pin)
    out = sandbox.run("softhsm2-util", "--show-slots").stdout
    for slot in re.split(r"^Slot ", out, flags=re.M):
        if re.search(rf"Label:\s+{re.escape(label)}\s*$", slot, re.M):
            return re.search(r"Serial number:\s+(\S+)", slot)[1]
    raise AssertionError(f"no token {label} after making it:\n{out}")


def import_key(sandbox, label="key", key_id="01", token="pinfold-test", pin=PIN, bits=2048):
    """Imports an RSA key pair; returns the public key in PEM.

    Quicker than having the token make one, and the private key can be checked against.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, bits)
    path = Path(sandbox.dir, "import.pem")
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    try:
        sandbox.run("softhsm2-util", "--import", path, "--token", token, "--label", label,
                    "--id", key_id, "--pin", pin)
    finally:
        path.unlink()
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def verify_signature(public_pem, signature, data, hash_name="SHA256"):
    """Raises unless signature is RSA PKCS#1 1.5 or ECDSA (r|s) of data by that key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    key = serialization.load_pem_public_key(public_pem)
    digest = getattr(hashes, hash_name)()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), digest)
        return
    half = len(signature) // 2
    der = utils.encode_dss_signature(int.from_bytes(signature[:half], "big"),
                                     int.from_bytes(signature[half:], "big"))
    key.verify(der, data, ec.ECDSA(digest))
