/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBenchMeasure that grows: its sessions, its keys, and a search for all of these. */
#include "bench-grow.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

CK_RV
pf_bench_grow_open(PfBenchMeasure *self, unsigned count)
{
    CK_SESSION_HANDLE session;
    CK_RV rv = CKR_OK;
    for (unsigned i = 0; i < count && rv == CKR_OK; i++)
        rv = self->p11->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    return rv;
}

CK_RV
pf_bench_grow_make(PfBenchMeasure *self, unsigned count)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_BBOOL yes = CK_TRUE;
    CK_BYTE value[16] = "no secret at all";
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &yes, sizeof yes},     {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_VALUE, &value, sizeof value},
    };
    CK_RV rv = self->p11->C_OpenSession(self->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                        &session);
    for (unsigned i = 0; i < count && rv == CKR_OK; i++)
        rv = self->p11->C_CreateObject(session, template, COUNT(template), &key);
    return rv == CKR_OK ? self->p11->C_CloseSession(session) : rv;
}

static CK_RV
search(PfBenchMeasure *self, CK_ULONG *ret_found)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
    CK_OBJECT_HANDLE found[64];
    CK_ULONG count = COUNT(found);
    *ret_found = 0;
    CK_RV rv = self->p11->C_FindObjectsInit(self->session, &template, 1);
    while (rv == CKR_OK && count > 0) {
        rv = self->p11->C_FindObjects(self->session, found, COUNT(found), &count);
        *ret_found += count;
    }
    return rv == CKR_OK ? self->p11->C_FindObjectsFinal(self->session) : rv;
}

CK_RV
pf_bench_grow_search(PfBenchMeasure *self, unsigned times, double *ret_ns, CK_ULONG *ret_found)
{
    CK_RV rv = CKR_OK;
    *ret_ns = 0;
    for (unsigned i = 0; i < times && rv == CKR_OK; i++) {
        double start = pf_bench_measure_now();
        rv = search(self, ret_found);
        double ns = pf_bench_measure_now() - start;
        if (i == 0 || ns < *ret_ns)
            *ret_ns = ns;
    }
    return rv;
}
