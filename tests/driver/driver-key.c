/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands that make, wrap, unwrap and derive keys, and random numbers. */
#include "driver-call.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 64

/* Parses the words from @first on that have @prefix or none of the pair's prefixes. */
static bool
take_template(PfDriverCall *call, int first, const char *prefix, PfDriverTemplate *ret_template)
{
    char *words[MAX_WORDS];
    PfDriverCall part = *call;

    part.argv = words;
    part.argc = 0;
    for (int i = first; i < call->argc && part.argc < MAX_WORDS; i++) {
        char *word = call->argv[i];

        if (strncmp(word, prefix, strlen(prefix)) == 0)
            words[part.argc++] = word + strlen(prefix);
        else if (strncmp(word, "pub.", 4) != 0 && strncmp(word, "priv.", 5) != 0)
            words[part.argc++] = word;
    }
    return pf_driver_call_template(&part, 0, part.argc, ret_template);
}

static void
add_default(PfDriverTemplate *template, CK_ATTRIBUTE_TYPE type, const void *data, CK_ULONG size)
{
    for (CK_ULONG i = 0; i < template->count; i++) {
        if (template->attributes[i].type == type)
            return;
    }
    pf_driver_template_add(template, type, data, size);
}

static void
add_true(PfDriverTemplate *template, CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL truth = CK_TRUE;

    add_default(template, type, &truth, sizeof(truth));
}

static bool
add_pair_defaults(PfDriverCall *call, PfDriverTemplate *public, PfDriverTemplate *private,
                  CK_MECHANISM_TYPE *ret_mechanism)
{
    static const unsigned char exponent[] = {0x01, 0x00, 0x01};
    static const unsigned char p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48,
                                         0xce, 0x3d, 0x03, 0x01, 0x07};
    bool rsa = pf_driver_call_has(call, 1, "rsa");
    unsigned long bits;

    if (!rsa && !pf_driver_call_has(call, 1, "ec")) {
        pf_driver_reply_set_error(call->reply, "rsa or ec");
        return false;
    }
    if (!pf_driver_call_number(call, 2, &bits))
        return false;
    if (rsa) {
        add_default(public, CKA_MODULUS_BITS, &bits, sizeof(bits));
        add_default(public, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
        add_true(public, CKA_ENCRYPT);
        add_true(private, CKA_DECRYPT);
    } else {
        /* 256; another curve is given as pub.params=HEX. */
        add_default(public, CKA_EC_PARAMS, p256, sizeof(p256));
        add_true(private, CKA_DERIVE);
    }
    add_true(public, CKA_VERIFY);
    add_true(private, CKA_SIGN);
    add_true(private, CKA_PRIVATE);
    add_true(private, CKA_SENSITIVE);
    *ret_mechanism = rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN;
    return true;
}

static void
run_genkeypair(PfDriverCall *call)
{
    PfDriverTemplate public = {0};
    PfDriverTemplate private = {0};
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    CK_MECHANISM mechanism = {0};
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    if (take_template(call, 3, "pub.", &public) && take_template(call, 3, "priv.", &private) &&
        add_pair_defaults(call, &public, &private, &mechanism.mechanism)) {
        rv = call->module->p11->C_GenerateKeyPair(session, &mechanism, public.attributes,
                                                  public.count, private.attributes, private.count,
                                                  &public_key, &private_key);
        pf_driver_reply_set_rv(call->reply, rv, "C_GenerateKeyPair");
        if (rv == CKR_OK) {
            call->scope->object = private_key;
            pf_driver_reply_add(call->reply, "public", "%lu", public_key);
            pf_driver_reply_add(call->reply, "private", "%lu", private_key);
        }
    }
    pf_driver_template_clear(&public);
    pf_driver_template_clear(&private);
}

static void
add_key(PfDriverCall *call, CK_RV rv, const char *function, CK_OBJECT_HANDLE key)
{
    pf_driver_reply_set_rv(call->reply, rv, function);
    if (rv != CKR_OK)
        return;
    call->scope->object = key;
    pf_driver_reply_add(call->reply, "key", "%lu", key);
}

static void
run_genkey(PfDriverCall *call)
{
    CK_MECHANISM mechanism = {0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    unsigned long size;
    CK_RV rv;

    mechanism.mechanism =
        pf_driver_call_has(call, 1, "aes") ? CKM_AES_KEY_GEN : CKM_GENERIC_SECRET_KEY_GEN;
    if (mechanism.mechanism != CKM_AES_KEY_GEN && !pf_driver_call_has(call, 1, "generic")) {
        pf_driver_reply_set_error(call->reply, "aes or generic");
        return;
    }
    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_number(call, 2, &size) ||
        !pf_driver_call_template(call, 3, call->argc, &template))
        return;
    add_default(&template, CKA_VALUE_LEN, &size, sizeof(size));
    if (mechanism.mechanism == CKM_AES_KEY_GEN) {
        add_true(&template, CKA_ENCRYPT);
        add_true(&template, CKA_DECRYPT);
        add_true(&template, CKA_WRAP);
        add_true(&template, CKA_UNWRAP);
    } else {
        add_true(&template, CKA_SIGN);
        add_true(&template, CKA_VERIFY);
    }
    add_true(&template, CKA_PRIVATE);
    rv = call->module->p11->C_GenerateKey(session, &mechanism, template.attributes, template.count,
                                          &key);
    pf_driver_template_clear(&template);
    add_key(call, rv, "C_GenerateKey", key);
}

