/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRegistry: the helper's findings, matched with readers, and what goes with a card. */
#include "token-registry.h"

#include <stdlib.h>

#include "helper-run.h"
#include "reader-match.h"
#include "token-flags.h"
#include "token-list.h"
#include "token-pattern.h"
#include "token-tries.h"

#define LIST_TIMEOUT_MS 12000u /* more than the helper allows each backend */
#define LIST_MAX_BYTES  (2ul * 1024u * 1024u)
#define REPORTED_MAX    128u

enum {
    TOKEN_FOUND,
    TOKEN_GONE,
    CARD_REMOVED,
    CARD_INSERTED,
    CHANGED,
    REFRESHED,
    FLAGS_READ,
    N_SIGNALS,
};

static guint signals[N_SIGNALS];

struct _PfTokenRegistry {
    GObject parent_instance;
    PfPcscWatcher *watcher;
    char *helper;
    GCancellable *cancellable;
    gboolean running;
    gboolean again;      /* a card event came while it ran */
    gboolean has_report; /* what is found from now on was not there before */
    gint64 since;        /* when it was started, monotonic µs */
    char *helper_fault;
    GPtrArray *tokens;  /* of PfToken; each (URI, reader) once */
    GPtrArray *modules; /* of PfTokenModule */
    GHashTable *logged; /* backend name -> fault that was logged last */
};

G_DEFINE_FINAL_TYPE(PfTokenRegistry, pf_token_registry, G_TYPE_OBJECT)

static void run_helper(PfTokenRegistry *self);

/* Takes TOKEN unless it is there already, or its reader is empty: then it is old news. */
static void
add_token(PfTokenRegistry *self, GPtrArray *tokens, PfToken *token)
{
    const GPtrArray *readers = pf_pcsc_watcher_get_readers(self->watcher);
    if (!pf_reader_match_fill_in(readers, token) ||
        pf_token_list_has(tokens, token->uri, token->reader))
        pf_token_free(token);
    else
        g_ptr_array_add(tokens, token);
}

/* Drops the tokens that IS_GONE tells, then says so: handlers see the list without them. */
static void
drop_tokens(PfTokenRegistry *self, gboolean (*is_gone)(const PfToken *, const char *),
            const char *argument)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < self->tokens->len;) {
        const PfToken *token = self->tokens->pdata[i];
        if (is_gone(token, argument)) {
            g_ptr_array_add(gone, g_strdup(token->uri));
            g_ptr_array_remove_index(self->tokens, i);
        } else {
            i++;
        }
    }
    for (guint i = 0; i < gone->len; i++)
        g_signal_emit(self, signals[TOKEN_GONE], 0, gone->pdata[i]);
}

static gboolean
is_gone_with_card(const PfToken *token, const char *reader)
{
    if (token->reader == NULL)
        return token->hardware;
    return g_str_equal(token->reader, reader);
}

static gboolean
is_of_uri(const PfToken *token, const char *uri)
{
    return g_str_equal(token->uri, uri);
}

static void
on_watcher_card_removed(PfPcscWatcher *watcher, const char *reader, PfTokenRegistry *self)
{
    g_object_ref(self);
    drop_tokens(self, is_gone_with_card, reader);
    g_signal_emit(self, signals[CARD_REMOVED], 0);
    g_signal_emit(self, signals[CHANGED], 0);
    pf_token_registry_refresh(self);
    g_object_unref(self);
}

static void
on_watcher_card_inserted(PfPcscWatcher *watcher, const char *reader, PfTokenRegistry *self)
{
    g_signal_emit(self, signals[CARD_INSERTED], 0);
    g_signal_emit(self, signals[CHANGED], 0);
    pf_token_registry_refresh(self);
}

static void
on_watcher_reader_event(PfTokenRegistry *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

/* Once per fault, not once per card event. */
static void
log_faults(PfTokenRegistry *self)
{
    for (guint i = 0; i < self->modules->len; i++) {
        const PfTokenModule *module = self->modules->pdata[i];
        const char *before = g_hash_table_lookup(self->logged, module->name);
        if (module->fault == NULL) {
            g_hash_table_remove(self->logged, module->name);
        } else if (g_strcmp0(before, module->fault) != 0) {
            g_message("backend %s (%s): %s", module->name, module->path, module->fault);
            g_hash_table_replace(self->logged, g_strdup(module->name), g_strdup(module->fault));
        }
    }
}

static void
say_found(PfTokenRegistry *self, GHashTable *known)
{
    g_autoptr(GHashTable) now = pf_token_list_find_read(self->tokens);
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, now);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL)) {
        const PfToken *token = pf_token_registry_find(self, uri);
        if (!g_hash_table_contains(known, uri) && token->hardware)
            g_signal_emit(self, signals[TOKEN_FOUND], 0, uri);
    }
}

