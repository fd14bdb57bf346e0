/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Words of never-words.h. */
#include "never-words.h"

#include <glib.h>
#include <glib/gi18n.h>

const char *
pf_never_words_get(const char *reason)
{
    if (g_strcmp0(reason, "rule") == 0)
        /* Translators: of the PIN of a token; the person has made a rule for the token. */
        return _("Not cached: by its rule");
    if (g_strcmp0(reason, "keys") == 0)
        /* Translators: of the PIN of a token; each use of a key asks for it anew. */
        return _("Not cached: every key of this token asks each time");
    if (g_strcmp0(reason, "certificates") == 0)
        /* Translators: of the PIN of a token, whose certificates are for legal signatures only. */
        return _("Not cached: a token for signatures");
    return NULL;
}
