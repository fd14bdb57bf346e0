/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfIntegrationPage: one job of pinfoldctl at a time, and what is wanted meanwhile after it. Each
 * program is an action that has a state; what is, shows when nothing more is to be changed. What a
 * person does comes before a look at the programs, which is then taken again. Changes that wait are
 * made although the window was closed. */
#include "integration-page.h"

#include <glib/gi18n.h>

#include "failure-note.h"
#include "integration-item.h"
#include "integration-row.h"
#include "registration-job.h"
#include "row-separators.h"

struct _PfIntegrationPage {
    GtkBox parent_instance;
    GtkListBox *program_list;
    GtkLabel *busy_label;
    GtkLabel *failed_label;

    GListStore *items;
    GSimpleActionGroup *actions;
    GCancellable *looking; /* NULL: not at the programs */
    GQueue wanted;         /* arguments for pinfoldctl, char **: the changes that wait */
    gboolean is_busy;
    gboolean is_stale; /* the programs are to be looked at when no change waits */
    gboolean is_gone;  /* nobody sees it any more */
};

G_DEFINE_FINAL_TYPE(PfIntegrationPage, pf_integration_page, GTK_TYPE_BOX)

static void on_programs_listed(GObject *source, GAsyncResult *result, gpointer user_data);
static void on_program_changed(GObject *source, GAsyncResult *result, gpointer user_data);

static void
show_failure(PfIntegrationPage *self, const char *text)
{
    if (self->is_gone) {
        pf_failure_note_show(GTK_APPLICATION(g_application_get_default()),
                             _("The settings of a program were not changed"), text);
        return;
    }
    gtk_label_set_text(self->failed_label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(self->failed_label), text != NULL);
}

static void
set_busy(PfIntegrationPage *self, gboolean is_busy)
{
    self->is_busy = is_busy;
    if (!self->is_gone)
        gtk_widget_set_visible(GTK_WIDGET(self->busy_label), is_busy);
}

/* The next job, if there is one. */
static void
go_on(PfIntegrationPage *self)
{
    static const char *const list[] = {"register", "--list", NULL};
    g_auto(GStrv) change = g_queue_pop_head(&self->wanted);
    set_busy(self, change != NULL || self->is_stale);
    if (change != NULL) {
        self->is_stale = TRUE;
        g_application_hold(g_application_get_default());
        pf_registration_job_run_async((const char *const *)change, NULL, on_program_changed,
                                      g_object_ref(self));
    } else if (self->is_stale && !self->is_gone) {
        self->is_stale = FALSE;
        self->looking = g_cancellable_new();
        pf_registration_job_run_async(list, self->looking, on_programs_listed, self);
    }
}

static void
stop_looking(PfIntegrationPage *self)
{
    g_cancellable_cancel(self->looking);
    g_clear_object(&self->looking);
}

void
pf_integration_page_reload(PfIntegrationPage *self)
{
    self->is_stale = TRUE;
    if (!self->is_busy)
        go_on(self);
}

/* What went wrong at the one program that PROGRAMS are; NULL: nothing. */
static char *
dup_failure(JsonArray *programs)
{
    g_autoptr(PfIntegrationItem) item =
        json_array_get_length(programs) > 0
            ? pf_integration_item_new(json_array_get_object_element(programs, 0))
            : NULL;
    return item != NULL ? pf_integration_item_dup_error(item) : NULL;
}

static void
on_program_changed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfIntegrationPage) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonArray) programs = pf_registration_job_run_finish(result, &error);
    g_autofree char *failure = programs != NULL ? dup_failure(programs) : g_strdup(error->message);
    if (failure != NULL)
        show_failure(self, failure);
    go_on(self);
    g_application_release(g_application_get_default());
}

/* WORDS ends with NULL. */
static void
change(PfIntegrationPage *self, const char *const *words)
{
    g_queue_push_tail(&self->wanted, g_strdupv((char **)words));
    if (self->is_busy && self->looking == NULL)
        return;
    stop_looking(self);
    show_failure(self, NULL);
    go_on(self);
}

