/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyringJob: one thread at a time, in the order of asking, and a deadline for each. */
#include "keyring-job.h"

struct PfKeyringJob {
    PfKeyringJobKind kind;
    char *token_uri;
    PfKeyringFunc func; /* NULL: nobody waits */
    gpointer data;
    GCancellable *cancellable;
    guint timeout;
    GMutex lock; /* over the PINs, which the thread uses and the main thread may wipe */
    gboolean is_wiped;
    PfSecret *pin; /* of SAVE */
    PfPinMatcher *matcher;
    PfKeyringResult result; /* the thread's until it is done, but for the PIN */
};

/* What is asked later does not overtake: a PIN that is removed after it was saved is gone. */
static GQueue waiting;
static PfKeyringJob *running;

static void start_next(void);

static void
free_entry(gpointer data)
{
    PfKeyringEntry *entry = data;
    g_free(entry->token_uri);
    g_free(entry);
}

static void
free_job(gpointer data)
{
    PfKeyringJob *job = data;
    g_clear_handle_id(&job->timeout, g_source_remove);
    pf_secret_free(job->pin);
    pf_secret_free(job->result.pin);
    g_clear_pointer(&job->result.entries, g_ptr_array_unref);
    pf_pin_matcher_free(job->matcher);
    g_mutex_clear(&job->lock);
    g_object_unref(job->cancellable);
    g_free(job->token_uri);
    g_free(job);
}

static gboolean
remove_items(PfKeyringJob *job, PfKeyringSession *session, PfKeyringItemState state, GError **error)
{
    g_auto(GStrv) paths = pf_keyring_session_find(session, job->token_uri, state, error);
    for (gsize i = 0; paths != NULL && paths[i] != NULL; i++) {
        if (!pf_keyring_session_delete(session, paths[i], error))
            return FALSE;
        job->result.count++;
    }
    return paths != NULL;
}

/* The one item of the token that can be used; NULL: there is none. What was lent and never came
 * back may have been refused by the token: it goes. So do several that contradict each other. */
static char *
find_usable(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    if (!remove_items(job, session, PF_KEYRING_ITEM_LENT, error))
        return NULL;
    g_auto(GStrv) paths =
        pf_keyring_session_find(session, job->token_uri, PF_KEYRING_ITEM_READY, error);
    if (paths == NULL || paths[0] == NULL)
        return NULL;
    if (paths[1] == NULL)
        return g_strdup(paths[0]);
    remove_items(job, session, PF_KEYRING_ITEM_READY, error);
    return NULL;
}

/* The PIN is in memory last, and not at all for somebody who does not wait any more. */
static gboolean
borrow(PfKeyringJob *job, PfKeyringSession *session, const char *path, GError **error)
{
    if (!pf_keyring_session_set_state(session, path, job->token_uri, PF_KEYRING_ITEM_LENT, error))
        return FALSE;
    PF_AUTO_SECRET pin = pf_keyring_session_read(session, path, error);
    gboolean was_read = pin != NULL;
    g_mutex_lock(&job->lock);
    job->result.is_lent = was_read && !job->is_wiped;
    if (job->result.is_lent)
        job->result.pin = g_steal_pointer(&pin);
    g_mutex_unlock(&job->lock);
    if (!job->result.is_lent)
        pf_keyring_session_set_state(session, path, job->token_uri, PF_KEYRING_ITEM_READY, NULL);
    return was_read;
}

static gboolean
look(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    GError *cause = NULL;
    g_autofree char *path = find_usable(job, session, &cause);
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return FALSE;
    }
    job->result.is_stored = path != NULL;
    if (path == NULL || job->kind == PF_KEYRING_LOOK)
        return TRUE;
    return borrow(job, session, path, error);
}

static gboolean
settle(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    g_auto(GStrv) paths =
        pf_keyring_session_find(session, job->token_uri, PF_KEYRING_ITEM_LENT, error);
    for (gsize i = 0; paths != NULL && paths[i] != NULL; i++) {
        if (!pf_keyring_session_set_state(session, paths[i], job->token_uri, PF_KEYRING_ITEM_READY,
                                          error))
            return FALSE;
    }
    return paths != NULL;
}

/* What is to be saved, encrypted; the PIN is wiped. */
static GVariant *
encrypt(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    GVariant *encrypted = NULL;
    g_mutex_lock(&job->lock);
    if (job->pin != NULL)
        encrypted = pf_keyring_session_encrypt(session, job->pin, error);
    else
        g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_UNAVAILABLE,
                            "The PIN was forgotten");
    pf_secret_clear(&job->pin);
    g_mutex_unlock(&job->lock);
    return encrypted;
}

static gboolean
save(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    g_autoptr(GVariant) encrypted = encrypt(job, session, error);
    return encrypted != NULL && remove_items(job, session, PF_KEYRING_ITEM_ANY, error) &&
           pf_keyring_session_create(session, job->token_uri, encrypted, error);
}

static gboolean
refuse(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    g_auto(GStrv) paths =
        pf_keyring_session_find(session, job->token_uri, PF_KEYRING_ITEM_ANY, error);
    for (gsize i = 0; paths != NULL && paths[i] != NULL; i++) {
        PF_AUTO_SECRET pin = pf_keyring_session_read(session, paths[i], error);
        if (pin == NULL)
            return FALSE;
        if (!pf_pin_matcher_is_match(job->matcher, pin))
            continue;
        if (!pf_keyring_session_delete(session, paths[i], error))
            return FALSE;
        job->result.count++;
    }
    return paths != NULL;
}

