/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Prompt details: what is not known, or has another type, is skipped. */
#include "prompt-details.h"

static int
read_list(sd_bus_message *message, PfPinRequest *request, const char *key)
{
    g_auto(GStrv) values = NULL;
    int r = sd_bus_message_enter_container(message, 'v', "as");
    if (r >= 0)
        r = sd_bus_message_read_strv(message, &values);
    if (r < 0)
        return r;
    if (values != NULL)
        pf_pin_request_set_list(request, key, (const char *const *)values);
    return sd_bus_message_exit_container(message);
}

static int
read_value(sd_bus_message *message, PfPinRequest *request, const char *key)
{
    const char *type = NULL;
    const char *text;
    guint32 number32;
    guint64 number64;
    int boolean;
    int r = sd_bus_message_peek_type(message, NULL, &type);
    if (r < 0)
        return r;
    if (g_str_equal(type, "s")) {
        r = sd_bus_message_read(message, "v", "s", &text);
        if (r >= 0)
            pf_pin_request_set_text(request, key, text);
    } else if (g_str_equal(type, "u")) {
        r = sd_bus_message_read(message, "v", "u", &number32);
        if (r >= 0)
            pf_pin_request_set_number(request, key, number32);
    } else if (g_str_equal(type, "t")) {
        r = sd_bus_message_read(message, "v", "t", &number64);
        if (r >= 0)
            pf_pin_request_set_number(request, key, number64);
    } else if (g_str_equal(type, "b")) {
        r = sd_bus_message_read(message, "v", "b", &boolean);
        if (r >= 0)
            pf_pin_request_set_boolean(request, key, boolean);
    } else if (g_str_equal(type, "as")) {
        r = read_list(message, request, key);
    } else {
        r = sd_bus_message_skip(message, "v"); /* of a newer agent */
    }
    return r;
}

int
pf_prompt_details_read(sd_bus_message *message, PfPinRequest *request)
{
    int r = sd_bus_message_enter_container(message, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        const char *key;
        r = sd_bus_message_read(message, "s", &key);
        if (r >= 0)
            r = read_value(message, request, key);
        if (r >= 0)
            r = sd_bus_message_exit_container(message);
    }
    return r >= 0 ? sd_bus_message_exit_container(message) : r;
}
