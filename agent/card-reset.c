/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCardReset: one job for each reader: take the tokens, wait for windows, reset, let go. */
#include "card-reset.h"

#include "pcsc-reset.h"

/* What is under way may end in this time; then it is cut. */
#define WINDOWS_LIMIT_US (2 * G_TIME_SPAN_SECOND)
/* A window tells nobody that it closes. */
#define WINDOWS_LOOK_MS 20
/* When PC/SC is silent for so long, programs are let at the token again: none waits for more than
 * three seconds in all; and then it has failed, as far as can be told. */
#define RESET_PATIENCE_MS 800
#define RESET_LIMIT_MS    3000
#define STOP_LIMIT_US     G_TIME_SPAN_SECOND
#define UNLOCKED_MAX      256u

struct _PfCardReset {
    GObject parent_instance;
    const PfPcscApi *api;
    PfCache *cache;
    PfAgentSettings *settings;
    PfTokenRegistry *registry;
    PfResetReport report;
    GHashTable *unlocked; /* URI -> reader, "" where not known: its PIN was forgotten, and its card
                             was not reset since */
    GHashTable *due;      /* URIs: to be reset when the main loop comes round */
    guint due_id;
    GHashTable *jobs; /* reader -> Job */
};

typedef struct {
    PfCardReset *owner; /* a reference; NULL: it has stopped */
    char *reader;
    GHashTable *tokens; /* URIs, each held */
    GHashTable *served; /* URIs that were unlocked when the reset began */
    GHashTable *later;  /* URIs: forgotten again while the card was being reset */
    gboolean is_running;
    gboolean has_let_go;
    gint64 deadline; /* monotonic µs */
    guint timer;
} Job;

enum { FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(PfCardReset, pf_card_reset, G_TYPE_OBJECT)

static void begin_due(PfCardReset *self);

static GHashTable *
set_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
job_free(gpointer data)
{
    Job *job = data;
    g_clear_handle_id(&job->timer, g_source_remove);
    g_hash_table_unref(job->tokens);
    g_hash_table_unref(job->served);
    g_hash_table_unref(job->later);
    g_free(job->reader);
    g_clear_object(&job->owner);
    g_free(job);
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

static void
add_all_due(PfCardReset *self, GHashTable *tokens)
{
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, tokens);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        add_due(self, uri);
}

static void
let_go(Job *job)
{
    GHashTableIter iter;
    const char *uri;
    if (job->has_let_go)
        return;
    job->has_let_go = TRUE;
    g_hash_table_iter_init(&iter, job->tokens);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        pf_cache_release_token(job->owner->cache, uri);
}

/* FAULT NULL: the card was reset. */
static void
tell(Job *job, const char *fault)
{
    PfCardReset *self = job->owner;
    GHashTableIter iter;
    const char *uri;
    if (fault == NULL) {
        g_message("The card in reader %s was reset: its PIN was forgotten", job->reader);
        g_hash_table_remove(self->report.faults, job->reader);
    } else {
        g_warning("The card in reader %s could not be reset: %s", job->reader, fault);
        g_hash_table_replace(self->report.faults, g_strdup(job->reader), g_strdup(fault));
    }
    g_hash_table_iter_init(&iter, job->tokens);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        g_signal_emit(self, signals[FINISHED], 0, uri, job->reader, fault);
}

static gboolean
on_reset_limit(gpointer data)
{
    Job *job = data;
    job->timer = 0;
    tell(job, "pcscd or another program does not let go of it");
    return G_SOURCE_REMOVE;
}

static gboolean
on_reset_patience(gpointer data)
{
    Job *job = data;
    let_go(job);
    job->timer = g_timeout_add(RESET_LIMIT_MS - RESET_PATIENCE_MS, on_reset_limit, job);
    return G_SOURCE_REMOVE;
}

/* Every token on the card was logged out by it, also those that nothing was forgotten of. */
static void
note_reset(Job *job)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(job->owner->registry);
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (g_strcmp0(token->reader, job->reader) == 0)
            pf_cache_token_reset(job->owner->cache, token->uri);
    }
}

/* What is locked once more while the card is being reset is not reset a second time for it. */
static void
take_unlocked(Job *job)
{
    GHashTableIter iter;
    const char *uri;
    const char *reader;
    g_hash_table_iter_init(&iter, job->owner->unlocked);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, (gpointer *)&reader)) {
        if (!g_str_equal(reader, job->reader) && !g_hash_table_contains(job->tokens, uri))
            continue;
        g_hash_table_add(job->served, g_strdup(uri));
        g_hash_table_iter_remove(&iter);
    }
}

