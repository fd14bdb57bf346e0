/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensFault: one list, both ways. */
#include "tokens-fault.h"

static const char *const words[] = {[PF_TOKENS_FAULT_NONE] = NULL,
#define WORD(name, word) [PF_TOKENS_FAULT_##name] = word,
                                    PF_TOKENS_FAULTS(WORD)
#undef WORD
};

const char *
pf_tokens_fault_get_word(PfTokensFault fault)
{
    return words[fault];
}

PfTokensFault
pf_tokens_fault_from_word(const char *word)
{
    for (gsize i = 1; i < G_N_ELEMENTS(words); i++) {
        if (g_strcmp0(words[i], word) == 0)
            return (PfTokensFault)i;
    }
    return PF_TOKENS_FAULT_FAILED;
}
