/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBootTimer: a timerfd. */
#include "boot-timer.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct PfBootTimer {
    void (*func)(gpointer user_data);
    gpointer user_data;
    int fd;
    guint source;
    gint64 deadline; /* 0: none */
};

gint64
pf_boot_timer_get_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        g_error("there is no CLOCK_BOOTTIME");
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
on_timer_due(int fd, GIOCondition condition, gpointer user_data)
{
    PfBootTimer *timer = user_data;
    guint64 times;
    /* One that was set anew meanwhile has nothing to read. */
    if (read(fd, &times, sizeof times) != (ssize_t)sizeof times)
        return G_SOURCE_CONTINUE;
    timer->deadline = 0;
    timer->func(timer->user_data);
    return G_SOURCE_CONTINUE;
}

PfBootTimer *
pf_boot_timer_new(void (*func)(gpointer user_data), gpointer user_data, GError **error)
{
    int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0) {
        int saved = errno;
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(saved), "no timer: %s",
                    g_strerror(saved));
        return NULL;
    }
    PfBootTimer *timer = g_new0(PfBootTimer, 1);
    timer->func = func;
    timer->user_data = user_data;
    timer->fd = fd;
    timer->source = g_unix_fd_add(fd, G_IO_IN, on_timer_due, timer);
    return timer;
}

void
pf_boot_timer_set(PfBootTimer *timer, gint64 deadline)
{
    if (deadline == timer->deadline)
        return;
    struct itimerspec when = {
        .it_value = {deadline / G_USEC_PER_SEC, deadline % G_USEC_PER_SEC * 1000},
    };
    if (timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
        g_error("a timer cannot be set: %s", g_strerror(errno));
    timer->deadline = deadline;
}

void
pf_boot_timer_free(PfBootTimer *timer)
{
    if (timer == NULL)
        return;
    g_source_remove(timer->source);
    close(timer->fd);
    g_free(timer);
}
