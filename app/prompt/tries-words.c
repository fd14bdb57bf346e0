/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinRequest: the tries left of what is to be typed, in words; no widgets. */
#include <glib/gi18n.h>

#include "pin-request-private.h"

/* CK_TOKEN_INFO has no word about a PUK. */
typedef struct {
    CK_FLAGS blocked_flag;
    CK_FLAGS last_flag;
    CK_FLAGS few_flag;
    const char *blocked;
    const char *last;
    const char *last_after_wrong;
    const char *few;
    const char *few_after_wrong;
    const char *wrong;
} TriesWords;

static const TriesWords pin_words = {
    .blocked_flag = CKF_USER_PIN_LOCKED,
    .last_flag = CKF_USER_PIN_FINAL_TRY,
    .few_flag = CKF_USER_PIN_COUNT_LOW,
    .blocked = N_("The PIN of this token is blocked after too many wrong tries."),
    .last = N_("Last try: one more wrong PIN blocks the token"),
    .last_after_wrong = N_("Wrong PIN. Last try: one more wrong PIN blocks the token"),
    .few = N_("A wrong PIN was entered before: few tries may be left"),
    .few_after_wrong = N_("Wrong PIN. Few tries may be left before the token is blocked."),
    .wrong = N_("Wrong PIN."),
};

static const TriesWords puk_words = {
    .blocked = N_("The PUK of this token is blocked after too many wrong tries: nobody can unblock "
                  "its PIN any more."),
    .last = N_("Last try: after one more wrong PUK nobody can unblock the token any more"),
    .last_after_wrong = N_("Wrong PUK. Last try: after one more wrong one nobody can unblock the "
                           "token any more"),
    .wrong = N_("Wrong PUK."),
};

static const TriesWords officer_words = {
    .blocked_flag = CKF_SO_PIN_LOCKED,
    .last_flag = CKF_SO_PIN_FINAL_TRY,
    .few_flag = CKF_SO_PIN_COUNT_LOW,
    .blocked = N_("The administrator PIN of this token is blocked after too many wrong tries: "
                  "nobody can set a PIN any more."),
    .last = N_("Last try: after one more wrong administrator PIN nobody can set a PIN any more"),
    .last_after_wrong = N_("Wrong administrator PIN. Last try: after one more wrong one nobody can "
                           "set a PIN any more"),
    .few = N_("A wrong administrator PIN was entered before: few tries may be left"),
    .few_after_wrong = N_("Wrong administrator PIN. Few tries may be left before it is blocked."),
    .wrong = N_("Wrong administrator PIN."),
};

static const TriesWords *
get_words(PfProof proof)
{
    switch (proof) {
    case PF_PROOF_PUK:
        return &puk_words;
    case PF_PROOF_OFFICER:
        return &officer_words;
    default:
        return &pin_words;
    }
}

static char *
dup_count(PfProof proof, gboolean after_wrong, guint n)
{
    if (!after_wrong)
        return g_strdup_printf(ngettext("%u try left", "%u tries left", n), n);
    switch (proof) {
    case PF_PROOF_PUK:
        return g_strdup_printf(ngettext("Wrong PUK. %u try left.", "Wrong PUK. %u tries left.", n),
                               n);
    case PF_PROOF_OFFICER:
        return g_strdup_printf(ngettext("Wrong administrator PIN. %u try left.",
                                        "Wrong administrator PIN. %u tries left.", n),
                               n);
    default:
        return g_strdup_printf(ngettext("Wrong PIN. %u try left.", "Wrong PIN. %u tries left.", n),
                               n);
    }
}

PfPinTone
pf_pin_request_dup_tries(const PfPinRequest *request, gboolean after_wrong, char **ret_text)
{
    PfProof proof = pf_pin_request_get_proof(request);
    const TriesWords *words = get_words(proof);
    CK_FLAGS flags = (CK_FLAGS)request->token_flags;
    gboolean known = request->has_tries;
    guint64 tries = request->tries_left;

    /* Whether a program may spend the officer's last try: what is known are tries of another PIN.
     */
    if (request->kind == PF_PIN_REQUEST_CONFIRM && g_strcmp0(request->operation, "officer") == 0) {
        *ret_text = NULL;
        return PF_PIN_TONE_NONE;
    }
    if ((flags & words->blocked_flag) != 0 || (known && tries == 0)) {
        *ret_text = g_strdup(_(words->blocked));
        return PF_PIN_TONE_BLOCKED;
    }
    if ((flags & words->last_flag) != 0 || (known && tries == 1)) {
        *ret_text = g_strdup(after_wrong ? _(words->last_after_wrong) : _(words->last));
        return PF_PIN_TONE_WARNING;
    }
    if (known) {
        *ret_text = dup_count(proof, after_wrong, (guint)tries);
        return after_wrong ? PF_PIN_TONE_WARNING : PF_PIN_TONE_PLAIN;
    }
    if ((flags & words->few_flag) != 0) {
        *ret_text = g_strdup(after_wrong ? _(words->few_after_wrong) : _(words->few));
        return PF_PIN_TONE_WARNING;
    }
    *ret_text = after_wrong ? g_strdup(_(words->wrong)) : NULL;
    return after_wrong ? PF_PIN_TONE_WARNING : PF_PIN_TONE_NONE;
}
