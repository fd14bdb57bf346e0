/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramRow: shows a PfProgramItem, which never changes. */
#include "program-row.h"

#include <glib/gi18n.h>

#include "label-text.h"

struct _PfProgramRow {
    GtkListBoxRow parent_instance;
    PfProgramItem *item;
    GtkImage *program_icon;
    GtkLabel *title_label;
    GtkLabel *program_label;
    GtkButton *remove_button;
};

G_DEFINE_FINAL_TYPE(PfProgramRow, pf_program_row, GTK_TYPE_LIST_BOX_ROW)

PfProgramRow *
pf_program_row_new(PfProgramItem *item)
{
    PfProgramRow *self = g_object_new(PF_TYPE_PROGRAM_ROW, NULL);
    self->item = g_object_ref(item);
    gtk_image_set_from_gicon(self->program_icon, pf_program_item_get_icon(item),
                             GTK_ICON_SIZE_LARGE_TOOLBAR);
    pf_label_text_set(self->title_label, pf_program_item_get_title(item));
    /* Of what a list selects, a screen reader says the name. */
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self));
    atk_object_set_name(accessible, pf_program_item_get_title(item));
    const char *place = pf_program_item_get_place(item);
    atk_object_set_description(accessible, place != NULL ? place : "");
    pf_label_text_set(self->program_label, place);
    return self;
}

void
pf_program_row_set_group(PfProgramRow *self, GVariant *group)
{
    /* Translators: for screen readers and as a tooltip; %s is the name of a program. */
    g_autofree char *text =
        g_strdup_printf(_("Remove %s from the group"), pf_program_item_get_title(self->item));
    gtk_list_box_row_set_selectable(GTK_LIST_BOX_ROW(self), FALSE);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(self), FALSE);
    gtk_actionable_set_action_target(GTK_ACTIONABLE(self->remove_button), "(@(ssas)s)", group,
                                     pf_program_item_get_program(self->item));
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->remove_button), text);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->remove_button)), text);
    gtk_widget_show(GTK_WIDGET(self->remove_button));
}

PfProgramItem *
pf_program_row_get_item(PfProgramRow *self)
{
    return self->item;
}

static void
finalize(GObject *object)
{
    g_clear_object(&PF_PROGRAM_ROW(object)->item);
    G_OBJECT_CLASS(pf_program_row_parent_class)->finalize(object);
}

static void
pf_program_row_class_init(PfProgramRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/program-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfProgramRow, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfProgramRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfProgramRow, program_label);
    gtk_widget_class_bind_template_child(widget_class, PfProgramRow, remove_button);
}

static void
pf_program_row_init(PfProgramRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
