/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for the library, its slots and its tokens. */
#include "driver-call.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "p11-name.h"

typedef CK_RV (*SetApplicationId)(CK_ULONG high, CK_ULONG low);
typedef CK_RV (*OpenApplicationId)(CK_SLOT_ID slot, CK_ULONG high, CK_ULONG low);

static CK_RV
create_mutex(void **ret_mutex)
{
    pthread_mutex_t *mutex = malloc(sizeof(pthread_mutex_t));

    if (mutex == NULL)
        return CKR_HOST_MEMORY;
    pthread_mutex_init(mutex, NULL);
    *ret_mutex = mutex;
    return CKR_OK;
}

static CK_RV
destroy_mutex(void *mutex)
{
    pthread_mutex_destroy(mutex);
    free(mutex);
    return CKR_OK;
}

static CK_RV
lock_mutex(void *mutex)
{
    return pthread_mutex_lock(mutex) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
unlock_mutex(void *mutex)
{
    return pthread_mutex_unlock(mutex) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static void
run_init(PfDriverCall *call)
{
    CK_C_INITIALIZE_ARGS args = {0};
    const char *how = call->argc > 0 ? call->argv[0] : "null";
    bool mutexes = strcmp(how, "nss") == 0 || strcmp(how, "mutexes") == 0;

    if (mutexes) {
        args.CreateMutex = create_mutex;
        args.DestroyMutex = destroy_mutex;
        args.LockMutex = lock_mutex;
        args.UnlockMutex = unlock_mutex;
    }
    if (strcmp(how, "os-locking") == 0)
        args.flags = CKF_OS_LOCKING_OK;
    else if (strcmp(how, "nss") == 0)
        args.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    else if (strcmp(how, "nothreads") == 0)
        args.flags = CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    else if (!mutexes && strcmp(how, "null") != 0 && strcmp(how, "empty") != 0) {
        pf_driver_reply_set_error(call->reply, "unknown way to initialize: %s", how);
        return;
    }
    args.pReserved = (void *)(uintptr_t)pf_driver_call_option(call, 1, "reserved");
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_Initialize(strcmp(how, "null") == 0 ? NULL : &args),
                           "C_Initialize");
}

static void
run_finalize(PfDriverCall *call)
{
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_Finalize(NULL), "C_Finalize");
}

static void
run_info(PfDriverCall *call)
{
    CK_INFO info;
    CK_RV rv = call->module->p11->C_GetInfo(&info);

    pf_driver_reply_set_rv(call->reply, rv, "C_GetInfo");
    if (rv != CKR_OK)
        return;
    pf_driver_reply_add(call->reply, "cryptoki", "%d.%d", info.cryptokiVersion.major,
                        info.cryptokiVersion.minor);
    pf_driver_reply_add(call->reply, "list", "%d.%d", call->module->p11->version.major,
                        call->module->p11->version.minor);
    pf_driver_reply_add_text(call->reply, "manufacturer", info.manufacturerID,
                             sizeof(info.manufacturerID));
    pf_driver_reply_add_text(call->reply, "description", info.libraryDescription,
                             sizeof(info.libraryDescription));
    pf_driver_reply_add(call->reply, "version", "%d.%d", info.libraryVersion.major,
                        info.libraryVersion.minor);
}

static void
run_slots(PfDriverCall *call)
{
    CK_BBOOL present = pf_driver_call_has(call, 0, "present");
    CK_SLOT_ID slots[256];
    CK_ULONG n_slots = 0;
    char list[256 * 21] = "";
    size_t used = 0;
    CK_RV rv;

    /* As clients do: ask for the size (which is what makes a module look again), then the list. */
    rv = call->module->p11->C_GetSlotList(present, NULL, &n_slots);
    if (rv == CKR_OK) {
        n_slots = sizeof(slots) / sizeof(slots[0]);
        rv = call->module->p11->C_GetSlotList(present, slots, &n_slots);
    }
    pf_driver_reply_set_rv(call->reply, rv, "C_GetSlotList");
    if (rv != CKR_OK)
        return;
    for (CK_ULONG i = 0; i < n_slots; i++)
        used +=
            (size_t)snprintf(list + used, sizeof(list) - used, "%s%lu", i > 0 ? "," : "", slots[i]);
    pf_driver_reply_add(call->reply, "count", "%lu", n_slots);
    pf_driver_reply_add(call->reply, "slots", "%s", list);
}

