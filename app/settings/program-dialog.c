/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramDialog: two lists in one, searched by what is typed, and a file chooser. */
#include "program-dialog.h"

#include <stdlib.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "chooser-drop.h"
#include "group-edit.h"
#include "plain-text.h"
#include "program-list.h"
#include "program-row.h"
#include "tab-stop.h"

struct _PfProgramDialog {
    GtkDialog parent_instance;
    GtkSearchEntry *search_entry;
    GtkStack *list_stack;
    GtkListBox *program_list;
    GtkLabel *note_label;

    GVariant *groups;
    GtkListBoxRow *first_installed; /* has the heading; borrowed */
    GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE(PfProgramDialog, pf_program_dialog, GTK_TYPE_DIALOG)

static PfProgramRow *
get_selected(PfProgramDialog *self)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(self->program_list);
    return row != NULL ? PF_PROGRAM_ROW(row) : NULL;
}

const char *
pf_program_dialog_get_program(PfProgramDialog *self)
{
    PfProgramRow *row = get_selected(self);
    return row != NULL ? pf_program_item_get_program(pf_program_row_get_item(row)) : NULL;
}

/* NULL: nothing. */
static void
show_note(PfProgramDialog *self, const char *text)
{
    gtk_label_set_text(self->note_label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(self->note_label), text != NULL);
}

/* Says when the program would leave a group for this one. */
static void
on_program_list_selected_rows_changed(PfProgramDialog *self)
{
    const char *program = pf_program_dialog_get_program(self);
    g_autofree char *group =
        program != NULL ? pf_group_edit_dup_group_of(self->groups, program) : NULL;
    g_autofree char *plain = group != NULL ? pf_plain_text_dup(group) : NULL;
    g_autofree char *note = NULL;
    if (group != NULL)
        /* Translators: %s is the name of a group of programs. */
        note = g_strdup_printf(_("It is in the group “%s” now, which it leaves: a program is in "
                                 "one group only."),
                               plain != NULL ? plain : _("Unnamed group"));
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, program != NULL);
    show_note(self, note);
}

static void
on_program_list_row_activated(PfProgramDialog *self)
{
    gtk_dialog_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
}

static gboolean
matches_search(GtkListBoxRow *row, gpointer user_data)
{
    PfProgramDialog *self = user_data;
    const char *text = gtk_entry_get_text(GTK_ENTRY(self->search_entry));
    return *text == '\0' ||
           pf_program_item_matches(pf_program_row_get_item(PF_PROGRAM_ROW(row)), text);
}

/* What is typed selects the first match, so that Enter adds it. */
static void
on_search_entry_changed(PfProgramDialog *self)
{
    gboolean searching = *gtk_entry_get_text(GTK_ENTRY(self->search_entry)) != '\0';
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(self->program_list, 0);
    gtk_list_box_invalidate_filter(self->program_list);
    gtk_list_box_unselect_all(self->program_list);
    for (int i = 1; row != NULL && !matches_search(row, self); i++)
        row = gtk_list_box_get_row_at_index(self->program_list, i);
    if (searching && row != NULL)
        gtk_list_box_select_row(self->program_list, row);
    gtk_stack_set_visible_child_name(self->list_stack, row != NULL ? "list" : "none");
}

/* A heading above the first row that shows of each of the two lists. */
static void
update_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
    PfProgramDialog *self = user_data;
    int first = self->first_installed != NULL ? gtk_list_box_row_get_index(self->first_installed)
                                              : G_MAXINT;
    gboolean installed = gtk_list_box_row_get_index(row) >= first;
    if (before != NULL && installed == (gtk_list_box_row_get_index(before) >= first)) {
        gtk_list_box_row_set_header(row, NULL);
        return;
    }
    GtkWidget *label = gtk_label_new(installed ? _("Installed programs") : _("Connected now"));
    g_object_set(label, "xalign", 0.0, "margin", 6, "margin-top", 12, "visible", TRUE, NULL);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "dim-label");
    gtk_list_box_row_set_header(row, label);
}

