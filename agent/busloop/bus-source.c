/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBusSource: gives sd-bus's fd, events and timeout to a PfFdWatch. */
#include "bus-source.h"

#include <errno.h>
#include <sys/epoll.h>

#include "fd-watch.h"

/* One peer may not keep the loop for itself: the rest of its messages wait for the next turn. */
#define MESSAGES_PER_TURN 16
/* A peer that asks and never reads would let its answers pile up in this process. */
#define UNREAD_ANSWERS_MAX 256

struct PfBusSource {
    sd_bus *bus;
    PfFdWatch *watch;      /* NULL: it is over */
    gboolean is_processed; /* freed when that is done */
    gboolean is_freed;
    int error;
    PfBusSourceHangup on_hangup;
    gpointer user_data;
};

/* How long the bus may sleep in ms, -1 for ever. */
static int
get_sleep_ms(sd_bus *bus)
{
    uint64_t until;
    if (sd_bus_get_timeout(bus, &until) < 0)
        return 0;
    if (until == UINT64_MAX)
        return -1;
    uint64_t now = (uint64_t)g_get_monotonic_time();
    if (until <= now)
        return 0;
    return (int)MIN((until - now + 999) / 1000, (uint64_t)G_MAXINT);
}

/* sd-bus's events are poll(2)'s, which are epoll's. */
static int
prepare(gpointer data, guint32 *ret_events)
{
    const PfBusSource *self = data;
    int events = sd_bus_get_events(self->bus);
    if (events < 0)
        return 0; /* closed: processing finds out and says so */
    *ret_events = (guint32)events;
    return get_sleep_ms(self->bus);
}

static gboolean
owes_too_much(sd_bus *bus)
{
    uint64_t queued;
    return sd_bus_get_n_queued_write(bus, &queued) >= 0 && queued > UNREAD_ANSWERS_MAX;
}

static void
free_source(PfBusSource *self)
{
    sd_bus_unref(self->bus);
    g_free(self);
}

static void
process(gpointer data)
{
    PfBusSource *self = data;
    int r = 1;
    self->is_processed = TRUE;
    for (int i = 0; i < MESSAGES_PER_TURN && r > 0 && !self->is_freed; i++)
        r = sd_bus_process(self->bus, NULL);
    self->is_processed = FALSE;
    if (self->is_freed) {
        free_source(self);
        return;
    }
    if (r >= 0 && owes_too_much(self->bus))
        r = -ENOBUFS;
    if (r >= 0)
        return;
    self->error = -r;
    pf_fd_watch_free(g_steal_pointer(&self->watch));
    self->on_hangup(self->user_data);
}

static const PfFdWatchFuncs watch_funcs = {.ready = process, .prepare = prepare};

PfBusSource *
pf_bus_source_new(sd_bus *bus, PfBusSourceHangup on_hangup, gpointer user_data)
{
    PfBusSource *self = g_new0(PfBusSource, 1);
    self->bus = sd_bus_ref(bus);
    self->on_hangup = on_hangup;
    self->user_data = user_data;
    self->watch = pf_fd_watch_new(sd_bus_get_fd(bus), EPOLLIN, &watch_funcs, self);
    return self;
}

int
pf_bus_source_get_error(const PfBusSource *source)
{
    return source->error;
}

void
pf_bus_source_free(PfBusSource *source)
{
    if (source == NULL)
        return;
    pf_fd_watch_free(g_steal_pointer(&source->watch));
    source->is_freed = TRUE;
    if (!source->is_processed)
        free_source(source);
}
