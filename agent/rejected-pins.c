/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRejectedPins: HMAC-SHA256 under a key that lives in locked memory for as long as the agent. */
#include "rejected-pins.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* Beyond this many for one token the oldest is forgotten; nobody gets that far on a card. */
#define REJECTIONS_MAX 64u

typedef struct {
    PfPinMark mark;
    gint64 time;
} Rejection;

struct PfRejectedPins {
    PfSecret *key;
    GHashTable *tokens; /* URI -> GArray of Rejection */
};

struct PfPinMatcher {
    PfSecret *key;
    PfPinMark mark;
};

static PfSecret *
make_key(void)
{
    unsigned char bytes[PF_PIN_MARK_SIZE];
    if (RAND_priv_bytes(bytes, sizeof bytes) != 1)
        return NULL;
    PfSecret *key = pf_secret_new(bytes, sizeof bytes);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return key;
}

PfRejectedPins *
pf_rejected_pins_new(void)
{
    PfSecret *key = make_key();
    if (key == NULL)
        return NULL;
    PfRejectedPins *pins = g_new0(PfRejectedPins, 1);
    pins->key = key;
    pins->tokens =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    return pins;
}

void
pf_rejected_pins_free(PfRejectedPins *pins)
{
    if (pins == NULL)
        return;
    pf_secret_free(pins->key);
    g_hash_table_unref(pins->tokens);
    g_free(pins);
}

gboolean
pf_pin_mark_is_equal(const PfPinMark *a, const PfPinMark *b)
{
    return CRYPTO_memcmp(a->mac, b->mac, PF_PIN_MARK_SIZE) == 0;
}

static gboolean
make_mark(const PfSecret *key, const PfSecret *pin, PfPinMark *ret_mark)
{
    unsigned int size = 0;
    return HMAC(EVP_sha256(), pf_secret_get_bytes(key), (int)pf_secret_get_length(key),
                pf_secret_get_bytes(pin), pf_secret_get_length(pin), ret_mark->mac,
                &size) != NULL &&
           size == PF_PIN_MARK_SIZE;
}

gboolean
pf_rejected_pins_mark(PfRejectedPins *pins, const PfSecret *pin, PfPinMark *ret_mark)
{
    return make_mark(pins->key, pin, ret_mark);
}

void
pf_rejected_pins_add(PfRejectedPins *pins, const char *token, const PfSecret *pin)
{
    PfPinMark mark;
    if (pf_rejected_pins_mark(pins, pin, &mark))
        pf_rejected_pins_add_mark(pins, token, &mark);
}

void
pf_rejected_pins_add_mark(PfRejectedPins *pins, const char *token, const PfPinMark *mark)
{
    Rejection rejection = {.mark = *mark, .time = g_get_monotonic_time()};
    GArray *list = g_hash_table_lookup(pins->tokens, token);
    if (list == NULL) {
        list = g_array_new(FALSE, FALSE, sizeof(Rejection));
        g_hash_table_insert(pins->tokens, g_strdup(token), list);
    }
    if (list->len >= REJECTIONS_MAX)
        g_array_remove_index(list, 0);
    g_array_append_val(list, rejection);
}

gboolean
pf_rejected_pins_contain(PfRejectedPins *pins, const char *token, const PfSecret *pin, gint64 since)
{
    PfPinMark mark;
    const GArray *list = g_hash_table_lookup(pins->tokens, token);
    if (list == NULL)
        return FALSE;
    if (!pf_rejected_pins_mark(pins, pin, &mark))
        return TRUE;
    for (guint i = 0; i < list->len; i++) {
        const Rejection *rejection = &g_array_index(list, Rejection, i);
        if (rejection->time >= since && pf_pin_mark_is_equal(&rejection->mark, &mark))
            return TRUE;
    }
    return FALSE;
}

void
pf_rejected_pins_forget(PfRejectedPins *pins, const char *token)
{
    if (token == NULL)
        g_hash_table_remove_all(pins->tokens);
    else
        g_hash_table_remove(pins->tokens, token);
}

PfPinMatcher *
pf_pin_matcher_new(PfRejectedPins *pins, const PfPinMark *mark)
{
    PfSecret *key = pf_secret_dup(pins->key);
    if (key == NULL)
        return NULL;
    PfPinMatcher *matcher = g_new(PfPinMatcher, 1);
    *matcher = (PfPinMatcher){key, *mark};
    return matcher;
}

gboolean
pf_pin_matcher_is_match(const PfPinMatcher *matcher, const PfSecret *pin)
{
    PfPinMark mark;
    return !make_mark(matcher->key, pin, &mark) || pf_pin_mark_is_equal(&mark, &matcher->mark);
}

void
pf_pin_matcher_free(PfPinMatcher *matcher)
{
    if (matcher == NULL)
        return;
    pf_secret_free(matcher->key);
    g_free(matcher);
}
