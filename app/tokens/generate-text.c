/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Key generation: what cannot be interrupted, and what stays of it, is said as it is. */
#include "generate-text.h"

#include <glib/gi18n.h>

#include "task-text.h"
#include "tokens-progress.h"

char *
pf_generate_text_dup_refusal(const char *name)
{
    /* Translators: %s is the label of a token. */
    return g_strdup_printf(_("No key can be generated on “%s”"), name);
}

const char *
pf_generate_text_get_reason(PfTokensFault fault)
{
    return fault == PF_TOKENS_FAULT_UNSUPPORTED
               ? _("Its PKCS#11 module can use what is on the token, but cannot have it make keys. "
                   "The maker of the token may have a program that can.")
               : NULL;
}

GStrv
pf_generate_text_dup_kinds(JsonObject *answer)
{
    g_autoptr(GStrvBuilder) kinds = g_strv_builder_new();
    JsonNode *node = json_object_get_member(answer, "kinds");
    JsonArray *array =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *word = json_array_get_element(array, i);
        if (JSON_NODE_HOLDS_VALUE(word) && json_node_get_value_type(word) == G_TYPE_STRING)
            g_strv_builder_add(kinds, json_node_get_string(word));
    }
    return g_strv_builder_end(kinds);
}

const char *
pf_generate_text_get_step(const char *step, gboolean is_stopped)
{
    if (g_str_equal(step, PF_TOKENS_STEP_UNDO))
        return _("The key is deleted again…");
    if (is_stopped)
        return NULL;
    if (g_str_equal(step, PF_TOKENS_STEP_LOGIN))
        return _("The token checks the PIN…");
    if (g_str_equal(step, PF_TOKENS_STEP_MAKE))
        return pf_task_text_get_work(PF_TASK_GENERATE);
    return NULL;
}

const char *
pf_generate_text_get_rest(JsonObject *answer, PfTokensFault fault)
{
    if (json_object_get_int_member_with_default(answer, "left", 0) > 0)
        return _("The token did not delete the new key again: it is still there.");
    if (fault == PF_TOKENS_FAULT_GONE &&
        json_object_get_boolean_member_with_default(answer, "begun", FALSE))
        return _("It may have made the key before it was removed.");
    return NULL;
}
