/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Consent: says what is at stake, and nothing of the PIN that is not true. */
#include "consent-text.h"

#include <glib.h>
#include <glib/gi18n.h>

char *
pf_consent_text_dup_title(const char *token)
{
    /* Translators: title of the dialog that asks whether a program may use a login; %s is the label
     * of the token. Keep “Permission — ” as it is: it is how assistive tools and tests know the
     * window. */
    return g_strdup_printf(_("Permission — %s"), token);
}

char *
pf_consent_text_dup_headline(const char *program, const char *token)
{
    /* Translators: the first %s is the name of a program, the second the label of a token to which
     * another program has logged in. */
    return g_strdup_printf(_("%s wants to use the login of “%s”"), program, token);
}

char *
pf_consent_text_dup_offer(const char *program, const char *token)
{
    /* Translators: nobody waits for an answer; the first %s is the name of a program, the second
     * the label of a token to which another program has logged in. */
    return g_strdup_printf(_("%s could use the login of “%s”"), program, token);
}

const char *
pf_consent_text_get_consequence(void)
{
    return _("If you allow it, the program can sign and decrypt with the keys of this token. You "
             "are not asked for the PIN again.");
}

const char *
pf_consent_text_get_warning(void)
{
    return _("Pinfold could not find out which program this is, so it cannot remember your answer. "
             "Allow it only if you have just started it yourself.");
}

const char *
pf_consent_text_get_refused(void)
{
    return _("Pinfold cannot keep this answer for this program. Choose another one.");
}
