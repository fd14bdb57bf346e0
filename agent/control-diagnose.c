/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Diagnose: one function for each thing that can be wrong. */
#include "control-diagnose.h"

#include <glib/gi18n.h>

#include "secret.h"

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
add_memory(GVariantBuilder *findings)
{
    if (pf_secret_is_available())
        add(findings, "locked-memory", "ok", _("Memory for PINs can be locked."), NULL);
    else
        add(findings, "locked-memory", "error", _("Memory cannot be locked, so no PIN is cached."),
            _("Raise the limit of locked memory (LimitMEMLOCK=, ulimit -l)."));
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
pf_control_diagnose_build(PfSessionWatcher *session, const PfResetReport *resets,
                          gboolean prompter_present)
{
    GVariantBuilder findings;
    g_variant_builder_init(&findings, G_VARIANT_TYPE("aa{sv}"));
    add_memory(&findings);
    add_desktop(&findings, prompter_present);
    if (session != NULL) {
        add_screen_lock(&findings, session);
        add_suspend(&findings, session);
    }
    if (resets != NULL)
        add_card_reset(&findings, resets);
    return g_variant_builder_end(&findings);
}
