/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfListener: the private socket, and everybody who is connected to it. Main thread only. */
#pragma once

#include "cache-calls.h"

typedef struct PfListener PfListener;

typedef enum {
    PF_LISTENER_SERVING,
    PF_LISTENER_OTHER_INSTANCE, /* another agent of the user holds the place */
    PF_LISTENER_FAILED,
} PfListenerStart;

/* Listens on the activation descriptor if there is one, else on $XDG_RUNTIME_DIR/pinfold/agent,
 * which a lock file beside it keeps to one agent. RET_LISTENER and ERROR as the result says. */
PfListenerStart pf_listener_new(PfCache *cache, PfPromptBroker *broker, PfListener **ret_listener,
                                GError **error);

/* Closes all connections and gives the place up. NULL is fine. */
void pf_listener_free(PfListener *listener);
