#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""keytool and jarsigner with SunPKCS11, raw and through Pinfold."""

from cases import FULL, MODES, ProgramCase
from pinfoldtest import tap
from places import SoftPlace
from steps import Mask, step

CONF = b"name = Pinfold\nlibrary = module.so\nslotListIndex = 0\n"
STORE = ("-J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -keystore NONE -storetype PKCS11 -providerClass "
         "sun.security.pkcs11.SunPKCS11 -providerArg java.conf")
KEYTOOL = f"keytool {STORE} -storepass:env PIN"
MADE = Mask("made", r"(?:[0-9A-F]{2}:){19,}[0-9A-F]{2}", "a fingerprint of a new certificate")


class Java(ProgramCase):
    tools = ("keytool", "jarsigner", "openssl")

    @staticmethod
    def make_place():
        return SoftPlace()

    def same(self, *steps, **kwargs):
        # SunPKCS11 wants an absolute path, and only here it is known.
        conf = CONF.replace(b"module.so", str(self.place.dir / "module.so").encode())
        modes = MODES if FULL else ("process",)
        return super().same(*steps, files={"java.conf": conf, "data": b"data\n"}, modes=modes,
                            **kwargs)

    def test_list(self):
        self.same(step(f"{KEYTOOL} -list"), says="Keystore type: PKCS11")

    def test_wrong_pin(self):
        self.same(step(f"{KEYTOOL} -list", env={"PIN": "0000"}), status=1)

    def test_make_request_and_sign(self):
        self.same(step(f"{KEYTOOL} -genkeypair -alias made -keyalg RSA -keysize 2048 -dname CN=made "
                       "-validity 3650"),
                  step(f"{KEYTOOL} -list", masks=(MADE,)),
                  step(f"{KEYTOOL} -certreq -alias made -file request"),
                  step("openssl req -verify -noout -in request"),
                  step("jar cf signed.jar data"),
                  step(f"jarsigner {STORE} -storepass:env PIN signed.jar made"),
                  step("jarsigner -verify signed.jar"),
                  step(f"{KEYTOOL} -delete -alias made"),
                  step(f"{KEYTOOL} -list"), says="jar verified")


if __name__ == "__main__":
    tap.main()
