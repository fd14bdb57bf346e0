/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenWindow: binds the model's list to rows and picks the page that says what to do. */
#include "token-window.h"

#include <glib/gi18n.h>

#include "history-page.h"
#include "offer-row.h"
#include "row-separators.h"
#include "token-row.h"

struct _PfTokenWindow {
    GtkApplicationWindow parent_instance;
    PfAgentModel *model;
    GtkWidget *offer_box;
    GtkListBox *offer_list;
    GtkStack *stack;
    GtkListBox *token_list;
    PfHistoryPage *history_page;
    GtkInfoBar *lost_bar;
    GtkLabel *lost_label;
    GtkButton *start_button;
    GtkInfoBar *failed_bar;
    GtkLabel *failed_label;
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

static void
on_model_changed(PfTokenWindow *self)
{
    PfAgentState state = pf_agent_model_get_state(self->model);
    gboolean lost = state == PF_AGENT_STATE_LOST;
    gtk_widget_set_visible(GTK_WIDGET(self->lost_bar), lost || state == PF_AGENT_STATE_FOREIGN);
    gtk_label_set_text(self->lost_label, lost ? _("PIN caching is off: the agent is not running")
                                              : _("Another program answers as Pinfold’s agent"));
    gtk_widget_set_visible(GTK_WIDGET(self->start_button), lost);
    gtk_stack_set_visible_child_name(self->stack, get_page(self));
}

static void
on_model_failed(PfTokenWindow *self, const char *sentence)
{
    gtk_label_set_text(self->failed_label, sentence);
    gtk_widget_show(GTK_WIDGET(self->failed_bar));
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

static gboolean
delete_event(GtkWidget *widget, GdkEventAny *event)
{
    gtk_widget_hide(widget);
    g_signal_emit(widget, signals[SIGNAL_CLOSED], 0);
    return GDK_EVENT_STOP;
}

PfTokenWindow *
pf_token_window_new(GtkApplication *application, PfAgentModel *model, GListModel *offers)
{
    PfTokenWindow *self = g_object_new(PF_TYPE_TOKEN_WINDOW, "application", application, NULL);
    self->model = g_object_ref(model);
    gtk_list_box_bind_model(self->token_list, pf_agent_model_get_tokens(model), pf_token_row_new,
                            NULL, NULL);
    pf_history_page_bind(self->history_page,
                         g_application_get_dbus_connection(G_APPLICATION(application)));
    gtk_list_box_bind_model(self->offer_list, offers, pf_offer_row_new, NULL, NULL);
    g_signal_connect_object(offers, "items-changed", G_CALLBACK(on_offers_changed), self,
                            G_CONNECT_SWAPPED);
    on_offers_changed(self, 0, 0, 0, offers);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "failed", G_CALLBACK(on_model_failed), self, G_CONNECT_SWAPPED);
    on_model_changed(self);
    return self;
}

static void
dispose(GObject *object)
{
    PfTokenWindow *self = PF_TOKEN_WINDOW(object);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(pf_token_window_parent_class)->dispose(object);
}

static void
pf_token_window_class_init(PfTokenWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    widget_class->delete_event = delete_event;
    signals[SIGNAL_CLOSED] = g_signal_new("closed", PF_TYPE_TOKEN_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/token-window.ui");
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, offer_box);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, offer_list);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, stack);
    gtk_widget_class_bind_template_child(widget_class, PfTokenWindow, token_list);
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
pf_token_window_init(PfTokenWindow *self)
{
    g_type_ensure(PF_TYPE_HISTORY_PAGE);
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->token_list);
    pf_row_separators_add(self->offer_list);
}
