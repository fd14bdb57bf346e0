/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBenchMeasure: the steps that are timed, and the timing. */
#include "bench-measure.h"

#include <string.h>
#include <time.h>

#define MAX_SLOTS  16
#define WARM_SHARE 4
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

static CK_BYTE text[] = "what is digested, signed, verified";

static CK_RV
find(PfBenchMeasure *self, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *ret_object)
{
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_LABEL, (char *)self->key_label, strlen(self->key_label)},
    };
    CK_OBJECT_HANDLE found[4];
    CK_ULONG count = 0;
    CK_RV rv = self->p11->C_FindObjectsInit(self->session, template, COUNT(template));
    if (rv != CKR_OK)
        return rv;
    rv = self->p11->C_FindObjects(self->session, found, COUNT(found), &count);
    if (rv != CKR_OK)
        return rv;
    rv = self->p11->C_FindObjectsFinal(self->session);
    if (rv == CKR_OK && count != 1)
        rv = CKR_OBJECT_HANDLE_INVALID;
    if (rv == CKR_OK)
        *ret_object = found[0];
    return rv;
}

static CK_RV
run_slot_list(PfBenchMeasure *self)
{
    CK_SLOT_ID slots[MAX_SLOTS];
    CK_ULONG count = COUNT(slots);
    return self->p11->C_GetSlotList(CK_TRUE, slots, &count);
}

static CK_RV
run_slot_info(PfBenchMeasure *self)
{
    CK_SLOT_INFO info;
    return self->p11->C_GetSlotInfo(self->slot, &info);
}

static CK_RV
run_token_info(PfBenchMeasure *self)
{
    CK_TOKEN_INFO info;
    return self->p11->C_GetTokenInfo(self->slot, &info);
}

static CK_RV
run_mechanism_list(PfBenchMeasure *self)
{
    CK_MECHANISM_TYPE mechanisms[256];
    CK_ULONG count = COUNT(mechanisms);
    return self->p11->C_GetMechanismList(self->slot, mechanisms, &count);
}

static CK_RV
run_mechanism_info(PfBenchMeasure *self)
{
    CK_MECHANISM_INFO info;
    return self->p11->C_GetMechanismInfo(self->slot, CKM_RSA_PKCS, &info);
}

static CK_RV
run_session(PfBenchMeasure *self)
{
    CK_SESSION_HANDLE session;
    CK_RV rv = self->p11->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    return rv == CKR_OK ? self->p11->C_CloseSession(session) : rv;
}

/* As run_session(), where each time the token's last session goes and its first one comes. */
static CK_RV
run_only_session(PfBenchMeasure *self)
{
    CK_RV rv = self->p11->C_CloseSession(self->session);
    if (rv != CKR_OK)
        return rv;
    return self->p11->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &self->session);
}

static CK_RV
run_session_info(PfBenchMeasure *self)
{
    CK_SESSION_INFO info;
    return self->p11->C_GetSessionInfo(self->session, &info);
}

static CK_RV
run_find_public(PfBenchMeasure *self)
{
    return find(self, CKO_PUBLIC_KEY, &self->public_key);
}

static CK_RV
run_find_private(PfBenchMeasure *self)
{
    return find(self, CKO_PRIVATE_KEY, &self->private_key);
}

static CK_RV
read_key(PfBenchMeasure *self, CK_OBJECT_HANDLE key)
{
    CK_KEY_TYPE type;
    CK_BYTE id[64];
    CK_ATTRIBUTE template[] = {{CKA_KEY_TYPE, &type, sizeof type}, {CKA_ID, id, sizeof id}};
    return self->p11->C_GetAttributeValue(self->session, key, template, COUNT(template));
}

static CK_RV
run_read_public(PfBenchMeasure *self)
{
    return read_key(self, self->public_key);
}

static CK_RV
run_read_private(PfBenchMeasure *self)
{
    return read_key(self, self->private_key);
}

static CK_RV
run_random(PfBenchMeasure *self)
{
    CK_BYTE bytes[16];
    return self->p11->C_GenerateRandom(self->session, bytes, sizeof bytes);
}

static CK_RV
run_digest(PfBenchMeasure *self)
{
    CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
    CK_BYTE digest[32];
    CK_ULONG len = sizeof digest;
    CK_RV rv = self->p11->C_DigestInit(self->session, &mechanism);
    return rv == CKR_OK ? self->p11->C_Digest(self->session, text, sizeof text, digest, &len) : rv;
}

static CK_RV
run_verify(PfBenchMeasure *self)
{
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    CK_RV rv = self->p11->C_VerifyInit(self->session, &mechanism, self->public_key);
    if (rv != CKR_OK)
        return rv;
    return self->p11->C_Verify(self->session, text, sizeof text, self->signature,
                               self->signature_len);
}

static CK_RV
run_sign(PfBenchMeasure *self)
{
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    CK_RV rv = self->p11->C_SignInit(self->session, &mechanism, self->private_key);
    self->signature_len = sizeof self->signature;
    if (rv != CKR_OK)
        return rv;
    return self->p11->C_Sign(self->session, text, sizeof text, self->signature,
                             &self->signature_len);
}

