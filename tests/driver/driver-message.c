/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for the messages of PKCS#11 3.0. */
#include "driver-call.h"

#include <stddef.h>
#include <string.h>

#define OUT_ROOM 4096

/* Offsets of the functions in the list. MESSAGE: of ciphers, the whole of one; 0: none. */
typedef struct {
    const char *name;
    size_t init, final, begin, next, message;
} MessageKind;

static const MessageKind message_kinds[] = {
#define OFFSET(name) offsetof(CK_FUNCTION_LIST_3_0, name)
    {"sign", OFFSET(C_MessageSignInit), OFFSET(C_MessageSignFinal), OFFSET(C_SignMessageBegin),
     OFFSET(C_SignMessageNext), 0},
    {"verify", OFFSET(C_MessageVerifyInit), OFFSET(C_MessageVerifyFinal),
     OFFSET(C_VerifyMessageBegin), 0, 0},
    {"encrypt", OFFSET(C_MessageEncryptInit), OFFSET(C_MessageEncryptFinal),
     OFFSET(C_EncryptMessageBegin), OFFSET(C_EncryptMessageNext), OFFSET(C_EncryptMessage)},
    {"decrypt", OFFSET(C_MessageDecryptInit), OFFSET(C_MessageDecryptFinal),
     OFFSET(C_DecryptMessageBegin), OFFSET(C_DecryptMessageNext), OFFSET(C_DecryptMessage)},
#undef OFFSET
};

static const MessageKind *
find_kind(PfDriverCall *call)
{
    for (size_t i = 0; i < sizeof(message_kinds) / sizeof(message_kinds[0]); i++) {
        if (pf_driver_call_has(call, 0, message_kinds[i].name))
            return &message_kinds[i];
    }
    pf_driver_reply_set_error(call->reply, "sign, verify, encrypt or decrypt");
    return NULL;
}

static void
run_message_init(PfDriverCall *call)
{
    const MessageKind *kind = find_kind(call);
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    PfDriverMechanism mechanism;
    bool cancels = pf_driver_call_has(call, 3, "null");
    CK_C_MessageSignInit init;

    if (kind == NULL || list == NULL || !pf_driver_call_session(call, 1, &session) ||
        !pf_driver_call_object(call, 2, &key) ||
        (!cancels && !pf_driver_call_mechanism(call, 3, &mechanism)))
        return;
    memcpy(&init, (char *)list + kind->init, sizeof(init));
    pf_driver_reply_set_rv(call->reply, init(session, cancels ? NULL : &mechanism.mechanism, key),
                           "C_Message…Init");
    if (!cancels)
        pf_driver_mechanism_clear(&mechanism);
}

static void
run_message_final(PfDriverCall *call)
{
    const MessageKind *kind = find_kind(call);
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    CK_C_MessageSignFinal final;

    if (kind == NULL || list == NULL || !pf_driver_call_session(call, 1, &session))
        return;
    memcpy(&final, (char *)list + kind->final, sizeof(final));
    pf_driver_reply_set_rv(call->reply, final(session), "C_Message…Final");
}

static void
run_message_sign(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    CK_BYTE out[OUT_ROOM];
    CK_ULONG size = pf_driver_call_has(call, 2, "size=4") ? 4 : sizeof(out);
    CK_RV rv;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_bytes(call, 1, &in))
        return;
    rv = list->C_SignMessage(session, NULL, 0, in.data, in.size, out, &size);
    pf_driver_reply_set_rv(call->reply, rv, "C_SignMessage");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "data", out, size);
    pf_driver_bytes_clear(&in);
}

static void
run_message_begin(PfDriverCall *call)
{
    const MessageKind *kind = find_kind(call);
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    CK_C_SignMessageBegin begin;
    CK_C_EncryptMessageBegin begin_cipher;
    CK_RV rv;

    if (kind == NULL || list == NULL || !pf_driver_call_session(call, 1, &session))
        return;
    if (kind->message != 0) {
        memcpy(&begin_cipher, (char *)list + kind->begin, sizeof(begin_cipher));
        rv = begin_cipher(session, NULL, 0, NULL, 0);
    } else {
        memcpy(&begin, (char *)list + kind->begin, sizeof(begin));
        rv = begin(session, NULL, 0);
    }
    pf_driver_reply_set_rv(call->reply, rv, "C_…MessageBegin");
}