static void
give_back_unlocked(Job *job)
{
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, job->served);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        g_hash_table_insert(job->owner->unlocked, g_strdup(uri), g_strdup(job->reader));
}

static void
on_reset_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Job *job = data;
    g_autoptr(GError) error = NULL;
    gboolean is_reset = pf_pcsc_reset_finish(result, &error);
    if (job->owner == NULL) {
        job_free(job);
        return;
    }
    g_autoptr(PfCardReset) self = g_object_ref(job->owner);
    g_clear_handle_id(&job->timer, g_source_remove);
    if (is_reset)
        note_reset(job);
    let_go(job);
    /* A card that is gone has lost its state without us. */
    gboolean is_gone = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    if (!is_gone)
        tell(job, is_reset ? NULL : error->message);
    if (!is_gone && !is_reset)
        give_back_unlocked(job);
    g_debug("The reset of the card in reader %s is over", job->reader);
    add_all_due(self, job->later);
    g_hash_table_remove(self->jobs, job->reader);
}

static void
run(Job *job)
{
    g_clear_handle_id(&job->timer, g_source_remove);
    job->is_running = TRUE;
    take_unlocked(job);
    g_debug("The card in reader %s is being reset", job->reader);
    job->timer = g_timeout_add(RESET_PATIENCE_MS, on_reset_patience, job);
    pf_pcsc_reset_async(job->owner->api, job->reader, on_reset_done, job);
}

static gboolean
is_busy(const Job *job)
{
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, job->tokens);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL)) {
        if (pf_cache_is_token_busy(job->owner->cache, uri))
            return TRUE;
    }
    return FALSE;
}

static gboolean
on_windows_look(gpointer data)
{
    Job *job = data;
    gboolean is_late = g_get_monotonic_time() >= job->deadline;
    if (!is_late && is_busy(job))
        return G_SOURCE_CONTINUE;
    if (is_late)
        g_message("A program still uses the card in reader %s; it is reset all the same",
                  job->reader);
    job->timer = 0; /* this source ends here */
    run(job);
    return G_SOURCE_REMOVE;
}

static void
add_token(Job *job, const char *token_uri)
{
    if (g_hash_table_add(job->tokens, g_strdup(token_uri)))
        pf_cache_hold_token(job->owner->cache, token_uri);
}

/* Of all tokens that are on the card, whose state is one. */
static Job *
add_job(PfCardReset *self, const char *reader)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(self->registry);
    Job *job = g_new0(Job, 1);
    job->owner = g_object_ref(self);
    job->reader = g_strdup(reader);
    job->tokens = set_new();
    job->served = set_new();
    job->later = set_new();
    job->deadline = g_get_monotonic_time() + WINDOWS_LIMIT_US;
    job->timer = g_timeout_add(WINDOWS_LOOK_MS, on_windows_look, job);
    g_hash_table_insert(self->jobs, job->reader, job);
    g_debug("The card in reader %s is to be reset", reader);
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (g_strcmp0(token->reader, reader) == 0)
            add_token(job, token->uri);
    }
    return job;
}

static void
add_to_job(PfCardReset *self, const char *reader, const char *token_uri)
{
    Job *job = g_hash_table_lookup(self->jobs, reader);
    if (job == NULL)
        job = add_job(self, reader);
    if (job->is_running)
        g_hash_table_add(job->later, g_strdup(token_uri));
    else
        add_token(job, token_uri);
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
            add_to_job(self, token->reader, token_uri);
    }
    if (last != NULL && *last != '\0' && pf_token_registry_find(self->registry, token_uri) == NULL)
        add_to_job(self, last, token_uri);
}

static void
begin_due(PfCardReset *self)
{
    g_autoptr(GHashTable) due = g_steal_pointer(&self->due);
    GHashTableIter iter;
    const char *uri;
    self->due = set_new();
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        begin_token(self, uri);
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
        add_all_due(self, self->unlocked);
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
    Job *job;
    g_signal_handlers_disconnect_by_data(self->cache, self);
    g_signal_handlers_disconnect_by_data(self->settings, self);
    g_clear_handle_id(&self->due_id, g_source_remove);
    begin_due(self);
    g_hash_table_iter_init(&iter, self->jobs);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&job)) {
        if (!job->is_running)
            run(job);
        g_clear_handle_id(&job->timer, g_source_remove);
        let_go(job);
        g_clear_object(&job->owner);
    }
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
    self->due = set_new();
    self->jobs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, job_free);
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
