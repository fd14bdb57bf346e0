/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Requests of the person's own: from the URI, which says who a token is, and from the helper. */
#include "task-request.h"

#include <p11-kit/uri.h>

#include "token-names.h"

/* What a software token takes as a PIN. */
#define SOFTWARE_PIN_MIN 4
#define SOFTWARE_PIN_MAX 255

static void
set_field(PfPinRequest *request, const char *key, const CK_UTF8CHAR *field, gsize size)
{
    g_autofree char *text = g_strchomp(g_strndup((const char *)field, size));
    if (*text != '\0')
        pf_pin_request_set_text(request, key, text);
}

static void
set_token(PfPinRequest *request, const char *uri)
{
    P11KitUri *parsed = p11_kit_uri_new();
    if (p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, parsed) == P11_KIT_URI_OK) {
        const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(parsed);
        set_field(request, "token-label", info->label, sizeof info->label);
        set_field(request, "token-manufacturer", info->manufacturerID, sizeof info->manufacturerID);
        set_field(request, "token-model", info->model, sizeof info->model);
        set_field(request, "token-serial", info->serialNumber, sizeof info->serialNumber);
    }
    p11_kit_uri_free(parsed);
    g_autofree char *name = pf_token_names_dup(uri);
    pf_pin_request_set_token_name(request, name);
}

PfPinRequest *
pf_task_request_new(PfTask task, const char *uri)
{
    PfPinRequest *request = pf_pin_request_new_task(task);
    if (uri != NULL) {
        set_token(request, uri);
    } else {
        pf_pin_request_set_number(request, "min-len", SOFTWARE_PIN_MIN);
        pf_pin_request_set_number(request, "max-len", SOFTWARE_PIN_MAX);
    }
    return request;
}

static void
set_member(PfPinRequest *request, const char *key, JsonObject *answer, const char *member)
{
    gint64 number = json_object_get_int_member_with_default(answer, member, -1);
    if (number >= 0)
        pf_pin_request_set_number(request, key, (guint64)number);
}

PfPinRequest *
pf_task_request_dup_with(const PfPinRequest *request, const PfTokenJobResult *result)
{
    PfPinRequest *copy = pf_pin_request_dup(request, pf_pin_request_get_number(request) + 1);
    pf_pin_request_reset_tries(copy);
    if (result->has_flags)
        pf_pin_request_set_number(copy, "token-flags", result->flags);
    /* Of a PUK there is none to be had. */
    if (result->tries >= 0 && pf_pin_request_get_proof(copy) == PF_PROOF_PIN)
        pf_pin_request_set_number(copy, "tries-left", (guint64)result->tries);
    if (result->fault == PF_TOKENS_FAULT_LOCKED)
        pf_pin_request_set_number(copy, "tries-left", 0);
    if (result->answer != NULL) {
        set_member(copy, "min-len", result->answer, "min_pin_len");
        set_member(copy, "max-len", result->answer, "max_pin_len");
    }
    return copy;
}
