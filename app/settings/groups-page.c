/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfGroupsPage: the setting is the model; each change writes it and the rows follow. */
#include "groups-page.h"

#include <glib/gi18n.h>

#include "failure-note.h"
#include "group-dialog.h"
#include "group-edit.h"
#include "group-row.h"
#include "lock-note.h"
#include "program-dialog.h"
#include "row-separators.h"
#include "setting-group.h"
#include "setting-row.h"

struct _PfGroupsPage {
    GtkBox parent_instance;
    GtkStack *list_stack;
    GtkListBox *group_list;
    PfSettingRow *default_row;
    PfLockNote *lock_note;

    GSettings *settings;
    PfAgentModel *model;
    GSimpleActionGroup *actions;
    GtkWidget *dialog; /* the one that is open above the page */
    GVariant *edited;  /* the group that it is about, as it was last; NULL: a new one */
};

G_DEFINE_FINAL_TYPE(PfGroupsPage, pf_groups_page, GTK_TYPE_BOX)

static GVariant *
get_groups(PfGroupsPage *self)
{
    return g_settings_get_value(self->settings, "groups");
}

static void
focus_group(PfGroupsPage *self, guint index)
{
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(self->group_list, (int)index);
    if (row == NULL && index > 0)
        row = gtk_list_box_get_row_at_index(self->group_list, (int)index - 1);
    if (row != NULL)
        pf_group_row_focus(PF_GROUP_ROW(row));
}

/* Takes GROUPS. The rows are new afterwards; the focus goes to that of the group INDEX, or to the
 * last. */
static void
set_groups(PfGroupsPage *self, GVariant *groups, guint index)
{
    g_settings_set_value(self->settings, "groups", groups);
    g_variant_unref(groups);
    focus_group(self, index);
}

static void
close_dialog(PfGroupsPage *self)
{
    GtkWidget *dialog = self->dialog;
    g_clear_weak_pointer(&self->dialog);
    g_clear_pointer(&self->edited, g_variant_unref);
    if (dialog != NULL)
        gtk_widget_destroy(dialog);
}

static void
tell_gone(GVariant *group)
{
    const char *name;
    g_variant_get_child(group, 0, "&s", &name);
    /* Translators: %s is the name of a group of programs. */
    g_autofree char *title = g_strdup_printf(_("The group “%s” is not there any more"), name);
    pf_failure_note_show(GTK_APPLICATION(g_application_get_default()), title,
                         _("Another program has changed the groups meanwhile."));
}

/* The open dialog is about a group, which may stand elsewhere in GROUPS than it did, or nowhere.
 * Returns whether what the person wants may still be done, to the group at RET_INDEX. */
static gboolean
follow_group(PfGroupsPage *self, GVariant *groups, guint *ret_index)
{
    guint index = G_MAXUINT;
    if (self->edited != NULL && !pf_group_edit_find(groups, self->edited, &index)) {
        tell_gone(self->edited);
        close_dialog(self);
        return FALSE;
    }
    if (self->edited != NULL) {
        g_variant_unref(self->edited);
        self->edited = g_variant_get_child_value(groups, index);
    }
    *ret_index = index;
    return !PF_IS_GROUP_DIALOG(self->dialog) ||
           pf_group_dialog_update(PF_GROUP_DIALOG(self->dialog), groups, index);
}

static void
on_settings_groups_changed(PfGroupsPage *self)
{
    g_autoptr(GVariant) groups = get_groups(self);
    guint index;
    if (self->dialog != NULL)
        follow_group(self, groups, &index);
    gtk_container_foreach(GTK_CONTAINER(self->group_list), (GtkCallback)(void *)gtk_widget_destroy,
                          NULL);
    gtk_stack_set_visible_child_name(self->list_stack,
                                     g_variant_n_children(groups) > 0 ? "list" : "empty");
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        g_autoptr(GVariant) group = g_variant_get_child_value(groups, i);
        gtk_container_add(GTK_CONTAINER(self->group_list), pf_group_row_new(group));
    }
}

static void
on_settings_groups_writable_changed(PfGroupsPage *self)
{
    gboolean writable = g_settings_is_writable(self->settings, "groups");
    g_auto(GStrv) names = g_action_group_list_actions(G_ACTION_GROUP(self->actions));
    for (guint i = 0; names[i] != NULL; i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), names[i]);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), writable);
    }
}

static GtkWindow *
get_window(PfGroupsPage *self)
{
    return GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(self)));
}

