/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for signing, verifying, encrypting, decrypting and digests. */
#include "driver-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_ROOM 65536u

typedef CK_RV (*InitFunction)(CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
typedef CK_RV (*InOutFunction)(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);
typedef CK_RV (*InFunction)(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG);
typedef CK_RV (*OutFunction)(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG *);

/* SESSION KEY MECHANISM at the words 0, 1, 2; without a key (digests) at 0 and 1. */
static CK_RV
call_init(PfDriverCall *call, InitFunction function, const char *name)
{
    PfDriverMechanism mechanism = {0};
    CK_MECHANISM *given = &mechanism.mechanism;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_RV rv;
    int index = function != NULL ? 2 : 1;

    if (!pf_driver_call_session(call, 0, &session) ||
        (function != NULL && !pf_driver_call_object(call, 1, &key)))
        return CKR_ARGUMENTS_BAD;
    if (pf_driver_call_has(call, index, "null"))
        given = NULL;
    else if (!pf_driver_call_mechanism(call, index, &mechanism))
        return CKR_ARGUMENTS_BAD;
    if (function != NULL)
        rv = function(session, given, key);
    else
        rv = call->module->p11->C_DigestInit(session, given);
    pf_driver_mechanism_clear(&mechanism);
    pf_driver_reply_set_rv(call->reply, rv, name);
    return rv;
}

/* The room for output by the option size=N or size=null; true when there is a buffer. */
static bool
prepare_output(PfDriverCall *call, CK_ULONG in_size, unsigned char **ret_out, CK_ULONG *ret_size)
{
    const char *option = pf_driver_call_option(call, 1, "size");

    *ret_size = in_size + OUT_ROOM;
    *ret_out = NULL;
    if (option != NULL && strcmp(option, "null") == 0) {
        *ret_size = 0;
        return false;
    }
    if (option != NULL)
        *ret_size = strtoul(option, NULL, 10);
    *ret_out = malloc(*ret_size + 1);
    if (*ret_out == NULL)
        abort();
    return true;
}

static void
add_output(PfDriverCall *call, CK_RV rv, const char *name, const unsigned char *out, CK_ULONG room,
           CK_ULONG size)
{
    pf_driver_reply_set_rv(call->reply, rv, name);
    if (rv == CKR_OK && out != NULL && size <= room)
        pf_driver_reply_add_hex(call->reply, "data", out, size);
    if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
        pf_driver_reply_add(call->reply, "size", "%lu", size);
}

static void
call_in_out(PfDriverCall *call, int data_index, InOutFunction function, const char *name)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    unsigned char *out;
    CK_ULONG room;
    CK_ULONG size;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_bytes(call, data_index, &in))
        return;
    prepare_output(call, in.size, &out, &room);
    size = room;
    rv = function(session, in.data, in.size, out, &size);
    add_output(call, rv, name, out, room, size);
    pf_driver_bytes_clear(&in);
    free(out);
}

static void
call_in(PfDriverCall *call, InFunction function, const char *name)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes in;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_bytes(call, 1, &in))
        return;
    pf_driver_reply_set_rv(call->reply, function(session, in.data, in.size), name);
    pf_driver_bytes_clear(&in);
}

static void
call_out(PfDriverCall *call, OutFunction function, const char *name)
{
    CK_SESSION_HANDLE session;
    unsigned char *out;
    CK_ULONG room;
    CK_ULONG size;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    prepare_output(call, 0, &out, &room);
    size = room;
    rv = function(session, out, &size);
    add_output(call, rv, name, out, room, size);
    free(out);
}

/* DATA and SIGNATURE at the given words. */
static void
call_verify(PfDriverCall *call, int data_index)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes data = {0};
    PfDriverBytes signature = {0};

    if (!pf_driver_call_session(call, 0, &session))
        return;
    if (pf_driver_call_bytes(call, data_index, &data) &&
        pf_driver_call_bytes(call, data_index + 1, &signature)) {
        pf_driver_reply_set_rv(call->reply,
                               call->module->p11->C_Verify(session, data.data, data.size,
                                                           signature.data, signature.size),
                               "C_Verify");
    }
    pf_driver_bytes_clear(&data);
    pf_driver_bytes_clear(&signature);
}

