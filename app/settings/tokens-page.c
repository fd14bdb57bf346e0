/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensPage: the list is made of what is there and what the setting names. */
#include "tokens-page.h"

#include "list-update.h"
#include "lock-note.h"
#include "row-separators.h"
#include "token-rule-edit.h"
#include "token-rule-item.h"
#include "token-rule-row.h"

struct _PfTokensPage {
    GtkBox parent_instance;
    PfLockNote *lock_note;
    GtkStack *list_stack;
    GtkListBox *token_list;

    GSettings *settings;
    PfAgentModel *model;
    GListStore *items;
};

G_DEFINE_FINAL_TYPE(PfTokensPage, pf_tokens_page, GTK_TYPE_BOX)

static gboolean
has_uri(GPtrArray *items, const char *uri)
{
    for (guint i = 0; i < items->len; i++) {
        if (g_str_equal(pf_token_rule_item_get_uri(items->pdata[i]), uri))
            return TRUE;
    }
    return FALSE;
}

/* A token in two readers is one. */
static void
add_present(PfTokensPage *self, GPtrArray *items, GVariant *tokens)
{
    GListModel *present = pf_agent_model_get_tokens(self->model);
    for (guint i = 0; i < g_list_model_get_n_items(present); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(present, i);
        const char *uri = pf_token_item_get_uri(token);
        if (uri != NULL && !has_uri(items, uri))
            g_ptr_array_add(items, pf_token_rule_item_new(uri, token, tokens));
    }
}

static void
add_named(GPtrArray *items, GVariant *tokens)
{
    GVariantIter iter;
    const char *uri;
    g_variant_iter_init(&iter, tokens);
    while (g_variant_iter_next(&iter, "{&s@a{sv}}", &uri, NULL)) {
        if (!has_uri(items, uri) && pf_token_rule_edit_has_rule(tokens, uri))
            g_ptr_array_add(items, pf_token_rule_item_new(uri, NULL, tokens));
    }
}

/* What is shown already stays: its row can have the keyboard, by which its rule is just chosen. */
static void
keep_shown(PfTokensPage *self, GPtrArray *items)
{
    GListModel *shown = G_LIST_MODEL(self->items);
    for (guint i = 0; i < g_list_model_get_n_items(shown); i++) {
        g_autoptr(PfTokenRuleItem) old = g_list_model_get_item(shown, i);
        for (guint j = 0; j < items->len; j++) {
            if (!pf_token_rule_item_take(old, items->pdata[j]))
                continue;
            g_object_unref(items->pdata[j]);
            items->pdata[j] = g_object_ref(old);
            break;
        }
    }
}

static void
update(PfTokensPage *self)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GVariant) tokens = g_settings_get_value(self->settings, "tokens");
    add_present(self, items, tokens);
    add_named(items, tokens);
    keep_shown(self, items);
    pf_list_update_set(self->items, items, g_direct_equal);
    gtk_stack_set_visible_child_name(self->list_stack, items->len > 0 ? "list" : "empty");
}

void
pf_tokens_page_bind(PfTokensPage *self, PfSettingsView *view, PfAgentModel *model)
{
    self->settings = g_object_ref(pf_settings_view_get_for(view, "tokens"));
    self->model = g_object_ref(model);
    pf_lock_note_watch(self->lock_note, view, "tokens");
    gtk_list_box_bind_model(self->token_list, G_LIST_MODEL(self->items), pf_token_rule_row_new,
                            self->settings, NULL);
    g_signal_connect_object(self->settings, "changed::tokens", G_CALLBACK(update), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    update(self);
}

static void
dispose(GObject *object)
{
    PfTokensPage *self = PF_TOKENS_PAGE(object);
    g_clear_object(&self->items);
    g_clear_object(&self->model);
    g_clear_object(&self->settings);
    G_OBJECT_CLASS(pf_tokens_page_parent_class)->dispose(object);
}

static void
pf_tokens_page_class_init(PfTokensPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_LOCK_NOTE);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/tokens-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfTokensPage, lock_note);
    gtk_widget_class_bind_template_child(widget_class, PfTokensPage, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfTokensPage, token_list);
}

static void
pf_tokens_page_init(PfTokensPage *self)
{
    self->items = g_list_store_new(PF_TYPE_TOKEN_RULE_ITEM);
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->token_list);
}
