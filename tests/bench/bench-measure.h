/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is measured of a PKCS#11 module: one small step for each row of the table. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

/* A module that is initialised, with a session on its token and what the steps work on. */
typedef struct {
    CK_FUNCTION_LIST *p11;
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE public_key;
    CK_OBJECT_HANDLE private_key; /* found by each login */
    const char *key_label;
    CK_BYTE *pin;
    CK_ULONG pin_len;
    CK_BYTE signature[512];
    CK_ULONG signature_len;
} PfBenchMeasure;

typedef struct {
    const char *name;
    CK_RV (*run)(PfBenchMeasure *self); /* one step; returns the first error */
    unsigned calls;                     /* PKCS#11 calls in one step */
    bool needs_login;
} PfBenchRow;

/* Ends with a NULL name. */
extern const PfBenchRow pf_bench_measure_rows[];

/* Finds the token labelled TOKEN, opens a session, finds the keys, makes the signature that is
 * verified later. Logged out afterwards. The PIN and the label stay the caller's. */
CK_RV pf_bench_measure_prepare(PfBenchMeasure *self, const char *token);

/* Logs in and finds the private key. */
CK_RV pf_bench_measure_login(PfBenchMeasure *self);

CK_RV pf_bench_measure_logout(PfBenchMeasure *self);

/* Makes RET_RAW one of the backend itself, P11, beside OWN in the same process: with a session of
 * its own, and OWN's signature; logged in if that is. OWN's strings are its, too. */
CK_RV pf_bench_measure_begin_beside(const PfBenchMeasure *own, CK_FUNCTION_LIST *p11,
                                    const char *token, bool is_logged_in, PfBenchMeasure *ret_raw);

CK_RV pf_bench_measure_end_beside(PfBenchMeasure *raw);

/* Times STEPS of ROW's steps, at least one; gives nanoseconds of one. */
CK_RV pf_bench_measure_time(PfBenchMeasure *self, const PfBenchRow *row, unsigned steps,
                            double *ret_ns);

/* The same after some steps that are not timed: another process had the caches before. */
CK_RV pf_bench_measure_time_warm(PfBenchMeasure *self, const PfBenchRow *row, unsigned steps,
                                 double *ret_ns);

/* Nanoseconds of the monotonic clock. */
double pf_bench_measure_now(void);
