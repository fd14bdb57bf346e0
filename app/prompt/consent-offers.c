/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentOffers: nobody waits for them, so no window opens before the person asks for it. */
#include "consent-offers.h"

#include <glib/gi18n.h>

#include "consent-dialog.h"
#include "consent-text.h"
#include "offer-item.h"
#include "wire-names.h"

struct _PfConsentOffers {
    GObject parent_instance;
    GtkApplication *application; /* outlives the offers */
    PfPrompterBus *bus;          /* likewise */
    GListStore *list;
    PfPromptDialog *dialog;
    sd_bus_slot *answer; /* of the dialog, on its way */
};

G_DEFINE_FINAL_TYPE(PfConsentOffers, pf_consent_offers, G_TYPE_OBJECT)

static char *
dup_notification_id(guint64 number)
{
    return g_strdup_printf("offer-%" G_GUINT64_FORMAT, number);
}

/* Some services take a body for markup, no service a title: foreign text is in the title alone. */
static void
notify(PfConsentOffers *self, const PfPinRequest *request)
{
    guint64 number = pf_pin_request_get_number(request);
    g_autofree char *id = dup_notification_id(number);
    g_autofree char *title = pf_pin_request_dup_offer(request);
    g_autoptr(GNotification) notification = g_notification_new(title);
    g_notification_set_body(notification, _("It can work without it, too: nothing waits for you."));
    g_notification_set_default_action_and_target(notification, "app.decide", "t", number);
    g_notification_add_button_with_target(
        notification,
        /* Translators: button that opens a dialog where the person allows or forbids something. */
        _("Decide…"), "app.decide", "t", number);
    g_application_send_notification(G_APPLICATION(self->application), id, notification);
}

/* TRUE, and the item (owned by the caller) and its place, when there is an offer of that NUMBER. */
static gboolean
find(PfConsentOffers *self, guint64 number, guint *ret_position, PfOfferItem **ret_item)
{
    GListModel *list = G_LIST_MODEL(self->list);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(PfOfferItem) item = g_list_model_get_item(list, i);
        if (pf_pin_request_get_number(pf_offer_item_get_request(item)) == number) {
            *ret_position = i;
            *ret_item = g_steal_pointer(&item);
            return TRUE;
        }
    }
    return FALSE;
}

static void
close_dialog(PfConsentOffers *self)
{
    g_clear_pointer(&self->answer, sd_bus_slot_unref);
    if (self->dialog == NULL)
        return;
    PfPromptDialog *dialog = g_steal_pointer(&self->dialog);
    g_signal_handlers_disconnect_by_data(dialog, self);
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static guint64
get_open_number(PfConsentOffers *self)
{
    return pf_pin_request_get_number(pf_prompt_dialog_get_request(self->dialog));
}

/* The agent may withdraw an answered offer as well; it is over with the answer. */
static int
on_answer_done(sd_bus_message *reply, void *user_data, sd_bus_error *ret_error)
{
    PfConsentOffers *self = user_data;
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    g_clear_pointer(&self->answer, sd_bus_slot_unref);
    if (sd_bus_error_has_name(error, SD_BUS_ERROR_INVALID_ARGS)) {
        pf_prompt_dialog_show_error(self->dialog, pf_consent_text_get_refused());
        return 0;
    }
    if (error != NULL && !sd_bus_error_has_name(error, PF_WIRE_ERROR_NO_REQUEST))
        g_warning("The agent did not take the answer: %s", error->name);
    pf_consent_offers_remove(self, get_open_number(self));
    return 0;
}

static void
on_dialog_submitted(PfConsentOffers *self)
{
    const char *decision = pf_consent_dialog_get_decision(PF_CONSENT_DIALOG(self->dialog));
    g_clear_pointer(&self->answer, sd_bus_slot_unref);
    int r = pf_prompter_bus_answer_consent(self->bus, &self->answer, get_open_number(self),
                                           decision, on_answer_done, self);
    if (r < 0) {
        g_warning("Answering the agent: %s", g_strerror(-r));
        pf_consent_offers_remove(self, get_open_number(self));
    }
}

static void
on_dialog_cancelled(PfConsentOffers *self)
{
    guint64 number = get_open_number(self);
    pf_consent_offers_remove(self, number);
    pf_prompter_bus_cancel(self->bus, number);
}

PfConsentOffers *
pf_consent_offers_new(GtkApplication *application, PfPrompterBus *bus)
{
    PfConsentOffers *self = g_object_new(PF_TYPE_CONSENT_OFFERS, NULL);
    self->application = application;
    self->bus = bus;
    return self;
}

void
pf_consent_offers_add(PfConsentOffers *self, PfPinRequest *request)
{
    g_autoptr(PfOfferItem) item = pf_offer_item_new(request);
    g_list_store_append(self->list, item);
    notify(self, request);
}

gboolean
pf_consent_offers_remove(PfConsentOffers *self, guint64 number)
{
    guint position;
    g_autoptr(PfOfferItem) item = NULL;
    if (!find(self, number, &position, &item))
        return FALSE;
    if (self->dialog != NULL && get_open_number(self) == number)
        close_dialog(self);
    g_autofree char *id = dup_notification_id(number);
    g_application_withdraw_notification(G_APPLICATION(self->application), id);
    g_list_store_remove(self->list, position);
    return TRUE;
}

void
pf_consent_offers_clear(PfConsentOffers *self)
{
    for (;;) {
        g_autoptr(PfOfferItem) item = g_list_model_get_item(G_LIST_MODEL(self->list), 0);
        if (item == NULL)
            return;
        pf_consent_offers_remove(self, pf_pin_request_get_number(pf_offer_item_get_request(item)));
    }
}

/* Another offer's dialog closes unanswered, and that offer stays, unless its answer is on its way.
 */
gboolean
pf_consent_offers_decide(PfConsentOffers *self, guint64 number)
{
    guint position;
    g_autoptr(PfOfferItem) item = NULL;
    if (!find(self, number, &position, &item))
        return FALSE;
    if (self->answer == NULL && (self->dialog == NULL || get_open_number(self) != number)) {
        close_dialog(self);
        self->dialog =
            pf_consent_dialog_new(pf_pin_request_dup(pf_offer_item_get_request(item), number));
        gtk_window_set_application(GTK_WINDOW(self->dialog), self->application);
        g_signal_connect_swapped(self->dialog, "submitted", G_CALLBACK(on_dialog_submitted), self);
        g_signal_connect_swapped(self->dialog, "cancelled", G_CALLBACK(on_dialog_cancelled), self);
    }
    gtk_window_present(GTK_WINDOW(self->dialog));
    return TRUE;
}

GListModel *
pf_consent_offers_get_list(PfConsentOffers *self)
{
    return G_LIST_MODEL(self->list);
}

static void
dispose(GObject *object)
{
    PfConsentOffers *self = PF_CONSENT_OFFERS(object);
    if (self->list != NULL)
        pf_consent_offers_clear(self);
    g_clear_object(&self->list);
    G_OBJECT_CLASS(pf_consent_offers_parent_class)->dispose(object);
}

static void
pf_consent_offers_class_init(PfConsentOffersClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_consent_offers_init(PfConsentOffers *self)
{
    self->list = g_list_store_new(PF_TYPE_OFFER_ITEM);
}
