/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyDialog: what goes wrong with a file is said, and another one can be chosen. */
#include "key-dialog.h"

#include <glib/gi18n.h>

#include "chooser-drop.h"
#include "export-name.h"
#include "failure-note.h"
#include "file-choosers.h"
#include "label-text.h"
#include "plain-text.h"
#include "public-key.h"

struct _PfKeyDialog {
    GtkDialog parent_instance;

    GtkLabel *headline_label;
    GtkLabel *name_label;

    GtkApplication *application; /* outlives the dialog, and knows nothing of one that was closed */
    char *name;                  /* of the key */
    GBytes *der;
    GtkFileChooserNative *chooser; /* NULL: none is open */
};

G_DEFINE_FINAL_TYPE(PfKeyDialog, pf_key_dialog, GTK_TYPE_DIALOG)

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfKeyDialog) self = user_data;
    g_autoptr(GError) error = NULL;
    if (g_file_replace_contents_finish(G_FILE(source), result, NULL, &error))
        gtk_widget_destroy(GTK_WIDGET(self));
    else
        pf_failure_note_show(self->application, _("The public key was not saved"), error->message);
}

static void
write_key(PfKeyDialog *self, GFile *file)
{
    g_autofree char *file_name = g_file_get_basename(file);
    g_autoptr(GBytes) contents = pf_public_key_encode(self->der, file_name, self->name);
    if (contents == NULL)
        pf_failure_note_show(self->application, _("The public key was not saved"),
                             _("OpenSSH does not know this kind of key."));
    else
        g_file_replace_contents_bytes_async(file, contents, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                            on_written, g_object_ref(self));
}

static void
on_file_chosen(PfKeyDialog *self, int response)
{
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(self->chooser));
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    if (response == GTK_RESPONSE_ACCEPT && file != NULL)
        write_key(self, file);
}

static void
choose_file(PfKeyDialog *self)
{
    g_autofree char *name = pf_export_name_dup(self->name, ".pem");
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    self->chooser = pf_file_choosers_new_public_key(name);
    gtk_native_dialog_set_transient_for(GTK_NATIVE_DIALOG(self->chooser), GTK_WINDOW(self));
    g_signal_connect_swapped(self->chooser, "response", G_CALLBACK(on_file_chosen), self);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

void
pf_key_dialog_show(GtkApplication *application, const char *title, JsonObject *answer)
{
    PfKeyDialog *self = g_object_new(PF_TYPE_KEY_DIALOG, "use-header-bar", FALSE, "title", title,
                                     "application", application, NULL);
    gsize size;
    guchar *der =
        g_base64_decode(json_object_get_string_member_with_default(answer, "public_key", ""),
                        &size);
    self->application = application;
    self->der = g_bytes_new_take(der, size);
    self->name =
        pf_plain_text_dup(json_object_get_string_member_with_default(answer, "label", "key"));
    pf_label_text_set(self->headline_label, title);
    pf_label_text_set(self->name_label, self->name);
    gtk_window_present(GTK_WINDOW(self));
}

static void
response(GtkDialog *dialog, int response_id)
{
    if (response_id == GTK_RESPONSE_OK)
        choose_file(PF_KEY_DIALOG(dialog));
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
dispose(GObject *object)
{
    PfKeyDialog *self = PF_KEY_DIALOG(object);
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    G_OBJECT_CLASS(pf_key_dialog_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    PfKeyDialog *self = PF_KEY_DIALOG(object);
    g_free(self->name);
    g_bytes_unref(self->der);
    G_OBJECT_CLASS(pf_key_dialog_parent_class)->finalize(object);
}

static void
pf_key_dialog_class_init(PfKeyDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
    GTK_DIALOG_CLASS(klass)->response = response;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/key-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfKeyDialog, headline_label);
    gtk_widget_class_bind_template_child(widget_class, PfKeyDialog, name_label);
}

static void
pf_key_dialog_init(PfKeyDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
