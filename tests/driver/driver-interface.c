/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for what PKCS#11 3.0 adds: interfaces, messages, cancelling, named logins. */
#include "driver-call.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkcs11-v3.h"

#define MAX_INTERFACES 8
#define OUT_ROOM       4096

/* NULL, with the reply an error, where the module does not export it. */
static void *
find_symbol(PfDriverCall *call, const char *name)
{
    void *symbol = dlsym(call->module->library, name);

    if (symbol == NULL)
        pf_driver_reply_set_error(call->reply, "no %s", name);
    return symbol;
}

static void
add_interface(PfDriverReply *reply, const char *key, const CK_INTERFACE *interface)
{
    const CK_VERSION *version = interface->pFunctionList;

    pf_driver_reply_add(reply, key, "%s %u.%u %lu", interface->pInterfaceName, version->major,
                        version->minor, interface->flags);
}

static void
run_interfaces(PfDriverCall *call)
{
    CK_C_GetInterfaceList get;
    CK_INTERFACE list[MAX_INTERFACES];
    CK_ULONG count = MAX_INTERFACES;
    void *symbol = find_symbol(call, "C_GetInterfaceList");
    bool is_query = pf_driver_call_has(call, 0, "null");
    CK_RV rv;

    if (symbol == NULL)
        return;
    memcpy(&get, &symbol, sizeof(get));
    if (call->argc > 0 && !is_query)
        count = strtoul(call->argv[0], NULL, 10);
    rv = get(is_query ? NULL : list, pf_driver_call_has(call, 0, "nocount") ? NULL : &count);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetInterfaceList");
    if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
        pf_driver_reply_add(call->reply, "count", "%lu", count);
    for (CK_ULONG i = 0; rv == CKR_OK && !is_query && i < count; i++) {
        char key[24];
        snprintf(key, sizeof(key), "i%lu", i);
        add_interface(call->reply, key, &list[i]);
    }
}

/* The interface of the words NAME, VERSION and FLAGS. */
static CK_RV
get_interface(PfDriverCall *call, CK_INTERFACE **ret_interface)
{
    CK_C_GetInterface get;
    CK_VERSION version = {0};
    void *symbol = find_symbol(call, "C_GetInterface");
    bool any_name = pf_driver_call_has(call, 0, "null");
    bool any_version = pf_driver_call_has(call, 1, "null");

    if (symbol == NULL)
        return CKR_GENERAL_ERROR;
    memcpy(&get, &symbol, sizeof(get));
    if (!any_version)
        sscanf(call->argv[1], "%hhu.%hhu", &version.major, &version.minor);
    CK_RV rv = get(any_name ? NULL : (CK_UTF8CHAR *)call->argv[0], any_version ? NULL : &version,
                   ret_interface, strtoul(call->argv[2], NULL, 10));
    pf_driver_reply_set_rv(call->reply, rv, "C_GetInterface");
    return rv;
}

static void
run_interface(PfDriverCall *call)
{
    CK_INTERFACE *interface;

    if (get_interface(call, &interface) == CKR_OK)
        add_interface(call->reply, "i", interface);
}

static CK_FUNCTION_LIST_3_0 *
get_list(PfDriverCall *call)
{
    PfDriverCall part = *call;
    CK_INTERFACE *interface;
    char name[] = "PKCS 11", version[] = "3.0", flags[] = "0";
    char *words[] = {name, version, flags};

    part.argc = 3;
    part.argv = words;
    return get_interface(&part, &interface) == CKR_OK ? interface->pFunctionList : NULL;
}

typedef struct {
    const char *name;
    size_t init, final, message; /* offsets of the functions; message: of ciphers */
} MessageKind;

static const MessageKind message_kinds[] = {
#define OFFSET(name) offsetof(CK_FUNCTION_LIST_3_0, name)
    {"sign", OFFSET(C_MessageSignInit), OFFSET(C_MessageSignFinal), 0},
    {"verify", OFFSET(C_MessageVerifyInit), OFFSET(C_MessageVerifyFinal), 0},
    {"encrypt", OFFSET(C_MessageEncryptInit), OFFSET(C_MessageEncryptFinal),
     OFFSET(C_EncryptMessage)},
    {"decrypt", OFFSET(C_MessageDecryptInit), OFFSET(C_MessageDecryptFinal),
     OFFSET(C_DecryptMessage)},
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
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
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
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
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
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
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

/* A message in two parts. */
static void
run_message_sign_parts(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes first;
    PfDriverBytes second;
    CK_BYTE out[OUT_ROOM];
    CK_ULONG size = sizeof(out);
    CK_RV rv;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_bytes(call, 1, &first) || !pf_driver_call_bytes(call, 2, &second))
        return;
    rv = list->C_SignMessageBegin(session, NULL, 0);
    if (rv == CKR_OK)
        rv = list->C_SignMessageNext(session, NULL, 0, first.data, first.size, NULL, NULL);
    if (rv == CKR_OK)
        rv = list->C_SignMessageNext(session, NULL, 0, second.data, second.size, out, &size);
    pf_driver_reply_set_rv(call->reply, rv, "C_SignMessageNext");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "data", out, size);
    pf_driver_bytes_clear(&first);
    pf_driver_bytes_clear(&second);
}

static void
run_message_verify(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
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
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
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

static void
run_cancel(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
    CK_SESSION_HANDLE session;
    unsigned long flags;

    if (list != NULL && pf_driver_call_session(call, 0, &session) &&
        pf_driver_call_number(call, 1, &flags))
        pf_driver_reply_set_rv(call->reply, list->C_SessionCancel(session, flags),
                               "C_SessionCancel");
}

static void
run_login_user(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = get_list(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes pin;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_pin(call, 1, &pin))
        return;
    pf_driver_reply_set_rv(call->reply,
                           list->C_LoginUser(session, CKU_USER, pin.data, pin.size,
                                             (CK_UTF8CHAR *)call->argv[2], strlen(call->argv[2])),
                           "C_LoginUser");
    pf_driver_bytes_clear(&pin);
}

const PfDriverCommand pf_driver_interface_commands[] = {
    {"interfaces", 0, run_interfaces, "[COUNT|null|nocount]"},
    {"interface", 3, run_interface, "NAME|null VERSION|null FLAGS"},
    {"message-init", 4, run_message_init, "KIND SESSION KEY MECHANISM|null"},
    {"message-final", 2, run_message_final, "KIND SESSION"},
    {"message-sign", 2, run_message_sign, "SESSION DATA [size=4]"},
    {"message-sign-parts", 3, run_message_sign_parts, "SESSION DATA DATA"},
    {"message-verify", 3, run_message_verify, "SESSION DATA SIGNATURE"},
    {"message-cipher", 3, run_message_cipher, "encrypt|decrypt SESSION DATA"},
    {"cancel", 2, run_cancel, "SESSION FLAGS"},
    {"login-user", 3, run_login_user, "SESSION PIN NAME"},
    {NULL},
};
