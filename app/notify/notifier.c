/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfNotifier: looks at the model some time after it changed, and compares with the last look. */
#include "notifier.h"

#include "forget-words.h"
#include "token-changes.h"
#include "token-names.h"

/* A card that is pushed in halfway and again is one event, and so is a lock that costs ten PINs. */
#define LOOK_MS 500u
/* After something was told; nobody reads faster. */
#define LOOK_AGAIN_MS 1000u
#define BUSY_US       ((gint64)LOOK_AGAIN_MS * 1000)
/* An agent that is started again, as after an update, is back sooner. */
#define LOST_S 3u

struct _PfNotifier {
    GObject parent_instance;
    GtkApplication *application;
    PfAgentModel *model;
    PfReaderWatch *readers;
    GPtrArray *told;         /* tokens at the last look; NULL: none since the agent is there */
    GHashTable *lost;        /* URI -> reason of Agent1.Forgotten, since the last look */
    char *lost_last;         /* the last URI with a reason worth telling, or NULL */
    char *forgotten;         /* URI that the notice about a PIN is about, or NULL */
    guint left;              /* PINs that its token had then */
    gboolean was_ready;      /* there was an agent */
    PfAgentState told_state; /* LOST or FOREIGN: there is a notice of it; else none */
    gint64 told_at;
    guint look_id;
    guint lost_id;
};

G_DEFINE_FINAL_TYPE(PfNotifier, pf_notifier, G_TYPE_OBJECT)

static void
withdraw(PfNotifier *self, const char *id)
{
    g_application_withdraw_notification(G_APPLICATION(self->application), id);
}

static void
send(PfNotifier *self, const PfNotice *notice)
{
    self->told_at = g_get_monotonic_time();
    pf_notice_send(notice, G_APPLICATION(self->application));
}

static void
send_all(PfNotifier *self, const GPtrArray *notices)
{
    for (guint i = 0; i < notices->len; i++)
        send(self, g_ptr_array_index(notices, i));
}

/* Does the person look at one of the windows? Those say how many tries there are. */
static gboolean
is_looked_at(PfNotifier *self)
{
    GtkWindow *window = gtk_application_get_active_window(self->application);
    return window != NULL && gtk_window_is_active(window);
}

static void
withdraw_relieved(PfNotifier *self, const GPtrArray *now)
{
    g_auto(GStrv) uris = pf_token_changes_dup_relieved(self->told, now);
    for (guint i = 0; uris[i] != NULL; i++) {
        g_autofree char *id = pf_notice_dup_tries_id(uris[i]);
        withdraw(self, id);
    }
}

/* Is REASON one that the person would not expect, or wants to see confirmed? Programs that end or
 * log out, removed tokens and changed PINs speak for themselves. */
static gboolean
is_worth_telling(const char *reason)
{
    static const char *const reasons[] = {"rejected",         "lease-lost",  "mode-changed",
                                          "setting-loosened", "command",     "screen-locked",
                                          "suspend",          "user-switch", "idle-timeout",
                                          "max-lifetime",     NULL};
    return g_strv_contains(reasons, reason) && pf_forget_words_find(reason) != NULL;
}

static guint
count_lost(PfNotifier *self, const char *reason)
{
    GHashTableIter iter;
    gpointer other;
    guint count = 0;
    g_hash_table_iter_init(&iter, self->lost);
    while (g_hash_table_iter_next(&iter, NULL, &other))
        count += g_str_equal(other, reason) ? 1 : 0;
    return count;
}

/* Of several reasons the last: the history has them all. */
static void
tell_forgotten(PfNotifier *self, const GPtrArray *now)
{
    if (self->lost_last == NULL)
        return;
    const char *reason = g_hash_table_lookup(self->lost, self->lost_last);
    if (!is_worth_telling(reason))
        return;
    PfTokenItem *token = pf_token_changes_find(now, self->lost_last);
    g_autofree char *label =
        token != NULL ? pf_token_item_dup_title(token) : pf_token_names_dup_title(self->lost_last);
    g_autoptr(PfNotice) notice =
        pf_notice_new_forgotten(count_lost(self, reason), label != NULL ? label : "?",
                                pf_forget_words_find(reason));
    send(self, notice);
    g_free(self->forgotten);
    self->forgotten = g_steal_pointer(&self->lost_last);
    self->left = token != NULL ? pf_token_item_count_pins(token) : 0;
}

/* The PIN that was forgotten is there again. */
static void
withdraw_forgotten(PfNotifier *self, const GPtrArray *now)
{
    if (self->forgotten == NULL)
        return;
    PfTokenItem *token = pf_token_changes_find(now, self->forgotten);
    if (token == NULL || pf_token_item_count_pins(token) <= self->left)
        return;
    withdraw(self, PF_NOTICE_FORGOTTEN);
    g_clear_pointer(&self->forgotten, g_free);
}

static void
clear_lost(PfNotifier *self)
{
    g_hash_table_remove_all(self->lost);
    g_clear_pointer(&self->lost_last, g_free);
}

