/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Diagnose: one function for each thing that can be wrong. */
#include "control-diagnose.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "secret.h"
#include "socket-path.h"

/* FIX NULL: the verdict is ok. */
static void
add(GVariantBuilder *findings, const char *id, const char *verdict, const char *text,
    const char *fix)
{
    g_autofree char *valid_id = g_utf8_make_valid(id, -1);
    g_autofree char *valid_text = g_utf8_make_valid(text, -1);
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "id", "s", valid_id);
    g_variant_dict_insert(&dict, "verdict", "s", verdict);
    g_variant_dict_insert(&dict, "text", "s", valid_text);
    if (fix != NULL)
        g_variant_dict_insert(&dict, "fix", "s", fix);
    g_variant_builder_add_value(findings, g_variant_dict_end(&dict));
}

static void
add_pcscd(GVariantBuilder *findings, PfPcscWatcher *watcher)
{
    if (pf_pcsc_watcher_is_available(watcher))
        add(findings, "pcscd", "ok", _("The smart card service (pcscd) answers."), NULL);
    else
        add(findings, "pcscd", "warning", _("The smart card service (pcscd) cannot be reached."),
            _("Install pcscd and start it (systemctl enable --now pcscd.socket). Software tokens "
              "work without it."));
}

static void
add_readers(GVariantBuilder *findings, PfPcscWatcher *watcher)
{
    const GPtrArray *readers = pf_pcsc_watcher_get_readers(watcher);
    for (guint i = 0; i < readers->len; i++) {
        const PfPcscReader *reader = readers->pdata[i];
        g_autofree char *id = g_strdup_printf("reader:%s", reader->name);
        g_autofree char *text =
            g_strdup_printf(reader->present
                                /* Translators: %s is the name of a card reader. */
                                ? _("Reader “%s”: a card is inserted.")
                                : _("Reader “%s”: empty."),
                            reader->name);
        add(findings, id, "ok", text, NULL);
    }
    if (readers->len == 0 && pf_pcsc_watcher_is_available(watcher))
        add(findings, "readers", "ok", _("No card reader is connected."), NULL);
}

static gboolean
has_token_in(PfTokenRegistry *registry, const char *reader)
{
    const GPtrArray *tokens = pf_token_registry_get_tokens(registry);
    for (guint i = 0; i < tokens->len; i++) {
        if (g_strcmp0(((const PfToken *)tokens->pdata[i])->reader, reader) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A card that no backend knows: the commonest reason why a card "does not work". */
static void
add_tokens(GVariantBuilder *findings, PfTokenRegistry *registry, PfPcscWatcher *watcher)
{
    const GPtrArray *readers = pf_pcsc_watcher_get_readers(watcher);
    const GPtrArray *tokens = pf_token_registry_get_tokens(registry);
    for (guint i = 0; i < readers->len; i++) {
        const PfPcscReader *reader = readers->pdata[i];
        if (!reader->present || has_token_in(registry, reader->name))
            continue;
        g_autofree char *id = g_strdup_printf("card:%s", reader->name);
        g_autofree char *text =
            g_strdup_printf(_("The card in reader “%s” is known to none of the PKCS#11 modules."),
                            reader->name);
        add(findings, id, "warning", text,
            _("Install the card's PKCS#11 module and name it in [Modules] of pinfold.conf."));
    }
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        g_autofree char *id = g_strdup_printf("token:%s", token->uri);
        g_autofree char *text =
            /* Translators: %s is the label of a token. */
            g_strdup_printf(_("Token “%s” is there."), token->label);
        add(findings, id, "ok", text, NULL);
    }
}

static void
add_backends(GVariantBuilder *findings, PfTokenRegistry *registry)
{
    const GPtrArray *modules = pf_token_registry_get_modules(registry);
    const char *fault = pf_token_registry_get_helper_fault(registry);
    for (guint i = 0; i < modules->len; i++) {
        const PfTokenModule *module = modules->pdata[i];
        g_autofree char *id = g_strdup_printf("backend:%s", module->name);
        g_autofree char *text =
            module->fault == NULL
                ? g_strdup_printf(_("PKCS#11 module “%s” (%s) works."), module->name, module->path)
                : g_strdup_printf(_("PKCS#11 module “%s” (%s): %s"), module->name, module->path,
                                  module->fault);
        add(findings, id, module->fault == NULL ? "ok" : "error", text,
            module->fault == NULL ? NULL
                                  : _("Correct its path in [Modules] of pinfold.conf, or remove it "
                                      "there by an empty path."));
    }
    if (fault != NULL) {
        g_autofree char *text = g_strdup_printf(_("The token helper failed: %s"), fault);
        add(findings, "helper", "error", text, _("Reinstall Pinfold."));
    } else if (modules->len == 0) {
        add(findings, "backends", "error", _("There is no PKCS#11 module to stand in front of."),
            _("Install OpenSC for cards or SoftHSM for software tokens."));
    }
}

static void
add_configuration(GVariantBuilder *findings)
{
    PfConfig *config = pf_config_load();
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->problem_count; i++) {
        const PfConfigProblem *problem = &config->problems[i];
        g_autofree char *text =
            problem->line > 0
                ? g_strdup_printf("%s:%u: %s", problem->file, problem->line, problem->reason)
                : g_strdup_printf("%s: %s", problem->file, problem->reason);
        add(findings, "configuration", "error", text,
            _("Correct the file; until then the built-in default is used."));
    }
    if (config->problem_count == 0)
        add(findings, "configuration", "ok", _("The configuration files have no faults."), NULL);
    if (!config->cache_pin)
        add(findings, "caching", "warning",
            _("PIN caching is switched off by P11_EnableCachePIN in the configuration."),
            _("Set P11_EnableCachePIN = 1 if that is not meant."));
    if (config->has_app_id)
        add(findings, "app-id", "warning",
            _("The configuration gives every program the same application ID: logins are shared."),
            _("Remove AppIdMajor and AppIdMinor if that is not meant."));
    pf_config_free(config);
}

static void
add_memory(GVariantBuilder *findings)
{
    if (pf_secret_is_available())
        add(findings, "locked-memory", "ok", _("Memory for PINs can be locked."), NULL);
    else
        add(findings, "locked-memory", "error", _("Memory cannot be locked, so no PIN is cached."),
            _("Raise the limit of locked memory (LimitMEMLOCK=, ulimit -l)."));
}

static void
add_socket(GVariantBuilder *findings)
{
    char path[256];
    struct stat st;
    int r = pf_socket_path_get(path, sizeof path);
    if (r == 0)
        r = pf_socket_path_check(path);
    if (r == 0 && (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode)))
        r = -ENOENT;
    if (r == 0) {
        add(findings, "private-socket", "ok", _("The agent's private socket is in place."), NULL);
        return;
    }
    g_autofree char *text =
        g_strdup_printf(_("The agent's private socket is not usable: %s"), g_strerror(-r));
    add(findings, "private-socket", "error", text,
        _("XDG_RUNTIME_DIR must be a directory of yours, closed to others. Then restart the "
          "agent."));
}

