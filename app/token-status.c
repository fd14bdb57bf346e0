/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token status: readers, tokens and domains, put together. */
#include "token-status.h"

#include "token-item.h"

static PfTokenItem *
find_token(GPtrArray *items, const char *uri)
{
    for (guint i = 0; i < items->len; i++) {
        PfTokenItem *item = g_ptr_array_index(items, i);
        if (g_strcmp0(pf_token_item_get_uri(item), uri) == 0)
            return item;
    }
    return NULL;
}

static void
add_tokens(GPtrArray *items, GVariant *tokens, const char *wanted_reader)
{
    GVariantIter iter;
    GVariant *token;
    g_variant_iter_init(&iter, tokens);
    while (g_variant_iter_loop(&iter, "@a{sv}", &token)) {
        g_autoptr(PfTokenItem) item = pf_token_item_new(token);
        if (item != NULL && g_strcmp0(pf_token_item_get_reader(item), wanted_reader) == 0 &&
            find_token(items, pf_token_item_get_uri(item)) == NULL)
            g_ptr_array_add(items, g_steal_pointer(&item));
    }
}

static PfTokenPresence
get_presence(gboolean present, gboolean reading)
{
    if (!present)
        return PF_TOKEN_PRESENCE_NONE;
    return reading ? PF_TOKEN_PRESENCE_READING : PF_TOKEN_PRESENCE_UNKNOWN;
}

static void
add_readers(GPtrArray *items, GVariant *readers, GVariant *tokens, gboolean reading)
{
    GVariantIter iter;
    GVariant *reader;
    g_variant_iter_init(&iter, readers);
    while (g_variant_iter_loop(&iter, "@a{sv}", &reader)) {
        const char *name = NULL;
        gboolean present = FALSE;
        g_variant_lookup(reader, "name", "&s", &name);
        g_variant_lookup(reader, "present", "b", &present);
        if (name == NULL)
            continue;
        guint before = items->len;
        add_tokens(items, tokens, name);
        if (items->len == before)
            g_ptr_array_add(items, pf_token_item_new_reader(name, get_presence(present, reading)));
    }
}

/* A domain whose token nobody has listed yet is shown all the same: it may hold a PIN. */
static void
add_domains(GPtrArray *items, GVariant *domains)
{
    GVariantIter iter;
    GVariant *entry;
    g_variant_iter_init(&iter, domains);
    while (g_variant_iter_loop(&iter, "@a{sv}", &entry)) {
        g_autoptr(PfDomainItem) domain = pf_domain_item_new(entry);
        if (!pf_domain_item_is_shown(domain))
            continue;
        const char *uri = pf_domain_item_get_token_uri(domain);
        PfTokenItem *token = find_token(items, uri);
        if (token == NULL) {
            token = pf_token_item_new_unlisted(uri);
            g_ptr_array_add(items, token);
        }
        pf_token_item_add_domain(token, domain);
    }
}

GVariant *
pf_token_status_lookup_list(GVariant *status, const char *key)
{
    GVariant *list = g_variant_lookup_value(status, key, G_VARIANT_TYPE("aa{sv}"));
    if (list != NULL)
        return list;
    return g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0));
}

GPtrArray *
pf_token_status_read(GVariant *status)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GVariant) readers = pf_token_status_lookup_list(status, "readers");
    g_autoptr(GVariant) tokens = pf_token_status_lookup_list(status, "tokens");
    g_autoptr(GVariant) domains = pf_token_status_lookup_list(status, "domains");
    gboolean reading = FALSE;
    g_variant_lookup(status, "reading", "b", &reading);
    add_readers(items, readers, tokens, reading);
    add_tokens(items, tokens, NULL);
    add_domains(items, domains);
    return items;
}