static gboolean
on_look_elapsed(gpointer user_data)
{
    PfNotifier *self = user_data;
    self->look_id = 0;
    g_autoptr(GPtrArray) now = pf_token_changes_dup_tokens(pf_agent_model_get_tokens(self->model));
    g_autoptr(GPtrArray) moves =
        pf_token_changes_dup_moves(self->told, now, self->readers, self->lost);
    g_autoptr(GPtrArray) tries = pf_token_changes_dup_tries(self->told, now);
    withdraw_relieved(self, now);
    withdraw_forgotten(self, now);
    send_all(self, moves);
    tell_forgotten(self, now);
    if (!is_looked_at(self))
        send_all(self, tries);
    clear_lost(self);
    g_clear_pointer(&self->told, g_ptr_array_unref);
    self->told = g_steal_pointer(&now);
    return G_SOURCE_REMOVE;
}

static void
plan_look(PfNotifier *self)
{
    if (self->look_id != 0)
        return;
    gboolean busy = self->told_at != 0 && g_get_monotonic_time() - self->told_at < BUSY_US;
    self->look_id = g_timeout_add(busy ? LOOK_AGAIN_MS : LOOK_MS, on_look_elapsed, self);
}

static gboolean
on_lost_elapsed(gpointer user_data)
{
    PfNotifier *self = user_data;
    self->lost_id = 0;
    gboolean foreign = pf_agent_model_get_state(self->model) == PF_AGENT_STATE_FOREIGN;
    g_autoptr(PfNotice) notice = pf_notice_new_agent(foreign);
    send(self, notice);
    self->told_state = foreign ? PF_AGENT_STATE_FOREIGN : PF_AGENT_STATE_LOST;
    return G_SOURCE_REMOVE;
}

/* That there is no agent yet is no news. What a notice says must stay true, and an impostor is
 * never to be expected. */
static gboolean
is_absence_news(PfNotifier *self)
{
    PfAgentState state = pf_agent_model_get_state(self->model);
    if (self->was_ready)
        return TRUE;
    return state != self->told_state &&
           (state == PF_AGENT_STATE_FOREIGN || self->told_state == PF_AGENT_STATE_FOREIGN);
}

/* What was known of the tokens is void. */
static void
lose_agent(PfNotifier *self)
{
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    withdraw_relieved(self, nothing);
    g_clear_pointer(&self->told, g_ptr_array_unref);
    g_clear_handle_id(&self->look_id, g_source_remove);
    clear_lost(self);
    if (is_absence_news(self) && self->lost_id == 0)
        self->lost_id = g_timeout_add_seconds(LOST_S, on_lost_elapsed, self);
    self->was_ready = FALSE;
}

static void
on_model_changed(PfNotifier *self)
{
    switch (pf_agent_model_get_state(self->model)) {
    case PF_AGENT_STATE_CONNECTING:
        break;
    case PF_AGENT_STATE_LOST:
    case PF_AGENT_STATE_FOREIGN:
        lose_agent(self);
        break;
    case PF_AGENT_STATE_READY:
        g_clear_handle_id(&self->lost_id, g_source_remove);
        if (!self->was_ready)
            withdraw(self, PF_NOTICE_AGENT);
        self->was_ready = TRUE;
        self->told_state = PF_AGENT_STATE_READY;
        pf_reader_watch_update(self->readers, pf_agent_model_get_tokens(self->model),
                               g_get_monotonic_time());
        plan_look(self);
        break;
    }
}

static void
on_model_appeared(PfNotifier *self)
{
    pf_reader_watch_reset(self->readers, g_get_monotonic_time());
}

static void
on_model_forgotten(PfNotifier *self, const char *uri, const char *reason)
{
    g_hash_table_replace(self->lost, g_strdup(uri), g_strdup(reason));
    if (is_worth_telling(reason)) {
        g_free(self->lost_last);
        self->lost_last = g_strdup(uri);
    }
    plan_look(self);
}

PfNotifier *
pf_notifier_new(GtkApplication *application, PfAgentModel *model)
{
    PfNotifier *self = g_object_new(PF_TYPE_NOTIFIER, NULL);
    self->application = application;
    self->model = g_object_ref(model);
    g_signal_connect_object(model, "appeared", G_CALLBACK(on_model_appeared), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "forgotten", G_CALLBACK(on_model_forgotten), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    return self;
}

/* Nobody keeps them true from now on, and some services leave their buttons to nobody. */
static void
withdraw_current(PfNotifier *self)
{
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    withdraw_relieved(self, nothing);
    if (self->told_state == PF_AGENT_STATE_LOST || self->told_state == PF_AGENT_STATE_FOREIGN)
        withdraw(self, PF_NOTICE_AGENT);
}

static void
dispose(GObject *object)
{
    PfNotifier *self = PF_NOTIFIER(object);
    if (self->model != NULL)
        withdraw_current(self);
    g_clear_handle_id(&self->look_id, g_source_remove);
    g_clear_handle_id(&self->lost_id, g_source_remove);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(pf_notifier_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    PfNotifier *self = PF_NOTIFIER(object);
    pf_reader_watch_free(self->readers);
    g_clear_pointer(&self->told, g_ptr_array_unref);
    g_hash_table_unref(self->lost);
    g_free(self->lost_last);
    g_free(self->forgotten);
    G_OBJECT_CLASS(pf_notifier_parent_class)->finalize(object);
}

static void
pf_notifier_class_init(PfNotifierClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_notifier_init(PfNotifier *self)
{
    self->readers = pf_reader_watch_new();
    self->lost = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}
