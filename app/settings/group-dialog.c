/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfGroupDialog: says what is wrong with an ID while it is typed. */
#include "group-dialog.h"

#include <glib/gi18n.h>

#include "group-edit.h"

struct _PfGroupDialog {
    GtkDialog parent_instance;
    GtkEntry *name_entry;
    GtkEntry *id_entry;
    GtkLabel *id_hint;
    GtkLabel *id_error;

    GVariant *groups;
    guint index;
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

static const char *
get_error_text(PfGroupId verdict)
{
    switch (verdict) {
    case PF_GROUP_ID_MALFORMED:
        /* Translators: the numbers are examples. */
        return _("An ID is two numbers with a colon, such as 12:34, each up to 4294967295.");
    case PF_GROUP_ID_TAKEN:
        return _("Another group has this ID.");
    case PF_GROUP_ID_GOOD:
        break;
    }
    return "";
}

/* Says what is wrong with what is typed; returns whether nothing is. */
static gboolean
check(PfGroupDialog *self)
{
    g_autofree char *name = pf_group_dialog_dup_name(self);
    g_autofree char *app_id = pf_group_dialog_dup_app_id(self);
    PfGroupId verdict = pf_group_edit_check_id(self->groups, self->index, app_id);
    gboolean good = verdict == PF_GROUP_ID_GOOD;
    gtk_label_set_text(self->id_error, get_error_text(verdict));
    gtk_widget_set_visible(GTK_WIDGET(self->id_error), !good);
    gtk_widget_set_visible(GTK_WIDGET(self->id_hint), good);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, *name != '\0' && good);
    return *name != '\0' && good;
}

static void
on_entry_changed(PfGroupDialog *self)
{
    check(self);
}

gboolean
pf_group_dialog_update(PfGroupDialog *self, GVariant *groups, guint index)
{
    g_variant_unref(self->groups);
    self->groups = g_variant_ref(groups);
    self->index = index;
    return check(self);
}

PfGroupDialog *
pf_group_dialog_new(GtkWindow *parent, GVariant *groups, guint index)
{
    gboolean exists = index < g_variant_n_children(groups);
    PfGroupDialog *self =
        g_object_new(PF_TYPE_GROUP_DIALOG, "use-header-bar", TRUE, "transient-for", parent, "title",
                     exists ? _("Rename Group") : _("New Group"), NULL);
    const char *name = "";
    const char *app_id = "";
    self->groups = g_variant_ref(groups);
    self->index = index;
    if (exists)
        g_variant_get_child(groups, index, "(&s&sas)", &name, &app_id, NULL);
    gtk_entry_set_text(self->name_entry, name);
    gtk_entry_set_text(self->id_entry, app_id);
    g_signal_connect_swapped(self->name_entry, "changed", G_CALLBACK(on_entry_changed), self);
    g_signal_connect_swapped(self->id_entry, "changed", G_CALLBACK(on_entry_changed), self);
    on_entry_changed(self);
    return self;
}

static void
finalize(GObject *object)
{
    g_variant_unref(PF_GROUP_DIALOG(object)->groups);
    G_OBJECT_CLASS(pf_group_dialog_parent_class)->finalize(object);
}

static void
pf_group_dialog_class_init(PfGroupDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/group-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, name_entry);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_entry);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_hint);
    gtk_widget_class_bind_template_child(widget_class, PfGroupDialog, id_error);
}

static void
pf_group_dialog_init(PfGroupDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
}
