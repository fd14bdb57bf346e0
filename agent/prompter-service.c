/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1: the methods of the prompter. */
#include "prompter-service.h"

#include <errno.h>

#include "pin-page.h"
#include "service-message.h"
#include "wire-names.h"

static int
handle_register_prompter(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    if (connection->context != NULL || connection->identity == NULL ||
        pf_cache_find_context(connection->cache, connection->identity) != NULL)
        return pf_service_answer_code(message, PF_CACHE_ERROR_ACCESS_DENIED,
                                      "A client of the cache cannot be the prompter");
    if (!pf_prompt_broker_register(connection->broker, connection->bus, connection->identity,
                                   &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

/* The PIN in the page behind FD. Without one the call is answered already. */
static PfSecret *
receive_answer(sd_bus_message *message, int fd)
{
    PfSecret *pin = NULL;
    int r = pf_pin_page_receive(fd, &pin);
    if (r == -ENODATA)
        pf_service_answer_code(message, PF_CACHE_ERROR_PIN_LENGTH, "There is no PIN in the page");
    else if (r < 0)
        pf_service_answer_code(message, PF_CACHE_ERROR_INVALID_ARGS, "Not a PIN page");
    return pin;
}

/* AnswerPin and AnswerPinWith. */
static int
answer_pin(PfPeerConnection *connection, sd_bus_message *message, gboolean has_options)
{
    g_autoptr(GError) error = NULL;
    guint64 request;
    int fd;
    int remember = -1;
    const PfServiceField fields[] = {{"remember", "b", &remember}};
    int r = sd_bus_message_read(message, "th", &request, &fd);
    if (r >= 0 && has_options)
        r = pf_service_read_dict(message, fields, G_N_ELEMENTS(fields));
    if (r < 0)
        return r;
    PfSecret *pin = receive_answer(message, fd);
    if (pin == NULL)
        return 1;
    PfRemember wish = PF_REMEMBER_UNSAID;
    if (remember >= 0)
        wish = remember != 0 ? PF_REMEMBER_YES : PF_REMEMBER_NO;
    if (!pf_prompt_broker_answer(connection->broker, connection->bus, request, pin, wish, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_answer_pin(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return answer_pin(userdata, message, FALSE);
}

static int
handle_answer_pin_with(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return answer_pin(userdata, message, TRUE);
}

/* RET_OLD_FD is -1 when there is none. */
static int
read_change(sd_bus_message *message, guint64 *ret_request, int *ret_old_fd, int *ret_new_fd)
{
    *ret_old_fd = -1;
    int r = sd_bus_message_read(message, "t", ret_request);
    if (r >= 0)
        r = sd_bus_message_enter_container(message, 'a', "h");
    if (r >= 0 && sd_bus_message_at_end(message, FALSE) == 0)
        r = sd_bus_message_read(message, "h", ret_old_fd);
    if (r >= 0)
        r = sd_bus_message_exit_container(message);
    return r < 0 ? r : sd_bus_message_read(message, "h", ret_new_fd);
}

static int
handle_answer_change(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint64 request;
    int old_fd;
    int new_fd;
    int r = read_change(message, &request, &old_fd, &new_fd);
    if (r < 0)
        return r;
    PF_AUTO_SECRET pin = old_fd >= 0 ? receive_answer(message, old_fd) : NULL;
    if (old_fd >= 0 && pin == NULL)
        return 1;
    PfSecret *new_pin = receive_answer(message, new_fd);
    if (new_pin == NULL)
        return 1;
    if (!pf_prompt_broker_answer_change(connection->broker, connection->bus, request,
                                        g_steal_pointer(&pin), new_pin, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_answer_confirm(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint64 request;
    int r = sd_bus_message_read(message, "t", &request);
    if (r < 0)
        return r;
    if (!pf_prompt_broker_confirm(connection->broker, connection->bus, request, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_answer_consent(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint64 request;
    const char *decision;
    int r = sd_bus_message_read(message, "ts", &request, &decision);
    if (r < 0)
        return r;
    if (!pf_prompt_broker_answer_consent(connection->broker, connection->bus, request,
                                         pf_consent_decision_from_name(decision), &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_cancel_prompt(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PfPeerConnection *connection = userdata;
    g_autoptr(GError) error = NULL;
    guint64 request;
    int r = sd_bus_message_read(message, "t", &request);
    if (r < 0)
        return r;
    if (!pf_prompt_broker_cancel(connection->broker, connection->bus, request, &error))
        return pf_service_answer_error(message, error);
    return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable prompter_vtable[] = {
    SD_BUS_VTABLE_START(0),
    PF_SERVICE_METHOD("RegisterPrompter", "", "", handle_register_prompter),
    PF_SERVICE_METHOD("AnswerPin", "th", "", handle_answer_pin),
    PF_SERVICE_METHOD("AnswerPinWith", "tha{sv}", "", handle_answer_pin_with),
    PF_SERVICE_METHOD("AnswerConfirm", "t", "", handle_answer_confirm),
    PF_SERVICE_METHOD("AnswerChange", "tahh", "", handle_answer_change),
    PF_SERVICE_METHOD("AnswerConsent", "ts", "", handle_answer_consent),
    PF_SERVICE_METHOD("CancelPrompt", "t", "", handle_cancel_prompt),
    SD_BUS_VTABLE_END,
};

int
pf_prompter_service_add(PfPeerConnection *connection)
{
    return sd_bus_add_object_vtable(connection->bus, NULL, PF_WIRE_CACHE_PATH,
                                    PF_WIRE_CACHE_INTERFACE, prompter_vtable, connection);
}
