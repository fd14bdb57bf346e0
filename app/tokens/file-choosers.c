/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* File choosers: the desktop's own, with the kinds of files that fit; files of other machines, too.
 */
#include "file-choosers.h"

#include <glib/gi18n.h>

static void
add_filter(GtkFileChooserNative *chooser, const char *name, const char *const *patterns)
{
    GtkFileFilter *filter = gtk_file_filter_new();
    gtk_file_filter_set_name(filter, name);
    for (; *patterns != NULL; patterns++)
        gtk_file_filter_add_pattern(filter, *patterns);
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(chooser), filter);
}

static GtkFileChooserNative *
new_saver(const char *title, const char *action, const char *name)
{
    GtkFileChooserNative *chooser =
        gtk_file_chooser_native_new(title, NULL, GTK_FILE_CHOOSER_ACTION_SAVE, action,
                                    _("_Cancel"));
    gtk_file_chooser_set_local_only(GTK_FILE_CHOOSER(chooser), FALSE);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(chooser), TRUE);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), name);
    return chooser;
}

GtkFileChooserNative *
pf_file_choosers_new_public_key(const char *name)
{
    static const char *const text[] = {"*.pem", NULL};
    static const char *const line[] = {"*.pub", NULL};
    GtkFileChooserNative *chooser = new_saver(_("Save Public Key"), _("_Save"), name);
    /* Translators: a kind of files, in a file chooser; PEM is its name. */
    add_filter(chooser, _("Text files (PEM)"), text);
    /* Translators: a kind of files, in a file chooser; OpenSSH is the program that has it. */
    add_filter(chooser, _("Public keys of OpenSSH"), line);
    return chooser;
}

GtkFileChooserNative *
pf_file_choosers_new_export(const char *name)
{
    static const char *const text[] = {"*.pem", "*.crt", NULL};
    static const char *const binary[] = {"*.cer", "*.der", NULL};
    GtkFileChooserNative *chooser = new_saver(_("Export Certificate"), _("_Export"), name);
    /* Translators: a kind of files, in a file chooser; PEM is its name. */
    add_filter(chooser, _("Text files (PEM)"), text);
    /* Translators: a kind of files, in a file chooser; DER is its name. */
    add_filter(chooser, _("Binary files (DER)"), binary);
    return chooser;
}

GtkFileChooserNative *
pf_file_choosers_new_import(void)
{
    static const char *const pkcs12[] = {"*.p12", "*.P12", "*.pfx", "*.PFX", NULL};
    static const char *const all[] = {"*", NULL};
    GtkFileChooserNative *chooser =
        gtk_file_chooser_native_new(_("Import Keys and Certificates"), NULL,
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    gtk_file_chooser_set_local_only(GTK_FILE_CHOOSER(chooser), FALSE);
    /* Such a file was downloaded, most often. */
    const char *folder = g_get_user_special_dir(G_USER_DIRECTORY_DOWNLOAD);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(chooser),
                                        folder != NULL ? folder : g_get_home_dir());
    /* Translators: a kind of files, in a file chooser; PKCS#12 is its name. */
    add_filter(chooser, _("Keys with certificates (PKCS#12)"), pkcs12);
    /* Translators: a kind of files, in a file chooser. */
    add_filter(chooser, _("All files"), all);
    return chooser;
}
