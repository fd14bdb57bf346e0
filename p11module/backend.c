/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBackend: loading, starting and serialising one real module. */
#include "backend.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report.h"

/* One line for each backend that is known to need it; each has a test. */
static const PfBackendQuirks known_quirks[] = {
    /* Deadlocks under OS locking when a card is pulled (OpenSC 0.23). That its C_CloseAllSessions
     * closes every other session does not matter: Pinfold closes one by one for all. It does not
     * ask a PIV card for its tries any more once it has logged in. Both list as many objects as
     * there is room for. */
    {"OpenSC", "opensc-pkcs11", .own_locking = true, .keeps_tries = true, .fills_lists = true},
    /* Refuses a blocking C_WaitForSlotEvent, and has never an event for one that does not block.
     * Writes its token's file at each login, and cannot read it while another process does. */
    {"SoftHSM", "libsofthsm2", .has_no_events = true, .reads_torn = true, .fills_lists = true},
};

/* Is the file at PATH this very module? It would load itself for ever. */
static bool
is_myself(const char *path)
{
    Dl_info info;
    struct stat mine;
    struct stat theirs;
    return dladdr((void *)(uintptr_t)is_myself, &info) != 0 && stat(info.dli_fname, &mine) == 0 &&
           stat(path, &theirs) == 0 && mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
}

static CK_FUNCTION_LIST *
get_function_list(void *library)
{
    CK_C_GetFunctionList get = NULL;
    void *symbol = dlsym(library, "C_GetFunctionList");
    memcpy(&get, &symbol, sizeof get);
    CK_FUNCTION_LIST *list = NULL;
    if (get == NULL || get(&list) != CKR_OK || list == NULL || list->version.major != 2)
        return NULL;
    return list;
}

/* The list of the interface "PKCS 11" 3.0, or of a later 3 if the library has only that, which
 * begins with it; NULL where there is none. */
static CK_FUNCTION_LIST_3_0 *
get_function_list_3_0(void *library)
{
    CK_C_GetInterface get = NULL;
    CK_UTF8CHAR name[] = "PKCS 11";
    CK_VERSION version = {.major = 3, .minor = 0};
    CK_INTERFACE *interface = NULL;
    void *symbol = dlsym(library, "C_GetInterface");
    memcpy(&get, &symbol, sizeof get);
    if (get == NULL ||
        (get(name, &version, &interface, 0) != CKR_OK && get(name, NULL, &interface, 0) != CKR_OK))
        return NULL;
    if (interface == NULL)
        return NULL;
    CK_FUNCTION_LIST_3_0 *list = interface->pFunctionList;
    return list != NULL && list->version.major == 3 ? list : NULL;
}

static const PfBackendQuirks no_quirks;

/* What the library's own words say, which are there only after C_Initialize. */
static PfBackendQuirks
find_quirks(const CK_INFO *info)
{
    const char *maker = (const char *)info->manufacturerID;
    for (size_t i = 0; i < sizeof known_quirks / sizeof *known_quirks; i++) {
        if (strncmp(maker, known_quirks[i].maker, strlen(known_quirks[i].maker)) == 0)
            return known_quirks[i];
    }
    return no_quirks;
}

/* What the name of its file says: with that, nearly every module is initialised only once, which
 * costs a card more than half a second (facts). */
static PfBackendQuirks
guess_quirks(const CK_FUNCTION_LIST *p11)
{
    Dl_info file;
    CK_C_GetInfo function = p11->C_GetInfo;
    void *symbol;
    memcpy(&symbol, &function, sizeof symbol);
    for (size_t i = 0; i < sizeof known_quirks / sizeof *known_quirks; i++) {
        if (dladdr(symbol, &file) != 0 && strstr(file.dli_fname, known_quirks[i].file) != NULL)
            return known_quirks[i];
    }
    return no_quirks;
}

/* Initialises the library as its quirks ask, else as the host wants it, which may mean its mutexes.
 */
static CK_RV
initialise(PfBackend *backend, const CK_C_INITIALIZE_ARGS *args)
{
    backend->is_serialised = backend->quirks.own_locking;
    CK_RV rv = backend->p11->C_Initialize(backend->is_serialised ? NULL : (void *)args);
    if (rv != CKR_CANT_LOCK)
        return rv;
    backend->is_serialised = true;
    return backend->p11->C_Initialize(NULL);
}

static CK_RV
start(PfBackend *backend, const CK_C_INITIALIZE_ARGS *args, bool is_forked_child)
{
    CK_INFO info;
    backend->quirks = guess_quirks(backend->p11);
    bool guess = backend->quirks.own_locking;
    CK_RV rv = initialise(backend, args);
    backend->is_ours = rv != CKR_CRYPTOKI_ALREADY_INITIALIZED;
    if (!backend->is_ours && !is_forked_child)
        rv = CKR_OK;
    if (rv == CKR_OK)
        rv = backend->p11->C_GetInfo(&info);
    if (rv != CKR_OK)
        return rv;
    backend->quirks = find_quirks(&info);
    if (!backend->is_ours || backend->quirks.own_locking == guess) {
        backend->is_serialised = backend->is_serialised || backend->quirks.own_locking;
        return CKR_OK;
    }
    rv = backend->p11->C_Finalize(NULL);
    return rv == CKR_OK ? initialise(backend, args) : rv;
}

PfBackend *
pf_backend_load(const char *name, const char *path, const CK_C_INITIALIZE_ARGS *args,
                bool is_forked_child, CK_RV *ret_rv)
{
    *ret_rv = CKR_GENERAL_ERROR;
    if (is_myself(path)) {
        pf_report("module %s: %s is Pinfold itself", name, path);
        return NULL;
    }
    PfBackend *backend = calloc(1, sizeof *backend);
    if (backend == NULL)
        return NULL;
    pthread_mutex_init(&backend->serial, NULL);
    backend->name = strdup(name);
    backend->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (backend->library == NULL) {
        pf_report("module %s: %s", name, dlerror());
    } else if ((backend->p11 = get_function_list(backend->library)) == NULL) {
        pf_report("module %s: %s is no PKCS#11 module", name, path);
    } else {
        backend->p11_3_0 = get_function_list_3_0(backend->library);
        *ret_rv = start(backend, args, is_forked_child);
        if (*ret_rv == CKR_OK)
            return backend;
        backend->is_ours = false;
        pf_report("module %s: %s does not start (0x%lx)", name, path, *ret_rv);
    }
    pf_backend_free(backend);
    return NULL;
}

void
pf_backend_free(PfBackend *backend)
{
    if (backend == NULL)
        return;
    if (backend->is_ours)
        backend->p11->C_Finalize(NULL);
    if (backend->library != NULL)
        dlclose(backend->library);
    pf_backend_abandon(backend);
}

void
pf_backend_abandon(PfBackend *backend)
{
    pthread_mutex_destroy(&backend->serial);
    free(backend->name);
    free(backend);
}

void
pf_backend_enter(PfBackend *backend)
{
    if (backend->is_serialised)
        pthread_mutex_lock(&backend->serial);
}

CK_RV
pf_backend_leave(PfBackend *backend, CK_RV rv)
{
    if (backend->is_serialised)
        pthread_mutex_unlock(&backend->serial);
    return rv;
}
