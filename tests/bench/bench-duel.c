/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBenchDuel: whose turn it is. */
#include "bench-duel.h"

#include <errno.h>
#include <sys/socket.h>

#define BATCH_NS  5e5
#define MAX_STEPS (1U << 16)

CK_RV
pf_bench_duel_count_steps(PfBenchMeasure *measure, const PfBenchRow *row, unsigned *ret_steps)
{
    unsigned steps = 1;
    double ns;
    for (;;) {
        CK_RV rv = pf_bench_measure_time_warm(measure, row, steps, &ns);
        if (rv != CKR_OK)
            return rv;
        if (ns * steps * 2 > BATCH_NS || steps >= MAX_STEPS)
            break;
        steps *= 2;
    }
    *ret_steps = ns < BATCH_NS ? (unsigned)(BATCH_NS / ns) : 1;
    return CKR_OK;
}

static bool
wait_for_peer(int peer)
{
    char turn;
    ssize_t n;
    do
        n = recv(peer, &turn, 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static bool
tell_peer(int peer)
{
    ssize_t n;
    do
        n = send(peer, "", 1, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

CK_RV
pf_bench_duel_fight(const PfBenchDuel *self, PfBenchMeasure *measure, double *ret_ns)
{
    for (unsigned lap = 0; lap < self->laps; lap++) {
        bool first = (lap % 2 == 0) == self->begins;
        if (!first && !wait_for_peer(self->peer))
            return CKR_FUNCTION_CANCELED;
        CK_RV rv = pf_bench_measure_time_warm(measure, self->row, self->steps, &ret_ns[lap]);
        if (rv != CKR_OK)
            return rv;
        /* Who was second is the first of the next lap, and goes on at once. */
        if (first && !tell_peer(self->peer))
            return CKR_FUNCTION_CANCELED;
    }
    return CKR_OK;
}

CK_RV
pf_bench_duel_beside(const PfBenchDuel *self, PfBenchMeasure *const measures[2],
                     double *const ret_ns[2])
{
    for (unsigned turn = 0; turn < self->laps * 2; turn++) {
        unsigned lap = turn / 2;
        /* Who was second is the first of the next lap. */
        unsigned whose = ((lap + turn) % 2 == 0) == self->begins ? 0 : 1;
        CK_RV rv = pf_bench_measure_time_warm(measures[whose], self->row, self->steps,
                                              &ret_ns[whose][lap]);
        if (rv != CKR_OK)
            return rv;
    }
    return CKR_OK;
}
