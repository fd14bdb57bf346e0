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
    gboolean is_drained; /* of what came with the last of the authentication */
    gboolean has_more;   /* of that */
    int error;
    PfBusSourceHangup on_hangup;
    gpointer user_data;
};

/* sd_bus -> its PfBusSource. */
static GHashTable *sources;

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
    return self->has_more ? 0 : get_sleep_ms(self->bus);
}

static gboolean
owes_too_much(sd_bus *bus)
{
    uint64_t queued;
    return sd_bus_get_n_queued_write(bus, &queued) >= 0 && queued > UNREAD_ANSWERS_MAX;
}

static void
stop(PfBusSource *self)
{
    if (self->watch == NULL)
        return;
    g_hash_table_remove(sources, self->bus);
    pf_fd_watch_free(g_steal_pointer(&self->watch));
}

static void
free_source(PfBusSource *self)
{
    sd_bus_unref(self->bus);
    g_free(self);
}

/* A connection that has ended closes its descriptor before it says so: in the next turn that number
 * could be another's, who would not be watched any more. */
static gboolean
may_go_on(const PfBusSource *self, int done)
{
    return !self->is_freed && (done < MESSAGES_PER_TURN || sd_bus_is_open(self->bus) <= 0);
}

/* Does the next turn's wait tell whether there is another message? sd-bus reads them one by one,
 * but for those that it has read as the end of the authentication, of which no descriptor tells. */
static gboolean
knows_of_more(const PfBusSource *self)
{
    return self->is_drained && get_sleep_ms(self->bus) != 0;
}

static void
process(gpointer data)
{
    PfBusSource *self = data;
    int r = 1;
    self->is_processed = TRUE;
    for (int i = 0; r > 0 && may_go_on(self, i); i++) {
        r = sd_bus_process(self->bus, NULL);
        if (r > 0 && !self->is_freed && knows_of_more(self))
            break;
    }
    self->is_processed = FALSE;
    if (self->is_freed) {
        free_source(self);
        return;
    }
    self->is_drained = self->is_drained || (r == 0 && sd_bus_is_ready(self->bus) > 0);
    self->has_more = r > 0 && !self->is_drained;
    if (r >= 0 && owes_too_much(self->bus))
        r = -ENOBUFS;
    if (r >= 0)
        return;
    self->error = -r;
    stop(self);
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
    if (sources == NULL)
        sources = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(sources, bus, self);
    return self;
}

void
pf_bus_source_touch(sd_bus *bus)
{
    PfBusSource *self = sources != NULL ? g_hash_table_lookup(sources, bus) : NULL;
    if (self != NULL)
        pf_fd_watch_touch(self->watch);
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
    stop(source);
    source->is_freed = TRUE;
    if (!source->is_processed)
        free_source(source);
}
