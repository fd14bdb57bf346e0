/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A lock leaves nothing behind: it is on a directory itself, the home or an image's. Whoever can
 * open one can keep its lock, so that one that others can read is not taken where there is another.
 * The system's is on a file that nobody but root can open. */
#include "register-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_LOCK "/run/pinfold-register.lock"
#define WAIT_US     ((gint64)120 * G_USEC_PER_SEC)
#define STEP_US     50000

/* Can nobody else open the directory? */
static gboolean
is_private(int fd)
{
    struct stat st;
    return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
           (st.st_mode & (S_IRGRP | S_IROTH)) == 0;
}

static int
open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* -1: there is none. */
static int
open_lock(const PfRegisterPlace *place)
{
    if (place->is_system && *place->root == '\0')
        return open(SYSTEM_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    int own = open_directory(place->is_system ? place->root : place->home);
    if (is_private(own))
        return own;
    int other = open_directory(g_get_user_runtime_dir());
    int unused = is_private(other) ? own : other;
    if (unused >= 0)
        close(unused);
    return unused == own ? other : own;
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
