/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for what PKCS#11 3.0 adds but messages: interfaces, cancelling, named logins. */
#include "driver-call.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pinfold.h"

#define MAX_INTERFACES 8

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

CK_FUNCTION_LIST_3_0 *
pf_driver_call_list_3_0(PfDriverCall *call)
{
    PfDriverCall part = *call;
    CK_INTERFACE *interface;
    char name[] = "PKCS 11", version[] = "3.0", flags[] = "0";
    char *words[] = {name, version, flags};

    part.argc = 3;
    part.argv = words;
    return get_interface(&part, &interface) == CKR_OK ? interface->pFunctionList : NULL;
}

static void
run_cancel(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    unsigned long flags;

    if (list != NULL && pf_driver_call_session(call, 0, &session) &&
        pf_driver_call_number(call, 1, &flags))
        pf_driver_reply_set_rv(call->reply, list->C_SessionCancel(session, flags),
                               "C_SessionCancel");
}

/* C_GetInfo of the list of 3.0. */
static void
run_info(PfDriverCall *call)
{
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_INFO info;
    CK_RV rv;

    if (list == NULL)
        return;
    rv = list->C_GetInfo(&info);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetInfo");
    if (rv == CKR_OK)
        pf_driver_reply_add(call->reply, "cryptoki", "%d.%d", info.cryptokiVersion.major,
                            info.cryptokiVersion.minor);
}

static void
run_login_user(PfDriverCall *call)
{
    CK_USER_TYPE type = CKU_USER;
    CK_FUNCTION_LIST_3_0 *list = pf_driver_call_list_3_0(call);
    CK_SESSION_HANDLE session;
    PfDriverBytes pin;

    if (list == NULL || !pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_pin(call, 1, &pin))
        return;
    if (pf_driver_call_has(call, 3, "so"))
        type = CKU_SO;
    else if (pf_driver_call_has(call, 3, "context"))
        type = CKU_CONTEXT_SPECIFIC;
    pf_driver_reply_set_rv(call->reply,
                           list->C_LoginUser(session, type, pin.data, pin.size,
                                             (CK_UTF8CHAR *)call->argv[2], strlen(call->argv[2])),
                           "C_LoginUser");
    pf_driver_bytes_clear(&pin);
}

/* The functions on application IDs as C_GetInterface has them. */
static void
run_appid_interface(PfDriverCall *call)
{
    PfDriverCall part = *call;
    CK_INTERFACE *interface;
    PfApplicationIdFunctions *list;
    char name[] = PF_INTERFACE_APPLICATION_ID, version[] = "1.0", flags[] = "0";
    char *words[] = {name, version, flags};
    bool is_set = pf_driver_call_has(call, 0, "set");
    bool is_open = pf_driver_call_has(call, 0, "open");
    CK_SLOT_ID slot = 0;
    unsigned long high, low;

    part.argc = 3;
    part.argv = words;
    if (get_interface(&part, &interface) != CKR_OK ||
        (!is_set && !pf_driver_call_slot(call, 1, &slot)) ||
        !pf_driver_call_number(call, is_set ? 1 : 2, &high) ||
        !pf_driver_call_number(call, is_set ? 2 : 3, &low))
        return;
    list = interface->pFunctionList;
    if (is_set)
        pf_driver_reply_set_rv(call->reply, list->CA_SetApplicationID(high, low),
                               "CA_SetApplicationID");
    else if (is_open)
        pf_driver_reply_set_rv(call->reply, list->CA_OpenApplicationID(slot, high, low),
                               "CA_OpenApplicationID");
    else
        pf_driver_reply_set_rv(call->reply, list->CA_CloseApplicationID(slot, high, low),
                               "CA_CloseApplicationID");
}

const PfDriverCommand pf_driver_interface_commands[] = {
    {"interfaces", 0, run_interfaces, "[COUNT|null|nocount]"},
    {"interface", 3, run_interface, "NAME|null VERSION|null FLAGS"},
    {"cancel", 2, run_cancel, "SESSION FLAGS"},
    {"info-3.0", 0, run_info, ""},
    {"appid-interface", 3, run_appid_interface, "set HIGH LOW | open|close SLOT HIGH LOW"},
    {"login-user", 3, run_login_user, "SESSION PIN NAME [so|context]"},
    {NULL},
};
