/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCardReset: what is to be reset, by the setting and by what is forgotten. */
#include "card-reset.h"

#include "card-reset-private.h"
#include "pcsc-reset.h"

/* How long the end of the agent waits for resets. */
#define STOP_LIMIT_US G_TIME_SPAN_SECOND
#define UNLOCKED_MAX  256u

enum { FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(PfCardReset, pf_card_reset, G_TYPE_OBJECT)

static void begin_due(PfCardReset *self);

GHashTable *
pf_card_reset_make_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static gboolean
on_due(gpointer data)
{
    PfCardReset *self = data;
    self->due_id = 0;
    begin_due(self);
    return G_SOURCE_REMOVE;
}

/* All that is forgotten by one thing that happens is one reset. */
static void
add_due(PfCardReset *self, const char *token_uri)
{
    g_hash_table_add(self->due, g_strdup(token_uri));
    if (self->due_id == 0)
        self->due_id = g_idle_add_full(G_PRIORITY_HIGH, on_due, self, NULL);
}

void
pf_card_reset_add_all_due(PfCardReset *self, GHashTable *tokens)
{
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, tokens);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        add_due(self, uri);
}

/* In whatever readers it is; a software token is in none. A card that nobody can read just now is
 * where it was. */
static void
begin_token(PfCardReset *self, const char *token_uri)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(self->registry);
    const char *last = g_hash_table_lookup(self->unlocked, token_uri);
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (token->reader != NULL && g_str_equal(token->uri, token_uri))
            pf_card_reset_begin(self, token->reader, token_uri);
    }
    if (last != NULL && *last != '\0' && pf_token_registry_find(self->registry, token_uri) == NULL)
        pf_card_reset_begin(self, last, token_uri);
}

static void
begin_due(PfCardReset *self)
{
    g_autoptr(GHashTable) due = g_steal_pointer(&self->due);
    GHashTableIter iter;
    const char *uri;
    self->due = pf_card_reset_make_set();
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        begin_token(self, uri);
}

void
pf_card_reset_emit_finished(PfCardReset *self, const char *token_uri, const char *reader,
                            const char *fault)
{
    g_signal_emit(self, signals[FINISHED], 0, token_uri, reader, fault);
}

static void
on_cache_forgotten(PfCache *cache, const char *token_uri, guint64 app_id, const char *reason,
                   PfCardReset *self)
{
    const PfToken *token = pf_token_registry_find(self->registry, token_uri);
    /* What is removed has no state any more, and a software token has none but its programs'. */
    if (g_str_equal(reason, pf_forget_reason_get_name(PF_FORGET_REMOVED)) ||
        (token != NULL && token->reader == NULL))
        return;
    if (g_hash_table_size(self->unlocked) < UNLOCKED_MAX)
        g_hash_table_insert(self->unlocked, g_strdup(token_uri),
                            g_strdup(token != NULL ? token->reader : ""));
    if (self->report.rule == PF_RESET_ALWAYS)
        add_due(self, token_uri);
}

void
pf_card_reset_screen_locked(PfCardReset *self)
{
    if (self->report.rule != PF_RESET_NEVER)
        pf_card_reset_add_all_due(self, self->unlocked);
}

static void
on_registry_token_gone(PfTokenRegistry *registry, const char *token_uri, PfCardReset *self)
{
    g_hash_table_remove(self->unlocked, token_uri);
    g_hash_table_remove(self->due, token_uri);
}

static gboolean
is_in_reader(gpointer uri, gpointer reader, gpointer wanted)
{
    return g_str_equal(reader, wanted);
}

static void
on_watcher_card_removed(PfPcscWatcher *watcher, const char *reader, PfCardReset *self)
{
    g_hash_table_remove(self->report.faults, reader);
    g_hash_table_foreach_remove(self->unlocked, is_in_reader, (gpointer)reader);
}

static PfResetRule
read_rule(PfCardReset *self)
{
    g_autofree char *name = pf_agent_settings_dup_reset_card(self->settings);
    if (g_str_equal(name, "never"))
        return PF_RESET_NEVER;
    return g_str_equal(name, "always") ? PF_RESET_ALWAYS : PF_RESET_ON_LOCK;
}

/* The PINs that were given under the stricter rule go by it (DESIGN 8). */
static void
on_settings_changed(PfCardReset *self)
{
    PfResetRule rule = read_rule(self);
    if (rule != self->report.rule) {
        g_autofree char *name = pf_agent_settings_dup_reset_card(self->settings);
        pf_cache_record_setting(self->cache, "reset-card", name);
    }
    if (rule < self->report.rule)
        pf_cache_forget(self->cache, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    self->report.rule = rule;
    g_debug("The setting reset-card was read");
}

const PfResetReport *
pf_card_reset_get_report(PfCardReset *self)
{
    return &self->report;
}

void
pf_card_reset_stop(PfCardReset *self)
{
    GHashTableIter iter;
    PfCardResetJob *job;
    g_signal_handlers_disconnect_by_data(self->cache, self);
    g_signal_handlers_disconnect_by_data(self->settings, self);
    g_clear_handle_id(&self->due_id, g_source_remove);
    begin_due(self);
    g_hash_table_iter_init(&iter, self->jobs);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&job))
        pf_card_reset_cut_job(job);
    /* Each is its callback's from now on. */
    g_hash_table_steal_all(self->jobs);
    if (!pf_pcsc_reset_wait(g_get_monotonic_time() + STOP_LIMIT_US))
        g_warning("A card could not be reset in time");
}

static void
pf_card_reset_dispose(GObject *object)
{
    PfCardReset *self = PF_CARD_RESET(object);
    g_clear_handle_id(&self->due_id, g_source_remove);
    g_clear_object(&self->registry);
    g_clear_object(&self->settings);
    g_clear_object(&self->cache);
    G_OBJECT_CLASS(pf_card_reset_parent_class)->dispose(object);
}

static void
pf_card_reset_finalize(GObject *object)
{
    PfCardReset *self = PF_CARD_RESET(object);
    g_hash_table_unref(self->unlocked);
    g_hash_table_unref(self->due);
    g_hash_table_unref(self->jobs);
    g_hash_table_unref(self->report.faults);
    G_OBJECT_CLASS(pf_card_reset_parent_class)->finalize(object);
}

static void
pf_card_reset_class_init(PfCardResetClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = pf_card_reset_dispose;
    G_OBJECT_CLASS(klass)->finalize = pf_card_reset_finalize;
    signals[FINISHED] =
        g_signal_new("finished", PF_TYPE_CARD_RESET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
pf_card_reset_init(PfCardReset *self)
{
    self->unlocked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->due = pf_card_reset_make_set();
    self->jobs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pf_card_reset_free_job);
    self->report.faults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

PfCardReset *
pf_card_reset_new(const PfPcscApi *api, PfCache *cache, PfAgentSettings *settings,
                  PfTokenRegistry *registry, PfPcscWatcher *watcher)
{
    PfCardReset *self = g_object_new(PF_TYPE_CARD_RESET, NULL);
    self->api = api;
    self->cache = g_object_ref(cache);
    self->settings = g_object_ref(settings);
    self->registry = g_object_ref(registry);
    self->report.rule = read_rule(self);
    g_signal_connect_object(cache, "forgotten", G_CALLBACK(on_cache_forgotten), self, 0);
    g_signal_connect_object(settings, "changed", G_CALLBACK(on_settings_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(registry, "token-gone", G_CALLBACK(on_registry_token_gone), self, 0);
    g_signal_connect_object(watcher, "card-removed", G_CALLBACK(on_watcher_card_removed), self, 0);
    return self;
}
