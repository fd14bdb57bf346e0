/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPrompter: from a message of the agent to the dialog and back, by a PIN page. */
#include "prompter.h"

#include <glib/gi18n.h>

#include "change-dialog.h"
#include "confirm-dialog.h"
#include "consent-dialog.h"
#include "consent-text.h"
#include "pin-dialog.h"
#include "pin-notice.h"
#include "prompt-answer.h"
#include "prompt-details.h"
#include "prompter-bus.h"
#include "token-names.h"
#include "wire-names.h"

/* A dialog that has no focus after this time is announced by a notification (DESIGN 11). */
#define UNFOCUSED_S         1
#define PROMPT_NOTIFICATION "pin"

struct _PfPrompter {
    GObject parent_instance;
    GtkApplication *application; /* outlives the prompter */
    PfPrompterBus *bus;
    PfConsentOffers *offers;
    PfPromptDialog *dialog;
    PfPromptAnswer answer; /* that is on its way */
    guint unfocused_id;
};

G_DEFINE_FINAL_TYPE(PfPrompter, pf_prompter, G_TYPE_OBJECT)

enum { SIGNAL_REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
close_dialog(PfPrompter *self)
{
    pf_prompt_answer_forget(&self->answer);
    g_clear_handle_id(&self->unfocused_id, g_source_remove);
    if (self->dialog == NULL)
        return;
    g_application_withdraw_notification(G_APPLICATION(self->application), PROMPT_NOTIFICATION);
    PfPromptDialog *dialog = g_steal_pointer(&self->dialog);
    g_signal_handlers_disconnect_by_data(dialog, self);
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static int
on_answer_done(sd_bus_message *reply, void *user_data, sd_bus_error *ret_error)
{
    PfPrompter *self = user_data;
    pf_prompt_answer_forget(&self->answer);
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    if (error == NULL)
        return 0; /* Retry or Close tells what the token said */
    if (sd_bus_error_has_name(error, PF_WIRE_ERROR_PIN_LENGTH)) {
        pf_prompt_dialog_show_error(self->dialog,
                                    _("The token does not take a PIN of this length."));
        return 0;
    }
    if (sd_bus_error_has_name(error, SD_BUS_ERROR_INVALID_ARGS)) {
        pf_prompt_dialog_show_error(self->dialog, pf_consent_text_get_refused());
        return 0;
    }
    if (!sd_bus_error_has_name(error, PF_WIRE_ERROR_NO_REQUEST))
        g_warning("The agent did not take the answer: %s", error->name);
    close_dialog(self);
    return 0;
}

static void
on_dialog_submitted(PfPrompter *self)
{
    pf_prompt_answer_forget(&self->answer);
    int r = pf_prompt_answer_take(&self->answer, self->dialog);
    if (r < 0) {
        g_warning("No locked memory for the PIN: %s", g_strerror(-r));
        pf_prompt_dialog_show_error(
            self->dialog, _("The PIN was not used: there is no protected memory for it."));
        return;
    }
    r = pf_prompt_answer_send(&self->answer, self->bus, self->dialog, on_answer_done, self);
    if (r < 0) {
        g_warning("Answering the agent: %s", g_strerror(-r));
        close_dialog(self);
    }
}

static void
on_dialog_cancelled(PfPrompter *self)
{
    guint64 number = pf_pin_request_get_number(pf_prompt_dialog_get_request(self->dialog));
    close_dialog(self);
    pf_prompter_bus_cancel(self->bus, number);
}

static char *
dup_notification_title(const PfPinRequest *request)
{
    if (pf_pin_request_get_kind(request) != PF_PIN_REQUEST_PIN)
        return pf_pin_request_dup_headline(request);
    g_autofree char *program = pf_pin_request_dup_program(request);
    /* Translators: title of a notification; %s is the name of a program. */
    return g_strdup_printf(_("PIN needed for %s"), program);
}

static gboolean
on_unfocused_elapsed(gpointer user_data)
{
    PfPrompter *self = user_data;
    self->unfocused_id = 0;
    if (gtk_window_is_active(GTK_WINDOW(self->dialog)))
        return G_SOURCE_REMOVE;
    const PfPinRequest *request = pf_prompt_dialog_get_request(self->dialog);
    g_autofree char *title = dup_notification_title(request);
    g_autoptr(GNotification) notification = g_notification_new(title);
    g_notification_set_default_action(notification, "app.show-prompt");
    if (pf_pin_request_get_kind(request) == PF_PIN_REQUEST_PIN)
        g_notification_add_button(notification, _("Enter PIN"), "app.show-prompt");
    else
        /* Translators: button of a notification that brings a dialog to the front. */
        g_notification_add_button(notification, _("Show"), "app.show-prompt");
    g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_URGENT);
    g_application_send_notification(G_APPLICATION(self->application), PROMPT_NOTIFICATION,
                                    notification);
    return G_SOURCE_REMOVE;
}

static void
open_dialog(PfPrompter *self, PfPinRequest *request)
{
    switch (pf_pin_request_get_kind(request)) {
    case PF_PIN_REQUEST_PIN:
        self->dialog = pf_pin_dialog_new(request);
        break;
    case PF_PIN_REQUEST_CONFIRM:
        self->dialog = pf_confirm_dialog_new(request);
        break;
    case PF_PIN_REQUEST_CHANGE:
        self->dialog = pf_change_dialog_new(request);
        break;
    case PF_PIN_REQUEST_CONSENT:
        self->dialog = pf_consent_dialog_new(request);
        break;
    }
    gtk_window_set_application(GTK_WINDOW(self->dialog), self->application);
    g_signal_connect_swapped(self->dialog, "submitted", G_CALLBACK(on_dialog_submitted), self);
    g_signal_connect_swapped(self->dialog, "cancelled", G_CALLBACK(on_dialog_cancelled), self);
    gtk_window_set_keep_above(GTK_WINDOW(self->dialog), TRUE);
    gtk_window_present(GTK_WINDOW(self->dialog));
    self->unfocused_id = g_timeout_add_seconds(UNFOCUSED_S, on_unfocused_elapsed, self);
}

/* Is REQUEST the one that the open dialog shows? */
static gboolean
is_open(PfPrompter *self, guint64 request)
{
    return self->dialog != NULL &&
           pf_pin_request_get_number(pf_prompt_dialog_get_request(self->dialog)) == request;
}

/* By the person's own settings. */
static void
name_token(PfPinRequest *request)
{
    g_autofree char *uri = pf_pin_request_dup_token_uri(request);
    g_autofree char *name = pf_token_names_dup(uri);
    pf_pin_request_set_token_name(request, name);
}

/* Opens a dialog of KIND for the request that MESSAGE describes. */
static int
ask(PfPrompter *self, PfPinRequestKind kind, sd_bus_message *message, sd_bus_error *ret_error)
{
    guint64 number;
    if (self->dialog != NULL)
        return sd_bus_error_set(ret_error, PF_WIRE_ERROR_BUSY, "A dialog is open");
    if (gdk_display_get_default() == NULL)
        return sd_bus_error_set(ret_error, PF_WIRE_ERROR_NO_DISPLAY, "There is no display");
    int r = sd_bus_message_read(message, "t", &number);
    if (r < 0)
        return r;
    g_autoptr(PfPinRequest) request = pf_pin_request_new(kind, number);
    r = pf_prompt_details_read(message, request);
    if (r < 0)
        return r;
    name_token(request);
    open_dialog(self, g_steal_pointer(&request));
    return sd_bus_reply_method_return(message, "");
}

static int
handle_ask_pin(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    return ask(user_data, PF_PIN_REQUEST_PIN, message, ret_error);
}

static int
handle_ask_confirm(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    return ask(user_data, PF_PIN_REQUEST_CONFIRM, message, ret_error);
}

static int
handle_ask_change(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    return ask(user_data, PF_PIN_REQUEST_CHANGE, message, ret_error);
}

static int
handle_ask_consent(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    return ask(user_data, PF_PIN_REQUEST_CONSENT, message, ret_error);
}

static int
handle_offer_consent(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    PfPrompter *self = user_data;
    guint64 number;
    if (gdk_display_get_default() == NULL)
        return sd_bus_error_set(ret_error, PF_WIRE_ERROR_NO_DISPLAY, "There is no display");
    int r = sd_bus_message_read(message, "t", &number);
    if (r < 0)
        return r;
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CONSENT, number);
    r = pf_prompt_details_read(message, request);
    if (r < 0)
        return r;
    name_token(request);
    pf_consent_offers_add(self->offers, g_steal_pointer(&request));
    return sd_bus_reply_method_return(message, "");
}

