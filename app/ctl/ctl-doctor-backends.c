/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The list of backends: one line each, two for each token. */
#include "ctl-doctor-backends.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ctl-doctor-logout.h"
#include "ctl-helper.h"
#include "ctl-text.h"

#define LIST_TIMEOUT_MS 15000u

static gboolean
has_flag(JsonObject *token, const char *name)
{
    JsonArray *flags = json_object_get_array_member(token, "flags");
    for (guint i = 0; i < json_array_get_length(flags); i++) {
        if (g_str_equal(json_array_get_string_element(flags, i), name))
            return TRUE;
    }
    return FALSE;
}

/* The object of SLOT's token, NULL when it is empty or its token was never initialised. */
static JsonObject *
get_token(JsonObject *slot)
{
    if (json_object_get_null_member(slot, "token"))
        return NULL;
    JsonObject *token = json_object_get_object_member(slot, "token");
    return has_flag(token, "TOKEN_INITIALIZED") ? token : NULL;
}

static void
hide_home(JsonObject *module, const char *member)
{
    const char *text = json_object_get_string_member_with_default(module, member, "");
    const char *home = g_get_home_dir();
    if (*home == '\0' || g_str_equal(home, "/"))
        return;
    GString *hidden = g_string_new(text);
    g_string_replace(hidden, home, "~", 0);
    json_object_set_string_member(module, member, hidden->str);
    g_string_free(hidden, TRUE);
}

static void
make_anonymous(JsonObject *module)
{
    hide_home(module, "path");
    if (!json_object_get_boolean_member(module, "ok")) {
        hide_home(module, "fault");
        return;
    }
    JsonArray *slots = json_object_get_array_member(module, "slots");
    for (guint i = 0; i < json_array_get_length(slots); i++) {
        JsonObject *slot = json_array_get_object_element(slots, i);
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

JsonArray *
pf_ctl_doctor_backends_read(gboolean anonymous, GError **error)
{
    static const char *const args[] = {"list", NULL};
    g_autoptr(JsonNode) list = pf_ctl_helper_run(args, -1, LIST_TIMEOUT_MS, error);
    if (list == NULL)
        return NULL;
    JsonArray *modules = json_object_get_array_member(json_node_get_object(list), "modules");
    for (guint i = 0; anonymous && i < json_array_get_length(modules); i++)
        make_anonymous(json_array_get_object_element(modules, i));
    return json_array_ref(modules);
}

static char *
describe_logout(JsonObject *token, JsonObject *slot, const char *version)
{
    if (!has_flag(token, "LOGIN_REQUIRED"))
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
        JsonObject *token = get_token(slot);
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
