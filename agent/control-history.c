/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* GetHistory: entries as dictionaries; and one signal for each time that somebody has looked. */
#include "control-history.h"

#include "app-id.h"
#include "history.h"
#include "pacer.h"

#define CHANGED_PERIOD_US (100 * G_TIME_SPAN_MILLISECOND)

struct PfControlHistory {
    PfHistory *history;
    PfDBusAgent1 *skeleton;
    PfPacer *pacer;
};

/* Paths and labels may be any bytes. */
static void
add_text(GVariantDict *dict, const char *key, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_variant_dict_insert(dict, key, "s", valid);
}

static void
add_program(GVariantDict *dict, PfHistoryProgram *program)
{
    if (program == NULL)
        return;
    add_text(dict, "program", pf_history_program_get_name(program));
    add_text(dict, "executable", pf_history_program_get_exe(program));
    if (pf_history_program_get_pid(program) != 0)
        g_variant_dict_insert(dict, "pid", "u", pf_history_program_get_pid(program));
}

static GVariant *
build_entry(const PfHistoryEntry *entry)
{
    const PfHistoryFact *fact = &entry->fact;
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "id", "t", entry->id);
    g_variant_dict_insert(&dict, "serial", "t", entry->serial);
    g_variant_dict_insert(&dict, "when", "x", entry->last);
    add_text(&dict, "event", pf_history_event_get_name(fact->event));
    if (entry->count > 1) {
        g_variant_dict_insert(&dict, "count", "u", entry->count);
        g_variant_dict_insert(&dict, "since", "x", entry->first);
    }
    add_program(&dict, fact->program);
    add_text(&dict, "token-uri", fact->token_uri);
    if (fact->has_app_id) {
        char app_id[PF_APP_ID_SIZE];
        pf_app_id_format(fact->app_id, app_id);
        add_text(&dict, "app-id", app_id);
    }
    add_text(&dict, "operation", fact->operation);
    add_text(&dict, "key-label", fact->key_label);
    add_text(&dict, "reason", fact->reason);
    add_text(&dict, "setting", fact->setting);
    add_text(&dict, "value", fact->value);
    return g_variant_dict_end(&dict);
}

static void
on_entry_visited(const PfHistoryEntry *entry, gpointer data)
{
    g_variant_builder_add_value(data, build_entry(entry));
}

static void
on_history_added(gpointer data)
{
    PfControlHistory *self = data;
    pf_pacer_poke(self->pacer);
}

static void
send_changed(gpointer data)
{
    PfControlHistory *self = data;
    pf_dbus_agent1_emit_history_changed(self->skeleton);
}

static gboolean
handle_get_history(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, guint64 since,
                   PfControlHistory *self)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    pf_history_visit(self->history, since, on_entry_visited, &builder);
    pf_history_notify_once(self->history, on_history_added, self);
    pf_dbus_agent1_complete_get_history(skeleton, invocation, g_variant_builder_end(&builder));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

PfControlHistory *
pf_control_history_new(PfDBusAgent1 *skeleton, PfCache *cache)
{
    PfControlHistory *self = g_new0(PfControlHistory, 1);
    self->history = pf_cache_get_history(cache);
    self->skeleton = skeleton;
    self->pacer = pf_pacer_new(CHANGED_PERIOD_US, send_changed, self);
    g_signal_connect(skeleton, "handle-get-history", G_CALLBACK(handle_get_history), self);
    return self;
}

void
pf_control_history_stop(PfControlHistory *self)
{
    pf_history_notify_once(self->history, NULL, NULL);
    pf_pacer_calm(self->pacer);
}

void
pf_control_history_free(PfControlHistory *self)
{
    if (self == NULL)
        return;
    pf_control_history_stop(self);
    g_signal_handlers_disconnect_by_data(self->skeleton, self);
    pf_pacer_free(self->pacer);
    g_free(self);
}
