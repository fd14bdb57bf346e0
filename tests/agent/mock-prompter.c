/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A prompter without a screen: prints what it is asked, answers as standard input says.
 *
 * Commands: "answer REQUEST PIN", "keep REQUEST PIN yes|no" (into the keyring), "confirm REQUEST",
 * "change REQUEST OLD NEW" (OLD "-": none), "decide REQUEST DECISION", "cancel REQUEST", "hello"
 * (Cache1.Hello, which a prompter may not). Lines printed: "registered", "refused NAME", "ask
 * REQUEST KEY=VALUE...", likewise "confirm", "change", "consent" and "offer", "retry PREVIOUS
 * REQUEST KEY=VALUE...", "close REQUEST REASON", and "ok" or an error's name for each command. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "pin-page.h"
#include "socket-path.h"
#include "wire-names.h"

static void
check(int result, const char *what)
{
    if (result < 0) {
        printf("failed %s %s\n", what, strerror(-result));
        exit(1);
    }
}

/* Each ends in a comma. */
static void
print_list(sd_bus_message *message)
{
    const char *text;
    check(sd_bus_message_enter_container(message, 'a', "s"), "list");
    while (sd_bus_message_read(message, "s", &text) > 0)
        printf("%s,", text);
    check(sd_bus_message_exit_container(message), "list");
}

static void
print_value(sd_bus_message *message)
{
    const char *contents;
    char type;
    check(sd_bus_message_enter_container(message, 'v', NULL), "variant");
    check(sd_bus_message_peek_type(message, &type, &contents), "type");
    if (type == 'a') {
        print_list(message);
        check(sd_bus_message_exit_container(message), "variant");
        return;
    }
    union {
        const char *text;
        uint32_t number;
        uint64_t wide;
        int truth;
    } value;
    check(sd_bus_message_read_basic(message, type, &value), "value");
    if (type == 's')
        printf("%s", value.text);
    else if (type == 't')
        printf("%" PRIu64, value.wide);
    else
        printf("%" PRIu32, value.number);
    check(sd_bus_message_exit_container(message), "variant");
}

static void
print_details(sd_bus_message *message)
{
    check(sd_bus_message_enter_container(message, 'a', "{sv}"), "details");
    while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
        const char *key;
        check(sd_bus_message_read(message, "s", &key), "key");
        printf(";%s=", key);
        print_value(message);
        check(sd_bus_message_exit_container(message), "entry");
    }
    puts("");
    fflush(stdout);
}

static int
print_question(sd_bus_message *message, const char *word)
{
    uint64_t request;
    check(sd_bus_message_read(message, "t", &request), "request");
    printf("%s %" PRIu64 " ", word, request);
    print_details(message);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_ask_pin(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return print_question(message, "ask");
}

static int
handle_ask_confirm(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return print_question(message, "confirm");
}

static int
handle_ask_change(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return print_question(message, "change");
}

static int
handle_ask_consent(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return print_question(message, "consent");
}

static int
handle_offer_consent(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    return print_question(message, "offer");
}

static int
handle_retry(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    uint64_t previous;
    uint64_t request;
    check(sd_bus_message_read(message, "tt", &previous, &request), "request");
    printf("retry %" PRIu64 " %" PRIu64 " ", previous, request);
    print_details(message);
    return sd_bus_reply_method_return(message, NULL);
}

static int
handle_close(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    uint64_t request;
    const char *reason;
    check(sd_bus_message_read(message, "ts", &request, &reason), "close");
    printf("close %" PRIu64 " %s\n", request, reason);
    fflush(stdout);
    return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable prompter_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("AskPin", "ta{sv}", "", handle_ask_pin, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskConfirm", "ta{sv}", "", handle_ask_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskChange", "ta{sv}", "", handle_ask_change, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AskConsent", "ta{sv}", "", handle_ask_consent, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("OfferConsent", "ta{sv}", "", handle_offer_consent, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Retry", "tta{sv}", "", handle_retry, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Close", "ts", "", handle_close, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

/* Prints how a call went. */
static void
print_result(int result, const sd_bus_error *error)
{
    if (result < 0)
        printf("error %s\n", sd_bus_error_is_set(error) ? error->name : strerror(-result));
    else
        puts("ok");
    fflush(stdout);
}

static void
answer(sd_bus *bus, const char *request, const char *pin)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    PfPinPage page = PF_PIN_PAGE_NONE;
    check(pf_pin_page_create(&page, pin, strlen(pin)), "page");
    int r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "AnswerPin",
                               &error, NULL, "th", (uint64_t)strtoull(request, NULL, 10), page.fd);
    pf_pin_page_wipe(&page);
    print_result(r, &error);
    sd_bus_error_free(&error);
}

static void
answer_keeping(sd_bus *bus, const char *request, const char *pin, bool keeps)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    PfPinPage page = PF_PIN_PAGE_NONE;
    check(pf_pin_page_create(&page, pin, strlen(pin)), "page");
    int r =
        sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "AnswerPinWith",
                           &error, NULL, "tha{sv}", (uint64_t)strtoull(request, NULL, 10), page.fd,
                           1, "remember", "b", (int)keeps);
    pf_pin_page_wipe(&page);
    print_result(r, &error);
    sd_bus_error_free(&error);
}

