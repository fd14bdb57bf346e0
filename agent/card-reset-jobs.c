/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCardReset: one job for each reader: take the tokens, wait for windows, reset, let go. */
#include "card-reset-private.h"
#include "pcsc-reset.h"

/* What is under way may end in this time; then it is cut. */
#define WINDOWS_LIMIT_US (2 * G_TIME_SPAN_SECOND)
/* A window tells nobody that it closes. */
#define WINDOWS_LOOK_MS 20
/* When PC/SC is silent for so long, programs are let at the token again: none waits for more than
 * three seconds in all; and then it has failed, as far as can be told. */
#define RESET_PATIENCE_MS 800
#define RESET_LIMIT_MS    3000

typedef PfCardResetJob Job;

void
pf_card_reset_free_job(gpointer data)
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
        pf_card_reset_emit_finished(self, uri, job->reader, fault);
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
        pf_card_reset_free_job(job);
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
    pf_card_reset_add_all_due(self, job->later);
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
    job->tokens = pf_card_reset_make_set();
    job->served = pf_card_reset_make_set();
    job->later = pf_card_reset_make_set();
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

void
pf_card_reset_begin(PfCardReset *self, const char *reader, const char *token_uri)
{
    Job *job = g_hash_table_lookup(self->jobs, reader);
    if (job == NULL)
        job = add_job(self, reader);
    if (job->is_running)
        g_hash_table_add(job->later, g_strdup(token_uri));
    else
        add_token(job, token_uri);
}

void
pf_card_reset_cut_job(PfCardResetJob *job)
{
    if (!job->is_running)
        run(job);
    g_clear_handle_id(&job->timer, g_source_remove);
    let_go(job);
    g_clear_object(&job->owner);
}
