/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* More sessions and more objects, to see what calls cost then. */
#pragma once

#include "bench-measure.h"

/* Opens COUNT more sessions, which stay open. */
CK_RV pf_bench_grow_open(PfBenchMeasure *self, unsigned count);

/* Makes COUNT more private secret keys on the token; logged in before and after. */
CK_RV pf_bench_grow_make(PfBenchMeasure *self, unsigned count);

/* Times a search that has these keys as its result, the quickest of TIMES; gives how many. */
CK_RV pf_bench_grow_search(PfBenchMeasure *self, unsigned times, double *ret_ns,
                           CK_ULONG *ret_found);
