/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinLease: the right to present a PIN to a token, once, by one process; and who waits for it. */
#pragma once

#include "cache-calls.h"
#include "pin-page.h"
#include "rejected-pins.h"

/* A TakePin or Prompt that is not answered yet. */
typedef struct {
    PfCache *cache; /* borrowed */
    PfLeaseCall call;
    gpointer connection;
    PfProcessContext *context;
    unsigned entry;
    PfHistoryUse use;
    PfPrompt *prompt;      /* of a Prompt; owned until it goes over to the lease */
    PfSecret *pin;         /* what the person typed; NULL: not yet, or there is nothing to prove */
    PfSecret *new_pin;     /* of a PIN change; with neither the domain's PIN is wanted */
    gboolean is_stored;    /* PIN is out of the keyring, nobody typed it */
    gboolean is_for_login; /* not for one use of a key, which concerns no login */
    gboolean may_store;
    gboolean keeps_token; /* of a TakePin: its process's other threads wait for it meanwhile */
    gboolean is_try;      /* of a ConfirmTry: nothing is leased */
    gboolean is_joined;   /* a question that waited already is the same, and has the same answer */
    PfRemember remember;  /* of what the person typed */
    gint64 since;         /* monotonic µs: it waits */
} PfLeaseRequest;

struct PfPinLease {
    guint64 id;
    gpointer connection;
    PfProcessContext *context;
    unsigned entry;
    PfLoginDomain *domain; /* owned reference; where the entry was when the lease began */
    PfHistoryUse use;
    PfPrompt *prompt;     /* owned; NULL: of TakePin */
    PfSecret *pin;        /* NULL: none is proven, or it is stripped */
    PfPinPage page;       /* of it */
    gboolean is_stripped; /* the PIN was forgotten while it was lent */
    PfPinMark mark;       /* what is left of it then */
    PfPinPage new_page;   /* of a PIN change */
    gboolean is_cached;   /* the domain's PIN, not one that was typed for this */
    gboolean is_stored;   /* as in the request */
    PfRemember remember;
    gboolean is_for_login;
    gboolean keeps_token; /* as in the request */
    gboolean may_store;   /* the domain may be logged in by it: nothing was forgotten meanwhile */
    gint64 since;         /* monotonic µs */
    gint64 awaited;       /* likewise: since when others wait; 0: nobody did */
    guint timeout;
    gint64 look; /* monotonic µs: when that is over */
};

/* One for each token that has a lease or waiting requests. */
typedef struct {
    PfCache *cache; /* borrowed */
    char *token;
    PfPinLease *current;
    GQueue waiting; /* of PfLeaseRequest, the first is next */
    guint holds;    /* while there are any, nobody is granted a lease */
    guint serving;  /* source of a turn that is to come */
    gboolean hangs; /* one lost its lease by its silence; none has come back from the token since */
} PfLeaseQueue;

/* USE is taken. */
PfLeaseRequest *pf_lease_request_new(PfProcessContext *context, gpointer connection, unsigned entry,
                                     PfHistoryUse *use, const PfLeaseCall *call);

/* Frees without answering. The prompt must have been closed or handed over. */
void pf_lease_request_free(PfLeaseRequest *request);

/* Does REQUEST want the domain's PIN? */
gboolean pf_lease_request_wants_cached(const PfLeaseRequest *request);

/* A lease for REQUEST of PIN, copied, which may be NULL, and of the request's new PIN; what it is
 * used for is the lease's from then on. NULL with an error when there is no locked memory. */
PfPinLease *pf_pin_lease_new(guint64 id, PfLeaseRequest *request, const PfSecret *pin,
                             GError **error);

/* Wipes page and PIN. The prompt must have been closed or handed over. NULL is fine. */
void pf_pin_lease_free(PfPinLease *lease);

PfLeaseQueue *pf_lease_queue_new(PfCache *cache, const char *token);
void pf_lease_queue_free(PfLeaseQueue *queue);
