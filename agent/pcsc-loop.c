/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPcscLoop: connect, list, block, picture; when pcscd goes, wait for its socket's file. */
#include "pcsc-loop.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <reader.h>

#include "service-watch.h"

#define PNP_READER  "\\\\?PnP?\\Notification"
#define READERS_MAX 64u
/* A PC/SC that names readers and never knows them is left alone, or this would be a busy loop. */
#define UNKNOWN_MAX    100u
#define STOP_LIMIT_US  (2 * G_TIME_SPAN_SECOND)
#define CANCEL_STEP_US (20 * G_TIME_SPAN_MILLISECOND)

struct PfPcscLoop {
    gatomicrefcount refs; /* owner, thread, canceller */
    const PfPcscApi *api;
    char *socket_path;
    PfPcscLoopSink sink;
    gpointer user_data;
    GDestroyNotify destroy;
    int wake_fd;
    /* The thread's own. */
    guint connection;
    SCARD_READERSTATE states[READERS_MAX + 1]; /* the first is the PnP reader */
    guint state_count;
    /* Under the lock. */
    GMutex lock;
    GCond changed;
    gboolean stopping;
    gboolean ended;
    gboolean blocked; /* in get_status_change, by context */
    SCARDCONTEXT context;
};

PfPcscReader *
pf_pcsc_reader_new(const char *name, gboolean present, guint16 events)
{
    PfPcscReader *reader = g_new0(PfPcscReader, 1);
    reader->name = g_utf8_make_valid(name, -1);
    reader->present = present;
    reader->events = events;
    return reader;
}

void
pf_pcsc_reader_free(PfPcscReader *reader)
{
    g_free(reader->name);
    g_free(reader);
}

PfPcscPicture *
pf_pcsc_picture_new(guint connection, gboolean available)
{
    PfPcscPicture *picture = g_new0(PfPcscPicture, 1);
    picture->connection = connection;
    picture->available = available;
    picture->readers = g_ptr_array_new_with_free_func((GDestroyNotify)pf_pcsc_reader_free);
    return picture;
}

void
pf_pcsc_picture_free(PfPcscPicture *picture)
{
    if (picture == NULL)
        return;
    g_ptr_array_unref(picture->readers);
    g_free(picture);
}

static void
loop_unref(PfPcscLoop *loop)
{
    if (!g_atomic_ref_count_dec(&loop->refs))
        return;
    for (guint i = 1; i < loop->state_count; i++)
        g_free((char *)loop->states[i].szReader);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    g_mutex_clear(&loop->lock);
    g_cond_clear(&loop->changed);
    g_free(loop->socket_path);
    g_free(loop);
}

static gboolean
is_stopping(PfPcscLoop *loop)
{
    g_mutex_lock(&loop->lock);
    gboolean stopping = loop->stopping;
    g_mutex_unlock(&loop->lock);
    return stopping;
}

static void
send_picture(PfPcscLoop *loop, gboolean available)
{
    PfPcscPicture *picture = pf_pcsc_picture_new(loop->connection, available);
    for (guint i = 1; available && i < loop->state_count; i++) {
        const SCARD_READERSTATE *state = &loop->states[i];
        if ((state->dwEventState & SCARD_STATE_UNKNOWN) != 0)
            continue;
        g_ptr_array_add(picture->readers,
                        pf_pcsc_reader_new(state->szReader,
                                           (state->dwEventState & SCARD_STATE_PRESENT) != 0,
                                           (guint16)(state->dwEventState >> 16)));
    }
    g_mutex_lock(&loop->lock);
    gboolean wanted = !loop->stopping;
    g_mutex_unlock(&loop->lock);
    if (wanted)
        loop->sink(picture, loop->user_data);
    else
        pf_pcsc_picture_free(picture);
}

static DWORD
take_known_state(SCARD_READERSTATE *old, guint count, const char *name)
{
    for (guint i = 1; i < count; i++) {
        if (strcmp(old[i].szReader, name) == 0)
            return old[i].dwCurrentState;
    }
    return SCARD_STATE_UNAWARE;
}

