/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Windows that stay open for `release-delay` after their last use, and the thread that closes them
 * (DESIGN 4.4). */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Part of the module. */
typedef struct {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool is_running;
    bool is_joinable;
    bool is_ending;
    bool has_news; /* since the thread began to look */
    pthread_t thread;
} PfLinger;

typedef struct PfModule PfModule;

void pf_linger_init(PfLinger *linger);

/* Milliseconds a window lingers now; 0 for hosts that forbid threads. */
uint32_t pf_linger_get_delay(PfModule *module);

/* Sees to it that the thread runs and looks at the windows. Returns false when it cannot. */
bool pf_linger_begin(PfModule *module);

/* Ends the thread; with pf_linger_end() it also closes what lingers, for C_Finalize. */
void pf_linger_stop(PfModule *module);
void pf_linger_end(PfModule *module);

void pf_linger_clear(PfLinger *linger);
