/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinTries: a table of numbers, and the questions that are on their way. */
#include "pin-tries.h"

struct PfPinTries {
    PfCache *cache;
    PfTokenRegistry *registry;
    GCancellable *cancellable;
    GHashTable *known;  /* URI -> number */
    GHashTable *asking; /* URI -> serial of the question whose answer counts */
    guint serial;
    void (*on_changed)(gpointer);
    gpointer data;
};

typedef struct {
    PfPinTries *tries; /* valid unless CANCELLABLE is cancelled */
    GCancellable *cancellable;
    char *token_uri;
    guint serial;
} Question;

static void
question_free(Question *question)
{
    g_object_unref(question->cancellable);
    g_free(question->token_uri);
    g_free(question);
}

int
pf_pin_tries_get(PfPinTries *self, const char *token_uri)
{
    gpointer number;
    return g_hash_table_lookup_extended(self->known, token_uri, NULL, &number)
               ? GPOINTER_TO_INT(number)
               : -1;
}

static void
set(PfPinTries *self, const char *token_uri, int number)
{
    if (pf_pin_tries_get(self, token_uri) == number)
        return;
    if (number < 0)
        g_hash_table_remove(self->known, token_uri);
    else
        g_hash_table_replace(self->known, g_strdup(token_uri), GINT_TO_POINTER(number));
    self->on_changed(self->data);
}

static void
on_tries_left(GObject *source, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    PfPinTries *self = question->tries;
    int number = pf_token_registry_tries_left_finish(PF_TOKEN_REGISTRY(source), result);
    /* What happened since it was asked has made it void, or a later question. */
    if (!g_cancellable_is_cancelled(question->cancellable) &&
        GPOINTER_TO_UINT(g_hash_table_lookup(self->asking, question->token_uri)) ==
            question->serial) {
        g_hash_table_remove(self->asking, question->token_uri);
        set(self, question->token_uri, number);
    }
    question_free(question);
}

static void
ask(PfPinTries *self, const char *token_uri)
{
    Question *question = g_new(Question, 1);
    *question =
        (Question){self, g_object_ref(self->cancellable), g_strdup(token_uri), ++self->serial};
    g_hash_table_replace(self->asking, g_strdup(token_uri), GUINT_TO_POINTER(self->serial));
    pf_token_registry_tries_left_async(self->registry, token_uri, self->cancellable, on_tries_left,
                                       question);
}

/* Nothing that was read or asked up to now says how many tries there are. */
static void
forget(PfPinTries *self, const char *token_uri)
{
    g_hash_table_remove(self->asking, token_uri);
    set(self, token_uri, -1);
}

static void
on_registry_refreshed(PfPinTries *self)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(self->registry);
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (token->reader != NULL)
            ask(self, token->uri);
    }
}

static void
on_registry_token_gone(PfTokenRegistry *registry, const char *token_uri, PfPinTries *self)
{
    forget(self, token_uri);
}

static void
on_cache_pin_presented(PfCache *cache, const char *token_uri, gboolean accepted, PfPinTries *self)
{
    forget(self, token_uri);
    if (!accepted)
        ask(self, token_uri);
}

PfPinTries *
pf_pin_tries_new(PfCache *cache, PfTokenRegistry *registry, void (*on_changed)(gpointer),
                 gpointer data)
{
    PfPinTries *self = g_new0(PfPinTries, 1);
    self->cache = g_object_ref(cache);
    self->registry = g_object_ref(registry);
    self->cancellable = g_cancellable_new();
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->asking = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->on_changed = on_changed;
    self->data = data;
    g_signal_connect_swapped(registry, "refreshed", G_CALLBACK(on_registry_refreshed), self);
    g_signal_connect(registry, "token-gone", G_CALLBACK(on_registry_token_gone), self);
    g_signal_connect(cache, "pin-presented", G_CALLBACK(on_cache_pin_presented), self);
    return self;
}

void
pf_pin_tries_free(PfPinTries *self)
{
    if (self == NULL)
        return;
    g_signal_handlers_disconnect_by_data(self->registry, self);
    g_signal_handlers_disconnect_by_data(self->cache, self);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->known);
    g_hash_table_unref(self->asking);
    g_object_unref(self->registry);
    g_object_unref(self->cache);
    g_free(self);
}