static gboolean
list(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    g_auto(GStrv) paths =
        pf_keyring_session_find(session, job->token_uri, PF_KEYRING_ITEM_ANY, error);
    job->result.entries = g_ptr_array_new_with_free_func(free_entry);
    for (gsize i = 0; paths != NULL && paths[i] != NULL; i++) {
        PfKeyringEntry *entry = g_new0(PfKeyringEntry, 1);
        if (pf_keyring_session_describe(session, paths[i], &entry->token_uri, &entry->since))
            g_ptr_array_add(job->result.entries, entry);
        else
            free_entry(entry);
    }
    return paths != NULL;
}

static gboolean
do_job(PfKeyringJob *job, PfKeyringSession *session, GError **error)
{
    switch (job->kind) {
    case PF_KEYRING_LOOK:
    case PF_KEYRING_BORROW:
        return look(job, session, error);
    case PF_KEYRING_SETTLE:
        return settle(job, session, error);
    case PF_KEYRING_SAVE:
        return save(job, session, error);
    case PF_KEYRING_REMOVE:
        return remove_items(job, session, PF_KEYRING_ITEM_ANY, error);
    case PF_KEYRING_REFUSE:
        return refuse(job, session, error);
    case PF_KEYRING_LIST:
        return list(job, session, error);
    }
    return FALSE;
}

static PfKeyringStatus
get_status(const GError *error)
{
    if (error == NULL)
        return PF_KEYRING_READY;
    if (g_error_matches(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_LOCKED))
        return PF_KEYRING_LOCKED;
    if (g_error_matches(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_PLAIN))
        return PF_KEYRING_PLAIN;
    return PF_KEYRING_UNAVAILABLE;
}

static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    PfKeyringJob *job = task_data;
    g_autoptr(GError) error = NULL;
    /* The service's signals are of no interest, but the main loop must not get them. */
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    PfKeyringSession *session = pf_keyring_session_open(cancellable, &error);
    if (session != NULL)
        do_job(job, session, &error);
    pf_keyring_session_free(session);
    /* What the session has subscribed to is given back here. */
    while (g_main_context_iteration(context, FALSE))
        continue;
    g_main_context_pop_thread_default(context);
    job->result.status = get_status(error);
    if (error != NULL)
        g_debug("The keyring: %s", error->message);
    g_task_return_boolean(task, TRUE);
}

static gboolean
on_deadline(gpointer user_data)
{
    PfKeyringJob *job = user_data;
    job->timeout = 0;
    g_message("The keyring does not answer");
    g_cancellable_cancel(job->cancellable);
    return G_SOURCE_REMOVE;
}

static void
on_run_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfKeyringJob *job = g_task_get_task_data(G_TASK(result));
    g_clear_handle_id(&job->timeout, g_source_remove);
    g_debug("Keyring job %d is done: %d", job->kind, job->result.status);
    running = NULL;
    if (job->func != NULL)
        job->func(job, &job->result, job->data);
    else if (job->result.is_lent)
        pf_keyring_job_start(PF_KEYRING_SETTLE, job->token_uri, NULL, NULL);
    start_next();
}

static void
start_next(void)
{
    if (running != NULL || g_queue_is_empty(&waiting))
        return;
    running = g_queue_pop_head(&waiting);
    g_autoptr(GTask) task = g_task_new(NULL, running->cancellable, on_run_done, NULL);
    /* It says itself how it ended, and what it has done may have to be undone. */
    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(task, running, free_job);
    g_task_run_in_thread(task, run);
}

/* JOB is at the end of the queue from now on. */
static PfKeyringJob *
add_job(PfKeyringJob *job)
{
    job->timeout = g_timeout_add(PF_KEYRING_WAIT_MS, on_deadline, job);
    g_queue_push_tail(&waiting, job);
    start_next();
    return job;
}

static PfKeyringJob *
new_job(PfKeyringJobKind kind, const char *token_uri, PfKeyringFunc func, gpointer data)
{
    PfKeyringJob *job = g_new0(PfKeyringJob, 1);
    job->kind = kind;
    job->token_uri = g_strdup(token_uri);
    job->func = func;
    job->data = data;
    job->cancellable = g_cancellable_new();
    g_mutex_init(&job->lock);
    return job;
}

PfKeyringJob *
pf_keyring_job_start(PfKeyringJobKind kind, const char *token_uri, PfKeyringFunc func,
                     gpointer data)
{
    return add_job(new_job(kind, token_uri, func, data));
}

PfKeyringJob *
pf_keyring_job_save(const char *token_uri, const PfSecret *pin, PfKeyringFunc func, gpointer data)
{
    PfKeyringJob *job = new_job(PF_KEYRING_SAVE, token_uri, func, data);
    job->pin = pf_secret_dup(pin);
    return add_job(job);
}

PfKeyringJob *
pf_keyring_job_refuse(const char *token_uri, PfPinMatcher *matcher, PfKeyringFunc func,
                      gpointer data)
{
    PfKeyringJob *job = new_job(PF_KEYRING_REFUSE, token_uri, func, data);
    job->matcher = matcher;
    return add_job(job);
}

const char *
pf_keyring_job_get_token(const PfKeyringJob *job)
{
    return job->token_uri;
}

void
pf_keyring_job_wipe(PfKeyringJob *job)
{
    g_mutex_lock(&job->lock);
    job->is_wiped = TRUE;
    pf_secret_clear(&job->pin);
    pf_secret_clear(&job->result.pin);
    g_mutex_unlock(&job->lock);
}

void
pf_keyring_job_detach(PfKeyringJob *job)
{
    job->func = NULL;
    pf_keyring_job_wipe(job);
}
