/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Drops a file chooser while it reads a folder, for longer than GTK waits for that, and while
 * something holds a part of it: frob-chooser-drop FOLDER answered|open. Ends when GTK has shown
 * what it has of the folder, and the chooser is gone. */
#include "chooser-drop.h"

/* More than GIO has threads. */
#define WAITERS 40

static GMutex gate; /* locked until the folder is shown; no reading goes on behind it */

typedef struct {
    GtkFileChooserNative *chooser;
    GtkWidget *window; /* of the chooser */
    GtkWidget *widget; /* a part of it, held as GTK itself does while it asks about a folder */
    gboolean is_answered;
    gboolean is_shown; /* the folder */
    gboolean is_gone;
} Harness;

static GtkWidget *
find(GtkWidget *widget, GType type)
{
    GtkWidget *found = NULL;
    if (g_type_is_a(G_OBJECT_TYPE(widget), type))
        return widget;
    if (!GTK_IS_CONTAINER(widget))
        return NULL;
    g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(widget));
    for (GList *item = children; found == NULL && item != NULL; item = item->next)
        found = find(item->data, type);
    return found;
}

static void
on_model_changed(GtkTreeView *list, GParamSpec *property, gpointer user_data)
{
    Harness *harness = user_data;
    if (gtk_tree_view_get_model(list) == NULL || harness->is_shown)
        return;
    harness->is_shown = TRUE;
    g_mutex_unlock(&gate);
}

static void
on_gone(gpointer user_data, GObject *object)
{
    Harness *harness = user_data;
    harness->is_gone = TRUE;
}

static void
on_response(GtkNativeDialog *dialog, int response, gpointer user_data)
{
    Harness *harness = user_data;
    pf_chooser_drop(g_steal_pointer(&harness->chooser), harness);
}

static void
wait_at_gate(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    g_mutex_lock(&gate);
    g_mutex_unlock(&gate);
    g_task_return_boolean(task, TRUE);
}

static void
stop_reading(void)
{
    g_mutex_lock(&gate);
    for (int i = 0; i < WAITERS; i++) {
        g_autoptr(GTask) task = g_task_new(NULL, NULL, NULL, NULL);
        g_task_set_priority(task, G_PRIORITY_HIGH);
        g_task_run_in_thread(task, wait_at_gate);
    }
}

/* Before anything that GTK has read is looked at. */
static gboolean
on_reading(gpointer user_data)
{
    Harness *harness = user_data;
    stop_reading();
    if (harness->is_answered)
        gtk_dialog_response(GTK_DIALOG(harness->window), GTK_RESPONSE_CANCEL);
    else
        pf_chooser_drop(g_steal_pointer(&harness->chooser), harness);
    g_assert_false(gtk_widget_get_visible(harness->window));
    return G_SOURCE_REMOVE;
}

/* GTK begins to read it. */
static void
on_folder_changed(Harness *harness)
{
    g_idle_add_full(G_PRIORITY_HIGH, on_reading, harness, NULL);
}

static void
show(Harness *harness, const char *folder)
{
    harness->chooser =
        gtk_file_chooser_native_new("Test", NULL, GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
    g_object_weak_ref(G_OBJECT(harness->chooser), on_gone, harness);
    g_signal_connect(harness->chooser, "response", G_CALLBACK(on_response), harness);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(harness->chooser), folder);
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *item = windows; item != NULL; item = item->next) {
        if (GTK_IS_FILE_CHOOSER_DIALOG(item->data))
            harness->window = item->data;
    }
    harness->widget = g_object_ref(find(harness->window, GTK_TYPE_FILE_CHOOSER_WIDGET));
    g_signal_connect_swapped(harness->window, "current-folder-changed",
                             G_CALLBACK(on_folder_changed), harness);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(harness->chooser));
}

int
main(int argc, char **argv)
{
    gtk_init(&argc, &argv);
    Harness harness = {.is_answered = g_str_equal(argv[2], "answered")};
    show(&harness, argv[1]);
    GtkWidget *list = find(harness.widget, GTK_TYPE_TREE_VIEW);
    g_signal_connect(list, "notify::model", G_CALLBACK(on_model_changed), &harness);
    while (!harness.is_shown || !harness.is_gone)
        g_main_context_iteration(NULL, TRUE);
    g_object_unref(harness.widget);
    return 0;
}