static int
handle_retry(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    PfPrompter *self = user_data;
    guint64 previous;
    guint64 number;
    int r = sd_bus_message_read(message, "tt", &previous, &number);
    if (r < 0)
        return r;
    if (!is_open(self, previous))
        return sd_bus_error_set(ret_error, PF_WIRE_ERROR_NO_REQUEST, "No such dialog is open");
    g_autoptr(PfPinRequest) request =
        pf_pin_request_dup(pf_prompt_dialog_get_request(self->dialog), number);
    pf_pin_request_reset_tries(request);
    r = pf_prompt_details_read(message, request);
    if (r < 0)
        return r;
    pf_prompt_answer_forget(&self->answer);
    pf_prompt_dialog_retry(self->dialog, g_steal_pointer(&request));
    return sd_bus_reply_method_return(message, "");
}

static int
handle_close(sd_bus_message *message, void *user_data, sd_bus_error *ret_error)
{
    PfPrompter *self = user_data;
    guint64 number;
    const char *reason;
    int r = sd_bus_message_read(message, "ts", &number, &reason);
    if (r < 0)
        return r;
    if (pf_consent_offers_remove(self->offers, number))
        return sd_bus_reply_method_return(message, "");
    if (!is_open(self, number))
        return sd_bus_error_set(ret_error, PF_WIRE_ERROR_NO_REQUEST, "No such dialog is open");
    g_autoptr(PfPinRequest) request =
        pf_pin_request_dup(pf_prompt_dialog_get_request(self->dialog), number);
    close_dialog(self);
    pf_pin_notice_show(self->application, request, reason);
    return sd_bus_reply_method_return(message, "");
}