/* What a program does that is careful by itself: it is logged in only while it signs. */
static CK_RV
run_login_sign(PfBenchMeasure *self)
{
    CK_RV rv = pf_bench_measure_login(self);
    if (rv == CKR_OK)
        rv = run_sign(self);
    return rv == CKR_OK ? pf_bench_measure_logout(self) : rv;
}

const PfBenchRow pf_bench_measure_rows[] = {
    {"C_GetSlotList", run_slot_list, 1, false},
    {"C_GetSlotInfo", run_slot_info, 1, false},
    {"C_GetTokenInfo", run_token_info, 1, false},
    {"C_GetMechanismList", run_mechanism_list, 1, false},
    {"C_GetMechanismInfo", run_mechanism_info, 1, false},
    {"C_OpenSession, C_CloseSession", run_session, 2, false},
    {"C_GetSessionInfo", run_session_info, 1, false},
    {"C_FindObjectsInit to Final, a public key", run_find_public, 3, false},
    {"C_GetAttributeValue, a public key", run_read_public, 1, false},
    {"C_GenerateRandom, 16 bytes", run_random, 1, false},
    {"C_DigestInit, C_Digest, SHA-256", run_digest, 2, false},
    {"C_VerifyInit, C_Verify, RSA-2048", run_verify, 2, false},
    {"C_Login, find, C_Sign, C_Logout", run_login_sign, 7, false},
    {"C_CloseSession, C_OpenSession, no other", run_only_session, 2, false},
    {"C_GetSessionInfo, logged in", run_session_info, 1, true},
    {"C_FindObjectsInit to Final, a public key, logged in", run_find_public, 3, true},
    {"C_FindObjectsInit to Final, a private key", run_find_private, 3, true},
    {"C_GetAttributeValue, a private key", run_read_private, 1, true},
    {"C_SignInit, C_Sign, RSA-2048", run_sign, 2, true},
    {NULL},
};

static CK_RV
find_token(PfBenchMeasure *self, const char *label)
{
    CK_SLOT_ID slots[MAX_SLOTS];
    CK_ULONG count = COUNT(slots);
    CK_TOKEN_INFO info;
    CK_RV rv = self->p11->C_GetSlotList(CK_TRUE, slots, &count);
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
        rv = self->p11->C_GetTokenInfo(slots[i], &info);
        self->slot = slots[i];
        if (rv == CKR_OK && memcmp(info.label, label, strlen(label)) == 0)
            return CKR_OK;
    }
    return rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
}

CK_RV
pf_bench_measure_prepare(PfBenchMeasure *self, const char *token)
{
    CK_RV rv = find_token(self, token);
    if (rv == CKR_OK)
        rv = self->p11->C_OpenSession(self->slot, CKF_SERIAL_SESSION, NULL, NULL, &self->session);
    if (rv == CKR_OK)
        rv = run_find_public(self);
    return rv == CKR_OK ? run_login_sign(self) : rv;
}

CK_RV
pf_bench_measure_login(PfBenchMeasure *self)
{
    CK_RV rv = self->p11->C_Login(self->session, CKU_USER, self->pin, self->pin_len);
    return rv == CKR_OK ? run_find_private(self) : rv;
}

CK_RV
pf_bench_measure_logout(PfBenchMeasure *self)
{
    return self->p11->C_Logout(self->session);
}

CK_RV
pf_bench_measure_begin_beside(const PfBenchMeasure *own, CK_FUNCTION_LIST *p11, const char *token,
                              bool is_logged_in, PfBenchMeasure *ret_raw)
{
    PfBenchMeasure raw = *own;
    raw.p11 = p11;
    CK_RV rv = find_token(&raw, token);
    if (rv == CKR_OK)
        rv = p11->C_OpenSession(raw.slot, CKF_SERIAL_SESSION, NULL, NULL, &raw.session);
    if (rv != CKR_OK)
        return rv;
    rv = run_find_public(&raw);
    if (rv == CKR_OK && is_logged_in)
        rv = run_find_private(&raw);
    if (rv != CKR_OK)
        p11->C_CloseSession(raw.session);
    *ret_raw = raw;
    return rv;
}

CK_RV
pf_bench_measure_end_beside(PfBenchMeasure *raw)
{
    return raw->p11->C_CloseSession(raw->session);
}

double
pf_bench_measure_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static CK_RV
run_steps(PfBenchMeasure *self, const PfBenchRow *row, unsigned steps)
{
    CK_RV rv = CKR_OK;
    for (unsigned i = 0; i < steps && rv == CKR_OK; i++)
        rv = row->run(self);
    return rv;
}

CK_RV
pf_bench_measure_time(PfBenchMeasure *self, const PfBenchRow *row, unsigned steps, double *ret_ns)
{
    double start = pf_bench_measure_now();
    CK_RV rv = run_steps(self, row, steps);
    if (rv == CKR_OK)
        *ret_ns = (pf_bench_measure_now() - start) / steps;
    return rv;
}

CK_RV
pf_bench_measure_time_warm(PfBenchMeasure *self, const PfBenchRow *row, unsigned steps,
                           double *ret_ns)
{
    CK_RV rv = run_steps(self, row, 1 + steps / WARM_SHARE);
    return rv == CKR_OK ? pf_bench_measure_time(self, row, steps, ret_ns) : rv;
}