/* Shows DIALOG, which is about GROUP (NULL: a new one), instead of one that may be there. */
static void
show_dialog(PfGroupsPage *self, GtkWidget *dialog, GVariant *group, GCallback on_response)
{
    close_dialog(self);
    self->edited = group != NULL ? g_variant_ref(group) : NULL;
    g_set_weak_pointer(&self->dialog, dialog);
    g_signal_connect_object(dialog, "response", on_response, self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_group_dialog_response(PfGroupsPage *self, int response, PfGroupDialog *dialog)
{
    g_autoptr(GVariant) groups = get_groups(self);
    g_autofree char *name = pf_group_dialog_dup_name(dialog);
    g_autofree char *app_id = pf_group_dialog_dup_app_id(dialog);
    gboolean is_new = self->edited == NULL;
    guint index = G_MAXUINT;
    if (response == GTK_RESPONSE_OK && !follow_group(self, groups, &index))
        return;
    close_dialog(self);
    if (response != GTK_RESPONSE_OK)
        return;
    if (is_new)
        set_groups(self, pf_group_edit_add(groups, name, app_id),
                   (guint)g_variant_n_children(groups));
    else
        set_groups(self, pf_group_edit_change(groups, index, name, app_id), index);
}

static void
on_program_dialog_response(PfGroupsPage *self, int response, PfProgramDialog *dialog)
{
    g_autoptr(GVariant) groups = get_groups(self);
    g_autofree char *program = g_strdup(pf_program_dialog_get_program(dialog));
    gboolean is_wanted = response == GTK_RESPONSE_OK && program != NULL;
    guint index;
    if (is_wanted && !follow_group(self, groups, &index))
        return;
    close_dialog(self);
    if (is_wanted)
        set_groups(self, pf_group_edit_add_program(groups, index, program), index);
}

static void
on_add_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfGroupsPage *self = user_data;
    g_autoptr(GVariant) groups = get_groups(self);
    PfGroupDialog *dialog = pf_group_dialog_new(get_window(self), groups, G_MAXUINT);
    show_dialog(self, GTK_WIDGET(dialog), NULL, G_CALLBACK(on_group_dialog_response));
}

static void
on_edit_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfGroupsPage *self = user_data;
    g_autoptr(GVariant) groups = get_groups(self);
    guint index;
    if (!pf_group_edit_find(groups, parameter, &index))
        return; /* its row goes, too */
    PfGroupDialog *dialog = pf_group_dialog_new(get_window(self), groups, index);
    show_dialog(self, GTK_WIDGET(dialog), parameter, G_CALLBACK(on_group_dialog_response));
}

static void
on_remove_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfGroupsPage *self = user_data;
    g_autoptr(GVariant) groups = get_groups(self);
    guint index;
    if (pf_group_edit_find(groups, parameter, &index))
        set_groups(self, pf_group_edit_remove(groups, index), index);
}

static void
on_add_program_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfGroupsPage *self = user_data;
    g_autoptr(GVariant) groups = get_groups(self);
    PfProgramDialog *dialog =
        pf_program_dialog_new(get_window(self), groups, pf_agent_model_get_domains(self->model));
    show_dialog(self, GTK_WIDGET(dialog), parameter, G_CALLBACK(on_program_dialog_response));
}

static void
on_remove_program_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfGroupsPage *self = user_data;
    g_autoptr(GVariant) groups = get_groups(self);
    g_autoptr(GVariant) group = g_variant_get_child_value(parameter, 0);
    guint index;
    const char *program;
    g_variant_get_child(parameter, 1, "&s", &program);
    if (pf_group_edit_find(groups, group, &index))
        set_groups(self, pf_group_edit_remove_program(groups, index, program), index);
}

void
pf_groups_page_bind(PfGroupsPage *self, PfSettingsView *view, PfAgentModel *model)
{
    GSettings *settings = pf_settings_view_get_for(view, "groups");
    self->settings = g_object_ref(settings);
    self->model = g_object_ref(model);
    pf_setting_row_bind(self->default_row, view, "share-by-default", "active");
    pf_lock_note_watch(self->lock_note, view, "groups");
    g_signal_connect_object(settings, "changed::groups", G_CALLBACK(on_settings_groups_changed),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect_object(settings, "writable-changed::groups",
                            G_CALLBACK(on_settings_groups_writable_changed), self,
                            G_CONNECT_SWAPPED);
    on_settings_groups_changed(self);
    on_settings_groups_writable_changed(self);
}

static void
dispose(GObject *object)
{
    PfGroupsPage *self = PF_GROUPS_PAGE(object);
    close_dialog(self);
    g_clear_object(&self->settings);
    g_clear_object(&self->model);
    g_clear_object(&self->actions);
    G_OBJECT_CLASS(pf_groups_page_parent_class)->dispose(object);
}

static void
pf_groups_page_class_init(PfGroupsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_LOCK_NOTE);
    g_type_ensure(PF_TYPE_SETTING_GROUP);
    g_type_ensure(PF_TYPE_SETTING_ROW);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/groups-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfGroupsPage, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfGroupsPage, group_list);
    gtk_widget_class_bind_template_child(widget_class, PfGroupsPage, default_row);
    gtk_widget_class_bind_template_child(widget_class, PfGroupsPage, lock_note);
}

static void
pf_groups_page_init(PfGroupsPage *self)
{
    static const GActionEntry entries[] = {
        {"add", on_add_activated},
        {"edit", on_edit_activated, "(ssas)"},
        {"remove", on_remove_activated, "(ssas)"},
        {"add-program", on_add_program_activated, "(ssas)"},
        {"remove-program", on_remove_program_activated, "((ssas)s)"},
    };
    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "groups", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->group_list);
}
