/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The question about the last try: words only. */
#include "last-try-text.h"

#include <glib.h>
#include <glib/gi18n.h>

char *
pf_last_try_text_dup_title(const char *token)
{
    /* Translators: title of the dialog that asks whether a program may spend the last try of the
     * PIN; %s is the label of the token. */
    return g_strdup_printf(_("Last try — %s"), token);
}

char *
pf_last_try_text_dup_headline(const char *program, const char *token)
{
    /* Translators: the first %s is the name of a program, the second the label of a token. */
    return g_strdup_printf(_("%s wants to use the last try of “%s”"), program, token);
}

const char *
pf_last_try_text_get_consequence(const char *operation)
{
    if (g_strcmp0(operation, "officer") == 0)
        return _("The program has a PIN of the security officer and gives it to the token if you "
                 "agree. This is the last try: if this PIN is wrong, nobody can set a new PIN on "
                 "the token any more.");
    if (g_strcmp0(operation, "change") == 0)
        return _("The program wants to change the PIN, and has the present one itself. This is the "
                 "last try: if that PIN is wrong, the token is blocked.");
    return _("The program has a PIN itself and gives it to the token if you agree. This is the "
             "last try: if this PIN is wrong, the token is blocked.");
}

const char *
pf_last_try_text_get_action(void)
{
    /* Translators: button that agrees that the last try of a PIN is spent. */
    return _("_Use Last Try");
}
