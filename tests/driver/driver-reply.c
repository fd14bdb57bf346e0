/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Builds the one-line answers of the driver. */
#include "driver-reply.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "p11-name.h"

static void
append(PfDriverReply *reply, const char *text, size_t length)
{
    if (reply->length + length + 1 > reply->size) {
        reply->size = (reply->length + length + 1) * 2;
        reply->body = realloc(reply->body, reply->size);
        if (reply->body == NULL)
            abort();
    }
    memcpy(reply->body + reply->length, text, length);
    reply->length += length;
    reply->body[reply->length] = '\0';
}

static void
append_key(PfDriverReply *reply, const char *key)
{
    append(reply, " ", 1);
    append(reply, key, strlen(key));
    append(reply, "=", 1);
}

static void
append_value(PfDriverReply *reply, const unsigned char *data, size_t size)
{
    bool plain = size > 0;

    for (size_t i = 0; i < size && plain; i++)
        plain = isgraph(data[i]) && data[i] < 0x80 && strchr("\"\\;|", data[i]) == NULL;
    if (plain) {
        append(reply, (const char *)data, size);
        return;
    }

    append(reply, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        char escaped[8];

        if (data[i] == '"' || data[i] == '\\')
            snprintf(escaped, sizeof(escaped), "\\%c", data[i]);
        else if (data[i] < 0x20 || data[i] == 0x7f)
            snprintf(escaped, sizeof(escaped), "\\x%02x", data[i]);
        else
            snprintf(escaped, sizeof(escaped), "%c", data[i]);
        append(reply, escaped, strlen(escaped));
    }
    append(reply, "\"", 1);
}

void
pf_driver_reply_reset(PfDriverReply *reply)
{
    pf_driver_reply_clear(reply);
    snprintf(reply->status, sizeof(reply->status), "ok");
}

void
pf_driver_reply_clear(PfDriverReply *reply)
{
    free(reply->body);
    memset(reply, 0, sizeof(*reply));
}

void
pf_driver_reply_set_rv(PfDriverReply *reply, CK_RV rv, const char *function)
{
    char name[64];

    if (rv == CKR_OK) {
        snprintf(reply->status, sizeof(reply->status), "ok");
        return;
    }
    snprintf(reply->status, sizeof(reply->status), "rv=%s",
             pf_p11_name_format(PF_P11_RV, rv, true, name, sizeof(name)));
    pf_driver_reply_add(reply, "in", "%s", function);
}

void
pf_driver_reply_set_error(PfDriverReply *reply, const char *format, ...)
{
    char message[512];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    pf_driver_reply_reset(reply);
    snprintf(reply->status, sizeof(reply->status), "err");
    pf_driver_reply_add(reply, "message", "%s", message);
}

void
pf_driver_reply_add(PfDriverReply *reply, const char *key, const char *format, ...)
{
    char *value = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&value, format, args) < 0)
        abort();
    va_end(args);
    append_key(reply, key);
    append_value(reply, (const unsigned char *)value, strlen(value));
    free(value);
}

void
pf_driver_reply_add_hex(PfDriverReply *reply, const char *key, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    append_key(reply, key);
    for (size_t i = 0; i < size; i++) {
        char digits[3];

        snprintf(digits, sizeof(digits), "%02x", bytes[i]);
        append(reply, digits, 2);
    }
}

void
pf_driver_reply_add_text(PfDriverReply *reply, const char *key, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    while (size > 0 && bytes[size - 1] == ' ')
        size--;
    append_key(reply, key);
    append_value(reply, bytes, size);
}

char *
pf_driver_reply_format(const PfDriverReply *reply)
{
    char *line = NULL;

    if (asprintf(&line, "%s%s", reply->status, reply->body != NULL ? reply->body : "") < 0)
        abort();
    return line;
}
