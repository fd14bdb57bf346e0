/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomainRow: shows a PfDomainItem, which never changes; the time does. */
#include "domain-row.h"

#include <glib/gi18n.h>

#include "label-text.h"
#include "row-button.h"

struct _PfDomainRow {
    GtkListBoxRow parent_instance;
    PfDomainItem *domain;
    GtkLabel *title_label;
    GtkLabel *detail_label;
    GtkButton *forget_button;
    GtkButton *end_button;
};

G_DEFINE_FINAL_TYPE(PfDomainRow, pf_domain_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_detail(PfDomainRow *self)
{
    g_autofree char *detail = pf_domain_item_dup_detail(self->domain);
    pf_label_text_set(self->detail_label, detail);
}

/* What was today is a day with its date when the window is opened again tomorrow. */
static void
map(GtkWidget *widget)
{
    show_detail(PF_DOMAIN_ROW(widget));
    GTK_WIDGET_CLASS(pf_domain_row_parent_class)->map(widget);
}

static void
finalize(GObject *object)
{
    g_clear_object(&PF_DOMAIN_ROW(object)->domain);
    G_OBJECT_CLASS(pf_domain_row_parent_class)->finalize(object);
}

static void
pf_domain_row_class_init(PfDomainRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    widget_class->map = map;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/domain-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfDomainRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfDomainRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfDomainRow, forget_button);
    gtk_widget_class_bind_template_child(widget_class, PfDomainRow, end_button);
}

static void
pf_domain_row_init(PfDomainRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

static void
set_button(GtkButton *button, PfDomainItem *domain, gboolean visible, const char *description)
{
    gtk_widget_set_visible(GTK_WIDGET(button), visible);
    pf_row_button_set(button,
                      g_variant_new("(ss)", pf_domain_item_get_token_uri(domain),
                                    pf_domain_item_get_app_id(domain)),
                      description);
}

GtkWidget *
pf_domain_row_new(gpointer item, gpointer unused)
{
    PfDomainRow *self = g_object_new(PF_TYPE_DOMAIN_ROW, NULL);
    PfDomainItem *domain = PF_DOMAIN_ITEM(item);
    g_autofree char *title = pf_domain_item_dup_title(domain);
    self->domain = g_object_ref(domain);
    pf_label_text_set(self->title_label, title);
    show_detail(self);
    /* Translators: for screen readers, says more than the button's “Forget”; %s is a program. */
    g_autofree char *forget = g_strdup_printf(_("Forget the PIN that %s has"), title);
    /* Translators: for screen readers, says more than the button's “End”; %s is a program, or “Kept
     * open (ID 1:2)”. */
    g_autofree char *end = g_strdup_printf(_("End the login: %s"), title);
    set_button(self->forget_button, domain, pf_domain_item_has_pin(domain), forget);
    set_button(self->end_button, domain, pf_domain_item_is_open(domain), end);
    return GTK_WIDGET(self);
}
