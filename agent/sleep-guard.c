/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSleepGuard: logind's PrepareForSleep, and a delay inhibitor that is given back last. */
#include "sleep-guard.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "login-names.h"

struct PfSleepGuard {
    GDBusConnection *bus;
    GCancellable *cancellable;
    PfSleepGuardFunc func;
    gpointer user_data;
    guint subscription;
    guint name_watch;
    gboolean is_wanted;
    gboolean is_there;    /* logind */
    gboolean is_sleeping; /* or is about to */
    gboolean is_asked;    /* for an inhibitor, without an answer yet */
    int fd;               /* the inhibitor; -1: none */
};

static void
let_go(PfSleepGuard *guard)
{
    if (guard->fd >= 0)
        close(guard->fd);
    guard->fd = -1;
}

static gboolean
should_hold(const PfSleepGuard *guard)
{
    return guard->is_wanted && guard->is_there && !guard->is_sleeping;
}

/* The descriptor in an answer of Inhibit, or -1. */
static int
read_inhibitor(GVariant *answer, GUnixFDList *fds)
{
    gint32 handle;
    g_variant_get(answer, "(h)", &handle);
    return fds != NULL ? g_unix_fd_list_get(fds, handle, NULL) : -1;
}

static void
on_inhibit_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfSleepGuard *guard = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source), &fds, result,
                                                        &error);
    if (answer == NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    guard->is_asked = FALSE;
    if (answer == NULL) {
        g_debug("Sleep cannot be held up: %s", error->message);
        return;
    }
    let_go(guard);
    guard->fd = read_inhibitor(answer, fds);
    if (!should_hold(guard))
        let_go(guard);
}

/* Takes or gives back the inhibitor, as it should be now. */
static void
update(PfSleepGuard *guard)
{
    if (!should_hold(guard)) {
        let_go(guard);
        return;
    }
    if (guard->fd >= 0 || guard->is_asked)
        return;
    guard->is_asked = TRUE;
    g_dbus_connection_call_with_unix_fd_list(
        guard->bus, PF_LOGIN_NAME, PF_LOGIN_PATH, PF_LOGIN_MANAGER, "Inhibit",
        g_variant_new("(ssss)", "sleep", "Pinfold", "PINs are forgotten before sleep", "delay"),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, guard->cancellable,
        on_inhibit_answered, guard);
}

static void
on_prepare_for_sleep(GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *parameters,
                     gpointer user_data)
{
    PfSleepGuard *guard = user_data;
    gboolean is_beginning;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(parameters, "(b)", &is_beginning);
    if (is_beginning && guard->is_wanted)
        guard->func(guard->user_data);
    guard->is_sleeping = is_beginning;
    update(guard);
}

static void
on_logind_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    PfSleepGuard *guard = user_data;
    guard->is_there = TRUE;
    update(guard);
}

static void
on_logind_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    PfSleepGuard *guard = user_data;
    guard->is_there = FALSE;
    guard->is_sleeping = FALSE;
    update(guard);
}

PfSleepGuard *
pf_sleep_guard_new(GDBusConnection *system_bus, PfSleepGuardFunc func, gpointer user_data)
{
    PfSleepGuard *guard = g_new0(PfSleepGuard, 1);
    guard->bus = g_object_ref(system_bus);
    guard->cancellable = g_cancellable_new();
    guard->func = func;
    guard->user_data = user_data;
    guard->fd = -1;
    guard->subscription =
        g_dbus_connection_signal_subscribe(system_bus, PF_LOGIN_NAME, PF_LOGIN_MANAGER,
                                           "PrepareForSleep", PF_LOGIN_PATH, NULL,
                                           G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, guard,
                                           NULL);
    guard->name_watch =
        g_bus_watch_name_on_connection(system_bus, PF_LOGIN_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       on_logind_appeared, on_logind_vanished, guard, NULL);
    return guard;
}

void
pf_sleep_guard_set_wanted(PfSleepGuard *guard, gboolean wanted)
{
    guard->is_wanted = wanted;
    update(guard);
}

gboolean
pf_sleep_guard_is_holding(const PfSleepGuard *guard)
{
    return guard->fd >= 0;
}

void
pf_sleep_guard_free(PfSleepGuard *guard)
{
    if (guard == NULL)
        return;
    g_cancellable_cancel(guard->cancellable);
    g_dbus_connection_signal_unsubscribe(guard->bus, guard->subscription);
    g_bus_unwatch_name(guard->name_watch);
    let_go(guard);
    g_object_unref(guard->cancellable);
    g_object_unref(guard->bus);
    g_free(guard);
}
