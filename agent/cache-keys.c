/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: tokens whose PIN is not kept because of what their keys are for (DESIGN 3). */
#include <string.h>

#include "cache-private.h"
#include "key-usage.h"

gboolean
pf_cache_is_never(PfCache *self, const char *token)
{
    PfTokenRule rule = pf_token_rules_get_mode(self->rules, token);
    if (rule != PF_TOKEN_RULE_NONE)
        return rule == PF_TOKEN_RULE_NEVER;
    return pf_signature_tokens_get(self->signature_tokens, token) != PF_SIGNATURE_TOKEN_NOT;
}

const char *
pf_cache_get_never_reason(PfCache *self, const char *token_uri)
{
    if (!pf_cache_is_never(self, token_uri))
        return NULL;
    if (pf_token_rules_get_mode(self->rules, token_uri) == PF_TOKEN_RULE_NEVER)
        return "rule";
    return pf_signature_tokens_get(self->signature_tokens, token_uri) == PF_SIGNATURE_TOKEN_BY_KEYS
               ? "keys"
               : "certificates";
}

/* Where another PIN of the token is held by now, it had other keys, or some of them were not told
 * of. */
static void
note_signature_token(PfCache *self, const char *token, PfSignatureKind kind)
{
    if (!pf_signature_tokens_add(self->signature_tokens, token, kind))
        return;
    if (pf_cache_is_never(self, token)) {
        pf_cache_log_out_not_kept(self);
        pf_cache_drop_stored_waiting(self, token);
    }
    pf_cache_emit_changed(self);
}

gboolean
pf_cache_report_keys(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *domain,
                     const PfCacheKeysArg *keys, gboolean *ret_are_for_signatures, GError **error)
{
    if (pf_cache_find_entry(self, context, domain, error) < 0)
        return FALSE;
    *ret_are_for_signatures = TRUE;
    for (guint i = 0; i < keys->certificates->len && *ret_are_for_signatures; i++)
        *ret_are_for_signatures =
            pf_key_usage_is_signature_only(g_ptr_array_index(keys->certificates, i));
    if (*ret_are_for_signatures && keys->are_all)
        note_signature_token(self, domain->token,
                             keys->certificates->len == 0 ? PF_SIGNATURE_TOKEN_BY_KEYS
                                                          : PF_SIGNATURE_TOKEN_BY_CERTIFICATES);
    return TRUE;
}

GStrv
pf_cache_list_signature_tokens(PfCache *self)
{
    return pf_signature_tokens_list(self->signature_tokens);
}

void
pf_cache_forget_keys(PfCache *self, const char *token_uri)
{
    pf_signature_tokens_remove(self->signature_tokens, token_uri);
    /* By this programs know that they have to tell of them again. */
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (strcmp(domain->token, token_uri) == 0)
            pf_login_domain_bump_token_changes(domain);
    }
    pf_cache_emit_changed(self);
}
