/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLinger: a thread that is there only while a window lingers. */
#include "linger.h"

#include <signal.h>
#include <time.h>

#include "agent-patience.h"
#include "module.h"
#include "slot.h"
#include "window.h"

void
pf_linger_init(PfLinger *linger)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&linger->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&linger->changed, &attr);
    pthread_condattr_destroy(&attr);
}

void
pf_linger_clear(PfLinger *linger)
{
    pthread_cond_destroy(&linger->changed);
    pthread_mutex_destroy(&linger->lock);
}

uint32_t
pf_linger_get_delay(PfModule *module)
{
    if (module->link == NULL || !module->may_start_threads)
        return 0;
    return pf_agent_link_get_release_delay_ms(module->link);
}

/* Closes what is due; returns when the next is, 0 for never. */
static uint64_t
close_due(PfModule *module, uint64_t now)
{
    uint64_t next_due = 0;
    for (CK_SLOT_ID id = 0;; id++) {
        PfSlot *slot = pf_slot_find(module, id);
        if (slot == NULL)
            return next_due;
        uint64_t due = pf_window_close_lingering(module, slot, now);
        if (due != 0 && (next_due == 0 || due < next_due))
            next_due = due;
    }
}

static void *
run(void *data)
{
    PfModule *module = data;
    PfLinger *linger = &module->linger;
    pthread_mutex_lock(&linger->lock);
    while (!linger->is_ending) {
        linger->has_news = false;
        pthread_mutex_unlock(&linger->lock);
        pf_agent_patience_begin();
        uint64_t due = close_due(module, pf_window_now());
        pthread_mutex_lock(&linger->lock);
        /* Closing one window takes a card a while, and another was looked at before. */
        if (linger->has_news)
            continue;
        if (due == 0)
            break;
        struct timespec until = {.tv_sec = (time_t)(due / 1000),
                                 .tv_nsec = (long)(due % 1000) * 1000000};
        if (!linger->is_ending)
            pthread_cond_timedwait(&linger->changed, &linger->lock, &until);
    }
    linger->is_running = false;
    pthread_mutex_unlock(&linger->lock);
    return NULL;
}

/* Lock held, no thread running. No signal of the host is for the new one. */
static bool
start(PfModule *module)
{
    PfLinger *linger = &module->linger;
    sigset_t all;
    sigset_t before;
    if (linger->is_joinable)
        pthread_join(linger->thread, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    linger->is_joinable = pthread_create(&linger->thread, NULL, run, module) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    linger->is_running = linger->is_joinable;
    return linger->is_running;
}

bool
pf_linger_begin(PfModule *module)
{
    PfLinger *linger = &module->linger;
    pthread_mutex_lock(&linger->lock);
    bool runs = !linger->is_ending && (linger->is_running || start(module));
    linger->has_news = true;
    if (runs)
        pthread_cond_signal(&linger->changed);
    pthread_mutex_unlock(&linger->lock);
    return runs;
}

void
pf_linger_stop(PfModule *module)
{
    PfLinger *linger = &module->linger;
    pthread_mutex_lock(&linger->lock);
    linger->is_ending = true;
    bool must_join = linger->is_joinable;
    linger->is_joinable = false;
    pthread_cond_signal(&linger->changed);
    pthread_mutex_unlock(&linger->lock);
    if (must_join)
        pthread_join(linger->thread, NULL);
}

void
pf_linger_end(PfModule *module)
{
    pf_linger_stop(module);
    close_due(module, UINT64_MAX);
}