static void
run_slotinfo(PfDriverCall *call)
{
    CK_SLOT_INFO info;
    CK_SLOT_ID slot;
    char flags[256];
    CK_RV rv;

    if (!pf_driver_call_slot(call, 0, &slot))
        return;
    rv = call->module->p11->C_GetSlotInfo(slot, &info);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetSlotInfo");
    if (rv != CKR_OK)
        return;
    pf_driver_reply_add_text(call->reply, "description", info.slotDescription,
                             sizeof(info.slotDescription));
    pf_driver_reply_add_text(call->reply, "manufacturer", info.manufacturerID,
                             sizeof(info.manufacturerID));
    pf_driver_reply_add(call->reply, "flags", "%s",
                        pf_p11_name_format_flags(PF_P11_SLOT_FLAG, info.flags, flags,
                                                 sizeof(flags)));
}

static void
run_tokeninfo(PfDriverCall *call)
{
    CK_TOKEN_INFO info;
    CK_SLOT_ID slot;
    char flags[512];
    CK_RV rv;

    if (!pf_driver_call_slot(call, 0, &slot))
        return;
    rv = call->module->p11->C_GetTokenInfo(slot, &info);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetTokenInfo");
    if (rv != CKR_OK)
        return;
    pf_driver_reply_add(call->reply, "slot", "%lu", slot);
    pf_driver_reply_add_text(call->reply, "label", info.label, sizeof(info.label));
    pf_driver_reply_add_text(call->reply, "manufacturer", info.manufacturerID,
                             sizeof(info.manufacturerID));
    pf_driver_reply_add_text(call->reply, "model", info.model, sizeof(info.model));
    pf_driver_reply_add_text(call->reply, "serial", info.serialNumber, sizeof(info.serialNumber));
    pf_driver_reply_add(call->reply, "flags", "%s",
                        pf_p11_name_format_flags(PF_P11_TOKEN_FLAG, info.flags, flags,
                                                 sizeof(flags)));
    pf_driver_reply_add(call->reply, "min_pin", "%lu", info.ulMinPinLen);
    pf_driver_reply_add(call->reply, "max_pin", "%lu", info.ulMaxPinLen);
    pf_driver_reply_add(call->reply, "sessions", "%lu", info.ulSessionCount);
    pf_driver_reply_add(call->reply, "rw_sessions", "%lu", info.ulRwSessionCount);
}

static void
run_mechs(PfDriverCall *call)
{
    CK_MECHANISM_TYPE mechanisms[1024];
    CK_ULONG n_mechanisms = sizeof(mechanisms) / sizeof(mechanisms[0]);
    char list[16384] = "";
    char name[64];
    size_t used = 0;
    CK_SLOT_ID slot;
    CK_RV rv;

    if (!pf_driver_call_slot(call, 0, &slot))
        return;
    rv = call->module->p11->C_GetMechanismList(slot, mechanisms, &n_mechanisms);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetMechanismList");
    if (rv != CKR_OK)
        return;
    for (CK_ULONG i = 0; i < n_mechanisms && used < sizeof(list); i++) {
        pf_p11_name_format(PF_P11_MECHANISM, mechanisms[i], false, name, sizeof(name));
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? "," : "", name);
    }
    pf_driver_reply_add(call->reply, "count", "%lu", n_mechanisms);
    pf_driver_reply_add(call->reply, "mechs", "%s", list);
}

