/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfIntegrationItem: an entry of the answer. The same item as long as the page is there, so that
 * its row is, with the keyboard's focus. */
#include "integration-item.h"

#include <glib/gi18n.h>

struct _PfIntegrationItem {
    GObject parent_instance;
    JsonObject *program;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE(PfIntegrationItem, pf_integration_item, G_TYPE_OBJECT)

PfIntegrationItem *
pf_integration_item_new(JsonObject *program)
{
    if (!json_object_has_member(program, "name") || !json_object_has_member(program, "targets"))
        return NULL;
    PfIntegrationItem *self = g_object_new(PF_TYPE_INTEGRATION_ITEM, NULL);
    self->program = json_object_ref(program);
    return self;
}

static gboolean
is_equal(JsonObject *a, JsonObject *b)
{
    g_autoptr(JsonNode) node_a = json_node_init_object(json_node_alloc(), a);
    g_autoptr(JsonNode) node_b = json_node_init_object(json_node_alloc(), b);
    return json_node_equal(node_a, node_b);
}

void
pf_integration_item_update(PfIntegrationItem *self, JsonObject *program)
{
    if (is_equal(self->program, program))
        return;
    json_object_unref(self->program);
    self->program = json_object_ref(program);
    g_signal_emit(self, changed_signal, 0);
}

static const char *
get_text(JsonObject *object, const char *member)
{
    return json_object_get_string_member_with_default(object, member, "");
}

const char *
pf_integration_item_get_name(PfIntegrationItem *self)
{
    return get_text(self->program, "name");
}

const char *
pf_integration_item_get_title(PfIntegrationItem *self)
{
    return get_text(self->program, "title");
}

static JsonArray *
get_targets(PfIntegrationItem *self)
{
    return json_object_get_array_member(self->program, "targets");
}

static guint
count_on(PfIntegrationItem *self)
{
    JsonArray *targets = get_targets(self);
    guint count = 0;
    for (guint i = 0; i < json_array_get_length(targets); i++) {
        if (json_object_get_boolean_member(json_array_get_object_element(targets, i), "registered"))
            count++;
    }
    return count;
}

gboolean
pf_integration_item_is_on(PfIntegrationItem *self)
{
    return pf_integration_item_is_found(self) &&
           count_on(self) == json_array_get_length(get_targets(self));
}

gboolean
pf_integration_item_is_found(PfIntegrationItem *self)
{
    return json_array_get_length(get_targets(self)) > 0;
}

gboolean
pf_integration_item_has_doubles(PfIntegrationItem *self)
{
    JsonArray *targets = get_targets(self);
    for (guint i = 0; i < json_array_get_length(targets); i++) {
        JsonObject *target = json_array_get_object_element(targets, i);
        if (json_array_get_length(json_object_get_array_member(target, "doubles")) > 0)
            return TRUE;
    }
    return FALSE;
}

char *
pf_integration_item_dup_state(PfIntegrationItem *self)
{
    guint on = count_on(self);
    guint all = json_array_get_length(get_targets(self));
    if (all == 0)
        /* Translators: of a program. */
        return g_strdup(_("Not found"));
    if (on == all)
        /* Translators: of a program. */
        return g_strdup(_("Uses Pinfold"));
    if (on == 0)
        /* Translators: of a program. */
        return g_strdup(_("Does not use Pinfold"));
    /* Translators: two numbers; a program’s places are its profiles. */
    return g_strdup_printf(_("Uses Pinfold in %u of %u places"), on, all);
}

/* Adds TEXT to LINES, with the label of TARGET where there are others. */
static void
add_line(PfIntegrationItem *self, GStrvBuilder *lines, JsonObject *target, const char *text)
{
    g_autofree char *line =
        /* Translators: a place, such as “profile “default””, and what is to be said of it. */
        g_strdup_printf(_("%s: %s"), get_text(target, "label"), text);
    g_strv_builder_add(lines, json_array_get_length(get_targets(self)) > 1 ? line : text);
}

static char *
dup_double(JsonObject *target, const char *name, const char *library)
{
    if (json_object_get_boolean_member(target, "registered"))
        /* Translators: what a program calls a module, and the module's path. */
        return g_strdup_printf(_("“%s” (%s) gives the program the same cards and tokens a second "
                                 "time, and each login ends the other."),
                               name, library);
    /* Translators: what a program calls a module, and the module's path. */
    return g_strdup_printf(_("“%s” (%s) gives the program the same cards and tokens, past "
                             "Pinfold."),
                           name, library);
}

static void
add_doubles(PfIntegrationItem *self, GStrvBuilder *lines, JsonObject *target)
{
    JsonArray *doubles = json_object_get_array_member(target, "doubles");
    for (guint i = 0; i < json_array_get_length(doubles); i++) {
        JsonObject *entry = json_array_get_object_element(doubles, i);
        g_autofree char *text =
            dup_double(target, get_text(entry, "name"), get_text(entry, "library"));
        add_line(self, lines, target, text);
    }
}

/* Where there is more to do than to switch it on. Nothing for a terminal: that is what pinfoldctl
 * says. */
static void
add_use(PfIntegrationItem *self, GStrvBuilder *lines)
{
    const char *name = pf_integration_item_get_name(self);
    JsonObject *target = json_array_get_object_element(get_targets(self), 0);
    if (g_str_equal(name, "chromium")) {
        g_strv_builder_add(lines,
                           _("Browsers that are open notice it when they are started again."));
    } else if (g_str_equal(name, "openssl") || g_str_equal(name, "java")) {
        g_autofree char *text =
            /* Translators: %s is the path of a file. */
            g_strdup_printf(_("For programs that are set up to use this configuration: %s"),
                            get_text(target, "path"));
        g_strv_builder_add(lines, text);
    }
}

static char *
join(GStrvBuilder *builder)
{
    g_auto(GStrv) lines = g_strv_builder_end(builder);
    g_autofree char *text = g_strjoinv("\n", lines);
    return *text != '\0' ? g_steal_pointer(&text) : NULL;
}

char *
pf_integration_item_dup_detail(PfIntegrationItem *self)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    JsonArray *targets = get_targets(self);
    JsonArray *notes = json_object_get_array_member(self->program, "notes");
    for (guint i = 0; i < json_array_get_length(targets); i++) {
        JsonObject *target = json_array_get_object_element(targets, i);
        if (json_object_has_member(target, "hindrance"))
            add_line(self, lines, target, get_text(target, "hindrance"));
        add_doubles(self, lines, target);
    }
    if (pf_integration_item_is_on(self))
        add_use(self, lines);
    for (guint i = 0; notes != NULL && i < json_array_get_length(notes); i++)
        g_strv_builder_add(lines, json_array_get_string_element(notes, i));
    return join(lines);
}

char *
pf_integration_item_dup_error(PfIntegrationItem *self)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    JsonArray *targets = get_targets(self);
    for (guint i = 0; i < json_array_get_length(targets); i++) {
        JsonObject *target = json_array_get_object_element(targets, i);
        if (json_object_has_member(target, "error"))
            add_line(self, lines, target, get_text(target, "error"));
    }
    return join(lines);
}

static void
finalize(GObject *object)
{
    g_clear_pointer(&PF_INTEGRATION_ITEM(object)->program, json_object_unref);
    G_OBJECT_CLASS(pf_integration_item_parent_class)->finalize(object);
}

static void
pf_integration_item_class_init(PfIntegrationItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", PF_TYPE_INTEGRATION_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_integration_item_init(PfIntegrationItem *self)
{
}