static void
run_wrap(PfDriverCall *call)
{
    unsigned char out[16384];
    CK_ULONG size = sizeof(out);
    PfDriverMechanism mechanism;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE wrapping;
    CK_OBJECT_HANDLE key;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &wrapping) ||
        !pf_driver_call_object(call, 2, &key) || !pf_driver_call_mechanism(call, 3, &mechanism))
        return;
    rv = call->module->p11->C_WrapKey(session, &mechanism.mechanism, wrapping, key, out, &size);
    pf_driver_mechanism_clear(&mechanism);
    pf_driver_reply_set_rv(call->reply, rv, "C_WrapKey");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "data", out, size);
}

static void
run_unwrap(PfDriverCall *call)
{
    CK_OBJECT_HANDLE unwrapping;
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    PfDriverMechanism mechanism;
    PfDriverTemplate template;
    PfDriverBytes in = {0};
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_object(call, 1, &unwrapping) ||
        !pf_driver_call_mechanism(call, 2, &mechanism))
        return;
    if (pf_driver_call_bytes(call, 3, &in) &&
        pf_driver_call_template(call, 4, call->argc, &template)) {
        rv = call->module->p11->C_UnwrapKey(session, &mechanism.mechanism, unwrapping, in.data,
                                            in.size, template.attributes, template.count, &key);
        pf_driver_template_clear(&template);
        add_key(call, rv, "C_UnwrapKey", key);
    }
    pf_driver_bytes_clear(&in);
    pf_driver_mechanism_clear(&mechanism);
}

static void
run_derive(PfDriverCall *call)
{
    CK_OBJECT_HANDLE base;
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    PfDriverMechanism mechanism;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &base) ||
        !pf_driver_call_mechanism(call, 2, &mechanism))
        return;
    if (pf_driver_call_template(call, 3, call->argc, &template)) {
        bool many = mechanism.params.connection.pReturnedKeyMaterial == &mechanism.made;

        rv =
            call->module->p11->C_DeriveKey(session, &mechanism.mechanism, base, template.attributes,
                                           template.count, many ? NULL : &key);
        pf_driver_template_clear(&template);
        if (many) {
            pf_driver_reply_set_rv(call->reply, rv, "C_DeriveKey");
            pf_driver_reply_add(call->reply, "keys", "%lu,%lu,%lu,%lu",
                                mechanism.made.hClientMacSecret, mechanism.made.hServerMacSecret,
                                mechanism.made.hClientKey, mechanism.made.hServerKey);
        } else {
            add_key(call, rv, "C_DeriveKey", key);
        }
    }
    pf_driver_mechanism_clear(&mechanism);
}

static void
run_random(PfDriverCall *call)
{
    unsigned char data[4096];
    CK_SESSION_HANDLE session;
    unsigned long size;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_number(call, 1, &size))
        return;
    if (size > sizeof(data)) {
        pf_driver_reply_set_error(call->reply, "at most %zu bytes", sizeof(data));
        return;
    }
    rv = call->module->p11->C_GenerateRandom(session, data, size);
    pf_driver_reply_set_rv(call->reply, rv, "C_GenerateRandom");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "data", data, size);
}

static void
run_seed(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes seed;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_bytes(call, 1, &seed))
        return;
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_SeedRandom(session, seed.data, seed.size),
                           "C_SeedRandom");
    pf_driver_bytes_clear(&seed);
}

const PfDriverCommand pf_driver_key_commands[] = {
    {"genkeypair", 3, run_genkeypair, "SESSION rsa|ec BITS [[pub.|priv.]ATTRIBUTE=VALUE…]"},
    {"genkey", 3, run_genkey, "SESSION aes|generic BYTES [ATTRIBUTE=VALUE…]"},
    {"wrap", 4, run_wrap, "SESSION WRAPPING-KEY KEY MECHANISM"},
    {"unwrap", 4, run_unwrap, "SESSION KEY MECHANISM DATA ATTRIBUTE=VALUE…"},
    {"derive", 3, run_derive, "SESSION KEY MECHANISM ATTRIBUTE=VALUE…"},
    {"random", 2, run_random, "SESSION BYTES"},
    {"seed", 2, run_seed, "SESSION DATA"},
    {NULL},
};