/* The switch shows what was wanted at once; what came of it, when the programs were looked at. */
static void
on_use_changed(GSimpleAction *action, GVariant *state, gpointer user_data)
{
    PfIntegrationPage *self = user_data;
    const char *words[] = {g_variant_get_boolean(state) ? "register" : "unregister",
                           g_action_get_name(G_ACTION(action)), NULL};
    g_simple_action_set_state(action, state);
    change(self, words);
}

static void
on_replace_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    const char *words[] = {"register", "--replace", g_variant_get_string(parameter, NULL), NULL};
    change(user_data, words);
}

static void
add_item(PfIntegrationPage *self, PfIntegrationItem *item)
{
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful(pf_integration_item_get_name(item), NULL,
                                     g_variant_new_boolean(FALSE));
    g_signal_connect_object(action, "change-state", G_CALLBACK(on_use_changed), self, 0);
    g_action_map_add_action(G_ACTION_MAP(self->actions), G_ACTION(action));
    g_list_store_append(self->items, item);
}

/* The item of NAME, a reference; NULL: it is not there yet. */
static PfIntegrationItem *
find_item(PfIntegrationPage *self, const char *name)
{
    GListModel *items = G_LIST_MODEL(self->items);
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(PfIntegrationItem) item = g_list_model_get_item(items, i);
        if (g_str_equal(pf_integration_item_get_name(item), name))
            return g_steal_pointer(&item);
    }
    return NULL;
}

static void
show_program(PfIntegrationPage *self, JsonObject *program)
{
    g_autoptr(PfIntegrationItem) item = pf_integration_item_new(program);
    if (item == NULL)
        return;
    g_autoptr(PfIntegrationItem) shown = find_item(self, pf_integration_item_get_name(item));
    if (shown != NULL)
        pf_integration_item_update(shown, program);
    else
        add_item(self, item);
    GAction *action =
        g_action_map_lookup_action(G_ACTION_MAP(self->actions), pf_integration_item_get_name(item));
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), pf_integration_item_is_found(item));
    g_simple_action_set_state(G_SIMPLE_ACTION(action),
                              g_variant_new_boolean(pf_integration_item_is_on(item)));
}

static void
on_programs_listed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonArray) programs = pf_registration_job_run_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfIntegrationPage *self = user_data;
    g_clear_object(&self->looking);
    if (programs == NULL)
        show_failure(self, error->message);
    for (guint i = 0; programs != NULL && i < json_array_get_length(programs); i++)
        show_program(self, json_array_get_object_element(programs, i));
    go_on(self);
}

static void
dispose(GObject *object)
{
    PfIntegrationPage *self = PF_INTEGRATION_PAGE(object);
    self->is_gone = TRUE;
    stop_looking(self);
    g_clear_object(&self->actions);
    g_clear_object(&self->items);
    G_OBJECT_CLASS(pf_integration_page_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    g_queue_clear_full(&PF_INTEGRATION_PAGE(object)->wanted, (GDestroyNotify)g_strfreev);
    G_OBJECT_CLASS(pf_integration_page_parent_class)->finalize(object);
}

static void
pf_integration_page_class_init(PfIntegrationPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/integration-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationPage, program_list);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationPage, busy_label);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationPage, failed_label);
}

static void
pf_integration_page_init(PfIntegrationPage *self)
{
    static const GActionEntry entries[] = {{"replace", on_replace_activated, "s"}};
    g_queue_init(&self->wanted);
    self->items = g_list_store_new(PF_TYPE_INTEGRATION_ITEM);
    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "programs", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_list_box_bind_model(self->program_list, G_LIST_MODEL(self->items), pf_integration_row_new,
                            NULL, NULL);
    pf_row_separators_add(self->program_list);
}
