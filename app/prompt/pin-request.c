/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinRequest: details of Prompter1.AskPin, as they came; no widgets. */
#include "pin-request.h"

#include <string.h>

#include "never-words.h"
#include "pin-request-private.h"
#include "plain-text.h"
#include "token-id.h"

static const struct {
    const char *key;
    gsize offset;
} text_keys[] = {
#define ENTRY(key, name) {key, G_STRUCT_OFFSET(struct _PfPinRequest, name)},
    PF_PIN_REQUEST_TEXT_KEYS(ENTRY)
#undef ENTRY
};

static const struct {
    const char *key;
    gsize offset;
} number_keys[] = {
    {"pid", G_STRUCT_OFFSET(struct _PfPinRequest, pid)},
    {"min-len", G_STRUCT_OFFSET(struct _PfPinRequest, min_len)},
    {"max-len", G_STRUCT_OFFSET(struct _PfPinRequest, max_len)},
    {"token-flags", G_STRUCT_OFFSET(struct _PfPinRequest, token_flags)},
    {"tries-left", G_STRUCT_OFFSET(struct _PfPinRequest, tries_left)},
};

PfPinRequest *
pf_pin_request_new(PfPinRequestKind kind, guint64 number)
{
    PfPinRequest *request = g_new0(PfPinRequest, 1);
    request->kind = kind;
    request->number = number;
    return request;
}

PfPinRequest *
pf_pin_request_new_task(PfTask task)
{
    PfPinRequest *request = pf_pin_request_new(PF_PIN_REQUEST_CHANGE, 0);
    request->task = task;
    return request;
}

PfPinRequest *
pf_pin_request_dup(const PfPinRequest *request, guint64 number)
{
    PfPinRequest *copy = g_memdup2(request, sizeof *request);
    for (gsize i = 0; i < G_N_ELEMENTS(text_keys); i++) {
        char **field = G_STRUCT_MEMBER_P(copy, text_keys[i].offset);
        *field = g_strdup(*field);
    }
    copy->token_name = g_strdup(request->token_name);
    copy->users = g_strdup(request->users);
    copy->number = number;
    return copy;
}

void
pf_pin_request_free(PfPinRequest *request)
{
    if (request == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(text_keys); i++)
        g_free(G_STRUCT_MEMBER(char *, request, text_keys[i].offset));
    g_free(request->token_name);
    g_free(request->users);
    g_free(request);
}

PfPinRequestKind
pf_pin_request_get_kind(const PfPinRequest *request)
{
    return request->kind;
}

PfTask
pf_pin_request_get_task(const PfPinRequest *request)
{
    return request->task;
}

guint64
pf_pin_request_get_number(const PfPinRequest *request)
{
    return request->number;
}

