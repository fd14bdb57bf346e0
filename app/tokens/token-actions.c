/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenActions: from an action to a file chooser or a dialog, and no second one beside it. */
#include "token-actions.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "certificate-export.h"
#include "chooser-drop.h"
#include "failure-note.h"
#include "file-choosers.h"
#include "import-check.h"
#include "import-file.h"
#include "session-watcher.h"
#include "token-names.h"
#include "token-task.h"

#define DATA_KEY "pf-token-actions"
#define DER_KEY  "pf-der"
#define URI_KEY  "pf-token-uri"

typedef struct {
    GtkApplication *application; /* which owns this */
    PfAgentModel *model;
    PfQuitGuard *guard;
    PfTokenTask *task; /* NULL: none is open */
    GtkFileChooserNative *chooser;
    GCancellable *waiting; /* whether the open chooser is of use, or for its file; NULL: for none */
    PfSessionWatcher *session;
} PfTokenActions;

static void
on_task_changed(PfTokenActions *self, const char *uri)
{
    pf_agent_model_note_change(self->model, uri);
}

static void
on_task_begun(PfTokenActions *self, const char *work)
{
    pf_quit_guard_begin(self->guard, work);
}

static void
on_task_done(PfTokenActions *self, gboolean is_seen)
{
    pf_quit_guard_end(self->guard, is_seen);
}

static void
on_task_ended(PfTokenActions *self)
{
    g_clear_object(&self->task);
}

/* What it answers from now on is nothing that the person wants any more. */
static void
drop_chooser(PfTokenActions *self)
{
    g_cancellable_cancel(self->waiting);
    g_clear_object(&self->waiting);
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
}

/* What the person wants now takes the place of what it has not sent; while a token is at work,
 * nothing else begins. Nobody who may start anything is at a locked screen. */
static gboolean
make_room(PfTokenActions *self)
{
    if (pf_session_watcher_is_locked(self->session))
        return FALSE;
    if (self->task != NULL && pf_token_task_is_working(self->task)) {
        pf_token_task_present(self->task);
        return FALSE;
    }
    g_clear_object(&self->task);
    drop_chooser(self);
    return TRUE;
}

/* What was typed is not left to whoever comes to the screen. */
static void
on_session_locked(PfTokenActions *self)
{
    if (self->task != NULL && pf_token_task_is_working(self->task))
        pf_token_task_leave(self->task);
    else
        g_clear_object(&self->task);
    drop_chooser(self);
}

/* TASK is taken. */
static void
begin(PfTokenActions *self, PfTokenTask *task)
{
    self->task = task;
    g_signal_connect_swapped(self->task, "begun", G_CALLBACK(on_task_begun), self);
    g_signal_connect_swapped(self->task, "done", G_CALLBACK(on_task_done), self);
    g_signal_connect_swapped(self->task, "changed", G_CALLBACK(on_task_changed), self);
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
        {"delete-token", PF_TASK_DELETE},   {"rename-token", PF_TASK_RENAME},
        {"generate-key", PF_TASK_GENERATE},
    };
    PfTokenActions *self = user_data;
    const char *uri = parameter != NULL ? g_variant_get_string(parameter, NULL) : NULL;
    if (!make_room(self))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(tasks); i++) {
        if (g_str_equal(tasks[i].name, g_action_get_name(G_ACTION(action))))
            begin(self, pf_token_task_new(self->application, tasks[i].task, uri));
    }
}

