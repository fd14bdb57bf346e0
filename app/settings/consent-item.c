/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentItem: an entry of ListConsents, immutable. */
#include "consent-item.h"

#include <glib/gi18n.h>

#include "plain-text.h"
#include "program-label.h"
#include "time-text.h"
#include "token-names.h"

struct _PfConsentItem {
    GObject parent_instance;
    GVariant *consent;
};

G_DEFINE_FINAL_TYPE(PfConsentItem, pf_consent_item, G_TYPE_OBJECT)

/* Borrowed; NULL when absent. */
static const char *
look_up(PfConsentItem *self, const char *key)
{
    const char *value = NULL;
    g_variant_lookup(self->consent, key, "&s", &value);
    return value;
}

/* The value made fit to be shown; NULL when there is none. */
static char *
dup_plain(PfConsentItem *self, const char *key)
{
    const char *value = look_up(self, key);
    return value != NULL ? pf_plain_text_dup(value) : NULL;
}

PfConsentItem *
pf_consent_item_new(GVariant *consent)
{
    if (!g_variant_lookup(consent, "id", "&s", NULL))
        return NULL;
    PfConsentItem *self = g_object_new(PF_TYPE_CONSENT_ITEM, NULL);
    self->consent = g_variant_ref(consent);
    return self;
}

gboolean
pf_consent_item_is_equal(gconstpointer a, gconstpointer b)
{
    const PfConsentItem *self = a;
    const PfConsentItem *other = b;
    return g_variant_equal(self->consent, other->consent);
}

const char *
pf_consent_item_get_id(PfConsentItem *self)
{
    return look_up(self, "id");
}

const char *
pf_consent_item_get_icon_name(PfConsentItem *self)
{
    return look_up(self, "program-icon");
}

char *
pf_consent_item_dup_title(PfConsentItem *self)
{
    char *program = pf_program_label_dup(look_up(self, "program"), look_up(self, "executable"));
    return program != NULL ? program : g_strdup(_("Unknown program"));
}

static char *
dup_token(PfConsentItem *self)
{
    const char *uri = look_up(self, "token-uri");
    char *title = uri != NULL ? pf_token_names_dup_title(uri) : NULL;
    return title != NULL ? title : g_strdup(_("unnamed token"));
}

/* Whose login it is. */
static char *
dup_scope(PfConsentItem *self)
{
    g_autofree char *group = dup_plain(self, "group");
    g_autofree char *id = dup_plain(self, "shared-id");
    if (group != NULL)
        /* Translators: %s is the name of a group of programs. */
        return g_strdup_printf(_("group “%s”"), group);
    if (id != NULL)
        /* Translators: %s is two numbers with a colon. */
        return g_strdup_printf(_("application ID %s"), id);
    return g_strdup(_("programs in no group"));
}

char *
pf_consent_item_dup_decision(PfConsentItem *self)
{
    const char *decision = look_up(self, "decision");
    g_autofree char *token = dup_token(self);
    g_autofree char *scope = dup_scope(self);
    if (g_strcmp0(decision, "always") == 0)
        /* Translators: what the person decided: a token, then “group “Office””, “application ID
         * 1:2” or “programs in no group”. */
        return g_strdup_printf(_("Always allowed: “%s”, %s"), token, scope);
    if (g_strcmp0(decision, "session") == 0)
        /* Translators: as above. */
        return g_strdup_printf(_("Allowed for this session: “%s”, %s"), token, scope);
    if (g_strcmp0(decision, "never") == 0)
        /* Translators: as above. */
        return g_strdup_printf(_("Never allowed: “%s”, %s"), token, scope);
    /* Translators: as above; a newer agent decides what this version has no word for. */
    return g_strdup_printf(_("Decided: “%s”, %s"), token, scope);
}

/* The Flatpak or Snap, else the script, else the executable. */
static char *
dup_identity(PfConsentItem *self)
{
    static const char *const keys[] = {"sandbox", "script", "executable"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        char *identity = dup_plain(self, keys[i]);
        if (identity != NULL)
            return identity;
    }
    return NULL;
}

char *
pf_consent_item_dup_detail(PfConsentItem *self)
{
    gint64 since = 0;
    g_autofree char *identity = dup_identity(self);
    if (!g_variant_lookup(self->consent, "since", "x", &since) || since <= 0)
        return g_steal_pointer(&identity);
    g_autofree char *time = pf_time_text_dup(since);
    if (identity == NULL)
        /* Translators: %s is a time of day, or date and time. */
        return g_strdup_printf(_("Since %s"), time);
    /* Translators: a program's path, then a time of day, or date and time. */
    return g_strdup_printf(_("%s, since %s"), identity, time);
}

static void
finalize(GObject *object)
{
    g_variant_unref(PF_CONSENT_ITEM(object)->consent);
    G_OBJECT_CLASS(pf_consent_item_parent_class)->finalize(object);
}

static void
pf_consent_item_class_init(PfConsentItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_consent_item_init(PfConsentItem *self)
{
}