/* OLD_PIN "-": none. */
static void
answer_change(sd_bus *bus, const char *request, const char *old_pin, const char *new_pin)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    PfPinPage old_page = PF_PIN_PAGE_NONE;
    PfPinPage new_page = PF_PIN_PAGE_NONE;
    uint64_t number = strtoull(request, NULL, 10);
    int r;
    check(pf_pin_page_create(&new_page, new_pin, strlen(new_pin)), "page");
    if (strcmp(old_pin, "-") == 0) {
        r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                               "AnswerChange", &error, NULL, "tahh", number, 0, new_page.fd);
    } else {
        check(pf_pin_page_create(&old_page, old_pin, strlen(old_pin)), "page");
        r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                               "AnswerChange", &error, NULL, "tahh", number, 1, old_page.fd,
                               new_page.fd);
    }
    pf_pin_page_wipe(&old_page);
    pf_pin_page_wipe(&new_page);
    print_result(r, &error);
    sd_bus_error_free(&error);
}

static void
decide(sd_bus *bus, const char *request, const char *decision)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r =
        sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "AnswerConsent",
                           &error, NULL, "ts", (uint64_t)strtoull(request, NULL, 10), decision);
    print_result(r, &error);
    sd_bus_error_free(&error);
}

static void
call_simple(sd_bus *bus, const char *member, const char *types, uint64_t number)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r;
    if (types[0] == 'u')
        r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, member,
                               &error, NULL, "u", (uint32_t)number);
    else
        r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, member,
                               &error, NULL, "t", number);
    print_result(r, &error);
    sd_bus_error_free(&error);
}

static int
on_input(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
    sd_bus *bus = userdata;
    char line[1024];
    char word[16];
    char request[32];
    char pin[600] = "";
    char new_pin[600] = "";
    if (fgets(line, sizeof line, stdin) == NULL)
        return sd_event_exit(sd_event_source_get_event(source), 0);
    int count = sscanf(line, "%15s %31s %599s %599s", word, request, pin, new_pin);
    if (count >= 2 && strcmp(word, "answer") == 0)
        answer(bus, request, pin);
    else if (count == 4 && strcmp(word, "keep") == 0)
        answer_keeping(bus, request, pin, strcmp(new_pin, "yes") == 0);
    else if (count == 4 && strcmp(word, "change") == 0)
        answer_change(bus, request, pin, new_pin);
    else if (count == 3 && strcmp(word, "decide") == 0)
        decide(bus, request, pin);
    else if (count == 2 && strcmp(word, "confirm") == 0)
        call_simple(bus, "AnswerConfirm", "t", strtoull(request, NULL, 10));
    else if (count == 2 && strcmp(word, "cancel") == 0)
        call_simple(bus, "CancelPrompt", "t", strtoull(request, NULL, 10));
    else if (count == 1 && strcmp(word, "hello") == 0)
        call_simple(bus, "Hello", "u", PF_WIRE_PROTOCOL);
    else
        puts("what?");
    fflush(stdout);
    return 0;
}

static sd_bus *
open_bus(void)
{
    char path[108];
    char address[128];
    sd_bus *bus;
    check(pf_socket_path_get(path, sizeof path), "path");
    snprintf(address, sizeof address, "unix:path=%s", path);
    check(sd_bus_new(&bus), "bus");
    check(sd_bus_set_address(bus, address), "address");
    check(sd_bus_negotiate_fds(bus, true), "descriptors");
    check(sd_bus_add_object_vtable(bus, NULL, PF_WIRE_PROMPTER_PATH, PF_WIRE_PROMPTER_INTERFACE,
                                   prompter_vtable, NULL),
          "interface");
    check(sd_bus_set_exit_on_disconnect(bus, true), "end");
    check(sd_bus_start(bus), "start");
    return bus;
}

int
main(void)
{
    sd_event *event;
    sd_bus_error error = SD_BUS_ERROR_NULL;
    /* Unbuffered: what is in the buffer cannot be polled for. */
    setvbuf(stdin, NULL, _IONBF, 0);
    sd_bus *bus = open_bus();
    int r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                               "RegisterPrompter", &error, NULL, NULL);
    if (r < 0)
        printf("refused %s\n", sd_bus_error_is_set(&error) ? error.name : strerror(-r));
    else
        puts("registered");
    fflush(stdout);
    sd_bus_error_free(&error);
    check(sd_event_default(&event), "event");
    check(sd_bus_attach_event(bus, event, 0), "attach");
    check(sd_event_add_io(event, NULL, 0, EPOLLIN, on_input, bus), "input");
    r = sd_event_loop(event);
    sd_bus_close_unref(bus);
    sd_event_unref(event);
    return r < 0;
}
