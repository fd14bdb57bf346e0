/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistoryModel: new entries go to the top of the list, changed ones move there. */
#include "history-model.h"

#include "agent-watch.h"
#include "history-item.h"

/* As many as an agent has; those that it has dropped meanwhile are dropped here later. */
#define ENTRIES_MAX 1000u
/* Rows that are made at once, so that the window goes on answering. */
#define PORTION 40u

struct _PfHistoryModel {
    GObject parent_instance;
    PfAgentWatch *watch;
    GListStore *list;
    GPtrArray *rest; /* of PfHistoryItem: older ones, still to be listed */
    guint rest_source;
    guint64 last_serial; /* what is known up to */
    gboolean is_active;
    gboolean is_ready;
    gboolean is_asking;
    gboolean is_stale; /* the agent has said so */
};

G_DEFINE_FINAL_TYPE(PfHistoryModel, pf_history_model, G_TYPE_OBJECT)

static guint changed_signal;

static void ask(PfHistoryModel *self);

static void
emit_changed(PfHistoryModel *self)
{
    g_signal_emit(self, changed_signal, 0);
}

static gboolean
on_rest_idle(gpointer user_data)
{
    PfHistoryModel *self = user_data;
    guint count = MIN(self->rest->len, PORTION);
    g_list_store_splice(self->list, g_list_model_get_n_items(G_LIST_MODEL(self->list)), 0,
                        self->rest->pdata, count);
    g_ptr_array_remove_range(self->rest, 0, count);
    if (self->rest->len > 0)
        return G_SOURCE_CONTINUE;
    self->rest_source = 0;
    ask(self);
    return G_SOURCE_REMOVE;
}

static void
clear_list(PfHistoryModel *self)
{
    g_clear_handle_id(&self->rest_source, g_source_remove);
    g_ptr_array_set_size(self->rest, 0);
    g_list_store_remove_all(self->list);
    self->last_serial = 0;
    self->is_ready = FALSE;
}

/* Where the entry of ITEM was before. */
static void
remove_former(PfHistoryModel *self, PfHistoryItem *item)
{
    GListModel *list = G_LIST_MODEL(self->list);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(PfHistoryItem) other = g_list_model_get_item(list, i);
        if (pf_history_item_get_id(other) == pf_history_item_get_id(item)) {
            g_list_store_remove(self->list, i);
            return;
        }
    }
}

static void
put_on_top(PfHistoryModel *self, const GPtrArray *items)
{
    for (guint i = items->len; i > 0; i--) {
        remove_former(self, items->pdata[i - 1]);
        g_list_store_insert(self->list, 0, items->pdata[i - 1]);
    }
    guint count = g_list_model_get_n_items(G_LIST_MODEL(self->list));
    if (count > ENTRIES_MAX)
        g_list_store_splice(self->list, ENTRIES_MAX, count - ENTRIES_MAX, NULL, 0);
}

static void
list_in_portions(PfHistoryModel *self, const GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(self->rest, g_object_ref(items->pdata[i]));
    if (self->rest->len > 0 && on_rest_idle(self))
        self->rest_source = g_idle_add(on_rest_idle, self);
}

static void
take_entries(PfHistoryModel *self, GVariant *entries)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    gboolean is_first = self->last_serial == 0;
    for (gsize i = 0; i < g_variant_n_children(entries) && items->len < ENTRIES_MAX; i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        PfHistoryItem *item = pf_history_item_new(entry);
        if (item == NULL)
            continue;
        self->last_serial = MAX(self->last_serial, pf_history_item_get_serial(item));
        g_ptr_array_add(items, item);
    }
    self->is_ready = TRUE;
    if (is_first)
        list_in_portions(self, items);
    else
        put_on_top(self, items);
    emit_changed(self);
}

static void
on_get_history_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) entries = NULL;
    gboolean ok =
        pf_dbus_agent1_call_get_history_finish(PF_DBUS_AGENT1(source), &entries, result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfHistoryModel *self = user_data;
    self->is_asking = FALSE;
    if (!ok)
        g_warning("Reading the history: %s", error->message);
    else
        take_entries(self, entries);
    /* An agent that was stopped for a while does not say so when it goes on. */
    self->is_stale |= g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    ask(self);
}

/* If there is something to ask for, nothing on its way, and somebody to show it to. */
static void
ask(PfHistoryModel *self)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    if (agent == NULL || !self->is_active || !self->is_stale || self->is_asking ||
        self->rest_source != 0)
        return;
    self->is_stale = FALSE;
    self->is_asking = TRUE;
    pf_dbus_agent1_call_get_history(agent, self->last_serial,
                                    pf_agent_watch_get_cancellable(self->watch),
                                    on_get_history_done, self);
}

static void
on_agent_signal(const char *name, GVariant *parameters, gpointer owner)
{
    PfHistoryModel *self = owner;
    if (!g_str_equal(name, "HistoryChanged"))
        return;
    self->is_stale = TRUE;
    ask(self);
}

/* The history is one agent's. */
static void
on_agent_presence(PfAgentPresence presence, gpointer owner)
{
    PfHistoryModel *self = owner;
    self->is_asking = FALSE;
    self->is_stale = presence == PF_AGENT_PRESENT;
    clear_list(self);
    emit_changed(self);
    ask(self);
}

PfHistoryModel *
pf_history_model_new(GDBusConnection *connection)
{
    PfHistoryModel *self = g_object_new(PF_TYPE_HISTORY_MODEL, NULL);
    self->watch =
        pf_agent_watch_new(connection, &(PfAgentWatchCalls){on_agent_presence, on_agent_signal},
                           self);
    return self;
}

GListModel *
pf_history_model_get_list(PfHistoryModel *self)
{
    return G_LIST_MODEL(self->list);
}

gboolean
pf_history_model_is_ready(PfHistoryModel *self)
{
    return self->is_ready;
}

void
pf_history_model_set_active(PfHistoryModel *self, gboolean active)
{
    self->is_active = active;
    ask(self);
}

static void
dispose(GObject *object)
{
    PfHistoryModel *self = PF_HISTORY_MODEL(object);
    g_clear_pointer(&self->watch, pf_agent_watch_free);
    g_clear_handle_id(&self->rest_source, g_source_remove);
    g_clear_pointer(&self->rest, g_ptr_array_unref);
    g_clear_object(&self->list);
    G_OBJECT_CLASS(pf_history_model_parent_class)->dispose(object);
}

static void
pf_history_model_class_init(PfHistoryModelClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    changed_signal = g_signal_new("changed", PF_TYPE_HISTORY_MODEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_history_model_init(PfHistoryModel *self)
{
    self->list = g_list_store_new(PF_TYPE_HISTORY_ITEM);
    self->rest = g_ptr_array_new_with_free_func(g_object_unref);
}