static GtkListBoxRow *
insert(PfProgramDialog *self, PfProgramItem *item, int position)
{
    PfProgramRow *row = pf_program_row_new(item);
    gtk_list_box_insert(self->program_list, GTK_WIDGET(row), position);
    return GTK_LIST_BOX_ROW(row);
}

/* PATH without symbolic links, as the kernel names what runs; NULL when nothing can run it. The
 * caller's. */
static char *
dup_executable(const char *path)
{
    char *real = realpath(path, NULL);
    if (real != NULL && g_utf8_validate(real, -1, NULL) && access(real, X_OK) == 0 &&
        g_file_test(real, G_FILE_TEST_IS_REGULAR))
        return real;
    free(real);
    return NULL;
}

/* A file that was chosen is a row like the others, and selected: so it is seen before it is added.
 */
static void
add_file(PfProgramDialog *self, const char *path)
{
    g_autofree char *executable = dup_executable(path);
    gtk_entry_set_text(GTK_ENTRY(self->search_entry), "");
    if (executable == NULL) {
        gtk_list_box_unselect_all(self->program_list);
        show_note(self, _("This file is no program that can be run."));
        return;
    }
    g_autoptr(PfProgramItem) item = pf_program_item_new(executable, NULL);
    gtk_list_box_select_row(self->program_list, insert(self, item, 0));
}

static void
on_chooser_response(PfProgramDialog *self, int response, GtkNativeDialog *chooser)
{
    g_autofree char *path = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(chooser))
                                : NULL;
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    if (path != NULL)
        add_file(self, path);
}

static void
on_file_button_clicked(PfProgramDialog *self)
{
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    self->chooser =
        gtk_file_chooser_native_new(_("Choose a Program"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(self->chooser), TRUE);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(self->chooser), "/usr/bin");
    g_signal_connect_object(self->chooser, "response", G_CALLBACK(on_chooser_response), self,
                            G_CONNECT_SWAPPED);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

PfProgramDialog *
pf_program_dialog_new(GtkWindow *parent, GVariant *groups, GVariant *domains)
{
    PfProgramDialog *self =
        g_object_new(PF_TYPE_PROGRAM_DIALOG, "use-header-bar", TRUE, "transient-for", parent, NULL);
    g_autoptr(GPtrArray) connected = pf_program_list_connected(domains);
    g_autoptr(GPtrArray) installed = pf_program_list_installed();
    self->groups = g_variant_ref(groups);
    for (guint i = 0; i < connected->len; i++)
        insert(self, g_ptr_array_index(connected, i), -1);
    for (guint i = 0; i < installed->len; i++) {
        GtkListBoxRow *row = insert(self, g_ptr_array_index(installed, i), -1);
        if (i == 0)
            self->first_installed = row;
    }
    gtk_list_box_set_filter_func(self->program_list, matches_search, self, NULL);
    gtk_list_box_set_header_func(self->program_list, update_header, self, NULL);
    on_search_entry_changed(self);
    on_program_list_selected_rows_changed(self);
    return self;
}

static void
dispose(GObject *object)
{
    PfProgramDialog *self = PF_PROGRAM_DIALOG(object);
    if (self->program_list != NULL) {
        gtk_list_box_set_filter_func(self->program_list, NULL, NULL, NULL);
        gtk_list_box_set_header_func(self->program_list, NULL, NULL, NULL);
    }
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    g_clear_pointer(&self->groups, g_variant_unref);
    G_OBJECT_CLASS(pf_program_dialog_parent_class)->dispose(object);
}

static void
pf_program_dialog_class_init(PfProgramDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/program-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfProgramDialog, search_entry);
    gtk_widget_class_bind_template_child(widget_class, PfProgramDialog, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfProgramDialog, program_list);
    gtk_widget_class_bind_template_child(widget_class, PfProgramDialog, note_label);
    gtk_widget_class_bind_template_callback(widget_class, on_program_list_selected_rows_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_program_list_row_activated);
    gtk_widget_class_bind_template_callback(widget_class, on_search_entry_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_file_button_clicked);
}

static void
pf_program_dialog_init(PfProgramDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_tab_stop_add(self->program_list);
}
