/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRuleRow: its combo box is bound to its own token's part of the setting. */
#include "token-rule-row.h"

#include "label-text.h"
#include "token-rule-edit.h"
#include "wheel-pass.h"

struct _PfTokenRuleRow {
    GtkListBoxRow parent_instance;
    GtkLabel *title_label;
    GtkLabel *detail_label;
    GtkComboBoxText *mode_combo;
};

G_DEFINE_FINAL_TYPE(PfTokenRuleRow, pf_token_rule_row, GTK_TYPE_LIST_BOX_ROW)

typedef struct {
    GSettings *settings; /* borrowed: it lives as long as its binding */
    char *uri;
} Rule;

static void
rule_free(gpointer data)
{
    Rule *rule = data;
    g_free(rule->uri);
    g_free(rule);
}

/* IDs of a combo box are not empty. */
static gboolean
tokens_to_id(GValue *value, GVariant *tokens, gpointer data)
{
    const char *mode = pf_token_rule_edit_get_mode(tokens, ((Rule *)data)->uri);
    g_value_set_string(value, *mode != '\0' ? mode : "none");
    return TRUE;
}

static GVariant *
id_to_tokens(const GValue *value, const GVariantType *type, gpointer data)
{
    const Rule *rule = data;
    const char *id = g_value_get_string(value);
    g_autoptr(GVariant) tokens = g_settings_get_value(rule->settings, "tokens");
    if (id == NULL)
        return NULL;
    return pf_token_rule_edit_set_mode(tokens, rule->uri, g_str_equal(id, "none") ? "" : id);
}

static void
on_item_changed(PfTokenRuleRow *self, PfTokenRuleItem *item)
{
    pf_label_text_set(self->detail_label, pf_token_rule_item_get_detail(item));
}

GtkWidget *
pf_token_rule_row_new(gpointer item, gpointer settings)
{
    PfTokenRuleRow *self = g_object_new(PF_TYPE_TOKEN_RULE_ROW, NULL);
    const char *title = pf_token_rule_item_get_title(item);
    Rule *rule = g_new(Rule, 1);
    *rule = (Rule){settings, g_strdup(pf_token_rule_item_get_uri(item))};
    pf_label_text_set(self->title_label, title);
    on_item_changed(self, item);
    g_signal_connect_object(item, "changed", G_CALLBACK(on_item_changed), self, G_CONNECT_SWAPPED);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), title);
    g_settings_bind_with_mapping(settings, "tokens", self->mode_combo, "active-id",
                                 G_SETTINGS_BIND_DEFAULT, tokens_to_id, id_to_tokens, rule,
                                 rule_free);
    return GTK_WIDGET(self);
}

static void
pf_token_rule_row_class_init(PfTokenRuleRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/token-rule-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfTokenRuleRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRuleRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRuleRow, mode_combo);
}

static void
pf_token_rule_row_init(PfTokenRuleRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_wheel_pass(GTK_WIDGET(self->mode_combo));
}