static void
tell_flags(PfTokenRegistry *self, const PfToken *token)
{
    g_signal_emit(self, signals[FLAGS_READ], 0, token->uri,
                  (guint64)pf_token_flags_from_names((const char *const *)token->flags),
                  self->since);
}

static void
apply_report(PfTokenRegistry *self, PfTokenReport *report)
{
    g_autoptr(GPtrArray) old = self->tokens;
    g_autoptr(GHashTable) known = pf_token_list_find_read(old);
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    self->tokens = g_ptr_array_new_with_free_func((GDestroyNotify)pf_token_free);
    for (guint i = 0; i < report->tokens->len; i++) {
        tell_flags(self, g_ptr_array_index(report->tokens, i));
        add_token(self, self->tokens, g_ptr_array_index(report->tokens, i));
    }
    g_ptr_array_set_free_func(report->tokens, NULL);
    g_ptr_array_set_size(report->tokens, 0);
    for (guint i = 0; i < old->len; i++) {
        PfToken *token = old->pdata[i];
        if (pf_token_report_allows(report, token)) {
            old->pdata[i] = NULL;
            add_token(self, self->tokens, token);
        } else if (token->hardware && token->reader == NULL &&
                   pf_token_registry_find(self, token->uri) == NULL) {
            g_ptr_array_add(gone, token->uri); /* no PC/SC event tells of it */
        }
    }
    g_ptr_array_unref(self->modules);
    self->modules = g_ptr_array_ref(report->modules);
    log_faults(self);
    for (guint i = 0; i < gone->len; i++)
        g_signal_emit(self, signals[TOKEN_GONE], 0, gone->pdata[i]);
    if (self->has_report)
        say_found(self, known);
    self->has_report = TRUE;
}

static void
on_helper_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(PfTokenRegistry) self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) output = pf_helper_run_finish(result, &error);
    self->running = FALSE;
    if (g_cancellable_is_cancelled(self->cancellable))
        return;
    if (self->again) { /* it may have looked before the event */
        run_helper(self);
        return;
    }
    g_autoptr(PfTokenReport) report = output != NULL ? pf_token_report_parse(output, &error) : NULL;
    if (report != NULL)
        apply_report(self, report);
    else if (g_strcmp0(self->helper_fault, error->message) != 0)
        g_message("%s: %s", self->helper, error->message);
    g_free(self->helper_fault);
    self->helper_fault = g_strdup(error != NULL ? error->message : NULL);
    g_signal_emit(self, signals[CHANGED], 0);
    g_signal_emit(self, signals[REFRESHED], 0);
}

static void
run_helper(PfTokenRegistry *self)
{
    const char *argv[] = {self->helper, "list", NULL};
    self->running = TRUE;
    self->again = FALSE;
    self->since = g_get_monotonic_time();
    pf_helper_run_async(argv, LIST_TIMEOUT_MS, LIST_MAX_BYTES, self->cancellable, on_helper_done,
                        g_object_ref(self));
}

void
pf_token_registry_refresh(PfTokenRegistry *self)
{
    if (g_cancellable_is_cancelled(self->cancellable))
        return;
    if (self->running)
        self->again = TRUE;
    else
        run_helper(self);
}

void
pf_token_registry_stop(PfTokenRegistry *self)
{
    g_cancellable_cancel(self->cancellable);
}

gboolean
pf_token_registry_is_refreshing(PfTokenRegistry *self)
{
    return self->running;
}

static PfToken *
new_reported_token(const PfReportedToken *report)
{
    char *raw = pf_token_pattern_dup_label(report->token_uri);
    g_autofree char *label = g_utf8_make_valid(raw != NULL ? raw : "", -1);
    free(raw);
    PfToken *token = pf_token_new(report->token_uri, label,
                                  report->slot_description != NULL ? report->slot_description : "");
    token->hardware = report->hardware;
    return token;
}

