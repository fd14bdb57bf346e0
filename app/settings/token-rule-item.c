/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRuleItem: words about a token, made once; the detail follows what others say of it. */
#include "token-rule-item.h"

#include <glib/gi18n.h>

#include "duration-combo.h"
#include "plain-text.h"
#include "token-label.h"
#include "token-names.h"
#include "token-rule-edit.h"

struct _PfTokenRuleItem {
    GObject parent_instance;
    char *uri;
    char *title;
    char *detail;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE(PfTokenRuleItem, pf_token_rule_item, G_TYPE_OBJECT)

const char *
pf_token_rule_item_get_uri(PfTokenRuleItem *self)
{
    return self->uri;
}

const char *
pf_token_rule_item_get_title(PfTokenRuleItem *self)
{
    return self->title;
}

const char *
pf_token_rule_item_get_detail(PfTokenRuleItem *self)
{
    return self->detail;
}

gboolean
pf_token_rule_item_take(PfTokenRuleItem *self, PfTokenRuleItem *other)
{
    if (!g_str_equal(self->uri, other->uri) || !g_str_equal(self->title, other->title))
        return FALSE;
    if (!g_str_equal(self->detail, other->detail)) {
        g_free(self->detail);
        self->detail = g_strdup(other->detail);
        g_signal_emit(self, changed_signal, 0);
    }
    return TRUE;
}

static char *
dup_title(const char *uri, PfTokenItem *token)
{
    char *label = token != NULL ? pf_token_item_dup_title(token) : pf_token_names_dup_title(uri);
    /* Translators: stands for the name of a token, in a rule that says only what kind it is. */
    return label != NULL ? label : g_strdup(_("Tokens of one kind"));
}

/* Where the token is, and the time limits that it has for itself. */
static char *
dup_detail(const char *uri, PfTokenItem *token, GVariant *tokens)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint seconds;
    g_autofree char *where = token != NULL ? pf_token_item_dup_detail(token) : NULL;
    g_autofree char *label = pf_token_label_dup(uri);
    g_autofree char *plain_uri = pf_plain_text_dup(uri);
    if (where != NULL)
        g_string_append(text, where);
    else if (label != NULL)
        g_string_append(text, _("Not there now"));
    else if (plain_uri != NULL)
        g_string_append(text, plain_uri);
    /* What following the general settings means for this one. */
    if (token != NULL && *pf_token_rule_edit_get_mode(tokens, uri) == '\0' &&
        pf_token_item_is_never_cached(token)) {
        g_autofree char *cache = pf_token_item_dup_cache(token);
        g_string_append_printf(text, "\n%s", cache);
    }
    if (pf_token_rule_edit_get_seconds(tokens, uri, "idle-timeout", &seconds)) {
        g_autofree char *words = pf_duration_combo_dup_words(seconds);
        /* Translators: a limit that one token has; %s is a length of time, or “Never”. */
        g_string_append_printf(text, _("\nForgotten when not used for: %s"), words);
    }
    if (pf_token_rule_edit_get_seconds(tokens, uri, "max-lifetime", &seconds)) {
        g_autofree char *words = pf_duration_combo_dup_words(seconds);
        /* Translators: a limit that one token has; %s is a length of time, or “Never”. */
        g_string_append_printf(text, _("\nForgotten in any case after: %s"), words);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

PfTokenRuleItem *
pf_token_rule_item_new(const char *uri, PfTokenItem *token, GVariant *tokens)
{
    PfTokenRuleItem *self = g_object_new(PF_TYPE_TOKEN_RULE_ITEM, NULL);
    self->uri = g_strdup(uri);
    self->title = dup_title(uri, token);
    self->detail = dup_detail(uri, token, tokens);
    return self;
}

static void
finalize(GObject *object)
{
    PfTokenRuleItem *self = PF_TOKEN_RULE_ITEM(object);
    g_free(self->uri);
    g_free(self->title);
    g_free(self->detail);
    G_OBJECT_CLASS(pf_token_rule_item_parent_class)->finalize(object);
}

static void
pf_token_rule_item_class_init(PfTokenRuleItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_token_rule_item_init(PfTokenRuleItem *self)
{
}