/* The commands of one kind of operation with output: X, Xinit, X1 (after Xinit), Xfinal. */
#define OPERATION(verb, Function)                                                                  \
    static void run_##verb(PfDriverCall *call)                                                     \
    {                                                                                              \
        if (call_init(call, call->module->p11->C_##Function##Init, "C_" #Function "Init") ==       \
            CKR_OK)                                                                                \
            call_in_out(call, 3, call->module->p11->C_##Function, "C_" #Function);                 \
    }                                                                                              \
    static void run_##verb##init(PfDriverCall *call)                                               \
    {                                                                                              \
        call_init(call, call->module->p11->C_##Function##Init, "C_" #Function "Init");             \
    }                                                                                              \
    static void run_##verb##1(PfDriverCall * call)                                                 \
    {                                                                                              \
        call_in_out(call, 1, call->module->p11->C_##Function, "C_" #Function);                     \
    }

#define FINAL(verb, Function)                                                                      \
    static void run_##verb##final(PfDriverCall *call)                                              \
    {                                                                                              \
        call_out(call, call->module->p11->C_##Function##Final, "C_" #Function "Final");            \
    }

#define UPDATE(verb, Function, how)                                                                \
    static void run_##verb##update(PfDriverCall *call)                                             \
    {                                                                                              \
        how(call, UPDATE_INDEX_##how call->module->p11->C_##Function##Update,                      \
            "C_" #Function "Update");                                                              \
    }
#define UPDATE_INDEX_call_in
#define UPDATE_INDEX_call_in_out 1,

OPERATION(sign, Sign)
UPDATE(sign, Sign, call_in)
FINAL(sign, Sign)
OPERATION(signrecover, SignRecover)
OPERATION(verifyrecover, VerifyRecover)
OPERATION(encrypt, Encrypt)
UPDATE(encrypt, Encrypt, call_in_out)
FINAL(encrypt, Encrypt)
OPERATION(decrypt, Decrypt)
UPDATE(decrypt, Decrypt, call_in_out)
FINAL(decrypt, Decrypt)
UPDATE(digest, Digest, call_in)
FINAL(digest, Digest)
UPDATE(verify, Verify, call_in)

static void
run_verify(PfDriverCall *call)
{
    if (call_init(call, call->module->p11->C_VerifyInit, "C_VerifyInit") == CKR_OK)
        call_verify(call, 3);
}

static void
run_verifyinit(PfDriverCall *call)
{
    call_init(call, call->module->p11->C_VerifyInit, "C_VerifyInit");
}

static void
run_verify1(PfDriverCall *call)
{
    call_verify(call, 1);
}

static void
run_verifyfinal(PfDriverCall *call)
{
    call_in(call, call->module->p11->C_VerifyFinal, "C_VerifyFinal");
}

static void
run_digest(PfDriverCall *call)
{
    if (call_init(call, NULL, "C_DigestInit") == CKR_OK)
        call_in_out(call, 2, call->module->p11->C_Digest, "C_Digest");
}

static void
run_digestinit(PfDriverCall *call)
{
    call_init(call, NULL, "C_DigestInit");
}

static void
run_digest1(PfDriverCall *call)
{
    call_in_out(call, 1, call->module->p11->C_Digest, "C_Digest");
}

static void
run_digestkey(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &key))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_DigestKey(session, key),
                           "C_DigestKey");
}

/* Two operations at once. */
#define DUAL(verb, Function)                                                                       \
    static void run_##verb(PfDriverCall *call)                                                     \
    {                                                                                              \
        call_in_out(call, 1, call->module->p11->C_##Function, "C_" #Function);                     \
    }

DUAL(digestencryptupdate, DigestEncryptUpdate)
DUAL(decryptdigestupdate, DecryptDigestUpdate)
DUAL(signencryptupdate, SignEncryptUpdate)
DUAL(decryptverifyupdate, DecryptVerifyUpdate)

#define START_USAGE "SESSION KEY MECHANISM|null"
#define DATA_USAGE  "SESSION DATA [size=N|null]"
#define BOTH_USAGE  "SESSION KEY MECHANISM DATA [size=N|null]"

const PfDriverCommand pf_driver_crypto_commands[] = {
    {"sign", 4, run_sign, BOTH_USAGE},
    {"signinit", 3, run_signinit, START_USAGE},
    {"sign1", 2, run_sign1, DATA_USAGE},
    {"signupdate", 2, run_signupdate, "SESSION DATA"},
    {"signfinal", 1, run_signfinal, "SESSION [size=N|null]"},
    {"signrecover", 4, run_signrecover, BOTH_USAGE},
    {"signrecoverinit", 3, run_signrecoverinit, START_USAGE},
    {"signrecover1", 2, run_signrecover1, DATA_USAGE},
    {"verify", 5, run_verify, "SESSION KEY MECHANISM DATA SIGNATURE"},
    {"verifyinit", 3, run_verifyinit, START_USAGE},
    {"verify1", 3, run_verify1, "SESSION DATA SIGNATURE"},
    {"verifyupdate", 2, run_verifyupdate, "SESSION DATA"},
    {"verifyfinal", 2, run_verifyfinal, "SESSION SIGNATURE"},
    {"verifyrecover", 4, run_verifyrecover, BOTH_USAGE},
    {"verifyrecoverinit", 3, run_verifyrecoverinit, START_USAGE},
    {"verifyrecover1", 2, run_verifyrecover1, DATA_USAGE},
    {"encrypt", 4, run_encrypt, BOTH_USAGE},
    {"encryptinit", 3, run_encryptinit, START_USAGE},
    {"encrypt1", 2, run_encrypt1, DATA_USAGE},
    {"encryptupdate", 2, run_encryptupdate, DATA_USAGE},
    {"encryptfinal", 1, run_encryptfinal, "SESSION [size=N|null]"},
    {"decrypt", 4, run_decrypt, BOTH_USAGE},
    {"decryptinit", 3, run_decryptinit, START_USAGE},
    {"decrypt1", 2, run_decrypt1, DATA_USAGE},
    {"decryptupdate", 2, run_decryptupdate, DATA_USAGE},
    {"decryptfinal", 1, run_decryptfinal, "SESSION [size=N|null]"},
    {"digest", 3, run_digest, "SESSION MECHANISM DATA [size=N|null]"},
    {"digestinit", 2, run_digestinit, "SESSION MECHANISM"},
    {"digest1", 2, run_digest1, DATA_USAGE},
    {"digestupdate", 2, run_digestupdate, "SESSION DATA"},
    {"digestkey", 2, run_digestkey, "SESSION KEY"},
    {"digestfinal", 1, run_digestfinal, "SESSION [size=N|null]"},
    {"digestencryptupdate", 2, run_digestencryptupdate, DATA_USAGE},
    {"decryptdigestupdate", 2, run_decryptdigestupdate, DATA_USAGE},
    {"signencryptupdate", 2, run_signencryptupdate, DATA_USAGE},
    {"decryptverifyupdate", 2, run_decryptverifyupdate, DATA_USAGE},
    {NULL},
};