static void
add_desktop(GVariantBuilder *findings, gboolean prompter_present)
{
    add(findings, "session-bus", "ok", _("The agent is on the session bus."), NULL);
    add(findings, "prompter", "ok",
        prompter_present ? _("Pinfold's dialogs are ready.")
                         : _("Pinfold's app is not running; it is started when a PIN is needed."),
        NULL);
}

/* Which of the things that end a session's trust can be seen here. */
static void
add_screen_lock(GVariantBuilder *findings, PfSessionWatcher *session)
{
    g_autoptr(GPtrArray) savers = pf_session_watcher_list_savers(session);
    if (savers->len > 0) {
        g_ptr_array_add(savers, NULL);
        g_autofree char *names = g_strjoinv(", ", (char **)savers->pdata);
        /* Translators: %s is the bus name of a screen saver, or several with commas. */
        g_autofree char *text = g_strdup_printf(_("The screen lock is heard from %s."), names);
        add(findings, "screen-lock", "ok", text, NULL);
    } else if (pf_session_watcher_has_login_session(session)) {
        add(findings, "screen-lock", "warning",
            _("The screen lock of this desktop is seen only if it goes through logind."),
            _("Lock the screen with “loginctl lock-session”, as swayidle and xss-lock can, or set "
              "idle-timeout."));
    } else {
        add(findings, "screen-lock", "warning",
            _("The screen lock of this desktop cannot be seen."),
            _("Set idle-timeout, so that PINs are forgotten all the same."));
    }
}

static void
add_suspend(GVariantBuilder *findings, PfSessionWatcher *session)
{
    if (pf_session_watcher_is_guarding_sleep(session))
        add(findings, "suspend", "ok", _("PINs are forgotten before the computer sleeps."), NULL);
    else if (pf_session_watcher_get_guards_sleep(session))
        add(findings, "suspend", "warning",
            _("It cannot be seen when the computer goes to sleep: logind does not answer."),
            _("Set max-lifetime, whose clock runs during sleep."));
}

static const char *
explain_reset_rule(PfResetRule rule)
{
    switch (rule) {
    case PF_RESET_NEVER:
        return _("Cards are never reset: one that stays unlocked after a logout stays so.");
    case PF_RESET_ON_LOCK:
        return _("Cards are reset when the screen is locked.");
    case PF_RESET_ALWAYS:
        return _("Cards are reset whenever their PIN is forgotten.");
    }
    g_return_val_if_reached("");
}

static void
add_card_reset(GVariantBuilder *findings, const PfResetReport *resets)
{
    GHashTableIter iter;
    const char *reader;
    const char *fault;
    add(findings, "reset-card", "ok", explain_reset_rule(resets->rule), NULL);
    g_hash_table_iter_init(&iter, resets->faults);
    while (g_hash_table_iter_next(&iter, (gpointer *)&reader, (gpointer *)&fault)) {
        g_autofree char *id = g_strdup_printf("reset:%s", reader);
        g_autofree char *text =
            /* Translators: the name of a card reader, and what was in the way. */
            g_strdup_printf(_("The card in reader “%s” could not be reset after its PIN was "
                              "forgotten: %s."),
                            reader, fault);
        add(findings, id, "warning", text,
            _("Other programs may still have it unlocked: pull the card, or end them."));
    }
}

GVariant *
pf_control_diagnose_build(PfTokenRegistry *registry, PfPcscWatcher *watcher,
                          PfSessionWatcher *session, const PfResetReport *resets,
                          gboolean prompter_present)
{
    GVariantBuilder findings;
    g_variant_builder_init(&findings, G_VARIANT_TYPE("aa{sv}"));
    add_pcscd(&findings, watcher);
    add_readers(&findings, watcher);
    add_tokens(&findings, registry, watcher);
    add_backends(&findings, registry);
    add_configuration(&findings);
    add_memory(&findings);
    add_socket(&findings);
    add_desktop(&findings, prompter_present);
    if (session != NULL) {
        add_screen_lock(&findings, session);
        add_suspend(&findings, session);
    }
    if (resets != NULL)
        add_card_reset(&findings, resets);
    return g_variant_builder_end(&findings);
}
