/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPacer: an idle source when the last time is long ago, else a timeout for the rest. */
#include "pacer.h"

struct PfPacer {
    gint64 period_us;
    void (*func)(gpointer data);
    gpointer data;
    guint source;   /* 0: not wanted */
    gint64 done_at; /* monotonic µs; 0: never */
};

PfPacer *
pf_pacer_new(gint64 period_us, void (*func)(gpointer data), gpointer data)
{
    PfPacer *pacer = g_new0(PfPacer, 1);
    *pacer = (PfPacer){.period_us = period_us, .func = func, .data = data};
    return pacer;
}

void
pf_pacer_free(PfPacer *pacer)
{
    if (pacer == NULL)
        return;
    pf_pacer_calm(pacer);
    g_free(pacer);
}

static gboolean
on_due(gpointer data)
{
    PfPacer *pacer = data;
    pacer->source = 0;
    pacer->done_at = g_get_monotonic_time();
    pacer->func(pacer->data);
    return G_SOURCE_REMOVE;
}

void
pf_pacer_poke(PfPacer *pacer)
{
    if (pacer->source != 0)
        return;
    gint64 wait = pacer->done_at + pacer->period_us - g_get_monotonic_time();
    if (wait <= 0 || pacer->done_at == 0)
        pacer->source = g_idle_add(on_due, pacer);
    else
        pacer->source = g_timeout_add((guint)(wait / 1000 + 1), on_due, pacer);
}

void
pf_pacer_calm(PfPacer *pacer)
{
    g_clear_handle_id(&pacer->source, g_source_remove);
}
