/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificatesView: shows a PfCertificateList. */
#include "certificates-view.h"

#include <glib/gi18n.h>

#include "certificate-dialog.h"
#include "certificate-row.h"

struct _PfCertificatesView {
    GtkBox parent_instance;
    PfCertificateList *certificates;
    GtkListBox *list;
    GtkWidget *progress_box;
    GtkSpinner *spinner;
    GtkWidget *message_box;
    GtkLabel *message_label;
    GtkButton *again_button;
};

G_DEFINE_FINAL_TYPE(PfCertificatesView, pf_certificates_view, GTK_TYPE_BOX)

/* NULL: none is needed. */
static const char *
get_message(PfCertificatesView *self)
{
    GListModel *items = pf_certificate_list_get_items(self->certificates);
    switch (pf_certificate_list_get_state(self->certificates)) {
    case PF_CERTIFICATES_UNREAD:
    case PF_CERTIFICATES_READING:
        return NULL;
    case PF_CERTIFICATES_FAILED:
        return pf_certificate_list_get_fault(self->certificates);
    case PF_CERTIFICATES_READ:
        break;
    }
    if (pf_certificate_list_is_truncated(self->certificates))
        return _("There are more than are shown here.");
    /* Some tokens show nothing to whom they do not know. */
    return g_list_model_get_n_items(items) == 0 ? _("None that can be read without the PIN.")
                                                : NULL;
}

static void
on_certificates_changed(PfCertificatesView *self)
{
    PfCertificatesState state = pf_certificate_list_get_state(self->certificates);
    GListModel *items = pf_certificate_list_get_items(self->certificates);
    gboolean is_busy = state == PF_CERTIFICATES_READING || state == PF_CERTIFICATES_UNREAD;
    const char *message = get_message(self);
    g_object_set(self->spinner, "active", is_busy, NULL);
    gtk_widget_set_visible(self->progress_box, is_busy);
    gtk_widget_set_visible(self->message_box, message != NULL);
    gtk_label_set_text(self->message_label, message != NULL ? message : "");
    gtk_widget_set_visible(GTK_WIDGET(self->again_button), state == PF_CERTIFICATES_FAILED);
    gtk_widget_set_visible(GTK_WIDGET(self->list), g_list_model_get_n_items(items) > 0);
}

static void
drop_list(PfCertificatesView *self)
{
    if (self->certificates != NULL)
        g_signal_handlers_disconnect_by_data(self->certificates, self);
    g_clear_object(&self->certificates);
}

void
pf_certificates_view_set(PfCertificatesView *self, PfCertificateList *list, const char *uri)
{
    gtk_widget_set_visible(GTK_WIDGET(self), list != NULL);
    if (self->certificates == list)
        return;
    drop_list(self);
    gtk_list_box_bind_model(self->list, list != NULL ? pf_certificate_list_get_items(list) : NULL,
                            pf_certificate_row_new, NULL, NULL);
    if (list == NULL)
        return;
    self->certificates = g_object_ref(list);
    gtk_actionable_set_action_target(GTK_ACTIONABLE(self->again_button), "s", uri);
    /* Not before: GTK complains of an action without its target. */
    gtk_actionable_set_action_name(GTK_ACTIONABLE(self->again_button), "app.read-certificates");
    g_signal_connect_swapped(list, "changed", G_CALLBACK(on_certificates_changed), self);
    on_certificates_changed(self);
}

static void
on_list_row_activated(PfCertificatesView *self, GtkListBoxRow *row)
{
    GtkWindow *window = GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(self)));
    PfCertificateItem *item = pf_certificate_row_get_item(PF_CERTIFICATE_ROW(row));
    gtk_window_present(pf_certificate_dialog_new(window, item));
}

static void
dispose(GObject *object)
{
    drop_list(PF_CERTIFICATES_VIEW(object));
    G_OBJECT_CLASS(pf_certificates_view_parent_class)->dispose(object);
}

static void
pf_certificates_view_class_init(PfCertificatesViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/certificates-view.ui");
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, list);
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, progress_box);
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, spinner);
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, message_box);
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, message_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificatesView, again_button);
    gtk_widget_class_bind_template_callback(widget_class, on_list_row_activated);
}

static void
pf_certificates_view_init(PfCertificatesView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
