/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateRow: shows a PfCertificateItem, which never changes; the time does. */
#include "certificate-row.h"

#include "label-text.h"

struct _PfCertificateRow {
    GtkListBoxRow parent_instance;
    PfCertificateItem *item;
    GtkLabel *title_label;
    GtkLabel *issuer_label;
    GtkLabel *detail_label;
    GtkImage *validity_icon;
    GtkLabel *validity_label;
    GtkWidget *arrow;
};

G_DEFINE_FINAL_TYPE(PfCertificateRow, pf_certificate_row, GTK_TYPE_LIST_BOX_ROW)

PfCertificateItem *
pf_certificate_row_get_item(PfCertificateRow *self)
{
    return self->item;
}

static void
show_validity(PfCertificateRow *self)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    const char *icon = pf_certificate_item_get_validity_icon(self->item, now);
    g_autofree char *title = pf_certificate_item_dup_title(self->item);
    g_autofree char *words = pf_certificate_item_dup_validity(self->item, now);
    g_autofree char *name = g_strdup_printf("%s, %s", title, words);
    pf_label_text_set(self->validity_label, words);
    gtk_image_set_from_icon_name(self->validity_icon, icon, GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(GTK_WIDGET(self->validity_icon), icon != NULL);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), name);
}

/* A window can be closed today and opened again tomorrow. */
static void
map(GtkWidget *widget)
{
    show_validity(PF_CERTIFICATE_ROW(widget));
    GTK_WIDGET_CLASS(pf_certificate_row_parent_class)->map(widget);
}

GtkWidget *
pf_certificate_row_new(gpointer item, gpointer unused)
{
    PfCertificateRow *self = g_object_new(PF_TYPE_CERTIFICATE_ROW, NULL);
    self->item = g_object_ref(item);
    g_autofree char *title = pf_certificate_item_dup_title(item);
    g_autofree char *issuer = pf_certificate_item_dup_issuer(item);
    g_autofree char *detail = pf_certificate_item_dup_detail(item);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->issuer_label, issuer);
    pf_label_text_set(self->detail_label, detail);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(self), pf_certificate_item_has_detail(item));
    gtk_widget_set_visible(self->arrow, pf_certificate_item_has_detail(item));
    show_validity(self);
    return GTK_WIDGET(self);
}

static void
finalize(GObject *object)
{
    g_clear_object(&PF_CERTIFICATE_ROW(object)->item);
    G_OBJECT_CLASS(pf_certificate_row_parent_class)->finalize(object);
}

static void
pf_certificate_row_class_init(PfCertificateRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    widget_class->map = map;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/certificate-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, issuer_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, validity_icon);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, validity_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateRow, arrow);
}

static void
pf_certificate_row_init(PfCertificateRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
