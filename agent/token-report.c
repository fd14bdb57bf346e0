/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenReport: JSON members checked one by one; what does not fit is left out, never guessed. */
#include "token-report.h"

#include <string.h>

#include "json-text.h"

#define MODULES_MAX 64u
#define TOKENS_MAX  256u
#define FLAGS_MAX   64u
#define TEXT_MAX    4096u

static void
module_free(gpointer data)
{
    PfTokenModule *module = data;
    g_free(module->name);
    g_free(module->path);
    g_free(module->fault);
    g_free(module->description);
    g_free(module);
}

PfToken *
pf_token_new(const char *uri, const char *label, const char *slot_description)
{
    PfToken *token = g_new0(PfToken, 1);
    token->uri = g_strdup(uri);
    token->label = g_strdup(label);
    token->slot_description = g_strdup(slot_description);
    token->flags = g_new0(char *, 1);
    return token;
}

void
pf_token_free(PfToken *token)
{
    if (token == NULL)
        return;
    g_free(token->uri);
    g_free(token->label);
    g_free(token->slot_description);
    g_free(token->module);
    g_free(token->reader);
    g_strfreev(token->flags);
    g_free(token->logout);
    g_free(token);
}

void
pf_token_report_free(PfTokenReport *report)
{
    g_ptr_array_unref(report->modules);
    g_ptr_array_unref(report->tokens);
    g_free(report);
}

/* A text member, "" when there is none. */
static const char *
get_text(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    const char *text =
        node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    return text != NULL && strlen(text) <= TEXT_MAX ? text : "";
}

static gboolean
get_boolean(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
}

static JsonArray *
get_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonObject *
get_element(JsonArray *array, guint index)
{
    JsonNode *node = json_array_get_element(array, index);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static GStrv
dup_flags(JsonObject *object)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    JsonArray *array = get_array(object, "flags");
    guint count = array != NULL ? MIN(json_array_get_length(array), FLAGS_MAX) : 0;
    for (guint i = 0; i < count; i++) {
        JsonNode *node = json_array_get_element(array, i);
        const char *flag = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
        if (flag != NULL)
            g_strv_builder_add(builder, flag);
    }
    return g_strv_builder_end(builder);
}

/* As the helper knows it of the backend; a token without a login has none. */
static char *
dup_logout(JsonObject *object, GStrv flags)
{
    static const char *const verdicts[] = {"ends", "ends-in-program", "readable", "mark", NULL};
    JsonNode *node = json_object_get_member(object, "logout");
    if (!g_strv_contains((const char *const *)flags, "LOGIN_REQUIRED"))
        return g_strdup("no-login");
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
        return NULL;
    const char *verdict = get_text(json_node_get_object(node), "verdict");
    return g_strv_contains(verdicts, verdict) ? g_strdup(verdict) : NULL;
}

static void
take_slot(PfTokenReport *report, const char *module, JsonObject *slot)
{
    JsonNode *node = json_object_get_member(slot, "token");
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node) || report->tokens->len >= TOKENS_MAX)
        return;
    JsonObject *object = json_node_get_object(node);
    g_auto(GStrv) flags = dup_flags(object);
    const char *label = get_text(object, "label");
    const char *uri = get_text(object, "uri");
    if (!g_str_has_prefix(uri, "pkcs11:"))
        return;
    /* SoftHSM has a slot with an empty token for the next one to be made. */
    if (*label == '\0' && *get_text(object, "serial") == '\0' &&
        !g_strv_contains((const char *const *)flags, "TOKEN_INITIALIZED"))
        return;
    PfToken *token = pf_token_new(uri, label, get_text(slot, "description"));
    token->logout = dup_logout(object, flags);
    g_strfreev(token->flags);
    token->flags = g_steal_pointer(&flags);
    token->module = g_strdup(module);
    token->hardware = get_boolean(slot, "hardware");
    token->generates = get_boolean(object, "generates");
    g_ptr_array_add(report->tokens, token);
}

static void
take_module(PfTokenReport *report, JsonObject *object)
{
    PfTokenModule *module = g_new0(PfTokenModule, 1);
    module->name = g_strdup(get_text(object, "name"));
    module->path = g_strdup(get_text(object, "path"));
    module->description = g_strdup(get_text(object, "description"));
    if (!get_boolean(object, "ok")) {
        const char *fault = get_text(object, "fault");
        module->fault = g_strdup(*fault != '\0' ? fault : "failed without a reason");
    }
    g_ptr_array_add(report->modules, module);
    JsonArray *slots = get_array(object, "slots");
    guint count = slots != NULL ? json_array_get_length(slots) : 0;
    for (guint i = 0; i < MIN(count, TOKENS_MAX); i++) {
        JsonObject *slot = get_element(slots, i);
        if (slot != NULL)
            take_slot(report, module->name, slot);
    }
}

PfTokenReport *
pf_token_report_parse(GBytes *output, GError **error)
{
    g_autoptr(JsonNode) document = pf_json_text_parse(output);
    JsonObject *root = document != NULL ? json_node_get_object(document) : NULL;
    JsonArray *modules = root != NULL ? get_array(root, "modules") : NULL;
    if (modules == NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                            "printed no list of modules");
        return NULL;
    }
    PfTokenReport *report = g_new0(PfTokenReport, 1);
    report->modules = g_ptr_array_new_with_free_func(module_free);
    report->tokens = g_ptr_array_new_with_free_func((GDestroyNotify)pf_token_free);
    for (guint i = 0; i < MIN(json_array_get_length(modules), MODULES_MAX); i++) {
        JsonObject *module = get_element(modules, i);
        if (module != NULL)
            take_module(report, module);
    }
    return report;
}

gboolean
pf_token_report_allows(const PfTokenReport *report, const PfToken *token)
{
    if (token->module == NULL)
        return TRUE;
    for (guint i = 0; i < report->modules->len; i++) {
        const PfTokenModule *module = report->modules->pdata[i];
        if (module->fault != NULL && g_str_equal(module->name, token->module))
            return TRUE;
    }
    return FALSE;
}

int
pf_token_report_parse_tries(GBytes *output)
{
    g_autoptr(JsonNode) document = pf_json_text_parse(output);
    JsonObject *root = document != NULL ? json_node_get_object(document) : NULL;
    JsonNode *node = root != NULL ? json_object_get_member(root, "tries") : NULL;
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != G_TYPE_INT64)
        return -1;
    gint64 tries = json_node_get_int(node);
    return tries >= 0 && tries <= 255 ? (int)tries : -1;
}
