/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctor: third-party code is asked in the helper's process, which is killed when it hangs. */
#include "doctor.h"

#include "ctl-bus.h"
#include "ctl-doctor-backends.h"
#include "ctl-helper.h"
#include "ctl-module.h"
#include "session-bus.h"

#define READERS_TIMEOUT_MS 5000u
#define BUS_TIMEOUT_S      3u

PfDoctor *
pf_doctor_new(gboolean is_anonymous)
{
    static const char *const readers[] = {"readers", NULL};
    PfDoctor *doctor = g_new0(PfDoctor, 1);
    doctor->is_anonymous = is_anonymous;
    doctor->report = pf_doctor_report_new();
    doctor->config = pf_config_load();
    if (doctor->config == NULL)
        g_error("out of memory");
    g_autofree char *module = pf_ctl_module_dup_path();
    doctor->place = pf_register_place_new(module, FALSE, NULL, NULL);
    doctor->readers = pf_ctl_helper_run(readers, -1, READERS_TIMEOUT_MS, &doctor->readers_error);
    doctor->modules = pf_ctl_doctor_backends_read(&doctor->modules_error);
    if (pf_session_bus_exists())
        doctor->session_bus =
            pf_ctl_bus_get(G_BUS_TYPE_SESSION, BUS_TIMEOUT_S, &doctor->session_bus_error);
    doctor->system_bus = pf_ctl_bus_get(G_BUS_TYPE_SYSTEM, BUS_TIMEOUT_S, NULL);
    return doctor;
}

gboolean
pf_doctor_has_flag(JsonObject *token, const char *name)
{
    JsonArray *flags = json_object_get_array_member(token, "flags");
    for (guint i = 0; i < json_array_get_length(flags); i++) {
        if (g_str_equal(json_array_get_string_element(flags, i), name))
            return TRUE;
    }
    return FALSE;
}

JsonObject *
pf_doctor_get_token(JsonObject *slot)
{
    if (json_object_get_null_member(slot, "token"))
        return NULL;
    JsonObject *token = json_object_get_object_member(slot, "token");
    return pf_doctor_has_flag(token, "TOKEN_INITIALIZED") ? token : NULL;
}

void
pf_doctor_foreach_token(PfDoctor *doctor, PfDoctorTokenFunc func, gpointer user_data)
{
    for (guint i = 0; doctor->modules != NULL && i < json_array_get_length(doctor->modules); i++) {
        JsonObject *module = json_array_get_object_element(doctor->modules, i);
        if (!json_object_get_boolean_member(module, "ok"))
            continue;
        JsonArray *slots = json_object_get_array_member(module, "slots");
        for (guint j = 0; j < json_array_get_length(slots); j++) {
            JsonObject *slot = json_array_get_object_element(slots, j);
            JsonObject *token = pf_doctor_get_token(slot);
            if (token != NULL)
                func(doctor, module, slot, token, user_data);
        }
    }
}

void
pf_doctor_free(PfDoctor *doctor)
{
    if (doctor == NULL)
        return;
    pf_doctor_report_free(doctor->report);
    pf_config_free(doctor->config);
    g_clear_pointer(&doctor->place, pf_register_place_free);
    g_clear_pointer(&doctor->readers, json_node_unref);
    g_clear_pointer(&doctor->modules, json_array_unref);
    g_clear_error(&doctor->readers_error);
    g_clear_error(&doctor->modules_error);
    g_clear_error(&doctor->session_bus_error);
    g_clear_object(&doctor->session_bus);
    g_clear_object(&doctor->system_bus);
    g_free(doctor);
}
