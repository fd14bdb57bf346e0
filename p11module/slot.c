/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSlot: one list of slots over several backends, and what is known of the token in each. */
#include "slot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A file that is being written is whole again in less. */
#define TORN_TRIES    20
#define TORN_PAUSE_NS 1000000L
/* A backend that says it has more is not believed. */
#define SLOTS_MAX 65536u

static PfSlot *
slot_new(PfModule *module, PfBackend *backend, CK_SLOT_ID real)
{
    PfSlot *slot = calloc(1, sizeof *slot);
    if (slot == NULL)
        return NULL;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&slot->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&slot->lock, NULL);
    slot->backend = backend;
    slot->real = real;
    slot->id = module->next_slot++;
    return slot;
}

/* It is in no table. */
static void
slot_free(PfSlot *slot)
{
    pf_domain_free_all(slot->domains);
    pthread_cond_destroy(&slot->changed);
    pthread_mutex_destroy(&slot->lock);
    free(slot);
}

/* Module lock held. */
static PfSlot *
find_of_backend(PfModule *module, const PfBackend *backend, CK_SLOT_ID real)
{
    PfSlot *slot;
    PfSlot *next;
    HASH_ITER (hh, module->slots, slot, next) {
        if (slot->backend == backend && slot->real == real)
            return slot;
    }
    return NULL;
}

PfSlot *
pf_slot_of_backend(PfModule *module, PfBackend *backend, CK_SLOT_ID real)
{
    pthread_mutex_lock(&module->lock);
    PfSlot *slot = find_of_backend(module, backend, real);
    if (slot == NULL) {
        slot = slot_new(module, backend, real);
        if (slot != NULL)
            HASH_ADD(hh, module->slots, id, sizeof slot->id, slot);
        if (slot != NULL && slot->hh.tbl == NULL) {
            slot_free(slot);
            slot = NULL;
        }
    }
    pthread_mutex_unlock(&module->lock);
    return slot;
}

PfSlot *
pf_slot_find(PfModule *module, CK_SLOT_ID id)
{
    pthread_mutex_lock(&module->lock);
    PfSlot *slot = module->last_slot;
    if (slot == NULL || slot->id != id)
        HASH_FIND(hh, module->slots, &id, sizeof id, slot);
    if (slot != NULL)
        module->last_slot = slot;
    pthread_mutex_unlock(&module->lock);
    return slot;
}

/* The backend's list; the caller frees it. Lists can grow between the two calls. */
static CK_RV
read_backend_list(PfBackend *backend, bool present, CK_SLOT_ID **ret_ids, CK_ULONG *ret_count)
{
    CK_SLOT_ID *ids = NULL;
    CK_ULONG count = 0;
    CK_ULONG room = SLOTS_MAX;
    CK_RV rv = PF_BACKEND_CALL(backend, C_GetSlotList, present, NULL, &count);
    while (rv == CKR_OK && count <= SLOTS_MAX) {
        room = count += 4;
        CK_SLOT_ID *grown = realloc(ids, room * sizeof *ids);
        if (grown == NULL) {
            rv = CKR_HOST_MEMORY;
            break;
        }
        ids = grown;
        rv = PF_BACKEND_CALL(backend, C_GetSlotList, present, ids, &count);
        if (rv != CKR_BUFFER_TOO_SMALL)
            break;
        /* Else it would be asked for ever. */
        rv = count > room ? CKR_OK : CKR_GENERAL_ERROR;
    }
    if (rv == CKR_OK && count > room)
        rv = CKR_GENERAL_ERROR;
    if (rv != CKR_OK) {
        free(ids);
        return rv;
    }
    *ret_ids = ids;
    *ret_count = count;
    return CKR_OK;
}

/* Appends the backend's slots, as far as they fit. */
static CK_RV
append_slots(PfModule *module, PfBackend *backend, bool present, CK_SLOT_ID *ids, CK_ULONG room,
             CK_ULONG *total)
{
    CK_SLOT_ID *real = NULL;
    CK_ULONG count = 0;
    CK_RV rv = read_backend_list(backend, present, &real, &count);
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
        PfSlot *slot = pf_slot_of_backend(module, backend, real[i]);
        if (slot == NULL) {
            rv = CKR_HOST_MEMORY;
        } else {
            if (ids != NULL && *total < room)
                ids[*total] = slot->id;
            ++*total;
        }
    }
    free(real);
    return rv;
}

