/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRemovalGuard: the registry's tokens that are gone, and whatever the registry does not know. */
#include "removal-guard.h"

#include <string.h>

static void
record(PfCache *cache, const char *token_uri, const char *reason)
{
    PfHistoryFact fact = {.event = PF_HISTORY_TOKEN, .token_uri = token_uri, .reason = reason};
    pf_history_add(pf_cache_get_history(cache), &fact);
}

static void
on_registry_token_found(PfTokenRegistry *registry, const char *token_uri, PfCache *cache)
{
    record(cache, token_uri, "inserted");
}

static void
on_registry_token_gone(PfTokenRegistry *registry, const char *token_uri, PfCache *cache)
{
    record(cache, token_uri, "removed");
    pf_cache_token_removed(cache, token_uri, PF_FORGET_REMOVED);
}

/* Nothing tells such a token from another one of its kind. */
static gboolean
has_no_serial(const char *token_uri)
{
    return strstr(token_uri, ";serial=;") != NULL;
}

/* What programs have told of keys is of a card that was in a reader: a program that says that one
 * is gone does not get its PIN kept by that. */
static void
forget_keys(PfTokenRegistry *registry, PfCache *cache)
{
    g_auto(GStrv) tokens = pf_cache_list_signature_tokens(cache);
    for (guint i = 0; tokens[i] != NULL; i++) {
        if (pf_token_registry_find(registry, tokens[i]) == NULL)
            pf_cache_forget_keys(cache, tokens[i]);
    }
}

/* The registry has dropped what is gone. A domain whose token it does not know can be on a card
 * that no helper has read yet: that one counts as removed. */
static void
on_registry_card_removed(PfTokenRegistry *registry, PfCache *cache)
{
    g_autoptr(GPtrArray) domains = pf_cache_list_domains(cache);
    for (guint i = 0; i < domains->len; i++) {
        const PfDomainInfo *domain = domains->pdata[i];
        if (pf_token_registry_find(registry, domain->token_uri) != NULL &&
            !has_no_serial(domain->token_uri))
            continue;
        record(cache, domain->token_uri, "removed");
        pf_cache_token_removed(cache, domain->token_uri, PF_FORGET_REMOVED);
    }
    forget_keys(registry, cache);
}

static void
on_registry_card_inserted(PfTokenRegistry *registry, PfCache *cache)
{
    g_autoptr(GPtrArray) domains = pf_cache_list_domains(cache);
    for (guint i = 0; i < domains->len; i++) {
        const PfDomainInfo *domain = domains->pdata[i];
        if (has_no_serial(domain->token_uri))
            pf_cache_token_removed(cache, domain->token_uri, PF_FORGET_REMOVED);
    }
}

static void
on_registry_changed(PfTokenRegistry *registry, PfCache *cache)
{
    g_auto(GStrv) doubled = pf_token_registry_list_doubled(registry);
    pf_cache_set_doubled(cache, (const char *const *)doubled);
}

static void
on_cache_token_reported(PfCache *cache, const PfReportedToken *report, PfTokenRegistry *registry)
{
    pf_token_registry_take_report(registry, report);
}

static void
on_registry_flags_read(PfTokenRegistry *registry, const char *token_uri, guint64 flags,
                       gint64 since, PfCache *cache)
{
    pf_cache_note_token_flags(cache, token_uri, (CK_FLAGS)flags, since);
}

void
pf_removal_guard_connect(PfCache *cache, PfTokenRegistry *registry)
{
    g_signal_connect_object(registry, "token-found", G_CALLBACK(on_registry_token_found), cache, 0);
    g_signal_connect_object(registry, "token-gone", G_CALLBACK(on_registry_token_gone), cache, 0);
    g_signal_connect_object(registry, "card-removed", G_CALLBACK(on_registry_card_removed), cache,
                            0);
    g_signal_connect_object(registry, "card-inserted", G_CALLBACK(on_registry_card_inserted), cache,
                            0);
    g_signal_connect_object(registry, "changed", G_CALLBACK(on_registry_changed), cache, 0);
    g_signal_connect_object(registry, "flags-read", G_CALLBACK(on_registry_flags_read), cache, 0);
    g_signal_connect_object(cache, "token-reported", G_CALLBACK(on_cache_token_reported), registry,
                            0);
}