static void
on_export_chosen(GtkNativeDialog *dialog, int response, gpointer user_data)
{
    PfTokenActions *self = user_data;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    g_autoptr(GBytes) der = g_bytes_ref(g_object_get_data(G_OBJECT(dialog), DER_KEY));
    drop_chooser(self);
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

typedef struct {
    GtkApplication *application;
    char *uri;
    char *name; /* of the file; NULL: none is chosen yet */
} Import;

static Import *
import_new(GtkApplication *application, const char *uri)
{
    Import *import = g_new(Import, 1);
    *import = (Import){g_object_ref(application), g_strdup(uri), NULL};
    return import;
}

static void
import_free(Import *import)
{
    g_object_unref(import->application);
    g_free(import->uri);
    g_free(import->name);
    g_free(import);
}

static void
on_import_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Import *import = user_data;
    PfTokenActions *self = g_object_get_data(G_OBJECT(import->application), DATA_KEY);
    g_autoptr(GError) error = NULL;
    int fd = pf_import_file_open_finish(result, &error);
    if (fd < 0 && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        pf_failure_note_show(import->application, _("The file cannot be read"), error->message);
    else if (fd >= 0 && make_room(self))
        begin(self, pf_token_task_new_import(self->application, import->uri, fd, import->name));
    else if (fd >= 0)
        close(fd);
    import_free(import);
}

static void
on_import_chosen(GtkNativeDialog *dialog, int response, gpointer user_data)
{
    PfTokenActions *self = user_data;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    const char *uri = g_object_get_data(G_OBJECT(dialog), URI_KEY);
    drop_chooser(self);
    if (response != GTK_RESPONSE_ACCEPT || file == NULL)
        return;
    Import *import = import_new(self->application, uri);
    import->name = g_file_get_parse_name(file);
    self->waiting = g_cancellable_new();
    pf_import_file_open_async(file, self->waiting, on_import_opened, import);
}

/* The chooser is there meanwhile; the import itself would find out as well. */
static void
on_import_checked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Import *import = user_data;
    PfTokenActions *self = g_object_get_data(G_OBJECT(import->application), DATA_KEY);
    const char *reason = pf_import_check_finish(result);
    gboolean is_old = g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result)));
    if (reason != NULL && !is_old) {
        g_autofree char *name = pf_token_names_dup_title(import->uri);
        /* Translators: %s is the label of a token. */
        g_autofree char *title = g_strdup_printf(_("Nothing can be imported into “%s”"),
                                                 name != NULL ? name : _("unnamed token"));
        drop_chooser(self);
        pf_failure_note_show(import->application, title, reason);
    }
    import_free(import);
}

/* Before the dialog, which would keep the keys from the chooser. */
static void
on_import_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfTokenActions *self = user_data;
    if (!make_room(self))
        return;
    self->chooser = pf_file_choosers_new_import();
    g_object_set_data_full(G_OBJECT(self->chooser), URI_KEY, g_variant_dup_string(parameter, NULL),
                           g_free);
    g_signal_connect(self->chooser, "response", G_CALLBACK(on_import_chosen), self);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
    const char *uri = g_variant_get_string(parameter, NULL);
    self->waiting = g_cancellable_new();
    pf_import_check_async(uri, self->waiting, on_import_checked,
                          import_new(self->application, uri));
}

static void
on_names_changed(GtkApplication *application)
{
    GAction *rename = g_action_map_lookup_action(G_ACTION_MAP(application), "rename-token");
    g_simple_action_set_enabled(G_SIMPLE_ACTION(rename), pf_token_names_can_change());
}

static void
free_actions(gpointer data)
{
    PfTokenActions *self = data;
    pf_session_watcher_stop(self->session);
    g_clear_object(&self->session);
    g_clear_object(&self->task);
    drop_chooser(self);
    g_clear_object(&self->model);
    g_clear_object(&self->guard);
    g_free(self);
}

void
pf_token_actions_add(GtkApplication *application, PfAgentModel *model, PfQuitGuard *guard)
{
    static const GActionEntry entries[] = {
        {"change-pin", on_task_activated, "s"},
        {"unblock-pin", on_task_activated, "s"},
        {"set-pin", on_task_activated, "s"},
        {"create-token", on_task_activated},
        {"rename-token", on_task_activated, "s"},
        {"delete-token", on_task_activated, "s"},
        {"import", on_import_activated, "s"},
        {"generate-key", on_task_activated, "s"},
        {"export-certificate", on_export_activated, "(say)"},
    };
    PfTokenActions *self = g_new0(PfTokenActions, 1);
    self->application = application;
    self->model = g_object_ref(model);
    self->guard = g_object_ref(guard);
    self->session = pf_session_watcher_new();
    g_signal_connect_swapped(self->session, "locked", G_CALLBACK(on_session_locked), self);
    g_object_set_data_full(G_OBJECT(application), DATA_KEY, self, free_actions);
    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    self);
    g_signal_connect_object(pf_token_names_get(), "changed", G_CALLBACK(on_names_changed),
                            application, G_CONNECT_SWAPPED);
    on_names_changed(application);
}
