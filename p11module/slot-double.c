/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSlot: tokens that cannot be told from each other (DESIGN 6). */
#include <string.h>

#include "slot.h"

/* More readers than that nobody has; slots beyond are not compared. */
#define COMPARED_MAX 64u

/* Slots live as long as the module: they are looked at without its lock. */
static unsigned
list_slots(PfModule *module, PfSlot **slots)
{
    unsigned count = 0;
    PfSlot *slot;
    PfSlot *next;
    pthread_mutex_lock(&module->lock);
    HASH_ITER (hh, module->slots, slot, next) {
        if (count < COMPARED_MAX)
            slots[count++] = slot;
    }
    pthread_mutex_unlock(&module->lock);
    return count;
}

static bool
seems_to_have(PfSlot *slot, const PfTokenId *token)
{
    pthread_mutex_lock(&slot->lock);
    bool is_same = slot->is_known && pf_token_id_is_equal(&slot->token, token);
    pthread_mutex_unlock(&slot->lock);
    return is_same;
}

/* Two backends in front of one reader show one token twice. */
static bool
is_same_reader(PfSlot *a, PfSlot *b)
{
    return strcmp(pf_slot_get_description(a), pf_slot_get_description(b)) == 0;
}

/* What was known may be of a card that has moved on. */
static bool
has_now(PfSlot *slot, const PfTokenId *token)
{
    CK_FLAGS flags;
    CK_RV rv = pf_slot_check_token(slot, token, &flags);
    if (rv == CKR_TOKEN_NOT_PRESENT)
        pf_slot_void_token(slot);
    return rv == CKR_OK;
}

bool
pf_slot_is_doubled(PfModule *module, PfSlot *slot, const PfTokenId *token)
{
    PfSlot *slots[COMPARED_MAX];
    unsigned count = list_slots(module, slots);
    for (unsigned i = 0; i < count; i++) {
        if (slots[i] != slot && seems_to_have(slots[i], token) && !is_same_reader(slots[i], slot) &&
            has_now(slots[i], token))
            return true;
    }
    return false;
}
