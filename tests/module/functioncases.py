# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The usual call of each function of PKCS#11 2.40 and 3.0, in a session that is logged in, on a private
key: what has to be done before it, and the call, as lines of the driver."""

from collections import namedtuple

from pinfoldtest.softhsm import PIN, SO_PIN

# state: "user" (session s, and session b beside it, are logged in), "open" (they are not), "alone"
# (no session is open), "loaded" (C_Initialize was not called). scripted: the backend is the mock; to
# what it does not have it answers CKR_OK. {new} is what was made last.
Case = namedtuple("Case", "function before call state scripted", defaults=("user", False))

SIGN = "signinit {s} {k} SHA256_RSA_PKCS"
ENCRYPT = "encryptinit {s} {aes} AES_CBC_PAD:" + "00" * 16
DECRYPT = "decryptinit {s} {aes} AES_CBC_PAD:" + "00" * 16
VERIFY = "verifyinit {s} {mac} SHA256_HMAC"
DIGEST = "digestinit {s} SHA256"
BLOCK = "00" * 16


def _made(label):
    return f"create {{s}} class=data label={label} value=text:z token=true private=true"


def _scripted(function, call, *before, state="user"):
    return Case(function, before, call, state, True)


def _messages(name, verb, key, **calls):
    """C_Message…Init to C_Message…Final of one kind."""
    start = f"message-init {verb} {{s}} {key}"
    yield _scripted(f"C_Message{name}Init", start)
    for function, call in calls.items():
        yield _scripted("C_" + function, call, start)
    yield _scripted(f"C_Message{name}Final", f"message-final {verb} {{s}}", start)


CASES = [
    Case("C_Initialize", (), "init os-locking", "loaded"),
    Case("C_Finalize", (), "finalize"),
    Case("C_GetInfo", (), "info"),
    Case("C_GetFunctionList", (), "load {module}"),
    Case("C_GetSlotList", (), "slots present"),
    Case("C_GetSlotInfo", (), "slotinfo {slot}"),
    Case("C_GetTokenInfo", (), "tokeninfo {slot}"),
    Case("C_GetMechanismList", (), "mechs {slot}"),
    Case("C_GetMechanismInfo", (), "mechinfo {slot} RSA_PKCS"),
    Case("C_InitToken", (), f"inittoken {{slot}} {SO_PIN} another", "alone"),
    Case("C_InitPIN", (f"login {{s}} so {SO_PIN}",), f"initpin {{s}} {PIN}", "open"),
    Case("C_SetPIN", (), f"setpin {{s}} {PIN} {PIN}"),
    Case("C_OpenSession", (), "open {slot}", "alone"),
    Case("C_CloseSession", (), "close {s}"),
    Case("C_CloseAllSessions", (), "closeall {slot}"),
    Case("C_GetSessionInfo", (), "sessioninfo {s}"),
    _scripted("C_GetOperationState", "getopstate {s}"),
    _scripted("C_SetOperationState", "setopstate {s} 00 {k}"),
    Case("C_Login", (), f"login {{s}} user {PIN}", "open"),
    Case("C_Logout", (), "logout {s}"),
    Case("C_CreateObject", (), _made("first")),
    Case("C_CopyObject", (), "copy {s} {data} label=twin"),
    Case("C_DestroyObject", (_made("second"),), "destroy {s} {new}"),
    Case("C_GetObjectSize", (), "objsize {s} {k}"),
    Case("C_GetAttributeValue", (), "getattr {s} {k} label modulus"),
    Case("C_SetAttributeValue", (_made("third"),), "setattr {s} {new} label=other"),
    Case("C_FindObjectsInit", (), "findinit {s} class=private_key"),
    Case("C_FindObjects", ("findinit {s} class=private_key",), "findnext {s} 5"),
    Case("C_FindObjectsFinal", ("findinit {s} class=private_key",), "findfinal {s}"),
    Case("C_EncryptInit", (), ENCRYPT),
    Case("C_Encrypt", (ENCRYPT,), "encrypt1 {s} text:x"),
    Case("C_EncryptUpdate", (ENCRYPT,), "encryptupdate {s} text:x"),
    Case("C_EncryptFinal", (ENCRYPT,), "encryptfinal {s}"),
    Case("C_DecryptInit", (), DECRYPT),
    Case("C_Decrypt", (DECRYPT,), "decrypt1 {s} {sealed}"),
    Case("C_DecryptUpdate", (DECRYPT,), "decryptupdate {s} " + BLOCK),
    Case("C_DecryptFinal", (DECRYPT, "decryptupdate {s} {sealed}"), "decryptfinal {s}"),
    Case("C_DigestInit", (), DIGEST),
    Case("C_Digest", (DIGEST,), "digest1 {s} text:x"),
    Case("C_DigestUpdate", (DIGEST,), "digestupdate {s} text:x"),
    Case("C_DigestKey", (DIGEST,), "digestkey {s} {open}"),
    Case("C_DigestFinal", (DIGEST,), "digestfinal {s}"),
    Case("C_SignInit", (), SIGN),
    Case("C_Sign", (SIGN,), "sign1 {s} text:x"),
    Case("C_SignUpdate", (SIGN,), "signupdate {s} text:x"),
    Case("C_SignFinal", (SIGN, "signupdate {s} text:x"), "signfinal {s}"),
    _scripted("C_SignRecoverInit", "signrecoverinit {s} {k} RSA_PKCS"),
    _scripted("C_SignRecover", "signrecover1 {s} text:x", "signrecoverinit {s} {k} RSA_PKCS"),
    Case("C_VerifyInit", (), VERIFY),
    Case("C_Verify", (VERIFY,), "verify1 {s} text:x {code}"),
    Case("C_VerifyUpdate", (VERIFY,), "verifyupdate {s} text:x"),
    Case("C_VerifyFinal", (VERIFY, "verifyupdate {s} text:x"), "verifyfinal {s} {code}"),
    _scripted("C_VerifyRecoverInit", "verifyrecoverinit {s} {k} RSA_PKCS"),
    _scripted("C_VerifyRecover", "verifyrecover1 {s} 00", "verifyrecoverinit {s} {k} RSA_PKCS"),
    _scripted("C_DigestEncryptUpdate", "digestencryptupdate {s} 00", "encryptinit {s} {aes} AES_ECB"),
    _scripted("C_DecryptDigestUpdate", "decryptdigestupdate {s} 00", "decryptinit {s} {k} RSA_PKCS"),
    _scripted("C_SignEncryptUpdate", "signencryptupdate {s} 00", "signinit {s} {k} RSA_PKCS"),
    _scripted("C_DecryptVerifyUpdate", "decryptverifyupdate {s} 00", "decryptinit {s} {k} RSA_PKCS"),
    Case("C_GenerateKey", (), "genkey {s} aes 16 token=true private=true"),
    Case("C_GenerateKeyPair", (), "genkeypair {s} rsa 1024 token=true priv.private=true"),
    Case("C_WrapKey", (), "wrap {s} {aes} {open} AES_KEY_WRAP_PAD"),
    Case("C_UnwrapKey", (), "unwrap {s} {k} RSA_PKCS {secret} class=secret_key key_type=aes "
         "token=true private=true"),
    _scripted("C_DeriveKey", "derive {s} {aes} CONCATENATE_BASE_AND_KEY:key={aes} token=true label=derived"),
    Case("C_SeedRandom", (), "seed {s} 00"),
    Case("C_GenerateRandom", (), "random {s} 4"),
    _scripted("C_GetFunctionStatus", "functionstatus {s}"),
    _scripted("C_CancelFunction", "cancelfunction {s}"),
    Case("C_WaitForSlotEvent", (), "waitevent noblock"),
    Case("C_GetInterfaceList", (), "interfaces"),
    Case("C_GetInterface", (), "interface null null 0"),
    _scripted("C_LoginUser", f"login-user {{s}} {PIN} anna", state="open"),
    _scripted("C_SessionCancel", "cancel {s} 0x800", "signinit {s} {k} RSA_PKCS"),
    *_messages("Encrypt", "encrypt", "{aes} AES_ECB", EncryptMessage="message-cipher encrypt {s} 00",
               EncryptMessageBegin="message-begin encrypt {s}",
               EncryptMessageNext="message-next encrypt {s} 00"),
    *_messages("Decrypt", "decrypt", "{aes} AES_ECB", DecryptMessage="message-cipher decrypt {s} 00",
               DecryptMessageBegin="message-begin decrypt {s}",
               DecryptMessageNext="message-next decrypt {s} 00"),
    *_messages("Sign", "sign", "{k} RSA_PKCS", SignMessage="message-sign {s} 00",
               SignMessageBegin="message-begin sign {s}", SignMessageNext="message-next sign {s} 00"),
    *_messages("Verify", "verify", "{mac} RSA_PKCS", VerifyMessage="message-verify {s} 00 00",
               VerifyMessageBegin="message-begin verify {s}",
               VerifyMessageNext="message-verify-next {s} 00 null"),
    Case("CA_SetApplicationID", (), "appid set 0 9"),
    Case("CA_OpenApplicationID", (), "appid open {slot} 0 {id}"),
    Case("CA_CloseApplicationID", (), "appid close {slot} 0 {id}"),
]
