/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tables of events, operations and reasons, as Agent1.GetHistory has them. */
#include "history-words.h"

#include <glib/gi18n.h>

#include "forget-words.h"

typedef struct {
    const char *name;
    const char *words;
} Word;

/* NULL: it is not in TABLE. */
static const char *
find(const Word *table, gsize count, const char *name)
{
    for (gsize i = 0; i < count; i++) {
        if (g_strcmp0(table[i].name, name) == 0)
            return _(table[i].words);
    }
    return NULL;
}

#define FIND(table, name) find(table, G_N_ELEMENTS(table), name)

/* Borrowed; NULL when absent. */
static const char *
look_up(GVariant *entry, const char *key)
{
    const char *text = NULL;
    g_variant_lookup(entry, key, "&s", &text);
    return text;
}

static char *
dup_login(const char *reason)
{
    static const Word table[] = {
        {"program", N_("Logged in, with the program's own PIN")},
        {"dialog", N_("Logged in, PIN typed in the dialog")},
        {"wake", N_("Logged in again, PIN typed in the dialog")},
        {"consent", N_("Joined a login, with your permission")},
        {"rule", N_("Joined a login, as the settings allow")},
    };
    const char *words = FIND(table, reason);
    return g_strdup(words != NULL ? words : _("Logged in"));
}

static char *
dup_use(const char *operation, const char *reason)
{
    static const Word table[] = {
        {"sign", N_("Signed")},
        {"decrypt", N_("Decrypted")},
        {"verify", N_("Verified with a secret key")},
        {"encrypt", N_("Encrypted")},
        {"digest", N_("Hashed a secret key")},
        {"wrap", N_("Encrypted a key to hand it out")},
        {"unwrap", N_("Decrypted a key")},
        {"derive", N_("Derived a key")},
        {"generate", N_("Generated a key")},
        {"create", N_("Stored something")},
        {"copy", N_("Copied something")},
        {"modify", N_("Changed something")},
        {"destroy", N_("Deleted something")},
        {"read", N_("Looked at something private")},
        {"find", N_("Searched for private keys and data")},
        {"restore", N_("Went on with an operation")},
        {"set-pin", N_("Used for a PIN change")},
    };
    const char *words = FIND(table, operation);
    if (words == NULL)
        words = _("Used the login");
    if (g_strcmp0(reason, "consent") == 0)
        /* Translators: %s is what a program did, as “Signed”. */
        return g_strdup_printf(_("%s, with your permission"), words);
    if (g_strcmp0(reason, "dialog") == 0)
        /* Translators: %s is what a program did, as “Signed”. */
        return g_strdup_printf(_("%s, PIN typed for it"), words);
    return g_strdup(words);
}

static char *
dup_refused(const char *reason)
{
    /* Translators: each of these stands behind “Refused: ”. */
    static const Word table[] = {
        {"not-allowed", N_("you did not allow the use of a login")},
        {"never", N_("you never allow the use of the login")},
        {"canceled", N_("the dialog was canceled")},
        {"timed-out", N_("nobody answered the dialog")},
        {"no-prompter", N_("no dialog could be shown")},
        {"too-many", N_("the program asks too often")},
        {"rejected", N_("wrong PIN")},
        {"locked", N_("wrong PIN, and the token's PIN is blocked now")},
        {"last-try", N_("the token has only one try left, or wants another PIN")},
    };
    const char *words = FIND(table, reason);
    /* Translators: %s is the reason, as “wrong PIN”. */
    return g_strdup_printf(_("Refused: %s"), words != NULL ? words : reason);
}

static char *
dup_forgotten(const char *reason)
{
    const char *words = pf_forget_words_find(reason);
    /* Translators: %s is the reason, as “screen locked”. */
    return g_strdup_printf(_("PIN forgotten: %s"), words != NULL ? words : reason);
}

static char *
dup_setting(GVariant *entry)
{
    const char *name = look_up(entry, "setting");
    const char *value = look_up(entry, "value");
    if (name != NULL && value != NULL)
        /* Translators: the name of a setting and its new value, both as they are. */
        return g_strdup_printf(_("Setting changed: %s = %s"), name, value);
    const char *known = name != NULL ? name : value;
    /* Translators: %s is the name of a setting, as it is. */
    return g_strdup_printf(_("Setting changed: %s"), known != NULL ? known : "");
}

/* Events that are said in one way, or for each reason in one. */
static char *
dup_other(const char *event, const char *reason)
{
    static const struct {
        const char *event;
        const char *reason; /* NULL: whatever it is */
        const char *words;
    } table[] = {
        {"pin-changed", NULL, N_("PIN changed")},
        {"consent-given", "once", N_("You allowed it to use a login once")},
        {"consent-given", "session", N_("You allowed it to use a login for this session")},
        {"consent-given", "always", N_("You always allow it to use a login")},
        {"consent-given", "never", N_("You never allow it to use a login")},
        {"consent-revoked", NULL, N_("Permission revoked")},
        {"officer", "begun", N_("Security officer logged in")},
        {"officer", "ended", N_("Security officer logged out")},
        {"token", "inserted", N_("Token inserted")},
        {"token", "removed", N_("Token removed")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_strcmp0(table[i].event, event) == 0 &&
            (table[i].reason == NULL || g_strcmp0(table[i].reason, reason) == 0))
            return g_strdup(_(table[i].words));
    }
    return g_strdup(event != NULL ? event : "");
}

char *
pf_history_words_dup(GVariant *entry)
{
    const char *event = look_up(entry, "event");
    const char *reason = look_up(entry, "reason");
    if (reason == NULL)
        reason = "";
    if (g_strcmp0(event, "login") == 0)
        return dup_login(reason);
    if (g_strcmp0(event, "use") == 0)
        return dup_use(look_up(entry, "operation"), reason);
    if (g_strcmp0(event, "refused") == 0)
        return dup_refused(reason);
    if (g_strcmp0(event, "forgotten") == 0)
        return dup_forgotten(reason);
    if (g_strcmp0(event, "setting") == 0)
        return dup_setting(entry);
    return dup_other(event, reason);
}
