/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The table of reasons, in the order of Agent1.Forgotten. */
#include "forget-words.h"

#include <glib/gi18n.h>
#include <string.h>

const char *
pf_forget_words_find(const char *reason)
{
    /* Translators: each of these stands behind “PIN forgotten: ”. */
    static const struct {
        const char *reason;
        const char *words;
    } table[] = {
        {"removed", N_("card removed")},
        {"last-session", N_("no program uses it any more")},
        {"logout", N_("the program logged out")},
        {"rejected", N_("the token rejected it")},
        {"pin-changed", N_("PIN changed")},
        {"lease-lost", N_("a program stopped answering")},
        {"mode-changed", N_("caching mode changed")},
        {"setting-loosened", N_("a setting was changed")},
        {"command", N_("you said so")},
        {"process-gone", N_("the program ended")},
        {"id-closed", N_("the shared login was ended")},
        {"agent-stop", N_("the agent was stopped")},
        {"screen-locked", N_("screen locked")},
        {"suspend", N_("the computer went to sleep")},
        {"user-switch", N_("another user came to the front")},
        {"session-end", N_("the session ended")},
        {"idle-timeout", N_("it was not used for too long")},
        {"max-lifetime", N_("it was kept long enough")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].reason, reason) == 0)
            return _(table[i].words);
    }
    return NULL;
}
