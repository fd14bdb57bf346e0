/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Policies: {"policies": {"SecurityDevices": {"Add": {NAME: PATH}, "Delete": [NAME]}}}; in the
 * older form the pairs stand in SecurityDevices itself. The program copies what is added into each
 * profile's list when it starts, and takes out of it what is to be deleted. */
#include "mozilla-policies.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define OWN_NAME "Pinfold"

static void
set_invalid(GError **error, const char *path, const char *reason)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s cannot be understood: %s"), shown,
                reason);
}

/* The object MEMBER of OBJECT, which is made if CREATE; NULL if it is not there, or no object. */
static JsonObject *
get_object(JsonObject *object, const char *member, gboolean create)
{
    JsonNode *node = json_object_get_member(object, member);
    if (node == NULL && create) {
        JsonObject *made = json_object_new();
        json_object_set_object_member(object, member, made);
        return made;
    }
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static gboolean
is_wrong(JsonObject *object, const char *member)
{
    return json_object_has_member(object, member) && get_object(object, member, FALSE) == NULL;
}

/* Where the pairs are; NULL if nowhere yet. */
static JsonObject *
get_pairs(JsonObject *root, gboolean create)
{
    JsonObject *policies = get_object(root, "policies", create);
    JsonObject *devices = policies != NULL ? get_object(policies, "SecurityDevices", create) : NULL;
    if (devices == NULL)
        return NULL;
    gboolean is_new_form = json_object_has_member(devices, "Add") ||
                           json_object_has_member(devices, "Delete") ||
                           json_object_get_size(devices) == 0;
    return is_new_form ? get_object(devices, "Add", create) : devices;
}

/* The root of TEXT, or NULL with *ERROR if it is not as policies are. */
static JsonNode *
parse(const char *text, const char *path, GError **error)
{
    g_autoptr(GError) parse_error = NULL;
    g_autoptr(JsonParser) parser = json_parser_new();
    const char *source = *text != '\0' ? text : "{}";
    if (!json_parser_load_from_data(parser, source, -1, &parse_error)) {
        set_invalid(error, path, parse_error->message);
        return NULL;
    }
    g_autoptr(JsonNode) root = json_parser_steal_root(parser);
    JsonObject *object =
        root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonObject *policies = object != NULL ? get_object(object, "policies", FALSE) : NULL;
    JsonObject *devices = policies != NULL ? get_object(policies, "SecurityDevices", FALSE) : NULL;
    if (object == NULL || is_wrong(object, "policies") ||
        (policies != NULL && is_wrong(policies, "SecurityDevices")) ||
        (devices != NULL && is_wrong(devices, "Add"))) {
        set_invalid(error, path, _("it is not as policies are written"));
        return NULL;
    }
    return g_steal_pointer(&root);
}

/* PfRegisterEntry of all pairs. */
static GPtrArray *
list_pairs(JsonNode *root)
{
    GPtrArray *entries = pf_register_entry_list_new();
    JsonObject *pairs = get_pairs(json_node_get_object(root), FALSE);
    JsonObjectIter iter;
    const char *name;
    JsonNode *value;
    if (pairs == NULL)
        return entries;
    json_object_iter_init_ordered(&iter, pairs);
    while (json_object_iter_next_ordered(&iter, &name, &value)) {
        if (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING)
            g_ptr_array_add(entries,
                            pf_register_entry_new(name, json_node_get_string(value), NULL));
    }
    return entries;
}

static void
look(const PfRegisterPlace *place, JsonNode *root, PfRegisterTarget *target)
{
    g_autoptr(GPtrArray) entries = list_pairs(root);
    for (guint i = 0; i < entries->len; i++) {
        const PfRegisterEntry *entry = entries->pdata[i];
        if (pf_register_place_is_module(place, entry->library))
            target->is_registered = TRUE;
        else if (pf_register_place_is_own(place, entry->library))
            target->is_outdated = TRUE;
        else if (pf_register_place_is_double(place, entry->library))
            g_ptr_array_add(target->doubles,
                            pf_register_entry_new(entry->name, entry->library, NULL));
    }
}

/* The policies that hold now: the file's, or, while there is none, the fallback's. */
static JsonNode *
read_policies(const PfRegisterTarget *target, PfRegisterFile **ret_file, char **ret_text,
              GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(target->path, error);
    if (file == NULL)
        return NULL;
    g_autoptr(PfRegisterFile) fallback = NULL;
    const PfRegisterFile *source = file;
    if (file->content == NULL && target->fallback_path != NULL) {
        source = fallback = pf_register_file_read(target->fallback_path, error);
        if (fallback == NULL)
            return NULL;
    }
    g_autofree char *text = pf_register_file_dup_text(source, error);
    JsonNode *root = text != NULL ? parse(text, source->path, error) : NULL;
    if (root != NULL) {
        *ret_text = g_steal_pointer(&text);
        *ret_file = g_steal_pointer(&file);
    }
    return root;
}

PfRegisterTarget *
pf_mozilla_policies_look(const PfRegisterPlace *place, const char *path, const char *fallback)
{
    PfRegisterTarget *target = pf_register_target_new(_("policies for all users"), path);
    g_autoptr(GError) error = NULL;
    g_autoptr(PfRegisterFile) file = NULL;
    g_autofree char *text = NULL;
    target->fallback_path = g_strdup(fallback);
    g_autoptr(JsonNode) root = read_policies(target, &file, &text, &error);
    target->is_unknown = root == NULL;
    if (root != NULL)
        look(place, root, target);
    if (root == NULL || !pf_register_file_check_writable(file, &error))
        target->hindrance = g_strdup(error->message);
    return target;
}

/* As deep as TEXT has its first line that is indented. */
static guint
measure_indent(const char *text)
{
    const char *line = strstr(text, "\n ");
    return line != NULL ? (guint)strspn(line + 1, " ") : 2;
}

static char *
write_text(JsonNode *root, const char *like)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    gboolean has_tabs = strstr(like, "\n\t") != NULL;
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_indent(generator, has_tabs ? 1 : measure_indent(like));
    json_generator_set_indent_char(generator, has_tabs ? '\t' : ' ');
    g_autofree char *text = json_generator_to_data(generator, NULL);
    return g_strconcat(text, "\n", NULL);
}

