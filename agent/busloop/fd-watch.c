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
    guint position; /* among those that are asked */
    gboolean is_asked;
    gboolean is_due;  /* without its descriptor */
    gboolean is_gone; /* freed while others are served */
};

typedef struct {
    GSource source;
    int epoll_fd;
    gpointer tag;
    GPtrArray *asked; /* of PfFdWatch: touched, or with a time */
    GPtrArray *gone;  /* of PfFdWatch, while others are served */
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

static void
stop_asking(PfFdWatch *watch)
{
    if (!watch->is_asked)
        return;
    watch->is_asked = FALSE;
    g_ptr_array_remove_index_fast(set->asked, watch->position);
    if (watch->position < set->asked->len)
        ((PfFdWatch *)g_ptr_array_index(set->asked, watch->position))->position = watch->position;
}

/* Asks those that may have something new to say; the time that the first one can wait. */
static int
prepare_all(void)
{
    int shortest = -1;
    for (guint i = set->asked->len; i > 0; i--) {
        PfFdWatch *watch = g_ptr_array_index(set->asked, i - 1);
        guint32 events = watch->events;
        int wait = watch->funcs->prepare(watch->data, &events);
        set_events(watch, events);
        watch->is_due = wait == 0;
        if (wait < 0)
            stop_asking(watch);
        else if (shortest < 0 || wait < shortest)
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
    if (!watch->is_gone)
        pf_fd_watch_touch(watch);
}

static void
serve_due(void)
{
    g_autoptr(GPtrArray) due = g_ptr_array_new();
    for (guint i = 0; i < set->asked->len; i++) {
        PfFdWatch *watch = g_ptr_array_index(set->asked, i);
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
    set->asked = g_ptr_array_new();
    set->gone = g_ptr_array_new_with_free_func(g_free);
    set->tag = g_source_add_unix_fd(source, set->epoll_fd, G_IO_IN);
    /* It never does, for there are no nested loops. But GLib takes a source that cannot out of its
     * poll while it is served, which costs five system calls. */
    g_source_set_can_recurse(source, TRUE);
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
    pf_fd_watch_touch(watch);
    return watch;
}

void
pf_fd_watch_touch(PfFdWatch *watch)
{
    if (watch->funcs->prepare == NULL || watch->is_asked)
        return;
    watch->is_asked = TRUE;
    watch->position = set->asked->len;
    g_ptr_array_add(set->asked, watch);
}

void
pf_fd_watch_free(PfFdWatch *watch)
{
    if (watch == NULL)
        return;
    epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    stop_asking(watch);
    watch->is_gone = TRUE;
    if (set->is_serving)
        g_ptr_array_add(set->gone, watch);
    else
        g_free(watch);
}
