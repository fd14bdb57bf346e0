/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStoredPinRow: shows a PfStoredPinItem, which never changes. */
#include "stored-pin-row.h"

#include "label-text.h"
#include "row-button.h"
#include "stored-pin-item.h"

struct _PfStoredPinRow {
    GtkListBoxRow parent_instance;
    GtkLabel *title_label;
    GtkLabel *detail_label;
    GtkButton *remove_button;
};

G_DEFINE_FINAL_TYPE(PfStoredPinRow, pf_stored_pin_row, GTK_TYPE_LIST_BOX_ROW)

GtkWidget *
pf_stored_pin_row_new(gpointer item, gpointer unused)
{
    PfStoredPinRow *self = g_object_new(PF_TYPE_STORED_PIN_ROW, NULL);
    PfStoredPinItem *stored = PF_STORED_PIN_ITEM(item);
    g_autofree char *title = pf_stored_pin_item_dup_title(stored);
    g_autofree char *detail = pf_stored_pin_item_dup_detail(stored);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->detail_label, detail);
    pf_row_button_set(self->remove_button,
                      g_variant_new_string(pf_stored_pin_item_get_token_uri(stored)), title);
    return GTK_WIDGET(self);
}

static void
pf_stored_pin_row_class_init(PfStoredPinRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/stored-pin-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfStoredPinRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfStoredPinRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfStoredPinRow, remove_button);
}

static void
pf_stored_pin_row_init(PfStoredPinRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
