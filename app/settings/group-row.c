/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfGroupRow: the page makes it anew when the group changes. */
#include "group-row.h"

#include <glib/gi18n.h>

#include "label-text.h"
#include "plain-text.h"
#include "program-row.h"
#include "row-button.h"

struct _PfGroupRow {
    GtkListBoxRow parent_instance;
    GtkLabel *name_label;
    GtkLabel *id_label;
    GtkButton *add_button;
    GtkButton *edit_button;
    GtkButton *remove_button;
    GtkListBox *program_list;
    GtkWidget *empty_label;
};

G_DEFINE_FINAL_TYPE(PfGroupRow, pf_group_row, GTK_TYPE_LIST_BOX_ROW)

static char *
dup_id_text(const char *app_id)
{
    if (*app_id != '\0')
        /* Translators: of a group of programs; %s is two numbers with a colon. */
        return g_strdup_printf(_("Application ID %s"), app_id);
    return g_strdup(_("Application ID drawn at each start"));
}

GtkWidget *
pf_group_row_new(GVariant *group)
{
    PfGroupRow *self = g_object_new(PF_TYPE_GROUP_ROW, NULL);
    const char *raw_name;
    const char *app_id;
    g_autofree const char **programs = NULL;
    g_variant_get(group, "(&s&s^a&s)", &raw_name, &app_id, &programs);
    g_autofree char *plain_name = pf_plain_text_dup(raw_name);
    const char *name = plain_name != NULL ? plain_name : _("Unnamed group");
    g_autofree char *id_text = dup_id_text(app_id);
    pf_label_text_set(self->name_label, name);
    pf_label_text_set(self->id_label, id_text);
    pf_row_button_set(self->add_button, group, name);
    pf_row_button_set(self->edit_button, group, name);
    pf_row_button_set(self->remove_button, group, name);
    gtk_widget_set_visible(self->empty_label, programs[0] == NULL);
    for (guint i = 0; programs[i] != NULL; i++) {
        g_autoptr(PfProgramItem) item = pf_program_item_new(programs[i], NULL);
        PfProgramRow *row = pf_program_row_new(item);
        pf_program_row_set_group(row, group);
        gtk_container_add(GTK_CONTAINER(self->program_list), GTK_WIDGET(row));
    }
    return GTK_WIDGET(self);
}

void
pf_group_row_focus(PfGroupRow *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->add_button));
}

static void
pf_group_row_class_init(PfGroupRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/group-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, name_label);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, id_label);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, add_button);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, edit_button);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, remove_button);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, program_list);
    gtk_widget_class_bind_template_child(widget_class, PfGroupRow, empty_label);
}

static void
pf_group_row_init(PfGroupRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
