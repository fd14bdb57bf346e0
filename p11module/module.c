/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModule: initialise, finalise, and what a fork leaves of it. */
#include "module.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "agent-patience.h"
#include "linger.h"
#include "object.h"
#include "secret.h"
#include "session.h"
#include "slot.h"

static pthread_mutex_t initialise_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(PfModule *) current;
static atomic_uint callers;

/* A page that a fork empties: a child sees it with one load (DESIGN 4.15). */
static _Atomic(unsigned *) fork_mark;
static pid_t owner;

/* What a forked child left behind: kept reachable, as its locks may be in any state. */
static PfModule *abandoned;

static bool
is_forked_child(void)
{
    unsigned *mark = atomic_load_explicit(&fork_mark, memory_order_acquire);
    if (mark == NULL)
        return false;
    return mark == MAP_FAILED ? getpid() != owner : *(volatile unsigned *)mark == 0;
}

static void
set_fork_mark(void)
{
    unsigned *mark = atomic_load(&fork_mark);
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    owner = getpid();
    if (mark == NULL) {
        mark = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mark != MAP_FAILED && madvise(mark, size, MADV_WIPEONFORK) < 0) {
            munmap(mark, size);
            mark = MAP_FAILED;
        }
    }
    if (mark != MAP_FAILED)
        *(volatile unsigned *)mark = 1;
    atomic_store_explicit(&fork_mark, mark, memory_order_release);
}

/* In a forked child's C_Initialize: nothing of the parent is touched but its descriptors. */
static void
abandon_parents_module(void)
{
    pthread_mutex_init(&initialise_lock, NULL);
    PfModule *module = atomic_exchange(&current, NULL);
    atomic_store(&callers, 0);
    if (module != NULL) {
        pf_agent_link_abandon(module->link);
        module->link = NULL;
    }
    abandoned = module;
}

PfModule *
pf_module_enter(void)
{
    if (is_forked_child())
        return NULL;
    pf_agent_patience_begin();
    atomic_fetch_add(&callers, 1);
    PfModule *module = atomic_load(&current);
    if (module == NULL)
        atomic_fetch_sub(&callers, 1);
    return module;
}

void
pf_module_leave(void)
{
    atomic_fetch_sub(&callers, 1);
}

/* PKCS#11 2.40, 5.4: all or none of the mutex functions, and nothing in pReserved. */
static CK_RV
check_args(const CK_C_INITIALIZE_ARGS *args)
{
    if (args == NULL)
        return CKR_OK;
    unsigned functions = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) +
                         (args->LockMutex != NULL) + (args->UnlockMutex != NULL);
    if (args->pReserved != NULL || (functions != 0 && functions != 4))
        return CKR_ARGUMENTS_BAD;
    return CKR_OK;
}

static void
module_free(PfModule *module, void (*end_backend)(PfBackend *backend))
{
    pf_agent_link_free(module->link);
    for (size_t i = 0; i < module->backend_count; i++)
        end_backend(module->backends[i]);
    free(module->backends);
    pf_config_free(module->config);
    pf_linger_clear(&module->linger);
    pthread_cond_destroy(&module->end_cond);
    pthread_mutex_destroy(&module->end_lock);
    pthread_mutex_destroy(&module->lock);
    free(module);
    pf_secret_release_kept();
}

static CK_RV
load_backends(PfModule *module, const CK_C_INITIALIZE_ARGS *args, bool is_child)
{
    bool is_refused = false;
    module->backends = calloc(module->config->module_count + 1, sizeof(PfBackend *));
    if (module->backends == NULL)
        return CKR_HOST_MEMORY;
    for (size_t i = 0; i < module->config->module_count; i++) {
        const PfConfigModule *wanted = &module->config->modules[i];
        CK_RV rv;
        PfBackend *backend = pf_backend_load(wanted->name, wanted->path, args, is_child, &rv);
        if (backend != NULL)
            module->backends[module->backend_count++] = backend;
        is_refused = is_refused || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED;
    }
    /* A backend's refusal of a forked child is passed on where there is no other. */
    if (is_refused && module->backend_count == 0)
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    return CKR_OK;
}

