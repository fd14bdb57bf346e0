/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: dialogs that have become needless, because somebody else of the same domain was asked
 * first: one answer of the person is for all of them. */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"

/* Has nothing to ask any more: leaves the queue of dialogs. */
static void
stop_asking(PfCache *self, PfLeaseRequest *request)
{
    g_ptr_array_remove_fast(self->prompting, request);
    pf_prompt_broker_close(self->broker, g_steal_pointer(&request->prompt), "withdrawn");
}

static void
settle_request(PfCache *self, PfLeaseRequest *request)
{
    PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    gboolean is_wake = strcmp(pf_prompt_get_details(request->prompt)->purpose, "wake") == 0;
    if (domain->state == PF_LOGIN_USER && !is_wake) {
        stop_asking(self, request);
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_LOGGED_IN,
                              "The login is there already");
    } else if (domain->state == PF_LOGIN_USER && pf_cache_may_lend(self, domain)) {
        stop_asking(self, request);
        pf_cache_enqueue(self, request);
    } else if (domain->state == PF_LOGIN_PUBLIC && is_wake) {
        stop_asking(self, request);
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED, "The login has ended");
    }
    pf_cache_update_waiting_timer(self);
}

static gboolean
on_idle(gpointer user_data)
{
    PfCache *self = user_data;
    g_autoptr(GPtrArray) requests = g_ptr_array_copy(self->prompting, NULL, NULL);
    self->wakes_source = 0;
    for (guint i = 0; i < requests->len; i++) {
        PfLeaseRequest *request = g_ptr_array_index(requests, i);
        /* What asks for consent has no prompt of its own. */
        if (g_ptr_array_find(self->prompting, request, NULL) && request->is_for_login &&
            request->prompt != NULL)
            settle_request(self, request);
    }
    return G_SOURCE_REMOVE;
}

void
pf_cache_settle_wakes(PfCache *self)
{
    /* From the loop, when what happens now is over; and before the next dialog, which is shown at a
     * lower priority. */
    if (self->prompting->len > 0 && self->wakes_source == 0)
        self->wakes_source = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, self, NULL);
}
