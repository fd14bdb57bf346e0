/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOfferRow: shows a PfOfferItem, which never changes. */
#include "offer-row.h"

#include "label-text.h"
#include "offer-item.h"
#include "program-icon.h"
#include "row-button.h"

struct _PfOfferRow {
    GtkListBoxRow parent_instance;
    GtkImage *program_icon;
    GtkLabel *offer_label;
    GtkButton *decide_button;
};

G_DEFINE_FINAL_TYPE(PfOfferRow, pf_offer_row, GTK_TYPE_LIST_BOX_ROW)

static void
pf_offer_row_class_init(PfOfferRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/offer-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfOfferRow, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfOfferRow, offer_label);
    gtk_widget_class_bind_template_child(widget_class, PfOfferRow, decide_button);
}

static void
pf_offer_row_init(PfOfferRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
pf_offer_row_new(gpointer item, gpointer unused)
{
    PfOfferRow *self = g_object_new(PF_TYPE_OFFER_ROW, NULL);
    const PfPinRequest *request = pf_offer_item_get_request(PF_OFFER_ITEM(item));
    g_autofree char *offer = pf_pin_request_dup_offer(request);
    pf_program_icon_set(self->program_icon, pf_pin_request_get_icon_name(request));
    pf_label_text_set(self->offer_label, offer);
    pf_row_button_set(self->decide_button, g_variant_new_uint64(pf_pin_request_get_number(request)),
                      offer);
    return GTK_WIDGET(self);
}
