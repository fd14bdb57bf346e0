/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Prompter1's calls: building the messages. */
#include "prompter-calls.h"

#include <sys/random.h>

#include "bus-source.h"
#include "wire-names.h"

typedef struct {
    PfPrompterRefused on_refused;
    gpointer user_data;
    guint64 request;
} ShowCall;

/* TEXT may come from a card: bytes that are no text are replaced. */
static int
append_text(sd_bus_message *message, const char *key, const char *text)
{
    if (text == NULL)
        return 0;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return sd_bus_message_append(message, "{sv}", key, "s", valid);
}

/* The names of programs. */
static int
append_users(sd_bus_message *message, const GStrv users)
{
    int r = sd_bus_message_open_container(message, 'e', "sv");
    if (r >= 0)
        r = sd_bus_message_append(message, "s", "users");
    if (r >= 0)
        r = sd_bus_message_open_container(message, 'v', "as");
    if (r >= 0)
        r = sd_bus_message_open_container(message, 'a', "s");
    for (gsize i = 0; r >= 0 && users != NULL && users[i] != NULL; i++) {
        g_autofree char *valid = g_utf8_make_valid(users[i], -1);
        r = sd_bus_message_append(message, "s", valid);
    }
    for (guint i = 0; r >= 0 && i < 3; i++)
        r = sd_bus_message_close_container(message);
    return r;
}

/* What AskConsent and OfferConsent say beside the rest. */
static int
append_consent(sd_bus_message *message, const PfDialogDetails *details)
{
    int r = append_text(message, "shared-id", details->shared_id);
    if (r >= 0)
        r = append_text(message, "group", details->group);
    if (r >= 0)
        r = append_text(message, "script", details->script);
    if (r >= 0)
        r = append_text(message, "sandbox", details->sandbox);
    if (r >= 0)
        r = append_users(message, details->users);
    if (r >= 0)
        r = sd_bus_message_append(message, "{sv}", "may-remember", "b", (int)details->may_remember);
    return r;
}

/* What AskPin says of the keyring. */
static int
append_keyring(sd_bus_message *message, PfKeyringOffer offer)
{
    static const char *const names[] = {
        [PF_KEYRING_OFFER_NONE] = NULL,
        [PF_KEYRING_OFFER_EMPTY] = "empty",
        [PF_KEYRING_OFFER_STORED] = "stored",
        [PF_KEYRING_OFFER_REFUSED] = "refused",
    };
    return append_text(message, "keyring", names[offer]);
}

static int
append_details(sd_bus_message *message, const PfDialogDetails *details, int tries)
{
    const struct {
        const char *key;
        const char *text;
    } texts[] = {
        {"program", details->program},         {"program-icon", details->program_icon},
        {"executable", details->executable},   {"purpose", details->purpose},
        {"token-label", details->token.label}, {"token-manufacturer", details->token.manufacturer},
        {"token-model", details->token.model}, {"token-serial", details->token.serial},
        {"reader", details->reader},           {"key-label", details->key_label},
        {"operation", details->operation},
    };
    int r = sd_bus_message_open_container(message, 'a', "{sv}");
    for (gsize i = 0; r >= 0 && i < G_N_ELEMENTS(texts); i++)
        r = append_text(message, texts[i].key, texts[i].text);
    if (r >= 0)
        r = sd_bus_message_append(message, "{sv}{sv}{sv}{sv}{sv}", "program-known", "b",
                                  (int)details->is_program_known, "pid", "u", details->pid,
                                  "min-len", "u", details->min_len, "max-len", "u",
                                  details->max_len, "token-flags", "t", details->token_flags);
    if (r >= 0 && tries >= 0)
        r = sd_bus_message_append(message, "{sv}", "tries-left", "u", (guint32)tries);
    if (r >= 0 && (details->kind == PF_DIALOG_CONSENT || details->kind == PF_DIALOG_OFFER))
        r = append_consent(message, details);
    if (r >= 0 && details->kind == PF_DIALOG_PIN)
        r = append_keyring(message, details->keyring);
    if (r >= 0 && details->kind == PF_DIALOG_PIN)
        r = append_text(message, "never-cached", details->never_cached);
    return r < 0 ? r : sd_bus_message_close_container(message);
}

static int
on_show_reply(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    ShowCall *call = userdata;
    if (sd_bus_message_is_method_error(message, NULL) > 0) {
        g_message("The prompter shows no dialog: %s", sd_bus_message_get_error(message)->name);
        call->on_refused(call->request, call->user_data);
    }
    return 0;
}

guint64
pf_prompter_draw_request(void)
{
    guint64 request = 0;
    while (request == 0) {
        if (getrandom(&request, sizeof request, 0) != sizeof request)
            request = 0;
    }
    return request;
}

int
pf_prompter_show(sd_bus *bus, guint64 previous, guint64 request, const PfDialogDetails *details,
                 int tries, PfPrompterRefused on_refused, gpointer user_data)
{
    static const char *const methods[] = {
        [PF_DIALOG_PIN] = "AskPin",         [PF_DIALOG_CONFIRM] = "AskConfirm",
        [PF_DIALOG_TRY] = "AskConfirm",     [PF_DIALOG_CHANGE] = "AskChange",
        [PF_DIALOG_SET] = "AskChange",      [PF_DIALOG_CONSENT] = "AskConsent",
        [PF_DIALOG_OFFER] = "OfferConsent",
    };
    sd_bus_message *message = NULL;
    sd_bus_slot *slot = NULL;
    int r = sd_bus_message_new_method_call(bus, &message, NULL, PF_WIRE_PROMPTER_PATH,
                                           PF_WIRE_PROMPTER_INTERFACE,
                                           previous != 0 ? "Retry" : methods[details->kind]);
    if (r >= 0 && previous != 0)
        r = sd_bus_message_append(message, "t", previous);
    if (r >= 0)
        r = sd_bus_message_append(message, "t", request);
    if (r >= 0)
        r = append_details(message, details, tries);
    ShowCall *call = g_new(ShowCall, 1);
    *call = (ShowCall){on_refused, user_data, request};
    if (r >= 0)
        r = sd_bus_call_async(bus, &slot, message, on_show_reply, call, 0);
    pf_bus_source_touch(bus);
    if (r >= 0) {
        sd_bus_slot_set_destroy_callback(slot, g_free);
        sd_bus_slot_set_floating(slot, true);
    } else {
        g_free(call);
    }
    sd_bus_slot_unref(slot);
    sd_bus_message_unref(message);
    return r < 0 ? r : 0;
}

void
pf_prompter_close(sd_bus *bus, guint64 request, const char *reason)
{
    int r =
        sd_bus_call_method_async(bus, NULL, NULL, PF_WIRE_PROMPTER_PATH, PF_WIRE_PROMPTER_INTERFACE,
                                 "Close", NULL, NULL, "ts", request, reason);
    pf_bus_source_touch(bus);
    if (r < 0)
        g_debug("The dialog cannot be closed: %s", g_strerror(-r));
}
