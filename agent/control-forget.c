/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Forget and CloseId: what a caller says is checked before the cache hears of it. */
#include "control-forget.h"

#include "app-id.h"
#include "token-pattern.h"
#include "token-uri.h"

static void
return_invalid(GDBusMethodInvocation *invocation, const char *what, const char *reason)
{
    g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                          "%s %s", what, reason);
}

/* Reads the filter; PATTERN stays NULL where no token is named. Answers INVOCATION when it is
 * bad. */
static gboolean
read_filter(GDBusMethodInvocation *invocation, GVariant *dict, PfDomainFilter *filter,
            PfTokenPattern **ret_pattern)
{
    GVariantIter iter;
    const char *key;
    GVariant *value;
    gboolean good = TRUE;
    g_variant_iter_init(&iter, dict);
    while (good && g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        gboolean is_text = g_variant_is_of_type(value, G_VARIANT_TYPE_STRING);
        const char *reason = "has the wrong type";
        uint64_t app_id;
        good = FALSE;
        if (g_str_equal(key, "token-uri") && is_text) {
            pf_token_pattern_free(*ret_pattern);
            *ret_pattern = pf_token_pattern_new(g_variant_get_string(value, NULL), &reason);
            good = *ret_pattern != NULL;
        } else if (g_str_equal(key, "app-id") && is_text) {
            reason = "is not two decimal numbers of 32 bits with a colon between";
            good = pf_app_id_parse(g_variant_get_string(value, NULL), &app_id);
            if (good)
                filter->app_id = app_id;
            filter->has_app_id = good;
        } else if (g_str_equal(key, "pid") && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32)) {
            reason = "is no process";
            filter->pid = g_variant_get_uint32(value);
            good = filter->pid != 0;
        } else if (!g_str_equal(key, "token-uri") && !g_str_equal(key, "app-id") &&
                   !g_str_equal(key, "pid")) {
            reason = "is no key of a filter";
        }
        if (!good)
            return_invalid(invocation, key, reason);
        g_variant_unref(value);
    }
    return good;
}

/* The tokens that PATTERN means, each once: those that have logins, those that are there, whose PIN
 * may be in the keyring, and the one that URI names, for the same reason. */
static GHashTable *
find_matching_tokens(PfCache *cache, PfTokenRegistry *registry, const PfTokenPattern *pattern,
                     const char *uri)
{
    PfTokenId id;
    g_autoptr(GPtrArray) domains = pf_cache_list_domains(cache);
    const GPtrArray *tokens = pf_token_registry_get_tokens(registry);
    GHashTable *uris = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < domains->len; i++) {
        const PfDomainInfo *domain = domains->pdata[i];
        if (pf_token_pattern_matches(pattern, domain->token_uri))
            g_hash_table_add(uris, g_strdup(domain->token_uri));
    }
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (pf_token_pattern_matches(pattern, token->uri))
            g_hash_table_add(uris, g_strdup(token->uri));
    }
    if (pf_token_uri_parse(uri, &id))
        g_hash_table_add(uris, g_strdup(uri));
    return uris;
}

static guint
forget_matching(PfCache *cache, PfTokenRegistry *registry, const PfTokenPattern *pattern,
                const char *uri, PfDomainFilter *filter)
{
    guint count = 0;
    GHashTableIter iter;
    g_autoptr(GHashTable) uris = find_matching_tokens(cache, registry, pattern, uri);
    g_hash_table_iter_init(&iter, uris);
    while (g_hash_table_iter_next(&iter, (gpointer *)&filter->token_uri, NULL))
        count += pf_cache_forget(cache, filter, PF_FORGET_COMMAND);
    return count;
}

void
pf_control_forget_answer(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, GVariant *dict,
                         PfCache *cache, PfTokenRegistry *registry)
{
    PfDomainFilter filter = {0};
    PfTokenPattern *pattern = NULL;
    const char *uri = "";
    if (read_filter(invocation, dict, &filter, &pattern)) {
        g_variant_lookup(dict, "token-uri", "&s", &uri);
        guint count = pattern == NULL ? pf_cache_forget(cache, &filter, PF_FORGET_COMMAND)
                                      : forget_matching(cache, registry, pattern, uri, &filter);
        pf_dbus_agent1_complete_forget(skeleton, invocation, count);
    }
    pf_token_pattern_free(pattern);
}

void
pf_control_forget_close_id(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                           const char *token_uri, const char *id, PfCache *cache)
{
    const char *reason;
    uint64_t app_id;
    PfTokenPattern *token = pf_token_pattern_new(token_uri, &reason);
    gboolean is_id = pf_app_id_parse(id, &app_id);
    if (token == NULL)
        return_invalid(invocation, "token_uri", reason);
    else if (!is_id)
        return_invalid(invocation, "app_id",
                       "is not two decimal numbers of 32 bits with a colon between");
    else
        pf_dbus_agent1_complete_close_id(skeleton, invocation,
                                         pf_cache_close_opened_id(cache, token_uri, app_id));
    pf_token_pattern_free(token);
}
