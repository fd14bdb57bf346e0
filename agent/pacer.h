/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPacer: something that is done soon after it is wanted, however often that is, but not more
 * often than each so many microseconds. Nothing wakes up while nothing is wanted. */
#pragma once

#include <glib.h>

typedef struct PfPacer PfPacer;

/* FUNC is called from the main loop. */
PfPacer *pf_pacer_new(gint64 period_us, void (*func)(gpointer data), gpointer data);

/* Not called any more. NULL is fine. */
void pf_pacer_free(PfPacer *pacer);

/* It is wanted. */
void pf_pacer_poke(PfPacer *pacer);

/* What was wanted until now is not wanted any more. */
void pf_pacer_calm(PfPacer *pacer);
