/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRow: shows a PfTokenItem, and follows it. */
#include "token-row.h"

#include <glib/gi18n.h>

#include "certificates-view.h"
#include "domain-row.h"
#include "label-text.h"
#include "token-menu.h"

struct _PfTokenRow {
    GtkListBoxRow parent_instance;
    PfTokenItem *token;
    const PfTokenRowContext *context;
    PfCertificateList *certificates; /* NULL: there are none to read */
    guint menu_entries;              /* pf_token_menu_choose() */
    GtkImage *icon;
    GtkLabel *title_label;
    GtkLabel *detail_label;
    GtkSpinner *state_spinner;
    GtkLabel *state_label;
    GtkWidget *pin_box;
    GtkImage *pin_icon;
    GtkLabel *pin_label;
    GtkMenuButton *menu_button;
    GtkWidget *advice_box;
    GtkLabel *advice_label;
    GtkWidget *advice_buttons;
    GtkWidget *facts_grid;
    GtkWidget *holder_name;
    GtkLabel *holder_label;
    GtkWidget *own_label_name;
    GtkLabel *own_label_label;
    GtkWidget *serial_name;
    GtkLabel *serial_label;
    GtkWidget *model_name;
    GtkLabel *model_label;
    GtkWidget *logout_name;
    GtkLabel *logout_label;
    PfCertificatesView *certificates_view;
    GtkWidget *programs_box;
    GtkListBox *domain_list;
};

G_DEFINE_FINAL_TYPE(PfTokenRow, pf_token_row, GTK_TYPE_LIST_BOX_ROW)

/* NULL hides NAME, too. */
static void
show_fact(GtkWidget *name, GtkLabel *label, const char *value)
{
    gtk_widget_set_visible(name, value != NULL);
    pf_label_text_set(label, value);
}

static void
show_pin(PfTokenRow *self)
{
    g_autofree char *words = NULL;
    const char *icon = NULL;
    switch (pf_token_item_dup_pin(self->token, &words)) {
    case PF_PIN_URGENCY_NONE:
        break;
    case PF_PIN_URGENCY_WARNING:
        icon = "dialog-warning-symbolic";
        break;
    case PF_PIN_URGENCY_BLOCKED:
        icon = "dialog-error-symbolic";
        break;
    }
    pf_label_text_set(self->pin_label, words);
    gtk_image_set_from_icon_name(self->pin_icon, icon, GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(GTK_WIDGET(self->pin_icon), icon != NULL);
    gtk_widget_set_visible(self->pin_box, words != NULL);
}

static void
show_state(PfTokenRow *self)
{
    PfTokenPresence presence = pf_token_item_get_presence(self->token);
    gboolean is_token = presence == PF_TOKEN_PRESENCE_TOKEN;
    g_autofree char *state =
        is_token ? pf_token_item_dup_cache(self->token) : pf_token_item_dup_state(self->token);
    gboolean is_reading = presence == PF_TOKEN_PRESENCE_READING;
    pf_label_text_set(self->state_label, state);
    g_object_set(self->state_spinner, "active", is_reading, "visible", is_reading, NULL);
    show_pin(self);
}

static void
show_advice(PfTokenRow *self)
{
    const char *advice = NULL;
    gboolean is_unknown = pf_token_item_get_presence(self->token) == PF_TOKEN_PRESENCE_UNKNOWN;
    if (is_unknown)
        advice = _("Is the card the right way round? If it is, no driver that Pinfold uses knows "
                   "it: install the card’s PKCS#11 module, and add it in the settings.");
    else if (pf_token_item_is_blocked(self->token))
        advice = _("Too many wrong PINs were entered. Unblock the PIN with the PUK that came with "
                   "the card, or ask who issued it.");
    pf_label_text_set(self->advice_label, advice);
    gtk_widget_set_visible(self->advice_buttons, is_unknown);
    gtk_widget_set_visible(self->advice_box, advice != NULL);
}

static void
show_facts(PfTokenRow *self)
{
    g_autofree char *label = pf_token_item_dup_label(self->token);
    g_autofree char *serial = pf_token_item_dup_serial(self->token);
    g_autofree char *model = pf_token_item_dup_model(self->token);
    const char *holder =
        self->certificates != NULL ? pf_certificate_list_get_holder(self->certificates) : NULL;
    const char *logout = pf_token_item_get_logout_words(self->token);
    show_fact(self->holder_name, self->holder_label, holder);
    show_fact(self->own_label_name, self->own_label_label, label);
    show_fact(self->serial_name, self->serial_label, serial);
    show_fact(self->model_name, self->model_label, model);
    show_fact(self->logout_name, self->logout_label, logout);
    gtk_widget_set_visible(self->facts_grid, pf_token_item_get_uri(self->token) != NULL);
}

static void
show_menu(PfTokenRow *self, const char *title)
{
    guint chosen = pf_token_menu_choose(self->context->actions, self->token);
    /* Translators: for screen readers, of the button with a token's menu; %s is its label. */
    g_autofree char *name = g_strdup_printf(_("Actions for %s"), title);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->menu_button)), name);
    if (chosen == self->menu_entries)
        return;
    g_autoptr(GMenuModel) menu = pf_token_menu_new(self->token, chosen);
    self->menu_entries = chosen;
    gtk_menu_button_set_menu_model(self->menu_button, menu);
    gtk_widget_set_visible(GTK_WIDGET(self->menu_button), menu != NULL);
}

