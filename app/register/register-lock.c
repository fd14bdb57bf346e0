/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A lock leaves nothing behind: it is on the home directory itself. The system's is on a file that
 * nobody but root can open, as any other could keep it. */
#include "register-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <sys/file.h>
#include <unistd.h>

#define SYSTEM_LOCK "/run/pinfold-register.lock"
#define WAIT_US     (120 * G_USEC_PER_SEC)
#define STEP_US     (50 * 1000)

/* -1: there is none. */
static int
open_lock(const PfRegisterPlace *place)
{
    if (place->is_system && *place->root == '\0')
        return open(SYSTEM_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return open(place->is_system ? place->root : place->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Some file systems have no locks: then it is locked by nobody. */
static gboolean
is_locked_by_another(int fd)
{
    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

gboolean
pf_register_lock_take(const PfRegisterPlace *place, int *ret_fd, GError **error)
{
    int fd = open_lock(place);
    gint64 end = g_get_monotonic_time() + WAIT_US;
    gboolean is_told = FALSE;
    while (is_locked_by_another(fd)) {
        if (!is_told)
            g_printerr("%s\n", _("Another pinfoldctl is at work: waiting for it."));
        is_told = TRUE;
        if (g_get_monotonic_time() > end) {
            close(fd);
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                                _("programs are being set up elsewhere: try again in a while"));
            return FALSE;
        }
        g_usleep(STEP_US);
    }
    *ret_fd = fd;
    return TRUE;
}
