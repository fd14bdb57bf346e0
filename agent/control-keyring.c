/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* ListStoredPins and RemoveStoredPin: answered when the keyring has. */
#include "control-keyring.h"

#include "keyring-job.h"
#include "token-uri.h"

/* A call that waits for the keyring. */
typedef struct {
    PfDBusAgent1 *skeleton;
    GDBusMethodInvocation *invocation; /* goes with its answer */
} Caller;

static Caller *
new_caller(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation)
{
    Caller *caller = g_new(Caller, 1);
    *caller = (Caller){g_object_ref(skeleton), invocation};
    return caller;
}

static void
free_caller(Caller *caller)
{
    g_object_unref(caller->skeleton);
    g_free(caller);
}

static const char *
get_state_name(PfKeyringStatus status)
{
    static const char *const names[] = {
        [PF_KEYRING_READY] = "ready",
        [PF_KEYRING_LOCKED] = "locked",
        [PF_KEYRING_PLAIN] = "plain",
        [PF_KEYRING_UNAVAILABLE] = "unavailable",
    };
    return names[status];
}

static GVariant *
build_entry(const PfKeyringEntry *entry)
{
    GVariantDict dict;
    PfTokenId id = {0};
    pf_token_uri_parse(entry->token_uri, &id);
    g_autofree char *label = g_utf8_make_valid(id.label, -1);
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "token-uri", "s", entry->token_uri);
    g_variant_dict_insert(&dict, "label", "s", label);
    g_variant_dict_insert(&dict, "since", "x", entry->since);
    return g_variant_dict_end(&dict);
}

static void
on_listed(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    Caller *caller = data;
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; result->entries != NULL && i < result->entries->len; i++)
        g_variant_builder_add_value(&builder, build_entry(g_ptr_array_index(result->entries, i)));
    pf_dbus_agent1_complete_list_stored_pins(caller->skeleton, caller->invocation,
                                             get_state_name(result->status),
                                             g_variant_builder_end(&builder));
    free_caller(caller);
}

static gboolean
handle_list_stored_pins(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, PfCache *cache)
{
    if (pf_cache_allows_keyring(cache))
        pf_keyring_job_start(PF_KEYRING_LIST, NULL, on_listed, new_caller(skeleton, invocation));
    else
        pf_dbus_agent1_complete_list_stored_pins(skeleton, invocation, "off",
                                                 g_variant_new("aa{sv}", NULL));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_removed(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    Caller *caller = data;
    if (result->status == PF_KEYRING_READY)
        pf_dbus_agent1_complete_remove_stored_pin(caller->skeleton, caller->invocation,
                                                  result->count);
    else
        g_dbus_method_invocation_return_error(caller->invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                              "the keyring is %s", get_state_name(result->status));
    if (result->count > 0)
        pf_dbus_agent1_emit_stored_pins_changed(caller->skeleton);
    free_caller(caller);
}

/* Whatever the setting says: what is left in a keyring that was locked when it was turned off has
 * no other way out. */
static gboolean
handle_remove_stored_pin(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                         const char *token_uri, PfCache *cache)
{
    PfTokenId id;
    if (*token_uri != '\0' && !pf_token_uri_parse(token_uri, &id)) {
        g_dbus_method_invocation_return_error_literal(invocation, G_DBUS_ERROR,
                                                      G_DBUS_ERROR_INVALID_ARGS,
                                                      "token_uri is not the URI of a token");
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    pf_keyring_job_start(PF_KEYRING_REMOVE, *token_uri != '\0' ? token_uri : NULL, on_removed,
                         new_caller(skeleton, invocation));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
pf_control_keyring_connect(PfDBusAgent1 *skeleton, PfCache *cache)
{
    g_signal_connect_object(skeleton, "handle-list-stored-pins",
                            G_CALLBACK(handle_list_stored_pins), cache, 0);
    g_signal_connect_object(skeleton, "handle-remove-stored-pin",
                            G_CALLBACK(handle_remove_stored_pin), cache, 0);
    g_signal_connect_object(cache, "stored-pins-changed",
                            G_CALLBACK(pf_dbus_agent1_emit_stored_pins_changed), skeleton,
                            G_CONNECT_SWAPPED);
}
