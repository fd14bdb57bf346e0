/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModuleRow: shows a PfModuleItem, which never changes. */
#include "module-row.h"

#include <glib/gi18n.h>

#include "label-text.h"
#include "module-item.h"
#include "row-button.h"

struct _PfModuleRow {
    GtkListBoxRow parent_instance;
    GtkImage *state_image;
    GtkLabel *name_label;
    GtkLabel *state_label;
    GtkLabel *path_label;
    GtkLabel *origin_label;
    GtkButton *up_button;
    GtkButton *down_button;
    GtkButton *act_button;
};

G_DEFINE_FINAL_TYPE(PfModuleRow, pf_module_row, GTK_TYPE_LIST_BOX_ROW)

static void
set_button(GtkButton *button, const char *action, const char *name)
{
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    pf_row_button_set(button, g_variant_new_string(name), name);
}

static void
set_act(PfModuleRow *self, PfModuleAct act, const char *name)
{
    static const struct {
        const char *label;
        const char *action;
    } acts[] = {
        [PF_MODULE_ACT_REMOVE] = {N_("_Remove"), "modules.remove"},
        [PF_MODULE_ACT_SWITCH_OFF] = {N_("Switch _Off"), "modules.switch-off"},
        [PF_MODULE_ACT_SWITCH_ON] = {N_("Switch _On"), "modules.switch-on"},
    };
    if (act == PF_MODULE_ACT_NONE)
        return;
    gtk_button_set_label(self->act_button, _(acts[act].label));
    set_button(self->act_button, acts[act].action, name);
    gtk_widget_show(GTK_WIDGET(self->act_button));
}

GtkWidget *
pf_module_row_new(gpointer item, gpointer unused)
{
    PfModuleRow *self = g_object_new(PF_TYPE_MODULE_ROW, NULL);
    const char *name = pf_module_item_get_name(item);
    const char *path = pf_module_item_get_path(item);
    gboolean can_move = pf_module_item_can_move_up(item) || pf_module_item_can_move_down(item);
    pf_label_text_set(self->name_label, name);
    pf_label_text_set(self->state_label, pf_module_item_get_state(item));
    pf_label_text_set(self->path_label, *path != '\0' ? path : NULL);
    pf_label_text_set(self->origin_label, pf_module_item_get_origin(item));
    gtk_widget_set_visible(GTK_WIDGET(self->state_image), pf_module_item_is_faulty(item));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), name);
    set_act(self, pf_module_item_get_act(item), name);
    set_button(self->up_button, "modules.move-up", name);
    set_button(self->down_button, "modules.move-down", name);
    gtk_widget_set_visible(GTK_WIDGET(self->up_button), can_move);
    gtk_widget_set_visible(GTK_WIDGET(self->down_button), can_move);
    /* The actions are there for any module; whether this one can be moved is its own affair. */
    if (!pf_module_item_can_move_up(item))
        gtk_actionable_set_action_name(GTK_ACTIONABLE(self->up_button), NULL);
    if (!pf_module_item_can_move_down(item))
        gtk_actionable_set_action_name(GTK_ACTIONABLE(self->down_button), NULL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->up_button), pf_module_item_can_move_up(item));
    gtk_widget_set_sensitive(GTK_WIDGET(self->down_button), pf_module_item_can_move_down(item));
    return GTK_WIDGET(self);
}

static void
pf_module_row_class_init(PfModuleRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/module-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, state_image);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, name_label);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, state_label);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, path_label);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, origin_label);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, up_button);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, down_button);
    gtk_widget_class_bind_template_child(widget_class, PfModuleRow, act_button);
}

static void
pf_module_row_init(PfModuleRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
