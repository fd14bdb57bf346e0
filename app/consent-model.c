/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentModel: asks again whenever the agent says that it has something else to say. */
#include "consent-model.h"

#include <glib/gi18n.h>

#include "agent-proxy.h"
#include "consent-item.h"
#include "list-update.h"
#include "wire-names.h"

struct _PfConsentModel {
    GObject parent_instance;
    GCancellable *cancellable;
    PfDbusAgent1 *proxy;
    GListStore *list;
    gboolean ready;
};

G_DEFINE_FINAL_TYPE(PfConsentModel, pf_consent_model, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
are_consents_equal(gconstpointer a, gconstpointer b)
{
    return pf_consent_item_is_equal((PfConsentItem *)a, (PfConsentItem *)b);
}

/* CONSENTS may be NULL: nothing is known. */
static void
set_consents(PfConsentModel *self, GVariant *consents)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; consents != NULL && i < g_variant_n_children(consents); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(consents, i);
        PfConsentItem *item = pf_consent_item_new(entry);
        if (item != NULL)
            g_ptr_array_add(items, item);
    }
    pf_list_update_set(self->list, items, are_consents_equal);
    self->ready = consents != NULL;
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void
on_list_consents_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) consents = NULL;
    gboolean ok =
        pf_dbus_agent1_call_list_consents_finish(PF_DBUS_AGENT1(source), &consents, result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (!ok)
        g_warning("Reading the decisions: %s", error->message);
    set_consents(user_data, consents);
}

/* The answer to an earlier question is of no interest any more. */
static void
ask(PfConsentModel *self)
{
    g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->proxy));
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    self->cancellable = g_cancellable_new();
    if (owner == NULL)
        set_consents(self, NULL);
    else
        pf_dbus_agent1_call_list_consents(self->proxy, self->cancellable, on_list_consents_done,
                                          self);
}

static void
on_proxy_consents_changed(PfConsentModel *self)
{
    ask(self);
}

static void
on_proxy_name_owner_notify(PfConsentModel *self)
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
    PfConsentModel *self = user_data;
    if (proxy == NULL) {
        g_warning("Watching the decisions: %s", error->message);
        return;
    }
    self->proxy = proxy;
    g_signal_connect_object(proxy, "notify::g-name-owner", G_CALLBACK(on_proxy_name_owner_notify),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect_object(proxy, "consents-changed", G_CALLBACK(on_proxy_consents_changed), self,
                            G_CONNECT_SWAPPED);
    ask(self);
}

PfConsentModel *
pf_consent_model_new(GDBusConnection *connection)
{
    PfConsentModel *self = g_object_new(PF_TYPE_CONSENT_MODEL, NULL);
    if (connection != NULL)
        pf_dbus_agent1_proxy_new(connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                 PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, self->cancellable,
                                 on_proxy_new_done, self);
    return self;
}

GListModel *
pf_consent_model_get_list(PfConsentModel *self)
{
    return G_LIST_MODEL(self->list);
}

gboolean
pf_consent_model_is_ready(PfConsentModel *self)
{
    return self->ready;
}

static void
on_revoke_consent_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfConsentModel) self = user_data;
    g_autoptr(GError) error = NULL;
    if (pf_dbus_agent1_call_revoke_consent_finish(PF_DBUS_AGENT1(source), NULL, result, &error))
        return;
    const char *sentence = _("The permission could not be revoked: the agent did not answer.");
    g_warning("%s %s", sentence, error->message);
    g_signal_emit(self, signals[SIGNAL_FAILED], 0, sentence);
}

void
pf_consent_model_revoke(PfConsentModel *self, const char *id)
{
    if (self->proxy != NULL)
        pf_dbus_agent1_call_revoke_consent(self->proxy, id, NULL, on_revoke_consent_done,
                                           g_object_ref(self));
}

static void
dispose(GObject *object)
{
    PfConsentModel *self = PF_CONSENT_MODEL(object);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_object(&self->proxy);
    g_clear_object(&self->list);
    G_OBJECT_CLASS(pf_consent_model_parent_class)->dispose(object);
}

static void
pf_consent_model_class_init(PfConsentModelClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", PF_TYPE_CONSENT_MODEL, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_FAILED] = g_signal_new("failed", PF_TYPE_CONSENT_MODEL, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
pf_consent_model_init(PfConsentModel *self)
{
    self->cancellable = g_cancellable_new();
    self->list = g_list_store_new(PF_TYPE_CONSENT_ITEM);
}