gboolean
pf_pin_request_set_text(PfPinRequest *request, const char *key, const char *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(text_keys); i++) {
        if (g_strcmp0(text_keys[i].key, key) == 0) {
            char **field = G_STRUCT_MEMBER_P(request, text_keys[i].offset);
            g_free(*field);
            *field = pf_plain_text_dup(value);
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
pf_pin_request_set_number(PfPinRequest *request, const char *key, guint64 value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(number_keys); i++) {
        if (g_strcmp0(number_keys[i].key, key) == 0) {
            G_STRUCT_MEMBER(guint64, request, number_keys[i].offset) = value;
            request->has_tries |= strcmp(key, "tries-left") == 0;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
pf_pin_request_set_boolean(PfPinRequest *request, const char *key, gboolean value)
{
    if (g_strcmp0(key, "program-known") == 0)
        request->program_known = value;
    else if (g_strcmp0(key, "may-remember") == 0)
        request->may_remember = value;
    else
        return FALSE;
    return TRUE;
}

gboolean
pf_pin_request_set_list(PfPinRequest *request, const char *key, const char *const *values)
{
    if (g_strcmp0(key, "users") != 0)
        return FALSE;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; values[i] != NULL; i++) {
        char *name = pf_plain_text_dup(values[i]);
        if (name != NULL)
            g_ptr_array_add(names, name);
    }
    g_free(request->users);
    request->users = NULL;
    if (names->len > 0) {
        g_ptr_array_add(names, NULL);
        request->users = g_strjoinv(", ", (char **)names->pdata);
    }
    return TRUE;
}

static void
set_field(char *field, gsize size, const char *text)
{
    if (text != NULL)
        g_strlcpy(field, text, size);
}

char *
pf_pin_request_dup_token_uri(const PfPinRequest *request)
{
    PfTokenId id = {0};
    char uri[PF_TOKEN_URI_SIZE];
    set_field(id.manufacturer, sizeof id.manufacturer, request->token_manufacturer);
    set_field(id.model, sizeof id.model, request->token_model);
    set_field(id.serial, sizeof id.serial, request->token_serial);
    set_field(id.label, sizeof id.label, request->token_label);
    pf_token_id_format(&id, uri);
    return g_strdup(uri);
}

void
pf_pin_request_set_token_name(PfPinRequest *request, const char *name)
{
    g_free(request->token_name);
    request->token_name = g_strdup(name);
}

const char *
pf_pin_request_get_token_name(const PfPinRequest *request)
{
    return request->token_name;
}

const char *
pf_pin_request_get_token_label(const PfPinRequest *request)
{
    return request->token_label;
}

void
pf_pin_request_reset_tries(PfPinRequest *request)
{
    request->has_tries = FALSE;
    request->tries_left = 0;
    request->token_flags = 0;
}

gboolean
pf_pin_request_is_set(const PfPinRequest *request)
{
    return request->kind == PF_PIN_REQUEST_CHANGE && g_strcmp0(request->purpose, "set") == 0;
}

PfProof
pf_pin_request_get_proof(const PfPinRequest *request)
{
    if (request->task != PF_TASK_NONE)
        return pf_task_get_proof(request->task);
    return pf_pin_request_is_set(request) ? PF_PROOF_NONE : PF_PROOF_PIN;
}

const char *
pf_pin_request_get_executable(const PfPinRequest *request)
{
    return request->executable;
}

PfPinKeyring
pf_pin_request_get_keyring(const PfPinRequest *request)
{
    if (request->keyring == NULL)
        return PF_PIN_KEYRING_NONE;
    if (strcmp(request->keyring, "refused") == 0)
        return PF_PIN_KEYRING_REFUSED;
    return strcmp(request->keyring, "stored") == 0 ? PF_PIN_KEYRING_STORED : PF_PIN_KEYRING_EMPTY;
}

const char *
pf_pin_request_get_never_words(const PfPinRequest *request)
{
    return pf_never_words_get(request->never_cached);
}

const char *
pf_pin_request_get_reader(const PfPinRequest *request)
{
    return request->reader;
}

const char *
pf_pin_request_get_key_label(const PfPinRequest *request)
{
    return request->key_label;
}

const char *
pf_pin_request_get_group(const PfPinRequest *request)
{
    return request->group;
}

const char *
pf_pin_request_get_shared_id(const PfPinRequest *request)
{
    return request->shared_id;
}

/* Nothing tells the next run of an unknown program from any other. */
gboolean
pf_pin_request_may_remember(const PfPinRequest *request)
{
    return request->may_remember && request->program_known;
}

char *
pf_pin_request_dup_users(const PfPinRequest *request)
{
    return g_strdup(request->users);
}

const char *
pf_pin_request_get_icon_name(const PfPinRequest *request)
{
    if (request->task != PF_TASK_NONE)
        return request->task == PF_TASK_DELETE ? "dialog-warning" : "org.pinfold.Pinfold";
    if (!request->program_known)
        return "dialog-warning";
    /* Only names of the icon theme: a path would make the dialog read a file of somebody's choice.
     */
    if (request->program_icon == NULL || strchr(request->program_icon, '/') != NULL)
        return "application-x-executable";
    return request->program_icon;
}

gboolean
pf_pin_request_is_program_known(const PfPinRequest *request)
{
    return request->program_known;
}
