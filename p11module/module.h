/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModule: the one process-wide object between C_Initialize and C_Finalize. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent-link.h"
#include "backend.h"
#include "config.h"
#include "linger.h"

typedef struct PfModule PfModule;
typedef struct PfSlot PfSlot;
typedef struct PfSession PfSession;
typedef struct PfObject PfObject;

struct PfModule {
    PfConfig *config;
    PfAgentLink *link; /* NULL: caching is off by configuration or for a setuid process */
    PfBackend **backends;
    size_t backend_count;
    bool may_start_threads;
    pthread_mutex_t lock; /* guards the tables; never held over a backend call or the socket */
    /* Each table with what was found in it last, which is what is looked for next. */
    PfSlot *slots;
    PfSlot *last_slot;
    CK_SLOT_ID next_slot;
    PfSession *sessions;
    PfSession *last_session;
    CK_SESSION_HANDLE next_session;
    PfObject *objects;
    PfObject *last_object;
    PfObject *objects_by_real;
    CK_OBJECT_HANDLE next_object;
    atomic_uint owned_objects; /* those that end with a session; read without the lock */
    atomic_bool has_app_id;    /* the host has set it; of sessions that are opened from now on */
    _Atomic uint64_t app_id;
    uint64_t last_order;      /* of the objects' places in listings */
    pthread_mutex_t end_lock; /* guards is_ending */
    pthread_cond_t end_cond;
    bool is_ending;
    PfLinger linger;
};

/* C_Initialize and C_Finalize (PKCS#11 2.40, 5.4). Any thread. */
CK_RV pf_module_initialise(const CK_C_INITIALIZE_ARGS *args);
CK_RV pf_module_finalise(void);

/* The module for the duration of one call, or NULL: not initialised, or this is a forked child.
 * Each non-NULL result is given back by pf_module_leave(). One load and two atomic additions. */
PfModule *pf_module_enter(void);
void pf_module_leave(void);

/* Waits up to MS milliseconds; returns true when C_Finalize has begun. */
bool pf_module_wait_for_end(PfModule *module, unsigned ms);