static void
init_locks(PfModule *module)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&module->lock, NULL);
    pthread_mutex_init(&module->end_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&module->end_cond, &attr);
    pthread_condattr_destroy(&attr);
    pf_linger_init(&module->linger);
}

static CK_RV
module_new(const CK_C_INITIALIZE_ARGS *args, bool is_child, PfModule **ret_module)
{
    PfModule *module = calloc(1, sizeof *module);
    if (module == NULL)
        return CKR_HOST_MEMORY;
    init_locks(module);
    module->next_session = 1;
    module->next_object = 1;
    module->may_start_threads =
        args == NULL || (args->flags & CKF_LIBRARY_CANT_CREATE_OS_THREADS) == 0;
    module->config = pf_config_load();
    CK_RV rv = module->config != NULL ? load_backends(module, args, is_child) : CKR_HOST_MEMORY;
    /* A setuid host is nobody's session: no agent (DESIGN 8). */
    if (rv == CKR_OK && module->config->cache_pin && getauxval(AT_SECURE) == 0) {
        module->link = pf_agent_link_new();
        rv = module->link != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    if (rv != CKR_OK) {
        module_free(module, pf_backend_free);
        return rv;
    }
    *ret_module = module;
    return CKR_OK;
}

CK_RV
pf_module_initialise(const CK_C_INITIALIZE_ARGS *args)
{
    CK_RV rv = check_args(args);
    if (rv != CKR_OK)
        return rv;
    bool is_child = is_forked_child();
    if (is_child)
        abandon_parents_module();
    pthread_mutex_lock(&initialise_lock);
    PfModule *module = NULL;
    if (atomic_load(&current) != NULL)
        rv = CKR_CRYPTOKI_ALREADY_INITIALIZED;
    else
        rv = module_new(args, is_child, &module);
    if (rv == CKR_OK) {
        set_fork_mark();
        atomic_store(&current, module);
    }
    pthread_mutex_unlock(&initialise_lock);
    return rv;
}

static void
announce_end(PfModule *module)
{
    pthread_mutex_lock(&module->end_lock);
    module->is_ending = true;
    pthread_cond_broadcast(&module->end_cond);
    pthread_mutex_unlock(&module->end_lock);
}

CK_RV
pf_module_finalise(void)
{
    if (is_forked_child())
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    pthread_mutex_lock(&initialise_lock);
    PfModule *module = atomic_exchange(&current, NULL);
    if (module == NULL) {
        pthread_mutex_unlock(&initialise_lock);
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    }
    announce_end(module);
    /* Calls that are still running in other threads are the host's mistake, or wait for a slot
     * event and are on their way out; either way they must be gone first. */
    while (atomic_load(&callers) != 0)
        sched_yield();
    pf_linger_end(module);
    pf_session_close_all(module, NULL);
    pf_object_free_all(module);
    pf_slot_free_all(module);
    module_free(module, pf_backend_free);
    pthread_mutex_unlock(&initialise_lock);
    return CKR_OK;
}

bool
pf_module_wait_for_end(PfModule *module, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&module->end_lock);
    int r = 0;
    while (!module->is_ending && r == 0)
        r = pthread_cond_timedwait(&module->end_cond, &module->end_lock, &until);
    bool is_ending = module->is_ending;
    pthread_mutex_unlock(&module->end_lock);
    return is_ending;
}

/* The library is unloaded, or the process ends, without C_Finalize. The backends are not called: at
 * the end of a process they are gone before this one. A call that is still running keeps
 * everything. */
__attribute__((destructor)) static void
on_unload(void)
{
    PfModule *module = atomic_load(&current);
    if (module == NULL || is_forked_child() || atomic_load(&callers) != 0)
        return;
    atomic_store(&current, NULL);
    pf_linger_stop(module);
    pf_session_free_all(module);
    pf_object_free_all(module);
    pf_slot_free_all(module);
    module_free(module, pf_backend_abandon);
}
