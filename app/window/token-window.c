/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenWindow: binds the model's list to rows and picks the page that says what to do. */
#include "token-window.h"

#include <glib/gi18n.h>

#include "certificate-store.h"
#include "history-page.h"
#include "offer-row.h"
#include "row-separators.h"
#include "token-advice.h"
#include "token-row.h"

struct _PfTokenWindow {
    GtkApplicationWindow parent_instance;
    PfAgentModel *model;
    PfTokenRowContext row_context;
    GtkWidget *offer_box;
    GtkListBox *offer_list;
    GtkStack *views; /* tokens, history */
    GtkStack *stack;
    GtkListBox *token_list;
    GtkImage *empty_icon;
    GtkSpinner *empty_spinner;
    GtkLabel *empty_title;
    GtkLabel *empty_text;
    GtkWidget *look_button;
    GtkWidget *create_button;
    GtkWidget *settings_button;
    GtkWidget *notice_box;
    GtkLabel *notice_label;
    PfHistoryPage *history_page;
    GtkInfoBar *lost_bar;
    GtkLabel *lost_label;
    GtkButton *start_button;
    GtkInfoBar *failed_bar;
    GtkLabel *failed_label;
    gboolean is_ready; /* the agent was there at the last change */
    GtkMenuButton *menu_button;
};

G_DEFINE_FINAL_TYPE(PfTokenWindow, pf_token_window, GTK_TYPE_APPLICATION_WINDOW)

enum { SIGNAL_CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *
get_page(PfTokenWindow *self)
{
    switch (pf_agent_model_get_state(self->model)) {
    case PF_AGENT_STATE_LOST:
    case PF_AGENT_STATE_FOREIGN:
        return "lost";
    case PF_AGENT_STATE_CONNECTING:
        return "connecting";
    case PF_AGENT_STATE_READY:
        break;
    }
    return g_list_model_get_n_items(pf_agent_model_get_tokens(self->model)) > 0 ? "tokens"
                                                                                : "empty";
}

static gboolean
has_action(PfTokenWindow *self, const char *name)
{
    return g_action_group_has_action(self->row_context.actions, name);
}

static void
show_advice(PfTokenWindow *self)
{
    PfTokenAdvice advice;
    g_autofree char *notice = pf_token_advice_dup_notice(self->model);
    pf_token_advice_get(self->model, &advice);
    gtk_image_set_from_icon_name(self->empty_icon, advice.icon_name, GTK_ICON_SIZE_DIALOG);
    gtk_label_set_text(self->empty_title, advice.title);
    gtk_label_set_text(self->empty_text, advice.text);
    g_object_set(self->empty_spinner, "active", advice.is_waiting, "visible", advice.is_waiting,
                 NULL);
    gtk_widget_set_visible(self->look_button, advice.may_look_again);
    gtk_widget_set_visible(self->settings_button, advice.may_set_up);
    gtk_widget_set_visible(self->create_button,
                           advice.may_create && has_action(self, "create-token"));
    gtk_label_set_text(self->notice_label, notice != NULL ? notice : "");
    gtk_widget_set_visible(self->notice_box, notice != NULL);
}

static void
on_model_changed(PfTokenWindow *self)
{
    show_advice(self);
    PfAgentState state = pf_agent_model_get_state(self->model);
    gboolean lost = state == PF_AGENT_STATE_LOST;
    gboolean is_ready = state == PF_AGENT_STATE_READY;
    /* What failed was the matter of one that was not there. */
    if (is_ready && !self->is_ready)
        gtk_widget_hide(GTK_WIDGET(self->failed_bar));
    self->is_ready = is_ready;
    gtk_widget_set_visible(GTK_WIDGET(self->lost_bar), lost || state == PF_AGENT_STATE_FOREIGN);
    gtk_label_set_text(self->lost_label, lost ? _("PIN caching is off: the agent is not running")
                                              : _("Another program answers as Pinfold’s agent"));
    gtk_widget_set_visible(GTK_WIDGET(self->start_button), lost);
    gtk_stack_set_visible_child_name(self->stack, get_page(self));
}

static void
on_failed_bar_response(PfTokenWindow *self)
{
    gtk_widget_hide(GTK_WIDGET(self->failed_bar));
}

static void
on_offers_changed(PfTokenWindow *self, guint position, guint removed, guint added,
                  GListModel *offers)
{
    gtk_widget_set_visible(self->offer_box, g_list_model_get_n_items(offers) > 0);
}

static void
on_look_again_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    pf_agent_model_look_again(PF_TOKEN_WINDOW(user_data)->model);
}

static void
on_read_certificates_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfTokenWindow *self = user_data;
    pf_certificate_store_read_again(self->row_context.certificates,
                                    g_variant_get_string(parameter, NULL));
}

