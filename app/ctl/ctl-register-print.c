/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One paragraph for each program. */
#include "ctl-register-print.h"

#include <glib/gi18n.h>

#include "ctl-json.h"
#include "ctl-text.h"

static const char *
get_text(JsonObject *object, const char *member)
{
    return json_object_get_string_member_with_default(object, member, "");
}

static void
print_line(const char *indent, const char *text)
{
    g_autofree char *safe = pf_ctl_text_dup_safe(text);
    g_print("%s%s\n", indent, safe);
}

static void
print_lines(JsonArray *lines, const char *indent)
{
    for (guint i = 0; i < json_array_get_length(lines); i++)
        print_line(indent, json_array_get_string_element(lines, i));
}

static void
print_doubles(JsonArray *doubles)
{
    for (guint i = 0; i < json_array_get_length(doubles); i++) {
        JsonObject *entry = json_array_get_object_element(doubles, i);
        g_autofree char *line =
            /* Translators: what a program calls a module, and the module's path. */
            g_strdup_printf(_("“%s” (%s) is registered too. Each token appears twice, and one "
                              "login ends the other: --replace takes it out until you unregister."),
                            get_text(entry, "name"), get_text(entry, "library"));
        print_line("    ", line);
    }
}

static const char *
get_state_word(JsonObject *target, gboolean dry_run)
{
    if (json_object_get_boolean_member(target, "changed"))
        return dry_run                                                ? _("would change")
               : json_object_get_boolean_member(target, "registered") ? _("registered now")
                                                                      : _("no longer registered");
    return json_object_get_boolean_member(target, "registered") ? _("registered")
                                                                : _("not registered");
}

static void
print_target(JsonObject *target, gboolean dry_run)
{
    const char *error = get_text(target, "error");
    g_autofree char *line =
        /* Translators: a place, such as “profile “default””, its path, and its state. */
        g_strdup_printf(_("%s (%s): %s"), get_text(target, "label"), get_text(target, "path"),
                        *error != '\0' ? error : get_state_word(target, dry_run));
    print_line("  ", line);
    if (dry_run)
        print_lines(json_object_get_array_member(target, "changes"), "    ");
    print_doubles(json_object_get_array_member(target, "doubles"));
}

void
pf_ctl_register_print(JsonArray *programs, gboolean dry_run)
{
    for (guint i = 0; i < json_array_get_length(programs); i++) {
        JsonObject *program = json_array_get_object_element(programs, i);
        JsonArray *targets = json_object_get_array_member(program, "targets");
        print_line("", get_text(program, "title"));
        for (guint j = 0; j < json_array_get_length(targets); j++)
            print_target(json_array_get_object_element(targets, j), dry_run);
        print_lines(json_object_get_array_member(program, "notes"), "  ");
        print_lines(json_object_get_array_member(program, "hints"), "  ");
    }
}

void
pf_ctl_register_print_json(JsonArray *programs)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    json_object_set_array_member(object, "programs", json_array_ref(programs));
    json_node_take_object(root, object);
    pf_ctl_json_print(root);
}
