/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Late answers, and the signals that say they will come. */
#include "lease-reply.h"

#include "bus-source.h"
#include "pin-lease.h"
#include "service-message.h"
#include "wire-names.h"

/* A connection that is gone cannot be answered; the cache hears of that by its hangup. */
static void
finish(sd_bus_message *message, int result)
{
    if (result < 0)
        g_debug("A call cannot be answered: %s", g_strerror(-result));
    pf_bus_source_touch(sd_bus_message_get_bus(message));
    sd_bus_message_unref(message);
}

static void
answer_take_pin(gpointer data, const PfPinLease *lease, const GError *error)
{
    finish(data, lease != NULL ? sd_bus_reply_method_return(data, "th", lease->id, lease->page.fd)
                               : pf_service_answer_error(data, error));
}

static void
answer_prompt(gpointer data, const PfPinLease *lease, const GError *error)
{
    finish(data, lease != NULL ? sd_bus_reply_method_return(data, "thb", lease->id, lease->page.fd,
                                                            lease->is_cached || lease->is_stored)
                               : pf_service_answer_error(data, error));
}

static void
answer_change(gpointer data, const PfPinLease *lease, const GError *error)
{
    int r;
    if (lease == NULL)
        r = pf_service_answer_error(data, error);
    else if (lease->page.fd >= 0)
        r = sd_bus_reply_method_return(data, "tahh", lease->id, 1, lease->page.fd,
                                       lease->new_page.fd);
    else
        r = sd_bus_reply_method_return(data, "tahh", lease->id, 0, lease->new_page.fd);
    finish(data, r);
}

static void
answer_try(gpointer data, const PfPinLease *lease, const GError *error)
{
    finish(data, error == NULL ? sd_bus_reply_method_return(data, NULL)
                               : pf_service_answer_error(data, error));
}

static void
say_waiting(gpointer data)
{
    sd_bus *bus = sd_bus_message_get_bus(data);
    int r = sd_bus_emit_signal(bus, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "Waiting", NULL);
    if (r < 0)
        g_debug("A caller cannot be told to wait: %s", g_strerror(-r));
    pf_bus_source_touch(bus);
}

PfLeaseCall
pf_lease_reply_new(PfLeaseReplyKind kind, sd_bus_message *message)
{
    static void (*const answers[])(gpointer, const PfPinLease *, const GError *) = {
        [PF_LEASE_REPLY_TAKE_PIN] = answer_take_pin,
        [PF_LEASE_REPLY_PROMPT] = answer_prompt,
        [PF_LEASE_REPLY_CHANGE] = answer_change,
        [PF_LEASE_REPLY_TRY] = answer_try,
    };
    return (PfLeaseCall){
        .answer = answers[kind],
        .wait = say_waiting,
        .data = sd_bus_message_ref(message),
    };
}
