/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateDialog: gcr's view of a certificate, which is the desktop's own. */
#include "certificate-dialog.h"

#include <gcr/gcr.h>
#include <glib/gi18n.h>
#include <ui/gcr-ui.h>

struct _PfCertificateDialog {
    GtkDialog parent_instance;
    GtkButton *export_button;
    GtkInfoBar *validity_bar;
    GtkImage *validity_icon;
    GtkLabel *validity_label;
    GtkScrolledWindow *scroller;
};

G_DEFINE_FINAL_TYPE(PfCertificateDialog, pf_certificate_dialog, GTK_TYPE_DIALOG)

static void
show_validity(PfCertificateDialog *self, PfCertificateItem *item)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    g_autofree char *words = pf_certificate_item_dup_validity(item, now);
    const char *icon = pf_certificate_item_get_validity_icon(item, now);
    gtk_label_set_text(self->validity_label, words);
    gtk_image_set_from_icon_name(self->validity_icon, icon, GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(GTK_WIDGET(self->validity_bar), icon != NULL);
}

/* For screen readers: gcr has no name for the text in its view. */
static void
name_text(GtkWidget *widget, gpointer name)
{
    if (GTK_IS_TEXT_VIEW(widget))
        atk_object_set_name(gtk_widget_get_accessible(widget), name);
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), name_text, name);
}

static void
show_certificate(PfCertificateDialog *self, PfCertificateItem *item)
{
    gsize size;
    const guchar *data = g_bytes_get_data(pf_certificate_item_get_der(item), &size);
    g_autoptr(GcrCertificate) certificate = gcr_simple_certificate_new(data, size);
    GtkWidget *view = GTK_WIDGET(gcr_certificate_widget_new(certificate));
    name_text(view, (gpointer)gtk_window_get_title(GTK_WINDOW(self)));
    gtk_widget_show(view);
    gtk_container_add(GTK_CONTAINER(self->scroller), view);
}

/* The part that writes files may not be there. */
static void
set_export(PfCertificateDialog *self, GtkWindow *parent, PfCertificateItem *item)
{
    GBytes *der = pf_certificate_item_get_der(item);
    GtkApplication *application = gtk_window_get_application(parent);
    GVariant *parameter =
        g_variant_new("(s@ay)", pf_certificate_item_get_uri(item),
                      g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, der, TRUE));
    gtk_actionable_set_action_target_value(GTK_ACTIONABLE(self->export_button), parameter);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(self->export_button), "app.export-certificate");
    gtk_widget_set_visible(GTK_WIDGET(self->export_button),
                           g_action_group_has_action(G_ACTION_GROUP(application),
                                                     "export-certificate"));
}

GtkWindow *
pf_certificate_dialog_new(GtkWindow *parent, PfCertificateItem *item)
{
    g_autofree char *subject = pf_certificate_item_dup_title(item);
    /* Translators: title of a window; %s is whom the certificate is about. */
    g_autofree char *title = g_strdup_printf(_("Certificate — %s"), subject);
    PfCertificateDialog *self =
        g_object_new(PF_TYPE_CERTIFICATE_DIALOG, "use-header-bar", TRUE, "title", title,
                     "transient-for", parent, "destroy-with-parent", TRUE, "application",
                     gtk_window_get_application(parent), NULL);
    show_validity(self, item);
    show_certificate(self, item);
    set_export(self, parent, item);
    return GTK_WINDOW(self);
}

static void
response(GtkDialog *dialog, int response_id)
{
    if (response_id == GTK_RESPONSE_DELETE_EVENT || response_id == GTK_RESPONSE_CLOSE)
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* gcr 3 gives the expander of its view a class that makes it red: left over from somebody's search
 * for a fault. */
static void
take_gcr_red_away(void)
{
    static const char css[] = ".gcr-red * { background-color: transparent; }";
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
    gtk_css_provider_load_from_data(provider, css, -1, NULL);
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_USER);
}

static void
pf_certificate_dialog_class_init(PfCertificateDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GTK_DIALOG_CLASS(klass)->response = response;
    take_gcr_red_away();
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/certificate-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfCertificateDialog, export_button);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateDialog, validity_bar);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateDialog, validity_icon);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateDialog, validity_label);
    gtk_widget_class_bind_template_child(widget_class, PfCertificateDialog, scroller);
}

static void
pf_certificate_dialog_init(PfCertificateDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
