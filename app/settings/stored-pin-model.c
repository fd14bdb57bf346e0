/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStoredPinModel: asks again whenever the agent says that it has something else to say. */
#include "stored-pin-model.h"

#include <glib/gi18n.h>

#include "agent-watch.h"
#include "list-update.h"
#include "stored-pin-item.h"

struct _PfStoredPinModel {
    GObject parent_instance;
    PfAgentWatch *watch;
    GListStore *list;
    char *state; /* NULL: not known */
    gboolean waiting;
};

G_DEFINE_FINAL_TYPE(PfStoredPinModel, pf_stored_pin_model, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void ask(PfStoredPinModel *self);

/* Both NULL: nothing is known. */
static void
set_entries(PfStoredPinModel *self, const char *state, GVariant *entries)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; entries != NULL && i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        PfStoredPinItem *item = pf_stored_pin_item_new(entry);
        if (item != NULL)
            g_ptr_array_add(items, item);
    }
    pf_list_update_set(self->list, items, pf_stored_pin_item_is_equal);
    g_free(self->state);
    self->state = g_strdup(state);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void
on_list_stored_pins_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) entries = NULL;
    g_autofree char *state = NULL;
    gboolean ok = pf_dbus_agent1_call_list_stored_pins_finish(PF_DBUS_AGENT1(source), &state,
                                                              &entries, result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (!ok)
        g_warning("Reading the keyring's list: %s", error->message);
    PfStoredPinModel *self = user_data;
    /* An agent that was stopped for a while does not say so when it goes on. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
        ask(self);
        return;
    }
    self->waiting = FALSE;
    set_entries(self, state, entries);
}

static void
ask(PfStoredPinModel *self)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    pf_agent_watch_cancel_calls(self->watch);
    if (agent == NULL)
        set_entries(self, NULL, NULL);
    else
        pf_dbus_agent1_call_list_stored_pins(agent, pf_agent_watch_get_cancellable(self->watch),
                                             on_list_stored_pins_done, self);
}

static void
on_agent_presence(PfAgentPresence presence, gpointer owner)
{
    PfStoredPinModel *self = owner;
    self->waiting = presence == PF_AGENT_UNKNOWN || presence == PF_AGENT_PRESENT;
    ask(self);
}

static void
on_agent_signal(const char *name, GVariant *parameters, gpointer owner)
{
    if (g_str_equal(name, "StoredPinsChanged"))
        ask(owner);
}

PfStoredPinModel *
pf_stored_pin_model_new(GDBusConnection *connection)
{
    PfStoredPinModel *self = g_object_new(PF_TYPE_STORED_PIN_MODEL, NULL);
    self->waiting = connection != NULL;
    self->watch =
        pf_agent_watch_new(connection, &(PfAgentWatchCalls){on_agent_presence, on_agent_signal},
                           self);
    return self;
}

GListModel *
pf_stored_pin_model_get_list(PfStoredPinModel *self)
{
    return G_LIST_MODEL(self->list);
}

const char *
pf_stored_pin_model_get_state(PfStoredPinModel *self)
{
    return self->state;
}

gboolean
pf_stored_pin_model_is_waiting(PfStoredPinModel *self)
{
    return self->waiting;
}

static void
on_remove_stored_pin_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfStoredPinModel) self = user_data;
    g_autoptr(GError) error = NULL;
    if (pf_dbus_agent1_call_remove_stored_pin_finish(PF_DBUS_AGENT1(source), NULL, result, &error))
        return;
    const char *sentence = _("The PIN could not be removed: the keyring did not let it go.");
    g_warning("%s %s", sentence, error->message);
    g_signal_emit(self, signals[SIGNAL_FAILED], 0, sentence);
}

void
pf_stored_pin_model_remove(PfStoredPinModel *self, const char *token_uri)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    if (agent != NULL)
        pf_dbus_agent1_call_remove_stored_pin(agent, token_uri, NULL, on_remove_stored_pin_done,
                                              g_object_ref(self));
}

static void
dispose(GObject *object)
{
    PfStoredPinModel *self = PF_STORED_PIN_MODEL(object);
    g_clear_pointer(&self->watch, pf_agent_watch_free);
    g_clear_object(&self->list);
    g_clear_pointer(&self->state, g_free);
    G_OBJECT_CLASS(pf_stored_pin_model_parent_class)->dispose(object);
}

static void
pf_stored_pin_model_class_init(PfStoredPinModelClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", PF_TYPE_STORED_PIN_MODEL, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_FAILED] = g_signal_new("failed", PF_TYPE_STORED_PIN_MODEL, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
pf_stored_pin_model_init(PfStoredPinModel *self)
{
    self->list = g_list_store_new(PF_TYPE_STORED_PIN_ITEM);
}
