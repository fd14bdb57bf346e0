/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The logout test: loads and starts the backend, and writes down what was measured. */
#include "tokens-logout.h"

#include "tokens-field.h"
#include "tokens-measure.h"
#include "tokens-target.h"

static void
set_field(JsonObject *object, const char *name, const unsigned char *field, gsize size)
{
    g_autofree char *text = pf_tokens_field_dup(field, size);
    json_object_set_string_member(object, name, text);
}

static JsonObject *
describe_library(CK_FUNCTION_LIST *p11)
{
    CK_INFO info = {0};
    JsonObject *library = json_object_new();
    if (p11->C_GetInfo(&info) != CKR_OK)
        return library;
    g_autofree char *version =
        g_strdup_printf("%u.%u", info.libraryVersion.major, info.libraryVersion.minor);
    set_field(library, "manufacturer", info.manufacturerID, sizeof info.manufacturerID);
    set_field(library, "description", info.libraryDescription, sizeof info.libraryDescription);
    json_object_set_string_member(library, "version", version);
    return library;
}

static void
set_answer(JsonObject *object, const char *name, PfTokensAnswer answer)
{
    if (answer == PF_TOKENS_MEASURE_UNKNOWN)
        json_object_set_null_member(object, name);
    else
        json_object_set_boolean_member(object, name, answer == PF_TOKENS_MEASURE_YES);
}

static void
set_measure(JsonObject *object, const PfTokensMeasure *measure)
{
    json_object_set_string_member(object, "verdict", pf_tokens_measure_get_verdict(measure));
    json_object_set_boolean_member(object, "hardware", measure->is_hardware);
    json_object_set_boolean_member(object, "needs_login", measure->needs_login);
    json_object_set_int_member(object, "logins", measure->logins);
    set_answer(object, "hidden_before_login", measure->hidden_before);
    set_answer(object, "hidden_after_logout", measure->hidden_after);
    set_answer(object, "readable_after_logout", measure->readable_after);
    set_answer(object, "usable_after_logout", measure->usable_after);
    set_answer(object, "begun_completes", measure->begun_completes);
    set_answer(object, "card_verified_after_logout", measure->card_after_logout);
    set_answer(object, "card_verified_after_close", measure->card_after_close);
    set_answer(object, "card_verified_after_finalize", measure->card_after_finalize);
    set_answer(object, "handles_change", measure->handles_change);
    set_answer(object, "repeated_login_refused", measure->repeat_refused);
}

static void
set_fault(JsonObject *object, PfTokensFault fault)
{
    json_object_set_boolean_member(object, "ok", FALSE);
    json_object_set_string_member(object, "fault", pf_tokens_fault_get_word(fault));
}

static void
measure_module(JsonObject *object, CK_FUNCTION_LIST *p11, const char *token_uri,
               const PfSecret *pin)
{
    PfTokensMeasure measure;
    json_object_set_object_member(object, "library", describe_library(p11));
    PfTokensFault fault = pf_tokens_measure_run(p11, token_uri, pin, &measure);
    if (fault != PF_TOKENS_FAULT_NONE) {
        set_fault(object, fault);
        return;
    }
    json_object_set_boolean_member(object, "ok", TRUE);
    set_measure(object, &measure);
}

JsonNode *
pf_tokens_logout_run(const char *path, const char *token_uri, const PfSecret *pin)
{
    JsonObject *object = json_object_new();
    CK_FUNCTION_LIST *p11;
    PfTokensFault fault = pf_tokens_target_start(path, &p11);
    if (fault != PF_TOKENS_FAULT_NONE)
        set_fault(object, fault);
    else
        measure_module(object, p11, token_uri, pin);
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(root, object);
    return root;
}
