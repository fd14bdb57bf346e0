/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenActions: from an action to a file chooser or a dialog, and no second one beside it. */
#include "token-actions.h"

#include "certificate-export.h"
#include "file-choosers.h"
#include "token-task.h"

#define DATA_KEY "pf-token-actions"
#define DER_KEY  "pf-der"

typedef struct {
    GtkApplication *application; /* which owns this */
    PfTokenTask *task;           /* NULL: none is open */
    GtkFileChooserNative *chooser;
} PfTokenActions;

static void
on_task_ended(PfTokenActions *self)
{
    g_clear_object(&self->task);
}

/* What the person wants now takes the place of what it has not sent; while a token is at work,
 * nothing else begins. */
static gboolean
make_room(PfTokenActions *self)
{
    if (self->task != NULL && pf_token_task_is_working(self->task)) {
        pf_token_task_present(self->task);
        return FALSE;
    }
    g_clear_object(&self->task);
    g_clear_object(&self->chooser);
    return TRUE;
}

static void
begin(PfTokenActions *self, PfTask task, const char *uri)
{
    self->task = pf_token_task_new(self->application, task, uri);
    g_signal_connect_swapped(self->task, "ended", G_CALLBACK(on_task_ended), self);
}

static void
on_task_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    static const struct {
        const char *name;
        PfTask task;
    } tasks[] = {
        {"change-pin", PF_TASK_CHANGE_PIN}, {"unblock-pin", PF_TASK_UNBLOCK_PIN},
        {"set-pin", PF_TASK_SET_PIN},       {"create-token", PF_TASK_CREATE},
        {"delete-token", PF_TASK_DELETE},
    };
    PfTokenActions *self = user_data;
    const char *uri = parameter != NULL ? g_variant_get_string(parameter, NULL) : NULL;
    if (!make_room(self))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(tasks); i++) {
        if (g_str_equal(tasks[i].name, g_action_get_name(G_ACTION(action))))
            begin(self, tasks[i].task, uri);
    }
}

static void
on_export_chosen(GtkNativeDialog *dialog, int response, gpointer user_data)
{
    PfTokenActions *self = user_data;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    g_autoptr(GBytes) der = g_bytes_ref(g_object_get_data(G_OBJECT(dialog), DER_KEY));
    g_clear_object(&self->chooser);
    if (response == GTK_RESPONSE_ACCEPT && file != NULL)
        pf_certificate_export(self->application, file, der);
}

static void
on_export_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfTokenActions *self = user_data;
    if (!make_room(self))
        return;
    g_autoptr(GVariant) der = g_variant_get_child_value(parameter, 1);
    GBytes *bytes = g_variant_get_data_as_bytes(der);
    g_autofree char *name = pf_certificate_export_dup_file_name(bytes);
    self->chooser = pf_file_choosers_new_export(name);
    g_object_set_data_full(G_OBJECT(self->chooser), DER_KEY, bytes, (GDestroyNotify)g_bytes_unref);
    g_signal_connect(self->chooser, "response", G_CALLBACK(on_export_chosen), self);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

static void
free_actions(gpointer data)
{
    PfTokenActions *self = data;
    g_clear_object(&self->task);
    g_clear_object(&self->chooser);
    g_free(self);
}

void
pf_token_actions_add(GtkApplication *application)
{
    static const GActionEntry entries[] = {
        {"change-pin", on_task_activated, "s"},
        {"unblock-pin", on_task_activated, "s"},
        {"set-pin", on_task_activated, "s"},
        {"create-token", on_task_activated},
        {"delete-token", on_task_activated, "s"},
        {"export-certificate", on_export_activated, "(say)"},
    };
    PfTokenActions *self = g_new0(PfTokenActions, 1);
    self->application = application;
    g_object_set_data_full(G_OBJECT(application), DATA_KEY, self, free_actions);
    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    self);
}
