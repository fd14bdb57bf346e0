/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A note to the agent: none is started for it, since only a running one knows a PIN. */
#include "agent-note.h"

#include "wire-names.h"

/* An agent that does not answer lends nothing either. */
#define TIMEOUT_MS 5000

typedef struct {
    PfAgentNoteFunc done;
    GObject *object;
} Note;

static void
finish_note(Note *note)
{
    note->done(note->object);
    g_object_unref(note->object);
    g_free(note);
}

static void
on_forgotten(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (answer == NULL)
        g_debug("The agent was not asked to forget: %s", error->message);
    finish_note(user_data);
}

void
pf_agent_note_before_pin(GDBusConnection *connection, const char *uri, PfAgentNoteFunc done,
                         GObject *object)
{
    GVariantDict filter;
    Note *note = g_new(Note, 1);
    *note = (Note){done, g_object_ref(object)};
    if (connection == NULL) {
        finish_note(note);
        return;
    }
    g_variant_dict_init(&filter, NULL);
    g_variant_dict_insert(&filter, "token-uri", "s", uri);
    g_dbus_connection_call(connection, PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH,
                           PF_WIRE_AGENT_INTERFACE, "Forget",
                           g_variant_new("(@a{sv})", g_variant_dict_end(&filter)), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, NULL, on_forgotten, note);
}
