/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Connect, disconnect with a reset, tell. */
#include "pcsc-reset.h"

#include <pcsclite.h>

/* Somebody who has the card for itself is given a second to end that. */
#define TRIES  5u
#define GAP_US (200 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    const PfPcscApi *api;
    char *reader;
} Job;

/* Threads that are in PC/SC; a process that ends leaves them. */
static struct {
    GMutex lock;
    GCond changed;
    guint count;
} running;

static void
job_free(gpointer data)
{
    Job *job = data;
    g_free(job->reader);
    g_free(job);
}

static void
add_running(int step)
{
    g_mutex_lock(&running.lock);
    running.count = (guint)((int)running.count + step);
    g_cond_broadcast(&running.changed);
    g_mutex_unlock(&running.lock);
}

/* A connection is open for no longer than this: a card stays unlocked while anybody has one. */
static LONG
reset_once(const Job *job, SCARDCONTEXT context)
{
    SCARDHANDLE card;
    DWORD protocol;
    LONG rv = job->api->connect(context, job->reader, SCARD_SHARE_SHARED,
                                SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
    return rv == SCARD_S_SUCCESS ? job->api->disconnect(card, SCARD_RESET_CARD) : rv;
}

static LONG
reset_card(const Job *job)
{
    SCARDCONTEXT context;
    LONG rv = job->api->establish(SCARD_SCOPE_USER, NULL, NULL, &context);
    if (rv != SCARD_S_SUCCESS)
        return rv;
    rv = reset_once(job, context);
    for (guint i = 1; i < TRIES && rv == SCARD_E_SHARING_VIOLATION; i++) {
        g_usleep(GAP_US);
        rv = reset_once(job, context);
    }
    job->api->release(context);
    return rv;
}

static GError *
make_error(LONG rv)
{
    switch (rv) {
    case SCARD_E_NO_SMARTCARD:
    case SCARD_E_UNKNOWN_READER:
    case SCARD_E_READER_UNAVAILABLE:
    case SCARD_W_REMOVED_CARD:
        return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the card is gone");
    case SCARD_E_SHARING_VIOLATION:
        return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_BUSY,
                                   "another program has the card for itself");
    case SCARD_E_NO_SERVICE:
    case SCARD_E_SERVICE_STOPPED:
        return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "pcscd cannot be reached");
    default:
        return g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "PC/SC error 0x%08lx",
                           (unsigned long)rv & 0xffffffffUL);
    }
}

static void
run(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    LONG rv = reset_card(data);
    if (rv == SCARD_S_SUCCESS)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, make_error(rv));
    add_running(-1);
}

void
pf_pcsc_reset_async(const PfPcscApi *api, const char *reader, GAsyncReadyCallback callback,
                    gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    Job *job = g_new0(Job, 1);
    job->api = api;
    job->reader = g_strdup(reader);
    g_task_set_source_tag(task, pf_pcsc_reset_async);
    g_task_set_task_data(task, job, job_free);
    add_running(1);
    g_task_run_in_thread(task, run);
}

gboolean
pf_pcsc_reset_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

gboolean
pf_pcsc_reset_wait(gint64 deadline)
{
    g_mutex_lock(&running.lock);
    while (running.count > 0 && g_cond_wait_until(&running.changed, &running.lock, deadline))
        ;
    gboolean is_idle = running.count == 0;
    g_mutex_unlock(&running.lock);
    return is_idle;
}
