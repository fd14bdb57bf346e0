/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* ListConsents and RevokeConsent. */
#include "control-consents.h"

/* What a program is called, and its path, may be any bytes. */
static void
add_text(GVariantDict *dict, const char *key, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_variant_dict_insert(dict, key, "s", valid);
}

static GVariant *
build_consent(const PfConsentInfo *consent)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    add_text(&dict, "id", consent->id);
    add_text(&dict, "program", consent->program);
    add_text(&dict, "program-icon", consent->program_icon);
    add_text(&dict, "executable", consent->executable);
    add_text(&dict, "script", consent->script);
    add_text(&dict, "sandbox", consent->sandbox);
    add_text(&dict, "token-uri", consent->token_uri);
    add_text(&dict, "shared-id", consent->shared_id);
    add_text(&dict, "group", consent->group);
    add_text(&dict, "decision", consent->decision);
    g_variant_dict_insert(&dict, "since", "x", consent->since);
    return g_variant_dict_end(&dict);
}

static gboolean
handle_list_consents(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, PfCache *cache)
{
    g_autoptr(GPtrArray) consents = pf_cache_list_consents(cache);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < consents->len; i++)
        g_variant_builder_add_value(&builder, build_consent(g_ptr_array_index(consents, i)));
    pf_dbus_agent1_complete_list_consents(skeleton, invocation, g_variant_builder_end(&builder));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_revoke_consent(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, const char *id,
                      PfCache *cache)
{
    pf_dbus_agent1_complete_revoke_consent(skeleton, invocation,
                                           pf_cache_revoke_consent(cache, id));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
pf_control_consents_connect(PfDBusAgent1 *skeleton, PfCache *cache)
{
    g_signal_connect_object(skeleton, "handle-list-consents", G_CALLBACK(handle_list_consents),
                            cache, 0);
    g_signal_connect_object(skeleton, "handle-revoke-consent", G_CALLBACK(handle_revoke_consent),
                            cache, 0);
    g_signal_connect_object(cache, "consents-changed",
                            G_CALLBACK(pf_dbus_agent1_emit_consents_changed), skeleton,
                            G_CONNECT_SWAPPED);
}