/* One more part; with "end" the last one, whose result is told. */
static void
run_message_next(PfDriverCall *call)
{
    const MessageKind *kind = find_kind(call);
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    CK_BYTE out[OUT_ROOM];
    CK_ULONG size = sizeof(out);
    bool is_last = pf_driver_call_has(call, 3, "end");
    CK_C_SignMessageNext next;
    CK_C_EncryptMessageNext next_cipher;
    CK_RV rv;

    if (kind == NULL || kind->next == 0 || list == NULL ||
        !pf_driver_call_session(call, 1, &session) || !pf_driver_call_bytes(call, 2, &in))
        return;
    if (kind->message != 0) {
        memcpy(&next_cipher, (char *)list + kind->next, sizeof(next_cipher));
        rv = next_cipher(session, NULL, 0, in.data, in.size, out, &size,
                         is_last ? CKF_END_OF_MESSAGE : 0);
    } else {
        memcpy(&next, (char *)list + kind->next, sizeof(next));
        rv = next(session, NULL, 0, in.data, in.size, is_last ? out : NULL, is_last ? &size : NULL);
    }
    pf_driver_reply_set_rv(call->reply, rv, "C_…MessageNext");
    if (rv == CKR_OK && (is_last || kind->message != 0))
        pf_driver_reply_add_hex(call->reply, "data", out, size);
    pf_driver_bytes_clear(&in);
}

/* One more part of what is verified; with a signature the last one. */
static void
run_message_verify_next(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    PfDriverBytes signature;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_bytes(call, 1, &in) || !pf_driver_call_bytes(call, 2, &signature))
        return;
    pf_driver_reply_set_rv(call->reply,
                           list->C_VerifyMessageNext(session, NULL, 0, in.data, in.size,
                                                     signature.data, signature.size),
                           "C_VerifyMessageNext");
    pf_driver_bytes_clear(&in);
    pf_driver_bytes_clear(&signature);
}

static void
run_message_verify(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    PfDriverBytes signature;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_bytes(call, 1, &in) || !pf_driver_call_bytes(call, 2, &signature))
        return;
    pf_driver_reply_set_rv(call->reply,
                           list->C_VerifyMessage(session, NULL, 0, in.data, in.size, signature.data,
                                                 signature.size),
                           "C_VerifyMessage");
    pf_driver_bytes_clear(&in);
    pf_driver_bytes_clear(&signature);
}

static void
run_message_cipher(PfDriverCall *call)
{
    const MessageKind *kind = find_kind(call);
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes in;
    CK_BYTE out[OUT_ROOM];
    CK_ULONG size = sizeof(out);
    CK_C_EncryptMessage message;
    CK_RV rv;

    if (kind == NULL || kind->message == 0 || list == NULL ||
        !pf_driver_call_session(call, 1, &session) || !pf_driver_call_bytes(call, 2, &in))
        return;
    memcpy(&message, (char *)list + kind->message, sizeof(message));
    rv = message(session, NULL, 0, NULL, 0, in.data, in.size, out, &size);
    pf_driver_reply_set_rv(call->reply, rv, "C_…Message");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "data", out, size);
    pf_driver_bytes_clear(&in);
}

const PfDriverCommand pf_driver_message_commands[] = {
    {"message-init", 4, run_message_init, "KIND SESSION KEY MECHANISM|null"},
    {"message-final", 2, run_message_final, "KIND SESSION"},
    {"message-begin", 2, run_message_begin, "KIND SESSION"},
    {"message-next", 3, run_message_next, "sign|encrypt|decrypt SESSION DATA [end]"},
    {"message-sign", 2, run_message_sign, "SESSION DATA [size=4]"},
    {"message-verify", 3, run_message_verify, "SESSION DATA SIGNATURE"},
    {"message-verify-next", 3, run_message_verify_next, "SESSION DATA SIGNATURE|null"},
    {"message-cipher", 3, run_message_cipher, "encrypt|decrypt SESSION DATA"},
    {NULL},
};
