/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads the words of a driver command: slots, sessions, objects, bytes and PINs. */
#include "driver-call.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SLOTS 256

int
pf_driver_split(char *line, char **words, int max)
{
    char *in = line;
    int n = 0;

    for (;;) {
        char *out;
        bool quoted = false;

        while (*in == ' ' || *in == '\t')
            in++;
        if (*in == '\0')
            return n;
        if (n == max)
            return -1;
        words[n++] = out = in;
        while (*in != '\0' && (quoted || (*in != ' ' && *in != '\t'))) {
            if (*in == '"') {
                quoted = !quoted;
                in++;
                continue;
            }
            if (*in == '\\' && in[1] != '\0')
                in++;
            *out++ = *in++;
        }
        if (quoted)
            return -1;
        if (*in != '\0')
            in++;
        *out = '\0';
    }
}

bool
pf_driver_call_has(const PfDriverCall *call, int index, const char *word)
{
    return index < call->argc && strcmp(call->argv[index], word) == 0;
}

const char *
pf_driver_call_option(const PfDriverCall *call, int first, const char *key)
{
    size_t length = strlen(key);

    for (int i = first; i < call->argc; i++) {
        if (strncmp(call->argv[i], key, length) == 0 && call->argv[i][length] == '=')
            return call->argv[i] + length + 1;
    }
    return NULL;
}

static bool
take_word(PfDriverCall *call, int index, const char *what, const char **ret_word)
{
    if (index >= call->argc) {
        pf_driver_reply_set_error(call->reply, "%s missing", what);
        return false;
    }
    *ret_word = call->argv[index];
    return true;
}

static bool
parse_number(const char *text, unsigned long *ret_number)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 0);

    if (!isdigit((unsigned char)*text) || *end != '\0')
        return false;
    *ret_number = number;
    return true;
}

bool
pf_driver_call_number(PfDriverCall *call, int index, unsigned long *ret_number)
{
    const char *word;

    if (!take_word(call, index, "number", &word))
        return false;
    if (!parse_number(word, ret_number)) {
        pf_driver_reply_set_error(call->reply, "not a number: %s", word);
        return false;
    }
    return true;
}

static bool
token_has_label(PfDriverCall *call, CK_SLOT_ID slot, const char *label)
{
    CK_TOKEN_INFO info;
    size_t length = sizeof(info.label);

    if (call->module->p11->C_GetTokenInfo(slot, &info) != CKR_OK)
        return false;
    while (length > 0 && info.label[length - 1] == ' ')
        length--;
    return strlen(label) == length && memcmp(info.label, label, length) == 0;
}

bool
pf_driver_call_slot(PfDriverCall *call, int index, CK_SLOT_ID *ret_slot)
{
    CK_SLOT_ID slots[MAX_SLOTS];
    CK_ULONG n_slots = MAX_SLOTS;
    unsigned long position = 0;
    const char *word;
    CK_RV rv;

    if (!take_word(call, index, "slot", &word))
        return false;
    if (*word != '@' && *word != '=')
        return pf_driver_call_number(call, index, ret_slot);
    if (*word == '@' && !parse_number(word + 1, &position)) {
        pf_driver_reply_set_error(call->reply, "not a slot: %s", word);
        return false;
    }

    rv = call->module->p11->C_GetSlotList(CK_TRUE, slots, &n_slots);
    if (rv != CKR_OK) {
        pf_driver_reply_set_rv(call->reply, rv, "C_GetSlotList");
        return false;
    }
    if (*word == '@' && position < n_slots) {
        *ret_slot = slots[position];
        return true;
    }
    for (CK_ULONG i = 0; *word == '=' && i < n_slots; i++) {
        if (token_has_label(call, slots[i], word + 1)) {
            *ret_slot = slots[i];
            return true;
        }
    }
    pf_driver_reply_set_error(call->reply, "no such token: %s", word);
    return false;
}

bool
pf_driver_call_session(PfDriverCall *call, int index, CK_SESSION_HANDLE *ret_session)
{
    if (pf_driver_call_has(call, index, ".")) {
        *ret_session = call->scope->session;
        return true;
    }
    return pf_driver_call_number(call, index, ret_session);
}

bool
pf_driver_call_object(PfDriverCall *call, int index, CK_OBJECT_HANDLE *ret_object)
{
    if (pf_driver_call_has(call, index, ".")) {
        *ret_object = call->scope->object;
        return true;
    }
    return pf_driver_call_number(call, index, ret_object);
}

static bool
parse_hex(const char *text, PfDriverBytes *ret_bytes)
{
    size_t length = strlen(text);
    unsigned char *data;

    if (length % 2 != 0)
        return false;
    data = malloc(length / 2 + 1);
    if (data == NULL)
        abort();
    for (size_t i = 0; i < length; i += 2) {
        char digits[3] = {text[i], text[i + 1], '\0'};

        if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1])) {
            free(data);
            return false;
        }
        data[i / 2] = (unsigned char)strtoul(digits, NULL, 16);
    }
    ret_bytes->data = data;
    ret_bytes->size = length / 2;
    return true;
}

bool
pf_driver_bytes_parse(const char *text, bool as_text, PfDriverBytes *ret_bytes)
{
    unsigned int count;
    unsigned int byte;

    if (strcmp(text, "null") == 0) {
        ret_bytes->data = NULL;
        ret_bytes->size = 0;
        return true;
    }
    if (strncmp(text, "hex:", 4) == 0)
        return parse_hex(text + 4, ret_bytes);
    if (sscanf(text, "fill:%u:%2x", &count, &byte) == 2) {
        ret_bytes->data = malloc(count + 1);
        if (ret_bytes->data == NULL)
            abort();
        memset(ret_bytes->data, (int)byte, count);
        ret_bytes->size = count;
        return true;
    }
    if (strncmp(text, "text:", 5) == 0)
        text += 5;
    else if (!as_text)
        return parse_hex(text, ret_bytes);
    ret_bytes->data = (unsigned char *)strdup(text);
    if (ret_bytes->data == NULL)
        abort();
    ret_bytes->size = strlen(text);
    return true;
}

bool
pf_driver_call_bytes(PfDriverCall *call, int index, PfDriverBytes *ret_bytes)
{
    const char *word;

    if (!take_word(call, index, "data", &word))
        return false;
    if (!pf_driver_bytes_parse(word, false, ret_bytes)) {
        pf_driver_reply_set_error(call->reply, "not hex, text:… or fill:COUNT:HH: %s", word);
        return false;
    }
    return true;
}

bool
pf_driver_call_pin(PfDriverCall *call, int index, PfDriverBytes *ret_pin)
{
    const char *word;

    if (!take_word(call, index, "PIN", &word))
        return false;
    /* What cannot be read may still be a PIN: the message must not repeat it. */
    if (!pf_driver_bytes_parse(word, true, ret_pin)) {
        pf_driver_reply_set_error(call->reply, "the PIN is not valid hex");
        return false;
    }
    return true;
}

void
pf_driver_bytes_clear(PfDriverBytes *bytes)
{
    if (bytes->data != NULL)
        explicit_bzero(bytes->data, bytes->size);
    free(bytes->data);
    bytes->data = NULL;
    bytes->size = 0;
}
