/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyringSession: libsecret's session, and the few calls that must not prompt. */
#include "keyring-session.h"

#include <libsecret/secret.h>

#include "session-bus.h"
#include "token-uri.h"

#define ITEM_INTERFACE       "org.freedesktop.Secret.Item"
#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"
#define SESSION_INTERFACE    "org.freedesktop.Secret.Session"
/* The only encrypted one that the Secret Service knows. */
#define ENCRYPTED_ALGORITHM "dh-ietf1024-sha256-aes128-cbc-pkcs7"
#define IV_SIZE             16u

struct PfKeyringSession {
    SecretService *service;
    GCancellable *cancellable;
    char *collection;
};

/* An item has the token's URI, which tells it from any other byte by byte, and its four fields as
 * text for a person who looks into the keyring. */
static const SecretSchema schema = {
    "org.pinfold.Pin",
    SECRET_SCHEMA_NONE,
    {
        {"uri", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"state", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"manufacturer", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"model", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"serial", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"label", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {NULL, SECRET_SCHEMA_ATTRIBUTE_STRING},
    },
};

G_DEFINE_QUARK(pf - keyring - error, pf_keyring_error)

static const char *
get_state_name(PfKeyringItemState state)
{
    return state == PF_KEYRING_ITEM_READY ? "ready" : "lent";
}

/* Whatever the service says is no more than that it cannot be used. */
static void
wrap_error(GError *cause, GError **error)
{
    g_autofree char *remote = cause != NULL ? g_dbus_error_get_remote_error(cause) : NULL;
    int code = g_strcmp0(remote, "org.freedesktop.Secret.Error.IsLocked") == 0
                   ? PF_KEYRING_ERROR_LOCKED
                   : PF_KEYRING_ERROR_UNAVAILABLE;
    g_set_error(error, PF_KEYRING_ERROR, code, "%s",
                cause != NULL ? cause->message : "No usable answer");
    g_clear_error(&cause);
}

/* A method of the service's object PATH. */
static GVariant *
call(PfKeyringSession *self, const char *path, const char *interface, const char *method,
     GVariant *parameters, const char *reply_type, GError **error)
{
    GError *cause = NULL;
    GDBusProxy *proxy = G_DBUS_PROXY(self->service);
    GVariant *reply =
        g_dbus_connection_call_sync(g_dbus_proxy_get_connection(proxy),
                                    g_dbus_proxy_get_name(proxy), path, interface, method,
                                    parameters, G_VARIANT_TYPE(reply_type), G_DBUS_CALL_FLAGS_NONE,
                                    -1, self->cancellable, &cause);
    if (reply == NULL)
        wrap_error(cause, error);
    return reply;
}

static GVariant *
get_property(PfKeyringSession *self, const char *path, const char *interface, const char *name,
             const char *type, GError **error)
{
    GVariant *value = NULL;
    g_autoptr(GVariant) reply = call(self, path, "org.freedesktop.DBus.Properties", "Get",
                                     g_variant_new("(ss)", interface, name), "(v)", error);
    if (reply == NULL)
        return NULL;
    g_variant_get(reply, "(v)", &value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE(type)))
        return value;
    g_variant_unref(value);
    wrap_error(NULL, error);
    return NULL;
}

static gboolean
open_service(PfKeyringSession *self, GError **error)
{
    GError *cause = NULL;
    if (!pf_session_bus_exists()) {
        g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_UNAVAILABLE,
                            "There is no session bus");
        return FALSE;
    }
    self->service = secret_service_open_sync(SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION,
                                             self->cancellable, &cause);
    if (self->service == NULL) {
        wrap_error(cause, error);
        return FALSE;
    }
    /* libsecret falls back to a plain session where the service offers no other. What a session is
     * stays so as long as its object lives. */
    if (g_strcmp0(secret_service_get_session_algorithms(self->service), ENCRYPTED_ALGORITHM) == 0)
        return TRUE;
    g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_PLAIN,
                        "The keyring offers no encrypted session");
    return FALSE;
}

