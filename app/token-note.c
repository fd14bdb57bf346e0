/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent1's NoteTokenChange and its like, on the session bus where there is one. */
#include "token-note.h"

#include "session-bus.h"
#include "wire-names.h"

typedef struct {
    const char *method;
    GVariant *arguments;
    guint timeout_ms;
} Call;

static void
call_free(gpointer data)
{
    Call *call = data;
    g_variant_unref(call->arguments);
    g_free(call);
}

/* ERROR is consumed. */
static void
return_error(GTask *task, GError *error)
{
    g_debug("the agent was not told: %s", error->message);
    g_task_return_error(task, error);
}

static void
on_answered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (answer == NULL)
        return_error(task, error);
    else
        g_task_return_pointer(task, g_object_ref(source), g_object_unref);
}

static void
on_bus_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Call *call = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
    if (bus == NULL) {
        return_error(task, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, error->message));
        return;
    }
    gboolean is_answered = call->timeout_ms > 0;
    g_dbus_connection_call(bus, PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, "org.pinfold.Agent1",
                           call->method, call->arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           is_answered ? (int)call->timeout_ms : -1, NULL,
                           is_answered ? on_answered : NULL,
                           is_answered ? g_object_ref(task) : NULL);
    if (!is_answered)
        g_task_return_pointer(task, g_object_ref(bus), g_object_unref);
}

void
pf_token_note_call_async(const char *method, GVariant *arguments, guint timeout_ms,
                         GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    Call *call = g_new(Call, 1);
    *call = (Call){method, g_variant_ref_sink(arguments), timeout_ms};
    g_task_set_source_tag(task, pf_token_note_call_async);
    g_task_set_task_data(task, call, call_free);
    if (pf_session_bus_exists())
        g_bus_get(G_BUS_TYPE_SESSION, NULL, on_bus_connected, g_object_ref(task));
    else
        return_error(task, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "no session bus"));
}

GDBusConnection *
pf_token_note_call_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* The bus says NO_REPLY of an agent that ended before it had answered. */
gboolean
pf_token_note_is_absence(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY);
}
