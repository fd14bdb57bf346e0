/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Each token once, with the worst of its flags. */
#include "doctor-tokens.h"

#include <glib/gi18n.h>

typedef struct {
    GHashTable *seen; /* URI -> name of the module */
    guint count;
} Walk;

/* The worst first. */
static const struct {
    const char *flag;
    PfDoctorProblem problem;
    const char *text;
} states[] = {
    /* Translators: each of these follows the label of a token and a colon. */
    {"USER_PIN_LOCKED", PF_DOCTOR_PROBLEM_PIN_LOCKED, N_("its PIN is blocked.")},
    {"USER_PIN_FINAL_TRY", PF_DOCTOR_PROBLEM_PIN_LAST_TRY, N_("its PIN has one try left.")},
    {"USER_PIN_TO_BE_CHANGED", PF_DOCTOR_PROBLEM_PIN_TO_BE_CHANGED,
     N_("its PIN must be changed before it is used.")},
    {"USER_PIN_COUNT_LOW", PF_DOCTOR_PROBLEM_PIN_FEW_TRIES,
     N_("a wrong PIN was typed, and not all tries are left.")},
};

static void
check_pin(PfDoctor *doctor, const char *id, JsonObject *token, const char *label)
{
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        if (!pf_doctor_has_flag(token, states[i].flag))
            continue;
        pf_doctor_report_problem(doctor->report, id, states[i].problem,
                                 /* Translators: the label of a token, and what is wrong with it. */
                                 _("Token “%s”: %s"), label, _(states[i].text));
        return;
    }
    if (pf_doctor_has_flag(token, "LOGIN_REQUIRED") &&
        !pf_doctor_has_flag(token, "USER_PIN_INITIALIZED"))
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_PIN_NOT_SET,
                                 _("Token “%s” has no PIN yet."), label);
    else
        /* Translators: %s is the label of a token. */
        pf_doctor_report_ok(doctor->report, id, _("Token “%s” is there."), label);
}

static void
check_token(PfDoctor *doctor, JsonObject *module, JsonObject *slot, JsonObject *token,
            gpointer user_data)
{
    Walk *walk = user_data;
    const char *uri = json_object_get_string_member(token, "uri");
    const char *name = json_object_get_string_member(module, "name");
    const char *other = g_hash_table_lookup(walk->seen, uri);
    g_autofree char *number = g_strdup_printf("%u", ++walk->count);
    g_autofree char *id = g_strdup_printf("token:%s", doctor->is_anonymous ? number : uri);
    const char *label =
        doctor->is_anonymous ? number : json_object_get_string_member(token, "label");
    if (other != NULL) {
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_TOKEN_DOUBLED,
                                 /* Translators: the label of a token, and twice the name of a
                                  * PKCS#11 module. */
                                 _("Token “%s” is there twice, by the modules “%s” and “%s”."),
                                 label, other, name);
        return;
    }
    g_hash_table_insert(walk->seen, (gpointer)uri, (gpointer)name);
    check_pin(doctor, id, token, label);
}

void
pf_doctor_tokens_check(PfDoctor *doctor)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    Walk walk = {.seen = seen};
    pf_doctor_foreach_token(doctor, check_token, &walk);
}
