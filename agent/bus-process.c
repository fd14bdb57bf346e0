/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Bus process: the question for a name, and in a Flatpak a second one for our own. */
#include "bus-process.h"

#include "flatpak-sandbox.h"

#define QUESTION                                                                                   \
    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",                       \
        "GetConnectionUnixProcessID"

static guint32
read_pid(GVariant *answer)
{
    guint32 pid = 0;
    if (answer != NULL)
        g_variant_get(answer, "(u)", &pid);
    return pid;
}

static gboolean
is_neighbour(const PfBusProcess *process, guint32 own)
{
    return process->pid != 0 && process->pid == own;
}

static void
ask(GDBusConnection *bus, const char *name, GTask *task, GAsyncReadyCallback callback)
{
    g_dbus_connection_call(bus, QUESTION, g_variant_new("(s)", name), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, g_task_get_cancellable(task), callback,
                           task);
}

/* The answer, or 0. FALSE: the call was cancelled, and TASK has ended. */
static gboolean
take_answer(GObject *bus, GAsyncResult *result, GTask *task, guint32 *ret_pid)
{
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, NULL);
    if (g_task_return_error_if_cancelled(task))
        return FALSE;
    *ret_pid = read_pid(answer);
    return TRUE;
}

static void
on_own_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    PfBusProcess *process = g_task_get_task_data(task);
    guint32 own;
    if (!take_answer(source, result, task, &own))
        return;
    process->is_neighbour = is_neighbour(process, own);
    g_task_return_boolean(task, TRUE);
}

static void
on_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    PfBusProcess *process = g_task_get_task_data(task);
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    if (!take_answer(source, result, task, &process->pid))
        return;
    process->is_proxied = pf_flatpak_sandbox_is_around();
    if (process->is_proxied)
        ask(bus, g_dbus_connection_get_unique_name(bus), g_steal_pointer(&task), on_own_found);
    else
        g_task_return_boolean(task, TRUE);
}

void
pf_bus_process_find(GDBusConnection *bus, const char *name, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_set_source_tag(task, pf_bus_process_find);
    g_task_set_task_data(task, g_new0(PfBusProcess, 1), g_free);
    ask(bus, name, task, on_found);
}

gboolean
pf_bus_process_find_finish(GAsyncResult *result, PfBusProcess *ret_process, GError **error)
{
    if (!g_task_propagate_boolean(G_TASK(result), error))
        return FALSE;
    *ret_process = *(PfBusProcess *)g_task_get_task_data(G_TASK(result));
    return TRUE;
}

static guint32
ask_sync(GDBusConnection *bus, const char *name)
{
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_sync(bus, QUESTION, g_variant_new("(s)", name),
                                    G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    return read_pid(answer);
}

PfBusProcess
pf_bus_process_find_sync(GDBusConnection *bus, const char *name)
{
    PfBusProcess process = {
        .pid = ask_sync(bus, name),
        .is_proxied = pf_flatpak_sandbox_is_around(),
    };
    if (process.is_proxied)
        process.is_neighbour =
            is_neighbour(&process, ask_sync(bus, g_dbus_connection_get_unique_name(bus)));
    return process;
}

gboolean
pf_bus_process_is(const PfBusProcess *process, pid_t pid)
{
    if (process->is_proxied)
        return process->is_neighbour;
    return process->pid != 0 && process->pid == (guint32)pid;
}
