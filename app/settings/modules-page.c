/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModulesPage: what it shows comes from the files, after each change as before it. */
#include "modules-page.h"

#include <glib/gi18n.h>

#include "chooser-drop.h"
#include "list-update.h"
#include "lock-note.h"
#include "module-change.h"
#include "module-item.h"
#include "module-probe.h"
#include "module-row.h"
#include "module-store.h"
#include "row-separators.h"

struct _PfModulesPage {
    GtkBox parent_instance;
    PfLockNote *lock_note;
    GtkStack *list_stack;
    GtkListBox *module_list;
    GtkBox *problem_box;
    GtkLabel *problem_label;
    GtkBox *check_box;
    GtkLabel *check_label;
    GtkLabel *failed_label;

    PfAgentModel *model;
    GListStore *items;
    GSimpleActionGroup *actions;
    GCancellable *cancellable;
    PfModuleStore *store;
    GtkFileChooserNative *chooser;
    char *candidate; /* the file that is being tried */
};

G_DEFINE_FINAL_TYPE(PfModulesPage, pf_modules_page, GTK_TYPE_BOX)

static const PfModuleSetup *
get_setup(PfModulesPage *self)
{
    return pf_module_store_get_setup(self->store);
}

/* NULL hides it. */
static void
show_failure(PfModulesPage *self, const char *text)
{
    gtk_label_set_text(self->failed_label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(self->failed_label), text != NULL);
}

static void
update_actions(PfModulesPage *self)
{
    gboolean can_change = pf_module_store_can_change(self->store) && self->candidate == NULL;
    g_auto(GStrv) names = g_action_group_list_actions(G_ACTION_GROUP(self->actions));
    for (guint i = 0; names[i] != NULL; i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), names[i]);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), can_change);
    }
    gtk_widget_set_visible(GTK_WIDGET(self->check_box), self->candidate != NULL);
}

/* Why nothing can be changed here. */
static void
show_obstacles(PfModulesPage *self, const PfModuleSetup *setup)
{
    g_autofree char *file = g_filename_display_name(setup->effective->system_path);
    g_autoptr(GString) problems = g_string_new(NULL);
    g_autofree char *words = NULL;
    if (setup->is_locked)
        words = pf_lock_note_dup_words(file);
    else if (setup->effective->user_path == NULL)
        /* Translators: %s is the path of a file. */
        words = g_strdup_printf(_("PINFOLD_CONF names %s, which is not changed here"), file);
    if (words != NULL)
        pf_lock_note_set_text(self->lock_note, words);
    else
        gtk_widget_hide(GTK_WIDGET(self->lock_note));
    for (guint i = 0; i < setup->problems->len; i++)
        g_string_append_printf(problems, "%s%s", i > 0 ? "\n" : "",
                               (const char *)setup->problems->pdata[i]);
    gtk_label_set_text(self->problem_label, problems->str);
    gtk_widget_set_visible(GTK_WIDGET(self->problem_box), problems->len > 0);
}

static void
update(PfModulesPage *self)
{
    const PfModuleSetup *setup = get_setup(self);
    if (setup == NULL)
        return;
    GVariant *reports = pf_agent_model_get_modules(self->model);
    g_autoptr(GPtrArray) items = pf_module_item_list(setup, reports);
    pf_list_update_set(self->items, items, pf_module_item_is_equal);
    gtk_stack_set_visible_child_name(self->list_stack, items->len > 0 ? "list" : "empty");
    show_obstacles(self, setup);
    update_actions(self);
}

void
pf_modules_page_reload(PfModulesPage *self)
{
    pf_module_store_reload(self->store);
}

static void
on_setup_saved(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = pf_module_store_save_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfModulesPage *self = user_data;
    g_autofree char *text = NULL;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        text = g_strdup(_("The file was changed elsewhere meanwhile. Please try again."));
    else if (!ok)
        /* Translators: %s is what is wrong. */
        text = g_strdup_printf(_("The file could not be changed: %s"), error->message);
    show_failure(self, text);
    if (ok)
        pf_agent_model_look_again(self->model);
}

/* Takes ENTRIES; NULL: there is nothing to change. */
static void
save(PfModulesPage *self, GPtrArray *entries)
{
    if (entries == NULL)
        return;
    show_failure(self, NULL);
    pf_module_store_save_async(self->store, entries, self->cancellable, on_setup_saved, self);
    g_ptr_array_unref(entries);
}

static void
on_remove_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    save(self, pf_module_change_remove(get_setup(self), g_variant_get_string(parameter, NULL)));
}

static void
on_switch_off_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    save(self, pf_module_change_switch_off(get_setup(self), g_variant_get_string(parameter, NULL)));
}

static void
on_switch_on_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    save(self, pf_module_change_switch_on(get_setup(self), g_variant_get_string(parameter, NULL)));
}