static int
get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
            sd_bus_message *reply, void *user_data, sd_bus_error *ret_error)
{
    return sd_bus_message_append(reply, "u", 1u);
}

static const sd_bus_vtable prompter_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_METHOD("AskPin", "ta{sv}", "", handle_ask_pin, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskConfirm", "ta{sv}", "", handle_ask_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskChange", "ta{sv}", "", handle_ask_change, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskConsent", "ta{sv}", "", handle_ask_consent, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("OfferConsent", "ta{sv}", "", handle_offer_consent, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Retry", "tta{sv}", "", handle_retry, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Close", "ts", "", handle_close, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

/* Whatever was typed or sent is worth nothing to another agent. */
static void
on_bus_lost(PfPrompter *self)
{
    close_dialog(self);
    pf_consent_offers_clear(self->offers);
}

static void
on_bus_refused(PfPrompter *self)
{
    g_signal_emit(self, signals[SIGNAL_REFUSED], 0);
}

PfPrompter *
pf_prompter_new(GtkApplication *application)
{
    PfPrompter *self = g_object_new(PF_TYPE_PROMPTER, NULL);
    self->application = application;
    self->bus = pf_prompter_bus_new(prompter_vtable, self);
    self->offers = pf_consent_offers_new(application, self->bus);
    g_signal_connect_object(self->bus, "lost", G_CALLBACK(on_bus_lost), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->bus, "refused", G_CALLBACK(on_bus_refused), self,
                            G_CONNECT_SWAPPED);
    pf_prompter_bus_connect(self->bus);
    return self;
}

void
pf_prompter_connect(PfPrompter *self)
{
    pf_prompter_bus_connect(self->bus);
}

gboolean
pf_prompter_present(PfPrompter *self)
{
    if (self->dialog == NULL)
        return FALSE;
    gtk_window_present(GTK_WINDOW(self->dialog));
    return TRUE;
}

PfConsentOffers *
pf_prompter_get_offers(PfPrompter *self)
{
    return self->offers;
}

static void
dispose(GObject *object)
{
    PfPrompter *self = PF_PROMPTER(object);
    /* A bus that ends is lost, too: not to one of whom half is gone. */
    if (self->bus != NULL) {
        g_signal_handlers_disconnect_by_data(self->bus, self);
        on_bus_lost(self);
    }
    g_clear_object(&self->offers);
    g_clear_object(&self->bus);
    G_OBJECT_CLASS(pf_prompter_parent_class)->dispose(object);
}

static void
pf_prompter_class_init(PfPrompterClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SIGNAL_REFUSED] = g_signal_new("refused", PF_TYPE_PROMPTER, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_prompter_init(PfPrompter *self)
{
    self->answer = PF_PROMPT_ANSWER_NONE;
}
