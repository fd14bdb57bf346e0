/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Two that measure in turns of a millisecond, so that what disturbs the machine disturbs both
 * alike: clients, or a module and its backend in one client. */
#pragma once

#include "bench-measure.h"

#define PF_BENCH_DUEL_MAX_LAPS 256

typedef struct {
    const PfBenchRow *row;
    unsigned steps; /* in one batch */
    unsigned laps;  /* batches; at most PF_BENCH_DUEL_MAX_LAPS */
    bool begins;    /* this client has the first batch of the first lap */
    int peer;       /* the socket to the other client, which has as many laps */
} PfBenchDuel;

/* Gives how many steps of ROW take about half a millisecond; at least one. */
CK_RV pf_bench_duel_count_steps(PfBenchMeasure *measure, const PfBenchRow *row,
                                unsigned *ret_steps);

/* Measures one batch in each lap, before the other client in one lap and after it in the next;
 * gives nanoseconds of one step in each lap. A peer that is gone is CKR_FUNCTION_CANCELED. */
CK_RV pf_bench_duel_fight(const PfBenchDuel *self, PfBenchMeasure *measure, double *ret_ns);

/* The same of two in this process; BEGINS: the first of them has the first batch. */
CK_RV pf_bench_duel_beside(const PfBenchDuel *self, PfBenchMeasure *const measures[2],
                           double *const ret_ns[2]);
