/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Late answers, and the signals that say they will come. */
#include "lease-reply.h"

#include "cache-error.h"
#include "wire-names.h"

/* A connection that is gone cannot be answered; the cache hears of that by its hangup. */
static void
answer(gpointer data, guint64 lease, int pin_fd, const GError *error)
{
    sd_bus_message *message = data;
    int r;
    if (error != NULL)
        r = sd_bus_reply_method_errorf(message, pf_cache_error_get_dbus_name(error), "%s",
                                       error->message);
    else
        r = sd_bus_reply_method_return(message, "th", lease, pin_fd);
    if (r < 0)
        g_debug("A call cannot be answered: %s", g_strerror(-r));
    sd_bus_message_unref(message);
}

static void
say_waiting(gpointer data)
{
    sd_bus *bus = sd_bus_message_get_bus(data);
    int r = sd_bus_emit_signal(bus, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "Waiting", NULL);
    if (r < 0)
        g_debug("A caller cannot be told to wait: %s", g_strerror(-r));
}

PfLeaseCall
pf_lease_reply_new(sd_bus_message *message)
{
    return (PfLeaseCall){
        .answer = answer,
        .wait = say_waiting,
        .data = sd_bus_message_ref(message),
    };
}