/* Makes the array anew from the readers that PC/SC names; known ones keep their state. */
static LONG
list_readers(PfPcscLoop *loop)
{
    g_autofree char *names = NULL;
    DWORD size = 0;
    LONG rv = loop->api->list_readers(loop->context, NULL, NULL, &size);
    if (rv == SCARD_S_SUCCESS) {
        names = g_malloc0((gsize)size + 2);
        rv = loop->api->list_readers(loop->context, NULL, names, &size);
    }
    if (rv == SCARD_E_INSUFFICIENT_BUFFER)
        return SCARD_E_UNKNOWN_READER; /* one came in between: list again */
    if (rv != SCARD_S_SUCCESS && rv != SCARD_E_NO_READERS_AVAILABLE)
        return rv;

    SCARD_READERSTATE old[READERS_MAX + 1];
    guint old_count = loop->state_count;
    memcpy(old, loop->states, sizeof old);
    memset(loop->states, 0, sizeof loop->states);
    loop->states[0].szReader = PNP_READER;
    loop->state_count = 1;
    for (const char *name = names;
         rv == SCARD_S_SUCCESS && name != NULL && *name != '\0' && loop->state_count <= READERS_MAX;
         name += strlen(name) + 1) {
        SCARD_READERSTATE *state = &loop->states[loop->state_count++];
        state->dwCurrentState = take_known_state(old, old_count, name);
        state->dwEventState = state->dwCurrentState;
        state->szReader = g_strdup(name);
    }
    for (guint i = 1; i < old_count; i++)
        g_free((char *)old[i].szReader);
    return SCARD_S_SUCCESS;
}

/* Blocks until something changes. Nothing may come between a stop and this that would miss it: the
 * stopper cancels again and again until the thread has ended. */
static LONG
wait_for_change(PfPcscLoop *loop)
{
    g_mutex_lock(&loop->lock);
    loop->blocked = !loop->stopping;
    gboolean go = loop->blocked;
    g_mutex_unlock(&loop->lock);
    if (!go)
        return SCARD_E_CANCELLED;
    LONG rv =
        loop->api->get_status_change(loop->context, INFINITE, loop->states, loop->state_count);
    g_mutex_lock(&loop->lock);
    loop->blocked = FALSE;
    g_mutex_unlock(&loop->lock);
    return rv;
}

