/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes what is read from cards: CK_TOKEN_INFO, the URI of it, and the helper's report.
 *
 * The first 96 bytes are the four fields; the rest is a URI, a line end, and a report. */
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "fuzz.h"
#include "token-flags.h"
#include "token-id.h"
#include "token-pattern.h"
#include "token-report.h"
#include "token-uri.h"
#include "tokens-field.h"

/* The longest report that the agent reads is longer; what is found there is found here. */
#define REPORT_MAX ((ptrdiff_t)512 * 1024)

/* From the card to the URI and back: the same bytes, for us and for p11-kit. */
static void
check_round_trip(const CK_TOKEN_INFO *info)
{
    PfTokenId id;
    PfTokenId back;
    char uri[PF_TOKEN_URI_SIZE];
    pf_token_id_from_info(&id, info);
    pf_token_id_format(&id, uri);
    FUZZ_CHECK(pf_token_uri_parse(uri, &back));
    FUZZ_CHECK(pf_token_id_is_equal(&id, &back));
    FUZZ_CHECK(g_str_is_ascii(uri));
    const char *reason = NULL;
    PfTokenPattern *pattern = pf_token_pattern_new(uri, &reason);
    FUZZ_CHECK(pattern != NULL);
    pf_token_pattern_matches(pattern, uri);
    pf_token_pattern_free(pattern);
    free(pf_token_pattern_dup_label(uri));
}

static void
check_field(const unsigned char *field, gsize size)
{
    g_autofree char *text = pf_tokens_field_dup(field, size);
    FUZZ_CHECK(g_utf8_validate(text, -1, NULL));
}

static void
check_fields(FuzzBytes *bytes)
{
    CK_TOKEN_INFO info = {.flags = 0};
    fuzz_bytes_fill(bytes, info.label, sizeof info.label);
    fuzz_bytes_fill(bytes, info.manufacturerID, sizeof info.manufacturerID);
    fuzz_bytes_fill(bytes, info.model, sizeof info.model);
    fuzz_bytes_fill(bytes, info.serialNumber, sizeof info.serialNumber);
    memcpy(&info.flags, info.serialNumber, sizeof info.flags);
    check_round_trip(&info);
    check_field(info.label, sizeof info.label);
    check_field(info.manufacturerID, sizeof info.manufacturerID);
    check_field(info.serialNumber, sizeof info.serialNumber);
    g_strfreev(pf_token_flags_to_names(info.flags));
}

/* A URI that is taken is the one way to write that token. */
static void
check_uri(const char *text)
{
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    const char *reason = NULL;
    if (pf_token_uri_parse(text, &id)) {
        pf_token_id_format(&id, uri);
        FUZZ_CHECK(strcmp(uri, text) == 0);
    }
    PfTokenPattern *pattern = pf_token_pattern_new(text, &reason);
    FUZZ_CHECK(pattern != NULL || reason != NULL);
    if (pattern != NULL)
        pf_token_pattern_matches(pattern, text);
    pf_token_pattern_free(pattern);
    free(pf_token_pattern_dup_label(text));
}

static void
check_text(const char *text)
{
    FUZZ_CHECK(text != NULL && g_utf8_validate(text, -1, NULL));
}

static void
check_report(const uint8_t *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(PfTokenReport) report = pf_token_report_parse(bytes, NULL);
    FUZZ_CHECK(pf_token_report_parse_tries(bytes) >= -1);
    for (guint i = 0; report != NULL && i < report->modules->len; i++) {
        const PfTokenModule *module = g_ptr_array_index(report->modules, i);
        check_text(module->name);
        check_text(module->path);
        check_text(module->description);
    }
    for (guint i = 0; report != NULL && i < report->tokens->len; i++) {
        const PfToken *token = g_ptr_array_index(report->tokens, i);
        FUZZ_CHECK(g_str_has_prefix(token->uri, "pkcs11:"));
        check_text(token->uri);
        check_text(token->label);
        check_text(token->slot_description);
        for (char **flag = token->flags; *flag != NULL; flag++)
            check_text(*flag);
    }
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_setenv("G_DEBUG", "fatal-criticals", TRUE);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, data + size};
    check_fields(&bytes);
    size_t left = (size_t)(bytes.end - bytes.at);
    const uint8_t *end = left > 0 ? memchr(bytes.at, '\n', left) : NULL;
    if (end == NULL)
        return 0;
    g_autofree char *uri = g_strndup((const char *)bytes.at, (gsize)(end - bytes.at));
    check_uri(uri);
    if (bytes.end - end < REPORT_MAX)
        check_report(end + 1, (gsize)(bytes.end - end - 1));
    return 0;
}
