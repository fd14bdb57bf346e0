/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which process has a name on the session bus. The bus knows who is connected to it: of a Flatpak,
 * all of whose programs reach it through one proxy, that is the proxy, by a number that means
 * nothing inside. */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

typedef struct {
    guint32 pid;           /* 0: the bus does not say */
    gboolean is_proxied;   /* we are in a Flatpak: the pid is the bus's, not ours */
    gboolean is_neighbour; /* then: it reaches the bus through our own proxy */
} PfBusProcess;

/* Asks BUS who has NAME. Ends in an error only when cancelled. */
void pf_bus_process_find(GDBusConnection *bus, const char *name, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
gboolean pf_bus_process_find_finish(GAsyncResult *result, PfBusProcess *ret_process,
                                    GError **error);

/* The same for programs that wait. */
PfBusProcess pf_bus_process_find_sync(GDBusConnection *bus, const char *name);

/* Is it PID, a process of our own PID namespace? In a Flatpak: any of our sandbox, as that is all
 * that can be told. FALSE where the bus does not say. */
gboolean pf_bus_process_is(const PfBusProcess *process, pid_t pid);