static void
on_move_up_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    save(self, pf_module_change_move(get_setup(self), g_variant_get_string(parameter, NULL), -1));
}

static void
on_move_down_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    save(self, pf_module_change_move(get_setup(self), g_variant_get_string(parameter, NULL), 1));
}

static void
on_candidate_probed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = pf_module_probe_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfModulesPage *self = user_data;
    g_autofree char *path = g_steal_pointer(&self->candidate);
    g_autofree char *file = g_path_get_basename(path);
    g_autofree char *shown = g_filename_display_name(file);
    g_autofree char *text = NULL;
    update_actions(self);
    if (ok && pf_module_store_can_change(self->store)) {
        save(self, pf_module_change_add(get_setup(self), path));
        return;
    }
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        /* Translators: %s is the name of a file. */
        text = g_strdup_printf(_("“%s” is Pinfold itself and was not added."), shown);
    else if (error != NULL)
        /* Translators: the name of a file, and why, in English. */
        text =
            g_strdup_printf(_("“%s” cannot be used and was not added: %s"), shown, error->message);
    show_failure(self, text);
}

static gboolean
is_listed(PfModulesPage *self, const char *path)
{
    const PfConfig *config = get_setup(self)->effective;
    for (gsize i = 0; i < config->module_count; i++) {
        if (g_str_equal(config->modules[i].path, path))
            return TRUE;
    }
    return FALSE;
}

static void
try_candidate(PfModulesPage *self, const char *path)
{
    g_autofree char *file = g_path_get_basename(path);
    g_autofree char *shown = g_filename_display_name(file);
    /* Translators: %s is the name of a file. */
    g_autofree char *trying = g_strdup_printf(_("Trying “%s”…"), shown);
    /* Translators: %s is the name of a file. */
    g_autofree char *listed = g_strdup_printf(_("“%s” is in the list already."), shown);
    if (is_listed(self, path)) {
        show_failure(self, listed);
        return;
    }
    self->candidate = g_strdup(path);
    show_failure(self, NULL);
    gtk_label_set_text(self->check_label, trying);
    update_actions(self);
    pf_module_probe_async(path, self->cancellable, on_candidate_probed, self);
}

static void
on_chooser_response(PfModulesPage *self, int response, GtkNativeDialog *chooser)
{
    g_autofree char *path = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(chooser))
                                : NULL;
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    if (path != NULL)
        try_candidate(self, path);
}

static void
on_add_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfModulesPage *self = user_data;
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(self));
    GtkFileFilter *filter = gtk_file_filter_new();
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    self->chooser =
        gtk_file_chooser_native_new(_("Choose a PKCS#11 Module"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Choose"), _("_Cancel"));
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(self->chooser), TRUE);
    gtk_file_filter_set_name(filter, _("Shared libraries"));
    gtk_file_filter_add_pattern(filter, "*.so");
    gtk_file_filter_add_pattern(filter, "*.so.*");
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(self->chooser), filter);
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(self->chooser), "/usr/lib");
    g_signal_connect_object(self->chooser, "response", G_CALLBACK(on_chooser_response), self,
                            G_CONNECT_SWAPPED);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

void
pf_modules_page_bind(PfModulesPage *self, PfAgentModel *model)
{
    self->model = g_object_ref(model);
    g_signal_connect_object(model, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->store, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    gtk_list_box_bind_model(self->module_list, G_LIST_MODEL(self->items), pf_module_row_new, NULL,
                            NULL);
    pf_modules_page_reload(self);
}

static void
dispose(GObject *object)
{
    PfModulesPage *self = PF_MODULES_PAGE(object);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    pf_chooser_drop(g_steal_pointer(&self->chooser), self);
    g_clear_pointer(&self->candidate, g_free);
    g_clear_object(&self->store);
    g_clear_object(&self->actions);
    g_clear_object(&self->items);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(pf_modules_page_parent_class)->dispose(object);
}

static void
pf_modules_page_class_init(PfModulesPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_LOCK_NOTE);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/modules-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, lock_note);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, module_list);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, problem_box);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, problem_label);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, check_box);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, check_label);
    gtk_widget_class_bind_template_child(widget_class, PfModulesPage, failed_label);
}

static void
pf_modules_page_init(PfModulesPage *self)
{
    static const GActionEntry entries[] = {
        {"add", on_add_activated},
        {"remove", on_remove_activated, "s"},
        {"switch-off", on_switch_off_activated, "s"},
        {"switch-on", on_switch_on_activated, "s"},
        {"move-up", on_move_up_activated, "s"},
        {"move-down", on_move_down_activated, "s"},
    };
    self->cancellable = g_cancellable_new();
    self->store = pf_module_store_new();
    self->items = g_list_store_new(PF_TYPE_MODULE_ITEM);
    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "modules", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->module_list);
    update_actions(self);
}
