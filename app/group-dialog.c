/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfGroupDialog: says what is wrong with an ID while it is typed. */
#include "group-dialog.h"

#include "group-edit.h"

struct _PfGroupDialog {
    GtkDialog parent_instance;
    GtkEntry *name_entry;
    GtkEntry *id_entry;
    GtkLabel *id_hint;
    GtkLabel *id_error;
};

G_DEFINE_FINAL_TYPE(PfGroupDialog, pf_group_dialog, GTK_TYPE_DIALOG)

static char *
dup_text(GtkEntry *entry)
{
    return g_strstrip(g_strdup(gtk_entry_get_text(entry)));
}

char *
pf_group_dialog_dup_name(PfGroupDialog *self)
{
    return dup_text(self->name_entry);
}

char *
pf_group_dialog_dup_app_id(PfGroupDialog *self)
{
    return dup_text(self->id_entry);
}

static void
on_entry_changed(PfGroupDialog *self)
{
    g_autofree char *name = pf_group_dialog_dup_name(self);
    g_autofree char *app_id = pf_group_dialog_dup_app_id(self);
    gboolean good_id = pf_group_edit_is_id(app_id);
    gtk_widget_set_visible(GTK_WIDGET(self->id_error), !good_id);
    gtk_widget_set_visible(GTK_WIDGET(self->id_hint), good_id);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, *name != '\0' && good_id);
}

PfGroupDialog *
pf_group_dialog_new(GtkWindow *parent, const char *title, const char *name, const char *app_id)
{
    PfGroupDialog *self = g_object_new(PF_TYPE_GROUP_DIALOG, "use-header-bar", TRUE,
                                       "transient-for", parent, "title", title, NULL);
    gtk_entry_set_text(self->name_entry, name);
    gtk_entry_set_text(self->id_entry, app_id);
    on_entry_changed(self);
    return self;
}

static void
pf_group_dialog_class_init(PfGroupDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/group-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, name_entry);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_entry);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_hint);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_error);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_changed);
}

static void
pf_group_dialog_init(PfGroupDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
}
