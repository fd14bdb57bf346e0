# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Software tokens in a sandbox."""

import hashlib
import itertools
import os
import re
import shutil
from pathlib import Path

from .paths import build_path, need_backend, need_tools

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
    """Makes a token; returns its serial number.

    The first of its kind is made by SoftHSM's tool and kept in the build tree; the others, one in
    each of many sandboxes, are copies of it.
    """
    setup(sandbox)
    tokens = Path(sandbox.dir, "softhsm")
    for number in itertools.count():
        kept = _kept_token(sandbox, label, pin, so_pin, str(number))
        (name,) = os.listdir(kept / "tokens")
        if not (tokens / name).exists():  # two of the same kind in a sandbox are two tokens
            break
    shutil.copytree(kept / "tokens", tokens, dirs_exist_ok=True)
    return (kept / "serial").read_text(encoding="ascii")


def _kept_token(sandbox, *about):
    kept = _kept_path("tokens", *about)
    if not kept.exists():
        scratch = kept.with_suffix(f".{os.getpid()}")
        (scratch / "tokens").mkdir(parents=True)
        _make_token(sandbox, scratch, *about[:3])
        try:
            scratch.rename(kept)
        except OSError:  # another test was faster
            shutil.rmtree(scratch)
    return kept


def _kept_path(kind, *about):
    """Where something is kept, by what it is about."""
    name = hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
    return build_path("tests/softhsm", kind, name)


def _make_token(sandbox, folder, label, pin, so_pin):
    """A token in FOLDER/tokens, and its serial number in FOLDER/serial."""
    conf = folder / "conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    env = {"SOFTHSM2_CONF": conf}
    sandbox.run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", so_pin,
                "--pin", pin, env=env)
    out = sandbox.run("softhsm2-util", "--show-slots", env=env).stdout
    (serial,) = re.findall(r"Serial number: +(\w+)", out)
    (folder / "serial").write_text(serial, encoding="ascii")


def import_key(sandbox, label="key", key_id="01", token="pinfold-test", pin=PIN, bits=2048):
    """Imports an RSA key pair; returns the public key in PEM.

    Quicker than having the token make one, and signatures can be checked. A key of its own for each
    label, ID and token; it is kept in the build tree.
    """
    path = _kept_path("keys", label, key_id, token, str(bits))
    if not path.exists():
        _make_key(path, bits)
    sandbox.run("softhsm2-util", "--import", path, "--token", token, "--label", label,
                "--id", key_id, "--pin", pin)
    kept = path.read_bytes()
    return kept[kept.index(b"-----BEGIN PUBLIC"):]


def _make_key(path, bits):
    """Both halves of a key pair in one file: who wants the private one takes the first."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, bits)
    pem = serialization.Encoding.PEM
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    try:
        os.link(scratch, path)  # the first of several tests wins
    except FileExistsError:
        pass
    scratch.unlink()


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
