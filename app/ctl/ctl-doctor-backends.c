/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The list of backends: one line each, two for each token. */
#include "ctl-doctor-backends.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ctl-doctor-logout.h"
#include "ctl-helper.h"
#include "ctl-text.h"
#include "doctor.h"

#define LIST_TIMEOUT_MS 15000u

JsonArray *
pf_ctl_doctor_backends_read(GError **error)
{
    static const char *const args[] = {"list", NULL};
    g_autoptr(JsonNode) list = pf_ctl_helper_run(args, -1, LIST_TIMEOUT_MS, error);
    return list != NULL
               ? json_array_ref(json_object_get_array_member(json_node_get_object(list), "modules"))
               : NULL;
}

void
pf_ctl_doctor_backends_make_anonymous(JsonArray *backends)
{
    for (guint i = 0; i < json_array_get_length(backends); i++) {
        JsonObject *module = json_array_get_object_element(backends, i);
        if (!json_object_get_boolean_member(module, "ok"))
            continue;
        JsonArray *slots = json_object_get_array_member(module, "slots");
        for (guint j = 0; j < json_array_get_length(slots); j++) {
            JsonObject *slot = json_array_get_object_element(slots, j);
            /* A reader's name, with its serial number; SoftHSM has the token's there. */
            json_object_remove_member(slot, "description");
            if (json_object_get_null_member(slot, "token"))
                continue;
            JsonObject *token = json_object_get_object_member(slot, "token");
            json_object_remove_member(token, "uri");
            json_object_remove_member(token, "label");
            json_object_remove_member(token, "serial");
        }
    }
}

static char *
describe_logout(JsonObject *token, JsonObject *slot, const char *version)
{
    if (!pf_doctor_has_flag(token, "LOGIN_REQUIRED"))
        return g_strdup(pf_ctl_doctor_logout_explain("no-login", FALSE));
    if (json_object_get_null_member(token, "logout"))
        return g_strdup(_("What its logout ends was not measured; pinfoldctl doctor --logout-test "
                          "does."));
    JsonObject *known = json_object_get_object_member(token, "logout");
    const char *measured = json_object_get_string_member(known, "measured_with");
    const char *text =
        pf_ctl_doctor_logout_explain(json_object_get_string_member(known, "verdict"),
                                     json_object_get_boolean_member(slot, "hardware"));
    if (g_str_equal(version, measured))
        return g_strdup(text);
    /* Translators: a sentence about a PKCS#11 module, the version it was found out with, and the
     * version that is installed. */
    return g_strdup_printf(_("%s (Measured with version %s; this is %s.)"), text, measured,
                           version);
}

static void
print_token(JsonObject *token, JsonObject *slot, const char *version)
{
    const char *uri = json_object_get_string_member_with_default(token, "uri", NULL);
    g_autofree char *name =
        uri != NULL ? pf_ctl_text_dup_safe(uri)
                    : pf_ctl_text_dup_safe(json_object_get_string_member(token, "model"));
    g_autofree char *logout = describe_logout(token, slot, version);
    g_print("    %s\n      %s\n", name, logout);
}

static void
print_module(JsonObject *module)
{
    g_autofree char *name = pf_ctl_text_dup_safe(json_object_get_string_member(module, "name"));
    g_autofree char *path = pf_ctl_text_dup_safe(json_object_get_string_member(module, "path"));
    if (!json_object_get_boolean_member(module, "ok")) {
        g_autofree char *fault =
            pf_ctl_text_dup_safe(json_object_get_string_member(module, "fault"));
        g_print("  %s  %s\n    %s\n", name, path, fault);
        return;
    }
    const char *version = json_object_get_string_member_with_default(module, "version", "");
    g_autofree char *description =
        pf_ctl_text_dup_safe(json_object_get_string_member_with_default(module, "description", ""));
    JsonArray *slots = json_object_get_array_member(module, "slots");
    guint count = 0;
    g_print("  %s  %s %s  %s\n", name, description, version, path);
    for (guint i = 0; i < json_array_get_length(slots); i++) {
        JsonObject *slot = json_array_get_object_element(slots, i);
        JsonObject *token = pf_doctor_get_token(slot);
        if (token == NULL)
            continue;
        print_token(token, slot, version);
        count++;
    }
    if (count == 0)
        g_print("    %s\n", _("no token"));
}

void
pf_ctl_doctor_backends_print(JsonArray *backends)
{
    g_print("\n%s\n", _("PKCS#11 modules"));
    for (guint i = 0; i < json_array_get_length(backends); i++)
        print_module(json_array_get_object_element(backends, i));
    if (json_array_get_length(backends) == 0)
        g_print("  %s\n", _("none"));
}
