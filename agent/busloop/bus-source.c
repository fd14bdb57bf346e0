/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBusSource: translates sd-bus's fd, events and timeout into a GSource. */
#include "bus-source.h"

#include <errno.h>
#include <poll.h>

/* One peer may not keep the loop for itself: the rest of its messages wait for the next turn. */
#define MESSAGES_PER_TURN 16
/* A peer that asks and never reads would let its answers pile up in this process. */
#define UNREAD_ANSWERS_MAX 256

struct PfBusSource {
    GSource source;
    sd_bus *bus;
    gpointer fd_tag;
    int events;
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

static gboolean
bus_source_prepare(GSource *source, int *timeout)
{
    PfBusSource *self = (PfBusSource *)source;
    int events = sd_bus_get_events(self->bus);
    *timeout = -1;
    if (events < 0)
        return TRUE; /* closed: dispatch finds out and says so */
    /* Only when they differ: each change wakes the loop once. */
    if (events != self->events) {
        self->events = events;
        g_source_modify_unix_fd(source, self->fd_tag, (GIOCondition)events);
    }
    *timeout = get_sleep_ms(self->bus);
    return *timeout == 0;
}

static gboolean
bus_source_check(GSource *source)
{
    PfBusSource *self = (PfBusSource *)source;
    return g_source_query_unix_fd(source, self->fd_tag) != 0 || get_sleep_ms(self->bus) == 0;
}

static gboolean
owes_too_much(sd_bus *bus)
{
    uint64_t queued;
    return sd_bus_get_n_queued_write(bus, &queued) >= 0 && queued > UNREAD_ANSWERS_MAX;
}

static gboolean
bus_source_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    PfBusSource *self = (PfBusSource *)source;
    sd_bus *bus = sd_bus_ref(self->bus);
    int r = 1;
    for (int i = 0; i < MESSAGES_PER_TURN && r > 0 && !g_source_is_destroyed(source); i++)
        r = sd_bus_process(bus, NULL);
    if (r >= 0 && owes_too_much(bus))
        r = -ENOBUFS;
    sd_bus_unref(bus);
    if (g_source_is_destroyed(source))
        return G_SOURCE_REMOVE;
    if (r >= 0)
        return G_SOURCE_CONTINUE;
    self->error = -r;
    g_source_destroy(source);
    self->on_hangup(self->user_data);
    return G_SOURCE_REMOVE;
}

static void
bus_source_finalize(GSource *source)
{
    PfBusSource *self = (PfBusSource *)source;
    sd_bus_unref(self->bus);
}

static GSourceFuncs bus_source_funcs = {
    .prepare = bus_source_prepare,
    .check = bus_source_check,
    .dispatch = bus_source_dispatch,
    .finalize = bus_source_finalize,
};

PfBusSource *
pf_bus_source_new(sd_bus *bus, GMainContext *context, PfBusSourceHangup on_hangup,
                  gpointer user_data)
{
    GSource *source = g_source_new(&bus_source_funcs, sizeof(PfBusSource));
    PfBusSource *self = (PfBusSource *)source;
    self->bus = sd_bus_ref(bus);
    self->on_hangup = on_hangup;
    self->user_data = user_data;
    self->events = POLLIN;
    self->fd_tag = g_source_add_unix_fd(source, sd_bus_get_fd(bus), G_IO_IN);
    /* sd-bus is entered again from nowhere but its own handlers. */
    g_source_set_can_recurse(source, FALSE);
    g_source_attach(source, context);
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
    g_source_destroy(&source->source);
    g_source_unref(&source->source);
}