static void
on_model_token_changed(PfTokenWindow *self, const char *uri)
{
    pf_certificate_store_outdate(self->row_context.certificates, uri);
}

static void
add_actions(PfTokenWindow *self, GtkApplication *application)
{
    static const GActionEntry entries[] = {
        {"look-again", on_look_again_activated},
        {"read-certificates", on_read_certificates_activated, "s"},
    };
    static const char *const look_keys[] = {"F5", "<Primary>r", NULL};
    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_application_set_accels_for_action(application, "app.look-again", look_keys);
}

static void
map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(pf_token_window_parent_class)->map(widget);
    pf_certificate_store_set_active(PF_TOKEN_WINDOW(widget)->row_context.certificates, TRUE);
}

static void
unmap(GtkWidget *widget)
{
    PfTokenWindow *self = PF_TOKEN_WINDOW(widget);
    if (self->row_context.certificates != NULL)
        pf_certificate_store_set_active(self->row_context.certificates, FALSE);
    GTK_WIDGET_CLASS(pf_token_window_parent_class)->unmap(widget);
}

static gboolean
delete_event(GtkWidget *widget, GdkEventAny *event)
{
    gtk_widget_hide(widget);
    /* Whoever opens it next has asked for something else. */
    gtk_widget_hide(GTK_WIDGET(PF_TOKEN_WINDOW(widget)->failed_bar));
    g_signal_emit(widget, signals[SIGNAL_CLOSED], 0);
    return GDK_EVENT_STOP;
}

PfTokenWindow *
pf_token_window_new(GtkApplication *application, PfAgentModel *model, GListModel *offers)
{
    PfTokenWindow *self = g_object_new(PF_TYPE_TOKEN_WINDOW, "application", application, NULL);
    GListModel *tokens = pf_agent_model_get_tokens(model);
    self->model = g_object_ref(model);
    add_actions(self, application);
    self->row_context.actions = G_ACTION_GROUP(application);
    /* Before the rows: it knows what goes before they do. */
    self->row_context.certificates = pf_certificate_store_new(tokens);
    gtk_list_box_bind_model(self->token_list, tokens, pf_token_row_new, &self->row_context, NULL);
    pf_history_page_bind(self->history_page,
                         g_application_get_dbus_connection(G_APPLICATION(application)));
    gtk_list_box_bind_model(self->offer_list, offers, pf_offer_row_new, NULL, NULL);
    g_signal_connect_object(offers, "items-changed", G_CALLBACK(on_offers_changed), self,
                            G_CONNECT_SWAPPED);
    on_offers_changed(self, 0, 0, 0, offers);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "token-changed", G_CALLBACK(on_model_token_changed), self,
                            G_CONNECT_SWAPPED);
    on_model_changed(self);
    return self;
}

void
pf_token_window_show_failure(PfTokenWindow *self, const char *sentence)
{
    gtk_label_set_text(self->failed_label, sentence);
    gtk_widget_show(GTK_WIDGET(self->failed_bar));
}

void
pf_token_window_show_history(PfTokenWindow *self)
{
    gtk_stack_set_visible_child_name(self->views, "history");
}

static void
dispose(GObject *object)
{
    PfTokenWindow *self = PF_TOKEN_WINDOW(object);
    g_clear_object(&self->model);
    g_clear_pointer(&self->row_context.certificates, pf_certificate_store_free);
    G_OBJECT_CLASS(pf_token_window_parent_class)->dispose(object);
}

static void
pf_token_window_class_init(PfTokenWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    widget_class->delete_event = delete_event;
    widget_class->map = map;
    widget_class->unmap = unmap;
    signals[SIGNAL_CLOSED] = g_signal_new("closed", PF_TYPE_TOKEN_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/token-window.ui");
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, offer_box);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, offer_list);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, views);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, stack);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, token_list);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, empty_icon);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, empty_spinner);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, empty_title);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, empty_text);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, look_button);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, create_button);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, settings_button);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, notice_box);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, notice_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, history_page);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, lost_bar);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, lost_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, start_button);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, failed_bar);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, failed_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, menu_button);
    gtk_widget_class_bind_template_callback(widget_class, on_failed_bar_response);
}

static void
on_close_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    gtk_window_close(user_data);
}

static void
pf_token_window_init(PfTokenWindow *self)
{
    g_type_ensure(PF_TYPE_HISTORY_PAGE);
    gtk_widget_init_template(GTK_WIDGET(self));
    static const GActionEntry entries[] = {{"close", on_close_activated}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    g_autoptr(GPropertyAction) menu =
        g_property_action_new("main-menu", self->menu_button, "active");
    g_action_map_add_action(G_ACTION_MAP(self), G_ACTION(menu));
    pf_row_separators_add(self->token_list);
    pf_row_separators_add(self->offer_list);
}