CK_RV
pf_slot_list(PfModule *module, bool present, CK_SLOT_ID *ids, CK_ULONG *count)
{
    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    CK_ULONG total = 0;
    CK_RV worst = CKR_OK;
    size_t good = 0;
    for (size_t i = 0; i < module->backend_count; i++) {
        CK_RV rv = append_slots(module, module->backends[i], present, ids, *count, &total);
        if (rv == CKR_OK)
            good++;
        else
            worst = rv;
    }
    /* One backend in trouble does not hide the others. */
    if (good == 0 && worst != CKR_OK)
        return worst;
    bool is_short = ids != NULL && total > *count;
    *count = total;
    return is_short ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

CK_RV
pf_slot_call_begin(CK_SLOT_ID id, PfModule **ret_module, PfSlot **ret_slot)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    PfSlot *slot = pf_slot_find(module, id);
    if (slot == NULL) {
        /* A host that knows the ID from before need not have listed the slots. */
        CK_ULONG count = 0;
        pf_slot_list(module, false, NULL, &count);
        slot = pf_slot_find(module, id);
    }
    if (slot == NULL) {
        pf_module_leave();
        return CKR_SLOT_ID_INVALID;
    }
    pf_slot_enter(slot, 0);
    *ret_module = module;
    *ret_slot = slot;
    return CKR_OK;
}

CK_RV
pf_slot_call_end(PfSlot *slot, CK_RV rv)
{
    pf_slot_leave(slot);
    pf_module_leave();
    return rv;
}

/* Slot lock held. The first one stays, because it is read without. */
static void
copy_description(PfSlot *slot, const CK_SLOT_INFO *info)
{
    if (atomic_load(&slot->has_description))
        return;
    size_t len = sizeof info->slotDescription;
    while (len > 0 &&
           (info->slotDescription[len - 1] == ' ' || info->slotDescription[len - 1] == 0))
        len--;
    memcpy(slot->description, info->slotDescription, len);
    slot->description[len] = '\0';
    slot->is_hardware = (info->flags & (CKF_HW_SLOT | CKF_REMOVABLE_DEVICE)) != 0;
    atomic_store(&slot->has_description, true);
}

const char *
pf_slot_get_description(PfSlot *slot)
{
    return atomic_load(&slot->has_description) ? slot->description : "";
}

/* All that is kept of it, as the backend has written it, padding and all. */
static bool
is_same_answer(const CK_TOKEN_INFO *a, const CK_TOKEN_INFO *b)
{
    return a->flags == b->flags && a->ulMinPinLen == b->ulMinPinLen &&
           a->ulMaxPinLen == b->ulMaxPinLen && memcmp(a->label, b->label, sizeof a->label) == 0 &&
           memcmp(a->manufacturerID, b->manufacturerID, sizeof a->manufacturerID) == 0 &&
           memcmp(a->model, b->model, sizeof a->model) == 0 &&
           memcmp(a->serialNumber, b->serialNumber, sizeof a->serialNumber) == 0;
}