static void
drop_certificates(PfTokenRow *self)
{
    if (self->certificates != NULL)
        g_signal_handlers_disconnect_by_data(self->certificates, self);
    g_clear_object(&self->certificates);
}

static void
show_certificates(PfTokenRow *self)
{
    PfCertificateList *list = pf_certificate_store_get(self->context->certificates, self->token);
    if (list == self->certificates)
        return;
    drop_certificates(self);
    if (list != NULL) {
        self->certificates = g_object_ref(list);
        g_signal_connect_swapped(list, "changed", G_CALLBACK(show_facts), self);
    }
    pf_certificates_view_set(self->certificates_view, list, pf_token_item_get_uri(self->token));
}

static void
on_token_changed(PfTokenRow *self)
{
    g_autofree char *title = pf_token_item_dup_title(self->token);
    g_autofree char *detail = pf_token_item_dup_detail(self->token);
    GListModel *domains = pf_token_item_get_domains(self->token);
    gtk_image_set_from_icon_name(self->icon, pf_token_item_get_icon_name(self->token),
                                 GTK_ICON_SIZE_DND);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->detail_label, detail);
    show_state(self);
    show_advice(self);
    show_menu(self, title);
    show_certificates(self);
    show_facts(self);
    gtk_widget_set_visible(self->programs_box, g_list_model_get_n_items(domains) > 0);
}

GtkWidget *
pf_token_row_new(gpointer item, gpointer context)
{
    PfTokenRow *self = g_object_new(PF_TYPE_TOKEN_ROW, NULL);
    self->token = g_object_ref(item);
    self->context = context;
    gtk_list_box_bind_model(self->domain_list, pf_token_item_get_domains(item), pf_domain_row_new,
                            NULL, NULL);
    g_signal_connect_swapped(item, "changed", G_CALLBACK(on_token_changed), self);
    on_token_changed(self);
    return GTK_WIDGET(self);
}

static void
dispose(GObject *object)
{
    PfTokenRow *self = PF_TOKEN_ROW(object);
    drop_certificates(self);
    if (self->token != NULL)
        g_signal_handlers_disconnect_by_data(self->token, self);
    g_clear_object(&self->token);
    G_OBJECT_CLASS(pf_token_row_parent_class)->dispose(object);
}

#define BIND(name) gtk_widget_class_bind_template_child(widget_class, PfTokenRow, name)

static void
pf_token_row_class_init(PfTokenRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_CERTIFICATES_VIEW);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/token-row.ui");
    BIND(icon);
    BIND(title_label);
    BIND(detail_label);
    BIND(state_spinner);
    BIND(state_label);
    BIND(pin_box);
    BIND(pin_icon);
    BIND(pin_label);
    BIND(menu_button);
    BIND(advice_box);
    BIND(advice_label);
    BIND(advice_buttons);
    BIND(facts_grid);
    BIND(holder_name);
    BIND(holder_label);
    BIND(own_label_name);
    BIND(own_label_label);
    BIND(serial_name);
    BIND(serial_label);
    BIND(model_name);
    BIND(model_label);
    BIND(logout_name);
    BIND(logout_label);
    BIND(certificates_view);
    BIND(programs_box);
    BIND(domain_list);
}

static void
pf_token_row_init(PfTokenRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
