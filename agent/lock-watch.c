/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLockWatch: one subscription and one watched name for each saver. */
#include "lock-watch.h"

typedef struct {
    const char *name; /* also the interface's */
    const char *path;
} SaverName;

static const SaverName saver_names[] = {
    {"org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"},
    {"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"},
    {"org.mate.ScreenSaver", "/org/mate/ScreenSaver"},
    {"org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"},
    {"org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"},
};

typedef struct {
    PfLockWatch *watch;
    const SaverName *names;
    guint subscription;
    guint name_watch;
    gboolean is_there;
    gboolean is_active;
} Saver;

struct PfLockWatch {
    GDBusConnection *bus;
    GCancellable *cancellable;
    PfLockWatchFunc func;
    gpointer user_data;
    Saver savers[G_N_ELEMENTS(saver_names)];
};

static void
set_active(Saver *saver, gboolean is_active)
{
    saver->is_active = is_active;
    saver->watch->func(saver->names->name, is_active, saver->watch->user_data);
}

static void
take_state(Saver *saver, GVariant *parameters)
{
    gboolean is_active;
    g_variant_get(parameters, "(b)", &is_active);
    set_active(saver, is_active);
}

static void
on_active_changed(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                  const char *signal, GVariant *parameters, gpointer user_data)
{
    if (g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
        take_state(user_data, parameters);
}

static void
on_get_active_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (answer != NULL)
        take_state(user_data, answer);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_debug("A screen saver does not say whether it is active: %s", error->message);
}

static void
on_saver_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    Saver *saver = user_data;
    saver->is_there = TRUE;
    g_debug("There is %s", name);
    /* One that has restarted can have locked the screen before anybody could hear it. */
    g_dbus_connection_call(bus, owner, saver->names->path, name, "GetActive", NULL,
                           G_VARIANT_TYPE("(b)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           saver->watch->cancellable, on_get_active_answered, saver);
}

static void
on_saver_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    Saver *saver = user_data;
    saver->is_there = FALSE;
    if (saver->is_active)
        set_active(saver, FALSE);
}

PfLockWatch *
pf_lock_watch_new(GDBusConnection *session_bus, PfLockWatchFunc func, gpointer user_data)
{
    PfLockWatch *watch = g_new0(PfLockWatch, 1);
    watch->bus = g_object_ref(session_bus);
    watch->cancellable = g_cancellable_new();
    watch->func = func;
    watch->user_data = user_data;
    for (gsize i = 0; i < G_N_ELEMENTS(saver_names); i++) {
        Saver *saver = &watch->savers[i];
        const char *name = saver_names[i].name;
        saver->watch = watch;
        saver->names = &saver_names[i];
        /* At any path: some say it at several, and not at the one of the table. */
        saver->subscription =
            g_dbus_connection_signal_subscribe(session_bus, name, name, "ActiveChanged", NULL, NULL,
                                               G_DBUS_SIGNAL_FLAGS_NONE, on_active_changed, saver,
                                               NULL);
        saver->name_watch =
            g_bus_watch_name_on_connection(session_bus, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                           on_saver_appeared, on_saver_vanished, saver, NULL);
    }
    return watch;
}

GPtrArray *
pf_lock_watch_list_savers(const PfLockWatch *watch)
{
    GPtrArray *list = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(saver_names); i++) {
        if (watch->savers[i].is_there)
            g_ptr_array_add(list, (gpointer)saver_names[i].name);
    }
    return list;
}

gboolean
pf_lock_watch_is_locked(const PfLockWatch *watch)
{
    for (gsize i = 0; i < G_N_ELEMENTS(saver_names); i++) {
        if (watch->savers[i].is_active)
            return TRUE;
    }
    return FALSE;
}

void
pf_lock_watch_free(PfLockWatch *watch)
{
    if (watch == NULL)
        return;
    g_cancellable_cancel(watch->cancellable);
    for (gsize i = 0; i < G_N_ELEMENTS(saver_names); i++) {
        g_dbus_connection_signal_unsubscribe(watch->bus, watch->savers[i].subscription);
        g_bus_unwatch_name(watch->savers[i].name_watch);
    }
    g_object_unref(watch->cancellable);
    g_object_unref(watch->bus);
    g_free(watch);
}