/* Slot lock held. */
static void
take_answer(PfSlot *slot, const CK_TOKEN_INFO *info)
{
    PfTokenId token;
    slot->needs_login = (info->flags & CKF_LOGIN_REQUIRED) != 0;
    slot->has_pinpad = (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    slot->min_pin = info->ulMinPinLen;
    slot->max_pin = info->ulMaxPinLen;
    pf_token_id_from_info(&token, info);
    if (!slot->is_known || !pf_token_id_is_equal(&token, &slot->token)) {
        slot->is_flag_fixed = false;
        slot->has_old_tries = false;
    }
    slot->token = token;
    slot->seen = *info;
    slot->is_known = true; /* last: who sees it without the lock sees the rest */
}

bool
pf_slot_was_disturbed(const PfSlot *slot, CK_RV rv, int *tries)
{
    struct timespec pause = {.tv_nsec = TORN_PAUSE_NS};
    if (rv != CKR_GENERAL_ERROR || !slot->backend->quirks.reads_torn || ++*tries > TORN_TRIES)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

/* The backend's word on the token in the slot. */
static CK_RV
read_token(PfSlot *slot, CK_TOKEN_INFO *info)
{
    CK_RV rv;
    int tries = 0;
    do {
        rv = PF_BACKEND_CALL(slot->backend, C_GetTokenInfo, slot->real, info);
    } while (pf_slot_was_disturbed(slot, rv, &tries));
    return rv;
}

CK_RV
pf_slot_look(PfSlot *slot, CK_TOKEN_INFO *info)
{
    CK_SLOT_INFO slot_info;
    CK_RV rv = read_token(slot, info);
    if (rv != CKR_OK)
        return rv;
    if (!atomic_load(&slot->has_description) &&
        PF_BACKEND_CALL(slot->backend, C_GetSlotInfo, slot->real, &slot_info) == CKR_OK) {
        pthread_mutex_lock(&slot->lock);
        copy_description(slot, &slot_info);
        pthread_mutex_unlock(&slot->lock);
    }
    pthread_mutex_lock(&slot->lock);
    if (!slot->is_known || !is_same_answer(&slot->seen, info))
        take_answer(slot, info);
    pthread_mutex_unlock(&slot->lock);
    return CKR_OK;
}

#define TRIES_FLAGS ((CK_FLAGS)(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY))

/* What FLAGS, just read, say of the token: a last try of before a good login is none. */
static CK_FLAGS
judge_flags(PfSlot *slot, CK_FLAGS flags)
{
    CK_FLAGS tries = flags & TRIES_FLAGS;
    pthread_mutex_lock(&slot->lock);
    if (tries != slot->tries)
        slot->has_old_tries = false;
    slot->tries = tries;
    if (slot->has_old_tries)
        flags &= ~tries;
    pthread_mutex_unlock(&slot->lock);
    return flags;
}

void
pf_slot_note_presentation(PfSlot *slot, CK_RV rv)
{
    if (!slot->backend->quirks.keeps_tries)
        return;
    pthread_mutex_lock(&slot->lock);
    slot->has_old_tries = rv == CKR_OK;
    pthread_mutex_unlock(&slot->lock);
}

CK_RV
pf_slot_check_token(PfSlot *slot, const PfTokenId *expected, CK_FLAGS *ret_flags)
{
    CK_ULONG count = 0;
    CK_TOKEN_INFO info = {0};
    PfTokenId token;
    int tries = 0;
    /* What a disturbed backend reads may also be a part, or nothing. */
    do {
        CK_RV rv = PF_BACKEND_CALL(slot->backend, C_GetSlotList, CK_TRUE, NULL, &count);
        if (rv == CKR_OK)
            rv = read_token(slot, &info);
        if (rv != CKR_OK)
            return rv;
        pf_token_id_from_info(&token, &info);
        if (pf_token_id_is_equal(&token, expected)) {
            *ret_flags = judge_flags(slot, info.flags);
            return CKR_OK;
        }
    } while (pf_slot_was_disturbed(slot, CKR_GENERAL_ERROR, &tries));
    pf_slot_void_token(slot);
    return CKR_DEVICE_REMOVED;
}

CK_FLAGS
pf_slot_read_flags(PfSlot *slot)
{
    CK_TOKEN_INFO info;
    return read_token(slot, &info) == CKR_OK ? judge_flags(slot, info.flags) : 0;
}

bool
pf_slot_is_known(PfSlot *slot)
{
    return slot->is_known;
}

bool
pf_slot_is_in_use(PfSlot *slot)
{
    return slot->is_known && slot->sessions > 0;
}

void
pf_slot_set_user_login(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    /* Another thread may have closed the last session meanwhile, and with it ended the login. */
    if (slot->sessions > 0) {
        /* In this order: who reads without the lock takes no login for the one before. */
        slot->user_logins++;
        slot->has_user_login = true;
    }
    pthread_mutex_unlock(&slot->lock);
}

bool
pf_slot_is_settled(PfSlot *slot)
{
    /* One without a PIN may be given one by another program. */
    bool stays = slot->is_known && slot->needs_login && slot->backend->quirks.has_no_events;
    return stays || pf_slot_is_in_use(slot);
}

void
pf_slot_void_token(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->is_known = false;
    slot->is_flag_fixed = false;
    slot->has_old_tries = false;
    slot->has_user_login = false;
    slot->has_so_login = false;
    pthread_mutex_unlock(&slot->lock);
}

void
pf_slot_forget_token(PfModule *module, PfSlot *slot)
{
    char uri[PF_TOKEN_URI_SIZE];
    pthread_mutex_lock(&slot->lock);
    bool was_known = slot->is_known;
    if (was_known)
        pf_token_id_format(&slot->token, uri);
    pthread_mutex_unlock(&slot->lock);
    pf_slot_void_token(slot);
    pf_domain_end_officers(module, slot);
    if (was_known && module->link != NULL)
        pf_agent_link_report_token(module->link, uri, PF_TOKEN_EVENT_GONE, NULL);
}

void
pf_slot_free_all(PfModule *module)
{
    PfSlot *slot;
    PfSlot *next;
    HASH_ITER (hh, module->slots, slot, next) {
        HASH_DEL(module->slots, slot);
        slot_free(slot);
    }
}