static gboolean
find_collection(PfKeyringSession *self, GError **error)
{
    GError *cause = NULL;
    self->collection =
        secret_service_read_alias_dbus_path_sync(self->service, SECRET_COLLECTION_DEFAULT,
                                                 self->cancellable, &cause);
    if (cause != NULL) {
        wrap_error(cause, error);
        return FALSE;
    }
    if (self->collection == NULL || g_str_equal(self->collection, "/")) {
        g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_UNAVAILABLE,
                            "There is no default keyring");
        return FALSE;
    }
    g_autoptr(GVariant) locked =
        get_property(self, self->collection, COLLECTION_INTERFACE, "Locked", "b", error);
    if (locked == NULL)
        return FALSE;
    if (!g_variant_get_boolean(locked))
        return TRUE;
    g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_LOCKED, "The keyring is locked");
    return FALSE;
}

PfKeyringSession *
pf_keyring_session_open(GCancellable *cancellable, GError **error)
{
    g_autoptr(PfKeyringSession) self = g_new0(PfKeyringSession, 1);
    self->cancellable = g_object_ref(cancellable);
    if (!open_service(self, error) || !find_collection(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* libsecret does not, and the service keeps it as long as we are on the bus. Nobody waits for that.
 */
static void
close_session(PfKeyringSession *self)
{
    GDBusProxy *proxy = G_DBUS_PROXY(self->service);
    const char *path = secret_service_get_session_dbus_path(self->service);
    if (path != NULL)
        g_dbus_connection_call(g_dbus_proxy_get_connection(proxy), g_dbus_proxy_get_name(proxy),
                               path, SESSION_INTERFACE, "Close", NULL, NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

void
pf_keyring_session_free(PfKeyringSession *self)
{
    if (self == NULL)
        return;
    if (self->service != NULL)
        close_session(self);
    g_clear_object(&self->service);
    g_clear_object(&self->cancellable);
    g_free(self->collection);
    g_free(self);
}

GStrv
pf_keyring_session_find(PfKeyringSession *self, const char *token_uri, PfKeyringItemState state,
                        GError **error)
{
    GError *cause = NULL;
    GStrv unlocked = NULL;
    g_auto(GStrv) locked = NULL;
    g_autoptr(GHashTable) attributes = g_hash_table_new(g_str_hash, g_str_equal);
    if (token_uri != NULL)
        g_hash_table_insert(attributes, (char *)"uri", (char *)token_uri);
    if (state != PF_KEYRING_ITEM_ANY)
        g_hash_table_insert(attributes, (char *)"state", (char *)get_state_name(state));
    if (!secret_service_search_for_dbus_paths_sync(self->service, &schema, attributes,
                                                   self->cancellable, &unlocked, &locked, &cause)) {
        wrap_error(cause, error);
        return NULL;
    }
    return unlocked;
}

gboolean
pf_keyring_session_describe(PfKeyringSession *self, const char *path, char **ret_token_uri,
                            gint64 *ret_since)
{
    PfTokenId id;
    g_autofree char *uri = NULL;
    g_autoptr(GVariant) attributes =
        get_property(self, path, ITEM_INTERFACE, "Attributes", "a{ss}", NULL);
    g_autoptr(GVariant) created = get_property(self, path, ITEM_INTERFACE, "Created", "t", NULL);
    if (attributes == NULL || !g_variant_lookup(attributes, "uri", "s", &uri) ||
        !pf_token_uri_parse(uri, &id))
        return FALSE;
    *ret_token_uri = g_steal_pointer(&uri);
    *ret_since = created != NULL ? (gint64)g_variant_get_uint64(created) : 0;
    return TRUE;
}

PfSecret *
pf_keyring_session_read(PfKeyringSession *self, const char *path, GError **error)
{
    GError *cause = NULL;
    gsize length = 0;
    SecretValue *value = secret_service_get_secret_for_dbus_path_sync(self->service, path,
                                                                      self->cancellable, &cause);
    if (value == NULL) {
        wrap_error(cause, error);
        return NULL;
    }
    const char *bytes = secret_value_get(value, &length);
    PfSecret *pin = length > 0 ? pf_secret_new(bytes, length) : NULL;
    /* libsecret decrypts into locked memory of its own, and wipes that now. */
    secret_value_unref(value);
    if (pin == NULL)
        wrap_error(NULL, error);
    return pin;
}

static void
add_field(GVariantBuilder *builder, const char *key, const char *field)
{
    g_autofree char *text = g_utf8_make_valid(field, -1);
    g_variant_builder_add(builder, "{ss}", key, text);
}

static GVariant *
build_attributes(const char *token_uri, PfKeyringItemState state)
{
    GVariantBuilder builder;
    PfTokenId id = {0};
    pf_token_uri_parse(token_uri, &id);
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    add_field(&builder, "xdg:schema", schema.name);
    add_field(&builder, "uri", token_uri);
    add_field(&builder, "state", get_state_name(state));
    add_field(&builder, "manufacturer", id.manufacturer);
    add_field(&builder, "model", id.model);
    add_field(&builder, "serial", id.serial);
    add_field(&builder, "label", id.label);
    return g_variant_builder_end(&builder);
}

gboolean
pf_keyring_session_set_state(PfKeyringSession *self, const char *path, const char *token_uri,
                             PfKeyringItemState state, GError **error)
{
    g_autoptr(GVariant) reply = call(self, path, "org.freedesktop.DBus.Properties", "Set",
                                     g_variant_new("(ssv)", ITEM_INTERFACE, "Attributes",
                                                   build_attributes(token_uri, state)),
                                     "()", error);
    return reply != NULL;
}

/* Is there a prompt at PATH that would have to be answered first? It is left alone. */
static gboolean
is_prompt(const char *path, GError **error)
{
    if (g_str_equal(path, "/"))
        return FALSE;
    g_set_error_literal(error, PF_KEYRING_ERROR, PF_KEYRING_ERROR_LOCKED,
                        "The keyring wants to ask something");
    return TRUE;
}

gboolean
pf_keyring_session_delete(PfKeyringSession *self, const char *path, GError **error)
{
    const char *prompt;
    g_autoptr(GVariant) reply = call(self, path, ITEM_INTERFACE, "Delete", NULL, "(o)", error);
    if (reply == NULL)
        return FALSE;
    g_variant_get(reply, "(&o)", &prompt);
    return !is_prompt(prompt, error);
}

/* What belongs to a plain session has no initialisation vector. */
static gboolean
has_vector(GVariant *encrypted)
{
    g_autoptr(GVariant) vector = g_variant_get_child_value(encrypted, 1);
    return g_variant_get_size(vector) == IV_SIZE;
}

GVariant *
pf_keyring_session_encrypt(PfKeyringSession *self, const PfSecret *pin, GError **error)
{
    /* Without a copy: the value points to the PIN's own memory. */
    SecretValue *value =
        secret_value_new_full((char *)pf_secret_get_bytes(pin), (gssize)pf_secret_get_length(pin),
                              "text/plain", NULL);
    GVariant *encrypted = secret_service_encode_dbus_secret(self->service, value);
    secret_value_unref(value);
    if (encrypted != NULL)
        g_variant_ref_sink(encrypted);
    if (encrypted != NULL && has_vector(encrypted))
        return encrypted;
    g_clear_pointer(&encrypted, g_variant_unref);
    wrap_error(NULL, error);
    return NULL;
}

/* Not libsecret's function, which would show the service's prompt. */
gboolean
pf_keyring_session_create(PfKeyringSession *self, const char *token_uri, GVariant *encrypted,
                          GError **error)
{
    PfTokenId id = {0};
    GVariantBuilder properties;
    const char *prompt;
    pf_token_uri_parse(token_uri, &id);
    g_autofree char *token = g_utf8_make_valid(id.label, -1);
    g_autofree char *title = g_strdup_printf("PIN: %s", token);
    g_variant_builder_init(&properties, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&properties, "{sv}", ITEM_INTERFACE ".Label",
                          g_variant_new_string(title));
    g_variant_builder_add(&properties, "{sv}", ITEM_INTERFACE ".Attributes",
                          build_attributes(token_uri, PF_KEYRING_ITEM_READY));
    g_autoptr(GVariant) reply =
        call(self, self->collection, COLLECTION_INTERFACE, "CreateItem",
             g_variant_new("(a{sv}@(oayays)b)", &properties, encrypted, TRUE), "(oo)", error);
    if (reply == NULL)
        return FALSE;
    g_variant_get(reply, "(&o&o)", NULL, &prompt);
    return !is_prompt(prompt, error);
}
