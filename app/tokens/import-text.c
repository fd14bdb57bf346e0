/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Imports: what came, what was there, and what is missing for the keys to be of use. */
#include "import-text.h"

#include <glib/gi18n.h>

#include "task-text.h"
#include "tokens-progress.h"

static guint
get_number(JsonObject *answer, const char *member)
{
    gint64 number = json_object_get_int_member_with_default(answer, member, 0);
    return (guint)CLAMP(number, 0, G_MAXINT);
}

char *
pf_import_text_dup_counts(JsonObject *answer)
{
    guint keys = get_number(answer, "keys");
    guint certificates = get_number(answer, "certificates");
    guint present = get_number(answer, "present");
    if (keys + certificates == 0 && present > 0)
        return g_strdup(_("All of it was on the token before."));
    g_autofree char *keys_text = g_strdup_printf(ngettext("%u key", "%u keys", keys), keys);
    g_autofree char *certificates_text =
        g_strdup_printf(ngettext("%u certificate", "%u certificates", certificates), certificates);
    /* Translators: what was imported: “2 keys, 3 certificates”. */
    return g_strdup_printf(_("%s, %s"), keys_text, certificates_text);
}

char *
pf_import_text_dup_warning(JsonObject *answer)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    guint bare = get_number(answer, "keys_without_certificate");
    g_autofree char *bare_text = g_strdup_printf(
        ngettext("%u key has no certificate in the file. Most programs cannot use it without one.",
                 "%u keys have no certificate in the file. Most programs cannot use them without "
                 "one.",
                 bare),
        bare);
    if (bare > 0)
        g_ptr_array_add(lines, bare_text);
    if (json_object_get_boolean_member_with_default(answer, "missing_chain", FALSE))
        g_ptr_array_add(lines, _("The certificate of the issuer is not in the file. Programs that "
                                 "do not have it from elsewhere will not trust yours."));
    if (lines->len == 0)
        return NULL;
    g_autofree char *counts = pf_import_text_dup_counts(answer);
    g_ptr_array_insert(lines, 0, counts);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n\n", (char **)lines->pdata);
}

const char *
pf_import_text_get_step(const char *step, gboolean is_stopped)
{
    if (g_str_equal(step, PF_TOKENS_STEP_UNDO))
        return _("What was copied is removed again…");
    if (is_stopped)
        return NULL;
    if (g_str_equal(step, PF_TOKENS_STEP_LOGIN))
        return _("The token checks the PIN…");
    if (g_str_equal(step, PF_TOKENS_STEP_COPY))
        return pf_task_text_get_work(PF_TASK_IMPORT);
    return NULL;
}

const char *
pf_import_text_get_rest(JsonObject *answer)
{
    return get_number(answer, "left") > 0 ? _("The token did not let go of all that had been "
                                              "copied. Import the file again to complete it.")
                                          : NULL;
}
