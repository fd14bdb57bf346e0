/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBackend: a real PKCS#11 module that Pinfold loads and stands in front of. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pkcs11-v3.h"

/* What is known of a backend that needs to be treated in its own way (DESIGN 4.17). */
typedef struct {
    const char *maker;  /* start of CK_INFO.manufacturerID */
    const char *file;   /* part of the file's name, which says it before it is initialised */
    bool own_locking;   /* initialise without locking, and serialise its calls */
    bool reads_torn;    /* another process that logs in makes a look at the token fail */
    bool keeps_tries;   /* after a good login its token flags about tries are those of before */
    bool fills_lists;   /* a search gives fewer objects than it has room for at its end only */
    bool has_no_events; /* nothing ever comes or goes: a blocking wait for it is refused */
} PfBackendQuirks;

typedef struct {
    char *name;
    void *library;
    CK_FUNCTION_LIST *p11;
    CK_FUNCTION_LIST_3_0 *p11_3_0; /* NULL: it has only 2.40 */
    PfBackendQuirks quirks;
    atomic_bool compares_components; /* its searches were seen to tell two keys apart */
    bool is_ours;                    /* we initialised it, so we finalise it */
    bool is_serialised;
    pthread_mutex_t serial; /* held over each call of a serialised backend, nothing else inside */
} PfBackend;

/* One call of a backend; serialised where it has to be. C_WaitForSlotEvent is called without. */
#define PF_BACKEND_CALL(backend, function, ...)                                                    \
    (pf_backend_enter(backend), pf_backend_leave((backend), (backend)->p11->function(__VA_ARGS__)))

/* The same of a 3.0 function: what the backend lacks is not supported. */
#define PF_BACKEND_CALL_3_0(backend, function, ...)                                                \
    ((backend)->p11_3_0 == NULL || (backend)->p11_3_0->function == NULL                            \
         ? CKR_FUNCTION_NOT_SUPPORTED                                                              \
         : (pf_backend_enter(backend),                                                             \
            pf_backend_leave((backend), (backend)->p11_3_0->function(__VA_ARGS__))))

/* Loads and initialises the module at PATH with the host's initialise arguments. Returns NULL when
 * it is no PKCS#11 module or fails to start, with its answer in RET_RV: the other backends go on
 * without it. One that says it is initialised already is used, but not in a forked child: there it
 * would be the parent's state (DESIGN 4.15). */
PfBackend *pf_backend_load(const char *name, const char *path, const CK_C_INITIALIZE_ARGS *args,
                           bool is_forked_child, CK_RV *ret_rv);

/* Finalises what pf_backend_load() initialised and unloads. NULL is fine. */
void pf_backend_free(PfBackend *backend);

/* Frees what Pinfold knows of it; the library stays loaded and as it is. */
void pf_backend_abandon(PfBackend *backend);

void pf_backend_enter(PfBackend *backend);

/* Returns RV. */
CK_RV pf_backend_leave(PfBackend *backend, CK_RV rv);
