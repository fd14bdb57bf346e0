/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStoredPinModel: asks again whenever the agent says that it has something else to say. */
#include "stored-pin-model.h"

#include <glib/gi18n.h>

#include "agent-proxy.h"
#include "list-update.h"
#include "stored-pin-item.h"
#include "wire-names.h"

struct _PfStoredPinModel {
    GObject parent_instance;
    GCancellable *cancellable;
    PfDbusAgent1 *proxy;
    GListStore *list;
    char *state; /* NULL: not known */
};

G_DEFINE_FINAL_TYPE(PfStoredPinModel, pf_stored_pin_model, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
are_items_equal(gconstpointer a, gconstpointer b)
{
    return pf_stored_pin_item_is_equal((PfStoredPinItem *)a, (PfStoredPinItem *)b);
}

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
    pf_list_update_set(self->list, items, are_items_equal);
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
    set_entries(user_data, state, entries);
}

/* The answer to an earlier question is of no interest any more. */
static void
ask(PfStoredPinModel *self)
{
    g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->proxy));
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    self->cancellable = g_cancellable_new();
    if (owner == NULL)
        set_entries(self, NULL, NULL);
    else
        pf_dbus_agent1_call_list_stored_pins(self->proxy, self->cancellable,
                                             on_list_stored_pins_done, self);
}

static void
on_proxy_stored_pins_changed(PfStoredPinModel *self)
{
    ask(self);
}

static void
on_proxy_name_owner_notify(PfStoredPinModel *self)
{
    ask(self);
}

static void
on_proxy_new_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    PfDbusAgent1 *proxy = pf_dbus_agent1_proxy_new_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfStoredPinModel *self = user_data;
    if (proxy == NULL) {
        g_warning("Watching the keyring's list: %s", error->message);
        return;
    }
    self->proxy = proxy;
    g_signal_connect_object(proxy, "notify::g-name-owner", G_CALLBACK(on_proxy_name_owner_notify),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect_object(proxy, "stored-pins-changed", G_CALLBACK(on_proxy_stored_pins_changed),
                            self, G_CONNECT_SWAPPED);
    ask(self);
}

PfStoredPinModel *
pf_stored_pin_model_new(GDBusConnection *connection)
{
    PfStoredPinModel *self = g_object_new(PF_TYPE_STORED_PIN_MODEL, NULL);
    if (connection != NULL)
        pf_dbus_agent1_proxy_new(connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                 PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, self->cancellable,
                                 on_proxy_new_done, self);
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
    if (self->proxy != NULL)
        pf_dbus_agent1_call_remove_stored_pin(self->proxy, token_uri, NULL,
                                              on_remove_stored_pin_done, g_object_ref(self));
}

static void
dispose(GObject *object)
{
    PfStoredPinModel *self = PF_STORED_PIN_MODEL(object);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_object(&self->proxy);
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
    self->cancellable = g_cancellable_new();
    self->list = g_list_store_new(PF_TYPE_STORED_PIN_ITEM);
}
