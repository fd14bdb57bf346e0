/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* GetStatus: dictionaries in dictionaries; what is not known is absent. */
#include "control-status.h"

#include "app-id.h"
#include "build-version.h"

const char *
pf_control_status_get_mode_name(PfCacheMode mode)
{
    switch (mode) {
    case PF_CACHE_MODE_OFF:
        return "off";
    case PF_CACHE_MODE_PROCESS:
        return "process";
    case PF_CACHE_MODE_SHARED:
        return "shared";
    }
    g_return_val_if_reached("off");
}

/* D-Bus carries UTF-8 only; what a process or a card says may be anything. */
static void
add_text(GVariantDict *dict, const char *key, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_variant_dict_insert(dict, key, "s", valid);
}

static const char *
find_first_token_in(const GPtrArray *tokens, const char *reader)
{
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (g_strcmp0(token->reader, reader) == 0)
            return token->uri;
    }
    return NULL;
}

static GVariant *
build_readers(PfTokenRegistry *registry, PfPcscWatcher *watcher)
{
    const GPtrArray *readers = pf_pcsc_watcher_get_readers(watcher);
    const GPtrArray *tokens = pf_token_registry_get_tokens(registry);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < readers->len; i++) {
        const PfPcscReader *reader = readers->pdata[i];
        const char *uri = find_first_token_in(tokens, reader->name);
        GVariantDict dict;
        g_variant_dict_init(&dict, NULL);
        add_text(&dict, "name", reader->name);
        g_variant_dict_insert(&dict, "present", "b", reader->present);
        if (uri != NULL)
            add_text(&dict, "token_uri", uri);
        g_variant_builder_add_value(&builder, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&builder);
}

/* NULL where no helper has read the token. */
static const char *
find_module_path(PfTokenRegistry *registry, const PfToken *token)
{
    const GPtrArray *modules = pf_token_registry_get_modules(registry);
    for (guint i = 0; i < modules->len; i++) {
        const PfTokenModule *module = modules->pdata[i];
        if (g_strcmp0(module->name, token->module) == 0)
            return module->path;
    }
    return NULL;
}

static GVariant *
build_tokens(PfCache *cache, PfTokenRegistry *registry, PfPinTries *tries)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(registry);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        GVariantDict dict;
        g_variant_dict_init(&dict, NULL);
        add_text(&dict, "uri", token->uri);
        add_text(&dict, "label", token->label);
        if (token->reader != NULL)
            add_text(&dict, "reader", token->reader);
        g_variant_dict_insert(&dict, "flags", "^as", token->flags);
        if (token->logout != NULL)
            g_variant_dict_insert(&dict, "logout", "s", token->logout);
        const char *never = pf_cache_get_never_reason(cache, token->uri);
        if (never != NULL)
            g_variant_dict_insert(&dict, "never_cached", "s", never);
        const char *path = find_module_path(registry, token);
        if (path != NULL && g_utf8_validate(path, -1, NULL))
            add_text(&dict, "module", path);
        int tries_left = pf_pin_tries_get(tries, token->uri);
        if (tries_left >= 0)
            g_variant_dict_insert(&dict, "tries_left", "u", (guint32)tries_left);
        if (token->generates)
            g_variant_dict_insert(&dict, "generates", "b", TRUE);
        g_variant_builder_add_value(&builder, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
build_modules(PfTokenRegistry *registry)
{
    const GPtrArray *modules = pf_token_registry_get_modules(registry);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < modules->len; i++) {
        const PfTokenModule *module = modules->pdata[i];
        GVariantDict dict;
        g_variant_dict_init(&dict, NULL);
        add_text(&dict, "name", module->name);
        add_text(&dict, "path", module->path);
        if (module->fault != NULL)
            add_text(&dict, "fault", module->fault);
        if (*module->description != '\0')
            add_text(&dict, "description", module->description);
        g_variant_builder_add_value(&builder, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
build_members(const GPtrArray *members)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < members->len; i++) {
        const PfDomainMemberInfo *member = members->pdata[i];
        GVariantDict dict;
        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "pid", "u", member->pid);
        add_text(&dict, "exe", member->exe);
        add_text(&dict, "name", member->name);
        g_variant_dict_insert(&dict, "sessions", "u", member->sessions);
        g_variant_dict_insert(&dict, "still_open", "b", member->still_open);
        g_variant_builder_add_value(&builder, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
build_domain(const PfDomainInfo *domain)
{
    char app_id[PF_APP_ID_SIZE];
    GVariantDict dict;
    pf_app_id_format(domain->app_id, app_id);
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "app_id", "s", app_id);
    add_text(&dict, "token_uri", domain->token_uri);
    g_variant_dict_insert(&dict, "logged_in", "b", domain->logged_in);
    g_variant_dict_insert(&dict, "asleep", "b", domain->asleep);
    g_variant_dict_insert(&dict, "open", "b", domain->open);
    g_variant_dict_insert(&dict, "since", "x", domain->since);
    g_variant_dict_insert(&dict, "idle_s", "x", domain->idle_s);
    g_variant_dict_insert(&dict, "expires_s", "x", domain->expires_s);
    g_variant_dict_insert_value(&dict, "members", build_members(domain->members));
    return g_variant_dict_end(&dict);
}

static GVariant *
build_domains(PfCache *cache)
{
    g_autoptr(GPtrArray) domains = pf_cache_list_domains(cache);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < domains->len; i++)
        g_variant_builder_add_value(&builder, build_domain(domains->pdata[i]));
    return g_variant_builder_end(&builder);
}

GVariant *
pf_control_status_build(PfCache *cache, PfTokenRegistry *registry, PfPcscWatcher *watcher,
                        PfPinTries *tries)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "version", g_variant_new_string(PF_VERSION));
    g_variant_builder_add(&builder, "{sv}", "cache_mode",
                          g_variant_new_string(
                              pf_control_status_get_mode_name(pf_cache_get_mode(cache))));
    g_variant_builder_add(&builder, "{sv}", "readers", build_readers(registry, watcher));
    g_variant_builder_add(&builder, "{sv}", "tokens", build_tokens(cache, registry, tries));
    g_variant_builder_add(&builder, "{sv}", "domains", build_domains(cache));
    g_variant_builder_add(&builder, "{sv}", "reader_service",
                          g_variant_new_boolean(pf_pcsc_watcher_is_available(watcher)));
    g_variant_builder_add(&builder, "{sv}", "reading",
                          g_variant_new_boolean(pf_token_registry_is_refreshing(registry)));
    g_variant_builder_add(&builder, "{sv}", "modules", build_modules(registry));
    return g_variant_builder_end(&builder);
}
