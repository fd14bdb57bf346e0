/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The worst that is known of a module's tokens. */
#include "doctor-logout.h"

#include <glib/gi18n.h>

#include "ctl-doctor-logout.h"
#include "settings-view.h"

typedef enum { NO_TOKEN, ENDS, UNKNOWN, MARK } Rank;

typedef struct {
    Rank rank;
    const char *verdict;
    gboolean is_hardware;
} Worst;

static Rank
rank(const char *verdict)
{
    if (g_str_equal(verdict, "mark") || g_str_equal(verdict, "readable"))
        return MARK;
    return g_str_equal(verdict, "unknown") ? UNKNOWN : ENDS;
}

static void
add_slot(Worst *worst, JsonObject *slot)
{
    JsonObject *token = pf_doctor_get_token(slot);
    if (token == NULL || !pf_doctor_has_flag(token, "LOGIN_REQUIRED"))
        return;
    const char *verdict =
        json_object_get_null_member(token, "logout")
            ? "unknown"
            : json_object_get_string_member(json_object_get_object_member(token, "logout"),
                                            "verdict");
    if (rank(verdict) > worst->rank)
        *worst = (Worst){rank(verdict), verdict, json_object_get_boolean_member(slot, "hardware")};
}

static gboolean
is_always_reset(PfDoctor *doctor)
{
    g_autoptr(PfSettingsView) view = pf_settings_view_new(doctor->config);
    if (view == NULL)
        return FALSE;
    g_autofree char *rule =
        g_settings_get_string(pf_settings_view_get_for(view, "reset-card"), "reset-card");
    return g_str_equal(rule, "always");
}

static void
add_mark(PfDoctor *doctor, const char *id, const Worst *worst)
{
    const char *text = pf_ctl_doctor_logout_explain(worst->verdict, worst->is_hardware);
    if (worst->is_hardware && is_always_reset(doctor))
        pf_doctor_report_ok(doctor->report, id, "%s %s", text,
                            _("Cards are reset whenever their PIN is forgotten."));
    else
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_LOGOUT_IS_A_MARK, "%s",
                                 text);
}

void
pf_doctor_logout_check(PfDoctor *doctor, JsonObject *module)
{
    Worst worst = {NO_TOKEN};
    JsonArray *slots = json_object_get_array_member(module, "slots");
    g_autofree char *id =
        g_strdup_printf("logout:%s", json_object_get_string_member(module, "name"));
    for (guint i = 0; i < json_array_get_length(slots); i++)
        add_slot(&worst, json_array_get_object_element(slots, i));
    switch (worst.rank) {
    case NO_TOKEN:
        break;
    case ENDS:
        pf_doctor_report_ok(doctor->report, id, "%s",
                            pf_ctl_doctor_logout_explain(worst.verdict, worst.is_hardware));
        break;
    case UNKNOWN:
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_LOGOUT_UNKNOWN,
                                 _("What the logout of this module ends was not measured yet."));
        break;
    case MARK:
        add_mark(doctor, id, &worst);
        break;
    }
}
