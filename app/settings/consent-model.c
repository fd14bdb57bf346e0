/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentModel: asks again whenever the agent says that it has something else to say. */
#include "consent-model.h"

#include <glib/gi18n.h>

#include "agent-watch.h"
#include "consent-item.h"
#include "list-update.h"

struct _PfConsentModel {
    GObject parent_instance;
    PfAgentWatch *watch;
    GListStore *list;
    gboolean ready;
    gboolean waiting;
};

G_DEFINE_FINAL_TYPE(PfConsentModel, pf_consent_model, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void ask(PfConsentModel *self);

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
    pf_list_update_set(self->list, items, pf_consent_item_is_equal);
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
    PfConsentModel *self = user_data;
    /* An agent that was stopped for a while does not say so when it goes on. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
        ask(self);
        return;
    }
    self->waiting = FALSE;
    set_consents(self, consents);
}

static void
ask(PfConsentModel *self)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    pf_agent_watch_cancel_calls(self->watch);
    if (agent == NULL)
        set_consents(self, NULL);
    else
        pf_dbus_agent1_call_list_consents(agent, pf_agent_watch_get_cancellable(self->watch),
                                          on_list_consents_done, self);
}

static void
on_agent_presence(PfAgentPresence presence, gpointer owner)
{
    PfConsentModel *self = owner;
    self->waiting = presence == PF_AGENT_UNKNOWN || presence == PF_AGENT_PRESENT;
    ask(self);
}

static void
on_agent_signal(const char *name, GVariant *parameters, gpointer owner)
{
    if (g_str_equal(name, "ConsentsChanged"))
        ask(owner);
}

PfConsentModel *
pf_consent_model_new(GDBusConnection *connection)
{
    PfConsentModel *self = g_object_new(PF_TYPE_CONSENT_MODEL, NULL);
    self->waiting = connection != NULL;
    self->watch =
        pf_agent_watch_new(connection, &(PfAgentWatchCalls){on_agent_presence, on_agent_signal},
                           self);
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

gboolean
pf_consent_model_is_waiting(PfConsentModel *self)
{
    return self->waiting;
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
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    if (agent != NULL)
        pf_dbus_agent1_call_revoke_consent(agent, id, NULL, on_revoke_consent_done,
                                           g_object_ref(self));
}

static void
dispose(GObject *object)
{
    PfConsentModel *self = PF_CONSENT_MODEL(object);
    g_clear_pointer(&self->watch, pf_agent_watch_free);
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
    self->list = g_list_store_new(PF_TYPE_CONSENT_ITEM);
}
