/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfServiceWatch: one inotify watch on the nearest directory that exists. */
#include "service-watch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* pcscd binds, listens, and only then opens the socket's mode: the last is IN_ATTRIB. */
#define EVENTS (IN_CREATE | IN_ATTRIB | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct PfServiceWatch {
    int fd;
    char *name; /* the part of the path that is looked for in the watched directory */
};

/* Watches the parent of PATH, else the parent's parent, and so on; cuts PATH down to that. */
static bool
watch_nearest(PfServiceWatch *watch, char *path)
{
    for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
        free(watch->name);
        watch->name = strdup(slash + 1);
        *slash = '\0';
        if (watch->name == NULL)
            return false;
        if (inotify_add_watch(watch->fd, *path != '\0' ? path : "/", EVENTS) >= 0)
            return true;
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            return false;
    }
    return false;
}

PfServiceWatch *
pf_service_watch_new(const char *path)
{
    PfServiceWatch *watch = calloc(1, sizeof *watch);
    char *copy = strdup(path);
    if (watch == NULL || copy == NULL)
        goto out;
    watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->fd >= 0 && watch_nearest(watch, copy)) {
        free(copy);
        return watch;
    }
out:
    free(copy);
    pf_service_watch_free(watch);
    return NULL;
}

/* Is one of the events that are there about what is looked for? */
static bool
read_events(PfServiceWatch *watch)
{
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    ssize_t len;
    while ((len = read(watch->fd, &buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < len;) {
            struct inotify_event event;
            memcpy(&event, buffer.bytes + at, sizeof event);
            const char *name = buffer.bytes + at + sizeof event;
            if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW)) != 0 ||
                (event.len > 0 && strcmp(name, watch->name) == 0))
                return true;
            at += (ssize_t)(sizeof event + event.len);
        }
    }
    return false;
}

bool
pf_service_watch_wait(PfServiceWatch *watch, int wake_fd)
{
    struct pollfd fds[] = {{.fd = watch->fd, .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
    for (;;) {
        int n = poll(fds, 2, -1);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0 && fds[1].revents != 0)
            return false;
        if (n > 0 && read_events(watch))
            return true;
    }
}

void
pf_service_watch_free(PfServiceWatch *watch)
{
    if (watch == NULL)
        return;
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch->name);
    free(watch);
}

const char *
pf_service_watch_get_pcscd_path(void)
{
    const char *path = secure_getenv("PCSCLITE_CSOCK_NAME");
    return path != NULL ? path : "/run/pcscd/pcscd.comm";
}
