/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfFdWatch: one of thousands of descriptors that the default main loop waits for.
 *
 * They are one source of the loop together, by epoll: what a turn of the loop costs does not grow
 * with those that are silent. Main thread only. */
#pragma once

#include <glib.h>

typedef struct PfFdWatch PfFdWatch;

typedef struct {
    /* The descriptor is ready, or `prepare` said 0. May free the watch, and others. */
    void (*ready)(gpointer data);
    /* Asked before a wait: for which events (EPOLLIN, EPOLLOUT), and how many ms at most; -1: for
     * ever, 0: it is ready now. NULL: for what it was made with, for ever. It is asked again after
     * it was ready, when its time is over, and after pf_fd_watch_touch(). */
    int (*prepare)(gpointer data, guint32 *ret_events);
} PfFdWatchFuncs;

/* FD must stay open as long as the watch. */
PfFdWatch *pf_fd_watch_new(int fd, guint32 events, const PfFdWatchFuncs *funcs, gpointer data);

/* What `prepare` would say may have changed. */
void pf_fd_watch_touch(PfFdWatch *watch);

/* Nothing is called any more. NULL is fine; from anywhere. */
void pf_fd_watch_free(PfFdWatch *watch);