/* Follows one connection until it ends. Returns whether it was ever good for an answer. */
static gboolean
follow_connection(PfPcscLoop *loop)
{
    gboolean good = FALSE;
    gboolean first = TRUE;
    guint unknown = 0;
    while (!is_stopping(loop) && unknown < UNKNOWN_MAX) {
        LONG rv = list_readers(loop);
        /* No readers, or one less: the wait would not come back to say so. */
        if (rv == SCARD_S_SUCCESS && (unknown > 0 || (first && loop->state_count == 1)))
            send_picture(loop, TRUE);
        first = FALSE;
        if (rv == SCARD_S_SUCCESS)
            rv = wait_for_change(loop);
        if (rv == SCARD_S_SUCCESS) {
            good = TRUE;
            unknown = 0;
            for (guint i = 1; i < loop->state_count; i++)
                loop->states[i].dwCurrentState =
                    loop->states[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
            if ((loop->states[0].dwEventState & SCARD_STATE_CHANGED) != 0 &&
                list_readers(loop) != SCARD_S_SUCCESS)
                return good;
            send_picture(loop, TRUE);
        } else if (rv == SCARD_E_UNKNOWN_READER) {
            unknown++; /* one went in between: list again */
        } else if (rv != SCARD_E_CANCELLED) {
            return good;
        }
    }
    return good && unknown == 0;
}

static void
forget_readers(PfPcscLoop *loop)
{
    for (guint i = 1; i < loop->state_count; i++)
        g_free((char *)loop->states[i].szReader);
    loop->state_count = 0;
}

/* Tries once; FALSE when pcscd is away or turned out to be. */
static gboolean
connect_and_follow(PfPcscLoop *loop)
{
    SCARDCONTEXT context;
    if (loop->api->establish(SCARD_SCOPE_USER, NULL, NULL, &context) != SCARD_S_SUCCESS)
        return FALSE;
    g_mutex_lock(&loop->lock);
    loop->context = context;
    g_mutex_unlock(&loop->lock);
    loop->connection++;
    gboolean good = follow_connection(loop);
    loop->api->release(context);
    forget_readers(loop);
    send_picture(loop, FALSE);
    return good;
}

/* Takes in what pf_pcsc_loop_retry() or _stop() wrote. */
static void
drain_wake(PfPcscLoop *loop)
{
    eventfd_t value;
    (void)!eventfd_read(loop->wake_fd, &value);
}

static gpointer
run_thread(gpointer data)
{
    PfPcscLoop *loop = data;
    send_picture(loop, FALSE);
    while (!is_stopping(loop)) {
        /* Watch, then try: what comes up in between is not missed. A pcscd that dies before it
         * ever answered is not tried again before something happens, so it is no busy loop. */
        PfServiceWatch *watch = pf_service_watch_new(loop->socket_path);
        if (!connect_and_follow(loop) && !is_stopping(loop)) {
            if (watch == NULL) {
                g_warning("cannot watch for pcscd: %s", g_strerror(errno));
                break;
            }
            if (!pf_service_watch_wait(watch, loop->wake_fd))
                drain_wake(loop);
        }
        pf_service_watch_free(watch);
    }
    g_mutex_lock(&loop->lock);
    loop->ended = TRUE;
    g_cond_broadcast(&loop->changed);
    g_mutex_unlock(&loop->lock);
    if (loop->destroy != NULL)
        loop->destroy(loop->user_data);
    loop_unref(loop);
    return NULL;
}

PfPcscLoop *
pf_pcsc_loop_start(const PfPcscApi *api, const char *socket_path, PfPcscLoopSink sink,
                   gpointer user_data, GDestroyNotify destroy)
{
    PfPcscLoop *loop = g_new0(PfPcscLoop, 1);
    g_atomic_ref_count_init(&loop->refs);
    g_atomic_ref_count_inc(&loop->refs);
    loop->api = api;
    loop->socket_path = g_strdup(socket_path);
    loop->sink = sink;
    loop->user_data = user_data;
    loop->destroy = destroy;
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_mutex_init(&loop->lock);
    g_cond_init(&loop->changed);
    g_thread_unref(g_thread_new("pcsc", run_thread, loop));
    return loop;
}

void
pf_pcsc_loop_retry(PfPcscLoop *loop)
{
    (void)!eventfd_write(loop->wake_fd, 1);
}

/* A thread of its own: SCardCancel itself waits for pcscd. A cancel that comes before the other
 * thread is really blocked is lost, hence the repetition. */
static gpointer
run_canceller(gpointer data)
{
    PfPcscLoop *loop = data;
    g_mutex_lock(&loop->lock);
    while (!loop->ended) {
        if (loop->blocked) {
            SCARDCONTEXT context = loop->context;
            g_mutex_unlock(&loop->lock);
            loop->api->cancel(context);
            g_mutex_lock(&loop->lock);
        }
        if (!loop->ended)
            g_cond_wait_until(&loop->changed, &loop->lock, g_get_monotonic_time() + CANCEL_STEP_US);
    }
    g_mutex_unlock(&loop->lock);
    loop_unref(loop);
    return NULL;
}

void
pf_pcsc_loop_stop(PfPcscLoop *loop)
{
    gint64 deadline = g_get_monotonic_time() + STOP_LIMIT_US;
    g_mutex_lock(&loop->lock);
    loop->stopping = TRUE;
    g_mutex_unlock(&loop->lock);
    (void)!eventfd_write(loop->wake_fd, 1);
    g_atomic_ref_count_inc(&loop->refs);
    g_thread_unref(g_thread_new("pcsc-cancel", run_canceller, loop));
    g_mutex_lock(&loop->lock);
    while (!loop->ended && g_cond_wait_until(&loop->changed, &loop->lock, deadline))
        ;
    if (!loop->ended)
        g_warning("pcscd does not answer; its thread is left behind");
    g_mutex_unlock(&loop->lock);
    loop_unref(loop);
}
