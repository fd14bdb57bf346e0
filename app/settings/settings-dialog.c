/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsDialog: a page for each part of the settings, and a list of them. */
#include "settings-dialog.h"

#include "forgetting-page.h"
#include "general-page.h"
#include "groups-page.h"
#include "integration-page.h"
#include "keyring-page.h"
#include "modules-page.h"
#include "permissions-page.h"
#include "tab-stop.h"
#include "tokens-page.h"

struct _PfSettingsDialog {
    GtkDialog parent_instance;
    GtkListBox *page_list;
    GtkStack *stack;
    PfGeneralPage *general_page;
    PfForgettingPage *forgetting_page;
    PfTokensPage *tokens_page;
    PfGroupsPage *groups_page;
    PfPermissionsPage *permissions_page;
    PfKeyringPage *keyring_page;
    PfModulesPage *modules_page;
    PfIntegrationPage *integration_page;
};

G_DEFINE_FINAL_TYPE(PfSettingsDialog, pf_settings_dialog, GTK_TYPE_DIALOG)

PfSettingsDialog *
pf_settings_dialog_new(PfSettingsView *view, const PfConfig *config, PfAgentModel *model,
                       GDBusConnection *connection)
{
    PfSettingsDialog *self = g_object_new(PF_TYPE_SETTINGS_DIALOG, "use-header-bar", TRUE, NULL);
    pf_general_page_bind(self->general_page, view, config);
    pf_forgetting_page_bind(self->forgetting_page, view);
    pf_tokens_page_bind(self->tokens_page, view, model);
    pf_groups_page_bind(self->groups_page, view, model);
    pf_permissions_page_bind(self->permissions_page, view, connection);
    pf_keyring_page_bind(self->keyring_page, view, connection);
    pf_modules_page_bind(self->modules_page, model);
    return self;
}

void
pf_settings_dialog_show_page(PfSettingsDialog *self, const char *name)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->page_list));
    for (GList *row = rows; row != NULL; row = row->next) {
        if (g_str_equal(gtk_widget_get_name(row->data), name))
            gtk_list_box_select_row(self->page_list, row->data);
    }
}

static gboolean
is_page_shown(PfSettingsDialog *self, GtkWidget *page)
{
    GtkWidget *shown = gtk_stack_get_visible_child(self->stack);
    return shown != NULL && gtk_widget_is_ancestor(page, shown);
}

static void
on_page_list_row_selected(PfSettingsDialog *self, GtkListBoxRow *row)
{
    if (row == NULL)
        return;
    gtk_stack_set_visible_child_name(self->stack, gtk_widget_get_name(GTK_WIDGET(row)));
    /* Only who wants to see the programs waits for what they say. */
    if (is_page_shown(self, GTK_WIDGET(self->integration_page)))
        pf_integration_page_reload(self->integration_page);
}

/* The files may have been changed elsewhere while another window was in front. */
static void
on_is_active_changed(PfSettingsDialog *self)
{
    if (!gtk_window_is_active(GTK_WINDOW(self)))
        return;
    pf_modules_page_reload(self->modules_page);
    if (is_page_shown(self, GTK_WIDGET(self->integration_page)))
        pf_integration_page_reload(self->integration_page);
}

static void
response(GtkDialog *dialog, int response)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* A page is one child of the stack, with a name and a title. */
static void
list_page(GtkWidget *page, gpointer user_data)
{
    PfSettingsDialog *self = user_data;
    g_autofree char *name = NULL;
    g_autofree char *title = NULL;
    gtk_container_child_get(GTK_CONTAINER(self->stack), page, "name", &name, "title", &title, NULL);
    GtkWidget *row = gtk_list_box_row_new();
    GtkWidget *label = gtk_label_new(title);
    g_object_set(label, "xalign", 0.0, "margin", 12, NULL);
    gtk_container_add(GTK_CONTAINER(row), label);
    gtk_widget_set_name(row, name);
    atk_object_set_name(gtk_widget_get_accessible(row), title);
    gtk_widget_show_all(row);
    gtk_container_add(GTK_CONTAINER(self->page_list), row);
    /* What has the keyboard's focus is scrolled into view. */
    GtkWidget *viewport = gtk_bin_get_child(GTK_BIN(page));
    gtk_container_set_focus_vadjustment(GTK_CONTAINER(viewport),
                                        gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(viewport)));
}

static void
ensure_pages(void)
{
    g_type_ensure(PF_TYPE_GENERAL_PAGE);
    g_type_ensure(PF_TYPE_FORGETTING_PAGE);
    g_type_ensure(PF_TYPE_TOKENS_PAGE);
    g_type_ensure(PF_TYPE_GROUPS_PAGE);
    g_type_ensure(PF_TYPE_PERMISSIONS_PAGE);
    g_type_ensure(PF_TYPE_KEYRING_PAGE);
    g_type_ensure(PF_TYPE_MODULES_PAGE);
    g_type_ensure(PF_TYPE_INTEGRATION_PAGE);
}

static void
pf_settings_dialog_class_init(PfSettingsDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GTK_DIALOG_CLASS(klass)->response = response;
    ensure_pages();
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/settings-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, page_list);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, stack);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, general_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, forgetting_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, tokens_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, groups_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, permissions_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, keyring_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, modules_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, integration_page);
    gtk_widget_class_bind_template_callback(widget_class, on_page_list_row_selected);
}

static void
pf_settings_dialog_init(PfSettingsDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_tab_stop_add(self->page_list);
    gtk_container_foreach(GTK_CONTAINER(self->stack), list_page, self);
    gtk_list_box_select_row(self->page_list, gtk_list_box_get_row_at_index(self->page_list, 0));
    g_signal_connect(self, "notify::is-active", G_CALLBACK(on_is_active_changed), NULL);
}