static void
run_mechinfo(PfDriverCall *call)
{
    PfDriverMechanism mechanism;
    CK_MECHANISM_INFO info;
    CK_SLOT_ID slot;
    char flags[512];
    CK_RV rv;

    if (!pf_driver_call_slot(call, 0, &slot) || !pf_driver_call_mechanism(call, 1, &mechanism))
        return;
    rv = call->module->p11->C_GetMechanismInfo(slot, mechanism.mechanism.mechanism, &info);
    pf_driver_mechanism_clear(&mechanism);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetMechanismInfo");
    if (rv != CKR_OK)
        return;
    pf_driver_reply_add(call->reply, "min", "%lu", info.ulMinKeySize);
    pf_driver_reply_add(call->reply, "max", "%lu", info.ulMaxKeySize);
    pf_driver_reply_add(call->reply, "flags", "%s",
                        pf_p11_name_format_flags(PF_P11_MECHANISM_FLAG, info.flags, flags,
                                                 sizeof(flags)));
}

static void
run_waitevent(PfDriverCall *call)
{
    CK_FLAGS flags = pf_driver_call_has(call, 0, "block") ? 0 : CKF_DONT_BLOCK;
    CK_SLOT_ID slot = 0;
    CK_RV rv = call->module->p11->C_WaitForSlotEvent(flags, &slot, NULL);

    pf_driver_reply_set_rv(call->reply, rv, "C_WaitForSlotEvent");
    if (rv == CKR_OK)
        pf_driver_reply_add(call->reply, "slot", "%lu", slot);
}

static void
run_inittoken(PfDriverCall *call)
{
    unsigned char label[32];
    PfDriverBytes pin;
    CK_SLOT_ID slot;

    if (!pf_driver_call_slot(call, 0, &slot) || !pf_driver_call_pin(call, 1, &pin))
        return;
    memset(label, ' ', sizeof(label));
    memcpy(label, call->argv[2], strnlen(call->argv[2], sizeof(label)));
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_InitToken(slot, pin.data, pin.size, label),
                           "C_InitToken");
    pf_driver_bytes_clear(&pin);
}

/* A function pointer from dlsym, whose result type is an object pointer. */
static void
find_function(PfDriverCall *call, const char *name, void *ret_function)
{
    void *symbol = dlsym(call->module->library, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    if (symbol == NULL)
        pf_driver_reply_set_error(call->reply, "the module does not export %s", name);
}

static void
run_appid(PfDriverCall *call)
{
    bool open = pf_driver_call_has(call, 0, "open");
    const char *name = open ? "CA_OpenApplicationID" : "CA_CloseApplicationID";
    OpenApplicationId function = NULL;
    SetApplicationId set = NULL;
    unsigned long high;
    unsigned long low;
    CK_SLOT_ID slot;

    if (pf_driver_call_has(call, 0, "set")) {
        if (!pf_driver_call_number(call, 1, &high) || !pf_driver_call_number(call, 2, &low))
            return;
        find_function(call, "CA_SetApplicationID", &set);
        if (set != NULL)
            pf_driver_reply_set_rv(call->reply, set(high, low), "CA_SetApplicationID");
        return;
    }
    if (!open && !pf_driver_call_has(call, 0, "close")) {
        pf_driver_reply_set_error(call->reply, "set, open or close");
        return;
    }
    if (!pf_driver_call_slot(call, 1, &slot) || !pf_driver_call_number(call, 2, &high) ||
        !pf_driver_call_number(call, 3, &low))
        return;
    find_function(call, name, &function);
    if (function != NULL)
        pf_driver_reply_set_rv(call->reply, function(slot, high, low), name);
}

const PfDriverCommand pf_driver_general_commands[] = {
    {"init", 0, run_init, "[null|empty|os-locking|nss|mutexes|nothreads] [reserved=TEXT]"},
    {"finalize", 0, run_finalize, ""},
    {"info", 0, run_info, ""},
    {"slots", 0, run_slots, "[present]"},
    {"slotinfo", 1, run_slotinfo, "SLOT"},
    {"tokeninfo", 1, run_tokeninfo, "SLOT"},
    {"mechs", 1, run_mechs, "SLOT"},
    {"mechinfo", 2, run_mechinfo, "SLOT MECHANISM"},
    {"waitevent", 0, run_waitevent, "[block|noblock]"},
    {"inittoken", 3, run_inittoken, "SLOT SO-PIN LABEL"},
    {"appid", 1, run_appid, "set HIGH LOW | open|close SLOT HIGH LOW"},
    {NULL},
};
