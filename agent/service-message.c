/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the methods of Cache1 share: errors and dictionaries. */
#include "service-message.h"

#include <string.h>

int
pf_service_answer_error(sd_bus_message *message, const GError *error)
{
    return sd_bus_reply_method_errorf(message, pf_cache_error_get_dbus_name(error), "%s",
                                      error->message);
}

int
pf_service_answer_code(sd_bus_message *message, PfCacheError code, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(PF_CACHE_ERROR, (int)code, text);
    return pf_service_answer_error(message, error);
}

/* Reads one value of a dictionary if its type is EXPECTED, and steps over it otherwise. */
static int
read_value(sd_bus_message *message, const char *expected, void *ret_value)
{
    const char *contents;
    int r = sd_bus_message_peek_type(message, NULL, &contents);
    if (r < 0)
        return r;
    if (ret_value == NULL || strcmp(contents, expected) != 0)
        return sd_bus_message_skip(message, "v");
    return sd_bus_message_read(message, "v", expected, ret_value);
}

int
pf_service_read_dict(sd_bus_message *message, const PfServiceField *fields, gsize count)
{
    int r = sd_bus_message_enter_container(message, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        const char *key;
        const PfServiceField *field = NULL;
        r = sd_bus_message_read(message, "s", &key);
        for (gsize i = 0; r >= 0 && i < count && field == NULL; i++) {
            if (strcmp(fields[i].key, key) == 0)
                field = &fields[i];
        }
        if (r >= 0)
            r = field != NULL ? read_value(message, field->type, field->value)
                              : sd_bus_message_skip(message, "v");
        if (r >= 0)
            r = sd_bus_message_exit_container(message);
    }
    return r < 0 ? r : sd_bus_message_exit_container(message);
}