void
pf_token_registry_take_report(PfTokenRegistry *self, const PfReportedToken *report)
{
    if (report->event == PF_TOKEN_EVENT_GONE) {
        drop_tokens(self, is_of_uri, report->token_uri);
        g_signal_emit(self, signals[CHANGED], 0);
        return;
    }
    if (report->event == PF_TOKEN_EVENT_OBJECTS_CHANGED)
        return;
    if (pf_token_registry_find(self, report->token_uri) == NULL) {
        add_token(self, self->tokens, new_reported_token(report));
        pf_token_list_limit_reported(self->tokens, REPORTED_MAX);
    }
    for (guint i = 0; report->has_token_flags && i < self->tokens->len; i++) {
        PfToken *token = self->tokens->pdata[i];
        if (is_of_uri(token, report->token_uri)) {
            g_strfreev(token->flags);
            token->flags = pf_token_flags_to_names(report->token_flags);
        }
    }
    g_signal_emit(self, signals[CHANGED], 0);
    if (report->event == PF_TOKEN_EVENT_INITIALISED)
        pf_token_registry_refresh(self); /* it has another label now, and another name */
}

const GPtrArray *
pf_token_registry_get_tokens(PfTokenRegistry *self)
{
    return self->tokens;
}

const GPtrArray *
pf_token_registry_get_modules(PfTokenRegistry *self)
{
    return self->modules;
}

const PfToken *
pf_token_registry_find(PfTokenRegistry *self, const char *token_uri)
{
    return pf_token_list_find(self->tokens, token_uri);
}

GStrv
pf_token_registry_list_doubled(PfTokenRegistry *self)
{
    return pf_token_list_find_doubled(self->tokens);
}

void
pf_token_registry_tries_left_async(PfTokenRegistry *self, const char *token_uri,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    g_task_set_source_tag(task, pf_token_registry_tries_left_async);
    pf_token_tries_ask(self->helper, pf_token_registry_find(self, token_uri), cancellable,
                       g_steal_pointer(&task));
}

int
pf_token_registry_tries_left_finish(PfTokenRegistry *self, GAsyncResult *result)
{
    return (int)g_task_propagate_int(G_TASK(result), NULL);
}

static void
pf_token_registry_init(PfTokenRegistry *self)
{
    self->cancellable = g_cancellable_new();
    self->tokens = g_ptr_array_new_with_free_func((GDestroyNotify)pf_token_free);
    self->modules = g_ptr_array_new();
    self->logged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void
pf_token_registry_dispose(GObject *object)
{
    g_clear_object(&PF_TOKEN_REGISTRY(object)->watcher);
    G_OBJECT_CLASS(pf_token_registry_parent_class)->dispose(object);
}

static void
pf_token_registry_finalize(GObject *object)
{
    PfTokenRegistry *self = PF_TOKEN_REGISTRY(object);
    g_ptr_array_unref(self->tokens);
    g_ptr_array_unref(self->modules);
    g_hash_table_unref(self->logged);
    g_object_unref(self->cancellable);
    g_free(self->helper);
    g_free(self->helper_fault);
    G_OBJECT_CLASS(pf_token_registry_parent_class)->finalize(object);
}

static guint
add_signal(const char *name, guint n_params)
{
    return g_signal_new(name, PF_TYPE_TOKEN_REGISTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, n_params, G_TYPE_STRING);
}

static void
pf_token_registry_class_init(PfTokenRegistryClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = pf_token_registry_dispose;
    G_OBJECT_CLASS(klass)->finalize = pf_token_registry_finalize;
    signals[TOKEN_FOUND] = add_signal("token-found", 1);
    signals[TOKEN_GONE] = add_signal("token-gone", 1);
    signals[CARD_REMOVED] = add_signal("card-removed", 0);
    signals[CARD_INSERTED] = add_signal("card-inserted", 0);
    signals[CHANGED] = add_signal("changed", 0);
    signals[REFRESHED] = add_signal("refreshed", 0);
    signals[FLAGS_READ] =
        g_signal_new("flags-read", PF_TYPE_TOKEN_REGISTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_INT64);
}

PfTokenRegistry *
pf_token_registry_new(PfPcscWatcher *watcher, const char *helper)
{
    PfTokenRegistry *self = g_object_new(PF_TYPE_TOKEN_REGISTRY, NULL);
    self->watcher = g_object_ref(watcher);
    self->helper = g_strdup(helper);
    g_signal_connect_object(watcher, "card-removed", G_CALLBACK(on_watcher_card_removed), self, 0);
    g_signal_connect_object(watcher, "card-inserted", G_CALLBACK(on_watcher_card_inserted), self,
                            0);
    g_signal_connect_object(watcher, "reader-added", G_CALLBACK(on_watcher_reader_event), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(watcher, "reader-removed", G_CALLBACK(on_watcher_reader_event), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(watcher, "availability-changed", G_CALLBACK(on_watcher_reader_event),
                            self, G_CONNECT_SWAPPED);
    return self;
}
