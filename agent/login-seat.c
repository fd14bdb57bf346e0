/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginSeat: the seat's ActiveSession, and whose that is. */
#include "login-seat.h"

#include <unistd.h>

#include "login-names.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

struct PfLoginSeat {
    GDBusConnection *bus;
    GCancellable *look; /* of the last look: answers of an earlier one are about what was */
    char *path;
    char *asked;    /* the session whose user the last look asks for */
    char *in_front; /* the session that was told last; NULL: none of another user's */
    PfLoginSeatFunc func;
    gpointer user_data;
    guint subscription;
};

static void
get_property(PfLoginSeat *seat, const char *path, const char *interface, const char *property,
             GAsyncReadyCallback callback)
{
    g_dbus_connection_call(seat->bus, PF_LOGIN_NAME, path, PROPERTIES, "Get",
                           g_variant_new("(ss)", interface, property), G_VARIANT_TYPE("(v)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, seat->look, callback, seat);
}

/* The property's value if it is of TYPE, or NULL. On NULL the seat may be gone. */
static GVariant *
finish_property(GObject *source, GAsyncResult *result, const char *type)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariant) value = NULL;
    if (answer == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("The seat cannot be read: %s", error->message);
        return NULL;
    }
    g_variant_get(answer, "(v)", &value);
    return g_variant_is_of_type(value, G_VARIANT_TYPE(type)) ? g_steal_pointer(&value) : NULL;
}

static void
on_user_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GVariant) value = finish_property(source, result, "(uo)");
    guint32 uid;
    if (value == NULL)
        return;
    g_variant_get(value, "(uo)", &uid, NULL);
    PfLoginSeat *seat = user_data;
    g_clear_pointer(&seat->in_front, g_free);
    if (uid == getuid())
        return;
    seat->in_front = g_steal_pointer(&seat->asked);
    seat->func(seat->user_data);
}

static void
on_active_session_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GVariant) value = finish_property(source, result, "(so)");
    const char *id;
    const char *path;
    if (value == NULL)
        return;
    g_variant_get(value, "(&s&o)", &id, &path);
    PfLoginSeat *seat = user_data;
    if (g_strcmp0(path, seat->in_front) == 0)
        return;
    g_clear_pointer(&seat->in_front, g_free);
    /* Nobody's: a text console where nobody has logged in. */
    if (*id == '\0')
        return;
    seat->asked = g_strdup(path);
    get_property(seat, path, PF_LOGIN_SESSION, "User", on_user_read);
}

void
pf_login_seat_look(PfLoginSeat *seat)
{
    g_cancellable_cancel(seat->look);
    g_object_unref(seat->look);
    seat->look = g_cancellable_new();
    g_clear_pointer(&seat->asked, g_free);
    get_property(seat, seat->path, PF_LOGIN_SEAT, "ActiveSession", on_active_session_read);
}

static void
on_seat_properties_changed(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *signal, GVariant *parameters,
                           gpointer user_data)
{
    pf_login_seat_look(user_data);
}

PfLoginSeat *
pf_login_seat_new(GDBusConnection *system_bus, const char *path, PfLoginSeatFunc func,
                  gpointer user_data)
{
    PfLoginSeat *seat = g_new0(PfLoginSeat, 1);
    seat->bus = g_object_ref(system_bus);
    seat->look = g_cancellable_new();
    seat->path = g_strdup(path);
    seat->func = func;
    seat->user_data = user_data;
    seat->subscription = g_dbus_connection_signal_subscribe(system_bus, PF_LOGIN_NAME, PROPERTIES,
                                                            "PropertiesChanged", path,
                                                            PF_LOGIN_SEAT, G_DBUS_SIGNAL_FLAGS_NONE,
                                                            on_seat_properties_changed, seat, NULL);
    pf_login_seat_look(seat);
    return seat;
}

void
pf_login_seat_free(PfLoginSeat *seat)
{
    if (seat == NULL)
        return;
    g_cancellable_cancel(seat->look);
    g_dbus_connection_signal_unsubscribe(seat->bus, seat->subscription);
    g_object_unref(seat->look);
    g_object_unref(seat->bus);
    g_free(seat->path);
    g_free(seat->asked);
    g_free(seat->in_front);
    g_free(seat);
}
