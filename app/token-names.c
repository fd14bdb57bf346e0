/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenNames: the setting `tokens`, kept as it was last read. */
#include "token-names.h"

#include "plain-text.h"
#include "token-label.h"
#include "token-rule-edit.h"

#define KEY "tokens"

struct _PfTokenNames {
    GObject parent_instance;
    GSettings *settings; /* NULL: no schema */
    GVariant *tokens;    /* NULL likewise */
};

G_DEFINE_FINAL_TYPE(PfTokenNames, pf_token_names, G_TYPE_OBJECT)

static guint changed_signal;

static void
read_tokens(PfTokenNames *self)
{
    g_clear_pointer(&self->tokens, g_variant_unref);
    self->tokens = g_settings_get_value(self->settings, KEY);
    g_signal_emit(self, changed_signal, 0);
}

PfTokenNames *
pf_token_names_get(void)
{
    static PfTokenNames *names;
    if (names != NULL)
        return names;
    g_autoptr(PfSettingsView) view = pf_settings_view_new(NULL);
    names = g_object_new(PF_TYPE_TOKEN_NAMES, NULL);
    if (view != NULL)
        pf_token_names_set_view(names, view);
    return names;
}

void
pf_token_names_set_view(PfTokenNames *self, PfSettingsView *view)
{
    if (self->settings != NULL)
        g_signal_handlers_disconnect_by_data(self->settings, self);
    g_set_object(&self->settings, pf_settings_view_get_for(view, KEY));
    g_signal_connect_swapped(self->settings, "changed::" KEY, G_CALLBACK(read_tokens), self);
    g_signal_connect_swapped(self->settings, "writable-changed::" KEY, G_CALLBACK(read_tokens),
                             self);
    read_tokens(self);
}

char *
pf_token_names_dup(const char *uri)
{
    PfTokenNames *self = pf_token_names_get();
    if (self->tokens == NULL || uri == NULL)
        return NULL;
    g_autofree char *name = pf_token_rule_edit_dup_name(self->tokens, uri);
    /* Any program of the person's can write the setting. */
    return name != NULL ? pf_plain_text_shorten(pf_plain_text_dup(name), PF_TOKEN_NAMES_MAX_CHARS)
                        : NULL;
}

char *
pf_token_names_dup_title(const char *uri)
{
    char *name = pf_token_names_dup(uri);
    return name != NULL ? name : pf_token_label_dup(uri);
}

gboolean
pf_token_names_can_change(void)
{
    PfTokenNames *self = pf_token_names_get();
    return self->settings != NULL && g_settings_is_writable(self->settings, KEY);
}

gboolean
pf_token_names_change(const char *uri, const char *name)
{
    PfTokenNames *self = pf_token_names_get();
    g_autofree char *label = pf_token_label_dup(uri);
    if (self->settings == NULL)
        return FALSE;
    if (g_strcmp0(name, label) == 0)
        name = "";
    return g_settings_set_value(self->settings, KEY,
                                pf_token_rule_edit_set_name(self->tokens, uri, name));
}

static void
finalize(GObject *object)
{
    PfTokenNames *self = PF_TOKEN_NAMES(object);
    if (self->settings != NULL)
        g_signal_handlers_disconnect_by_data(self->settings, self);
    g_clear_object(&self->settings);
    g_clear_pointer(&self->tokens, g_variant_unref);
    G_OBJECT_CLASS(pf_token_names_parent_class)->finalize(object);
}

static void
pf_token_names_class_init(PfTokenNamesClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", PF_TYPE_TOKEN_NAMES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
pf_token_names_init(PfTokenNames *self)
{
}
