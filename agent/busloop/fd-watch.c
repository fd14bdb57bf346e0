/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfFdWatch: an epoll descriptor inside a GSource. */
#include "fd-watch.h"

#include <errno.h>
#include <sys/epoll.h>

/* Descriptors served in one turn; the loop's other sources have theirs in between. */
#define PER_TURN 64

struct PfFdWatch {
    int fd;
    guint32 events;
    const PfFdWatchFuncs *funcs;
    gpointer data;
    guint position;   /* among the prepared ones */
    gboolean is_due;  /* without its descriptor */
    gboolean is_gone; /* freed while others are served */
};

typedef struct {
    GSource source;
    int epoll_fd;
    gpointer tag;
    GPtrArray *prepared; /* of PfFdWatch, those with that function */
    GPtrArray *gone;     /* of PfFdWatch, while others are served */
    gboolean is_serving;
    gboolean is_timed; /* one of them does not wait for ever */
    gboolean has_due;
} Set;

static Set *set;

static void
set_events(PfFdWatch *watch, guint32 events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (events == watch->events)
        return;
    watch->events = events;
    if (epoll_ctl(set->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
        g_warning("A descriptor cannot be watched: %s", g_strerror(errno));
}

/* Asks all of them; the time that the first one can wait. */
static int
prepare_all(void)
{
    int shortest = -1;
    for (guint i = 0; i < set->prepared->len; i++) {
        PfFdWatch *watch = g_ptr_array_index(set->prepared, i);
        guint32 events = watch->events;
        int wait = watch->funcs->prepare(watch->data, &events);
        set_events(watch, events);
        watch->is_due = wait == 0;
        if (wait >= 0 && (shortest < 0 || wait < shortest))
            shortest = wait;
    }
    set->is_timed = shortest >= 0;
    set->has_due = shortest == 0;
    return shortest;
}

static gboolean
set_prepare(GSource *source, int *timeout)
{
    *timeout = prepare_all();
    return set->has_due;
}

static gboolean
set_check(GSource *source)
{
    if (g_source_query_unix_fd(source, set->tag) != 0)
        return TRUE;
    return set->is_timed && prepare_all() == 0;
}

static void
serve(PfFdWatch *watch)
{
    if (watch->is_gone)
        return;
    watch->is_due = FALSE;
    watch->funcs->ready(watch->data);
}

static void
serve_due(void)
{
    g_autoptr(GPtrArray) due = g_ptr_array_new();
    for (guint i = 0; i < set->prepared->len; i++) {
        PfFdWatch *watch = g_ptr_array_index(set->prepared, i);
        if (watch->is_due)
            g_ptr_array_add(due, watch);
    }
    for (guint i = 0; i < due->len; i++)
        serve(g_ptr_array_index(due, i));
}

static gboolean
set_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    struct epoll_event events[PER_TURN];
    int count = epoll_wait(set->epoll_fd, events, PER_TURN, 0);
    set->is_serving = TRUE;
    for (int i = 0; i < count; i++)
        serve(events[i].data.ptr);
    if (set->has_due)
        serve_due();
    set->is_serving = FALSE;
    g_ptr_array_set_size(set->gone, 0);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs set_funcs = {
    .prepare = set_prepare,
    .check = set_check,
    .dispatch = set_dispatch,
};

/* There is one, for as long as the process lives. */
static void
start(void)
{
    GSource *source = g_source_new(&set_funcs, sizeof(Set));
    set = (Set *)source;
    set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (set->epoll_fd < 0)
        g_error("no epoll: %s", g_strerror(errno));
    set->prepared = g_ptr_array_new();
    set->gone = g_ptr_array_new_with_free_func(g_free);
    set->tag = g_source_add_unix_fd(source, set->epoll_fd, G_IO_IN);
    /* What is served is entered again from nowhere but its own handlers. */
    g_source_set_can_recurse(source, FALSE);
    g_source_attach(source, NULL);
}

PfFdWatch *
pf_fd_watch_new(int fd, guint32 events, const PfFdWatchFuncs *funcs, gpointer data)
{
    if (set == NULL)
        start();
    PfFdWatch *watch = g_new0(PfFdWatch, 1);
    struct epoll_event event = {.events = events, .data.ptr = watch};
    watch->fd = fd;
    watch->events = events;
    watch->funcs = funcs;
    watch->data = data;
    if (epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        g_warning("A descriptor cannot be watched: %s", g_strerror(errno));
    if (funcs->prepare != NULL) {
        watch->position = set->prepared->len;
        g_ptr_array_add(set->prepared, watch);
    }
    return watch;
}

void
pf_fd_watch_free(PfFdWatch *watch)
{
    if (watch == NULL)
        return;
    epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    if (watch->funcs->prepare != NULL) {
        g_ptr_array_remove_index_fast(set->prepared, watch->position);
        if (watch->position < set->prepared->len)
            ((PfFdWatch *)g_ptr_array_index(set->prepared, watch->position))->position =
                watch->position;
    }
    watch->is_gone = TRUE;
    if (set->is_serving)
        g_ptr_array_add(set->gone, watch);
    else
        g_free(watch);
}
