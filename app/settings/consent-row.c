/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentRow: shows a PfConsentItem, which never changes. */
#include "consent-row.h"

#include <glib/gi18n.h>

#include "consent-item.h"
#include "label-text.h"
#include "program-icon.h"
#include "row-button.h"

struct _PfConsentRow {
    GtkListBoxRow parent_instance;
    GtkImage *program_icon;
    GtkLabel *title_label;
    GtkLabel *decision_label;
    GtkLabel *detail_label;
    GtkButton *revoke_button;
};

G_DEFINE_FINAL_TYPE(PfConsentRow, pf_consent_row, GTK_TYPE_LIST_BOX_ROW)

GtkWidget *
pf_consent_row_new(gpointer item, gpointer unused)
{
    PfConsentRow *self = g_object_new(PF_TYPE_CONSENT_ROW, NULL);
    PfConsentItem *consent = PF_CONSENT_ITEM(item);
    g_autofree char *title = pf_consent_item_dup_title(consent);
    g_autofree char *decision = pf_consent_item_dup_decision(consent);
    g_autofree char *detail = pf_consent_item_dup_detail(consent);
    pf_program_icon_set(self->program_icon, pf_consent_item_get_icon_name(consent));
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->decision_label, decision);
    pf_label_text_set(self->detail_label, detail);
    /* Translators: for screen readers, more than the button's “Revoke”: a program, then what was
     * decided about it. */
    g_autofree char *description = g_strdup_printf(_("%s: %s"), title, decision);
    pf_row_button_set(self->revoke_button, g_variant_new_string(pf_consent_item_get_id(consent)),
                      description);
    return GTK_WIDGET(self);
}

static void
pf_consent_row_class_init(PfConsentRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/consent-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfConsentRow, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfConsentRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfConsentRow, decision_label);
    gtk_widget_class_bind_template_child(widget_class, PfConsentRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfConsentRow, revoke_button);
}

static void
pf_consent_row_init(PfConsentRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