/* In the older form there is nothing that deletes. */
static JsonObject *
get_new_form(JsonObject *root)
{
    JsonObject *devices = get_object(get_object(root, "policies", TRUE), "SecurityDevices", TRUE);
    return json_object_has_member(devices, "Add") ? devices : NULL;
}

static void
delete_by_policy(JsonObject *root, const char *name)
{
    JsonObject *devices = get_new_form(root);
    if (devices == NULL)
        return;
    JsonNode *node = json_object_get_member(devices, "Delete");
    if (node == NULL) {
        json_object_set_array_member(devices, "Delete", json_array_new());
        node = json_object_get_member(devices, "Delete");
    }
    if (JSON_NODE_HOLDS_ARRAY(node))
        json_array_add_string_element(json_node_get_array(node), name);
}

static void
delete_no_more(JsonObject *root, const char *name)
{
    JsonObject *devices = get_new_form(root);
    JsonNode *node = devices != NULL ? json_object_get_member(devices, "Delete") : NULL;
    JsonArray *names =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    for (guint i = names != NULL ? json_array_get_length(names) : 0; i > 0; i--) {
        JsonNode *element = json_array_get_element(names, i - 1);
        if (JSON_NODE_HOLDS_VALUE(element) && g_strcmp0(json_node_get_string(element), name) == 0)
            json_array_remove_element(names, i - 1);
    }
    if (names != NULL && json_array_get_length(names) == 0)
        json_object_remove_member(devices, "Delete");
}

static void
remove_own(const PfRegisterPlace *place, JsonNode *root)
{
    g_autoptr(GPtrArray) entries = list_pairs(root);
    for (guint i = 0; i < entries->len; i++) {
        const PfRegisterEntry *entry = entries->pdata[i];
        if (pf_register_place_is_own(place, entry->library))
            json_object_remove_member(get_pairs(json_node_get_object(root), TRUE), entry->name);
    }
}

gboolean
pf_mozilla_policies_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                        gboolean replace, PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterFile) file = NULL;
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) root = read_policies(target, &file, &text, error);
    if (root == NULL)
        return FALSE;
    JsonObject *object = json_node_get_object(root);
    remove_own(place, root);
    JsonObject *pairs = get_pairs(object, TRUE);
    json_object_set_string_member(pairs, OWN_NAME, place->module);
    for (guint i = 0; replace && i < target->doubles->len; i++) {
        const PfRegisterEntry *entry = target->doubles->pdata[i];
        json_object_remove_member(pairs, entry->name);
        delete_by_policy(object, entry->name);
        pf_register_plan_replace(plan, entry);
    }
    g_autofree char *now = write_text(root, text);
    pf_register_plan_write(plan, g_steal_pointer(&file), now, 0644);
    return TRUE;
}

/* What is empty now was not there before. */
static void
remove_if_empty(JsonObject *object, const char *member)
{
    JsonObject *child = object != NULL ? get_object(object, member, FALSE) : NULL;
    if (child != NULL && json_object_get_size(child) == 0)
        json_object_remove_member(object, member);
}

gboolean
pf_mozilla_policies_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                           GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterFile) file = NULL;
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) root = read_policies(target, &file, &text, error);
    if (root == NULL)
        return FALSE;
    JsonObject *object = json_node_get_object(root);
    remove_own(place, root);
    for (guint i = 0; i < replaced->len; i++) {
        const PfRegisterEntry *entry = replaced->pdata[i];
        JsonObject *pairs = get_pairs(object, TRUE);
        delete_no_more(object, entry->name);
        if (!json_object_has_member(pairs, entry->name))
            json_object_set_string_member(pairs, entry->name, entry->library);
    }
    JsonObject *policies = get_object(object, "policies", FALSE);
    JsonObject *devices = policies != NULL ? get_object(policies, "SecurityDevices", FALSE) : NULL;
    remove_if_empty(devices, "Add");
    remove_if_empty(policies, "SecurityDevices");
    g_autofree char *now = write_text(root, text);
    pf_register_plan_write(plan, g_steal_pointer(&file), now, 0644);
    return TRUE;
}
