/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfListener: the private socket, and everybody who is connected to it. Main thread only. */
#pragma once

#include "cache-calls.h"
#include "socket-place.h"

typedef struct PfListener PfListener;

/* Listens in the place, and calls ON_LOST (once, from the loop) when another agent has taken it.
 * RET_LISTENER and ERROR as the result says. */
PfSocketPlaceStart pf_listener_new(PfCache *cache, PfPromptBroker *broker,
                                   void (*on_lost)(gpointer user_data), gpointer user_data,
                                   PfListener **ret_listener, GError **error);

/* Closes all connections and gives the place up. NULL is fine. */
void pf_listener_free(PfListener *listener);
