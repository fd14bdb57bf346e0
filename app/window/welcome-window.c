/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfWelcomeWindow: the model's list in short rows, and buttons for actions that exist. */
#include "welcome-window.h"

#include <glib/gi18n.h>

#include "agent-absence.h"
#include "label-text.h"
#include "row-separators.h"

struct _PfWelcomeWindow {
    GtkWindow parent_instance;
    PfAgentModel *model;
    GtkListBox *token_list;
    GtkLabel *empty_label;
    GtkButton *use_button;
    GtkButton *create_button;
    GtkButton *done_button;
};

G_DEFINE_FINAL_TYPE(PfWelcomeWindow, pf_welcome_window, GTK_TYPE_WINDOW)

static GtkWidget *
new_title(PfTokenItem *token)
{
    g_autofree char *title = pf_token_item_dup_title(token);
    GtkWidget *label = gtk_label_new(NULL);
    pf_label_text_set(GTK_LABEL(label), title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    return label;
}

/* The names of readers are long, and the state is what matters. */
static GtkWidget *
new_detail(PfTokenItem *token)
{
    g_autofree char *detail = pf_token_item_dup_detail(token);
    g_autofree char *state = pf_token_item_dup_state(token);
    /* Translators: where a token is, and its state: “Software token · No PIN cached”. */
    g_autofree char *text = g_strdup_printf(_("%s · %s"), detail, state);
    GtkWidget *label = gtk_label_new(NULL);
    pf_label_text_set(GTK_LABEL(label), text);
    g_object_set(label, "xalign", 0.0, "wrap", TRUE, "lines", 2, "ellipsize", PANGO_ELLIPSIZE_END,
                 "max-width-chars", 40, "hexpand", TRUE, NULL);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "dim-label");
    return label;
}

/* The window behind this one has the rows with everything. */
static GtkWidget *
new_row(gpointer item, gpointer user_data)
{
    PfTokenItem *token = item;
    g_autofree char *title = pf_token_item_dup_title(token);
    GtkWidget *row = gtk_list_box_row_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *lines = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *image =
        gtk_image_new_from_icon_name(pf_token_item_get_icon_name(token), GTK_ICON_SIZE_DND);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), FALSE);
    g_object_set(box, "margin", 9, NULL);
    gtk_container_add(GTK_CONTAINER(lines), new_title(token));
    gtk_container_add(GTK_CONTAINER(lines), new_detail(token));
    atk_object_set_name(gtk_widget_get_accessible(row), title);
    gtk_container_add(GTK_CONTAINER(box), image);
    gtk_container_add(GTK_CONTAINER(box), lines);
    gtk_container_add(GTK_CONTAINER(row), box);
    gtk_widget_show_all(row);
    return row;
}

static const char *
get_emptiness(PfAgentModel *model)
{
    const char *absence = pf_agent_absence_get_words(model);
    if (absence != NULL)
        return absence;
    return _("Connect a card reader and insert your card. It appears here by itself.");
}

static void
on_model_changed(PfWelcomeWindow *self)
{
    gboolean empty = g_list_model_get_n_items(pf_agent_model_get_tokens(self->model)) == 0;
    gtk_widget_set_visible(GTK_WIDGET(self->token_list), !empty);
    gtk_widget_set_visible(GTK_WIDGET(self->empty_label), empty);
    gtk_label_set_text(self->empty_label, get_emptiness(self->model));
}

static void
on_button_clicked(PfWelcomeWindow *self)
{
    gtk_window_close(GTK_WINDOW(self));
}

/* What is built apart from this window, or not in this build, is not offered. */
static void
show_if_possible(PfWelcomeWindow *self, GtkButton *button)
{
    GActionMap *application = G_ACTION_MAP(gtk_window_get_application(GTK_WINDOW(self)));
    const char *name = gtk_actionable_get_action_name(GTK_ACTIONABLE(button));
    gtk_widget_set_visible(GTK_WIDGET(button),
                           g_action_map_lookup_action(application, name + strlen("app.")) != NULL);
}

PfWelcomeWindow *
pf_welcome_window_new(GtkWindow *parent, PfAgentModel *model)
{
    PfWelcomeWindow *self =
        g_object_new(PF_TYPE_WELCOME_WINDOW, "application", gtk_window_get_application(parent),
                     "transient-for", parent, NULL);
    self->model = g_object_ref(model);
    gtk_list_box_bind_model(self->token_list, pf_agent_model_get_tokens(model), new_row, NULL,
                            NULL);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    on_model_changed(self);
    show_if_possible(self, self->use_button);
    show_if_possible(self, self->create_button);
    gtk_widget_grab_focus(GTK_WIDGET(self->done_button));
    return self;
}

static void
dispose(GObject *object)
{
    g_clear_object(&PF_WELCOME_WINDOW(object)->model);
    G_OBJECT_CLASS(pf_welcome_window_parent_class)->dispose(object);
}

static void
pf_welcome_window_class_init(PfWelcomeWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GtkBindingSet *bindings = gtk_binding_set_by_class(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/welcome-window.ui");
    gtk_widget_class_bind_template_child(widget_class, PfWelcomeWindow, token_list);
    gtk_widget_class_bind_template_child(widget_class, PfWelcomeWindow, empty_label);
    gtk_widget_class_bind_template_child(widget_class, PfWelcomeWindow, use_button);
    gtk_widget_class_bind_template_child(widget_class, PfWelcomeWindow, create_button);
    gtk_widget_class_bind_template_child(widget_class, PfWelcomeWindow, done_button);
    gtk_widget_class_bind_template_callback(widget_class, on_button_clicked);
    g_signal_new_class_handler("dismissed", PF_TYPE_WELCOME_WINDOW,
                               G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK(gtk_window_close),
                               NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_binding_entry_add_signal(bindings, GDK_KEY_Escape, 0, "dismissed", 0);
}

static void
pf_welcome_window_init(PfWelcomeWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->token_list);
}
