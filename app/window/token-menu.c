/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token menu: one table; each entry knows which tokens it is for. */
#include "token-menu.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    const char *action; /* NULL: a new section begins */
    const char *label;
    gboolean (*fits)(PfTokenItem *token);
    gboolean is_reason; /* why the entry before cannot be chosen; in its place then */
} Entry;

static gboolean
has_flag(PfTokenItem *token, const char *name)
{
    const char *const *flags = pf_token_item_get_flags(token);
    return flags != NULL && g_strv_contains(flags, name);
}

static gboolean
has_pin(PfTokenItem *token)
{
    return has_flag(token, "LOGIN_REQUIRED") && has_flag(token, "USER_PIN_INITIALIZED");
}

static gboolean
can_change_pin(PfTokenItem *token)
{
    return has_pin(token) && !pf_token_item_is_blocked(token);
}

/* A PUK is a thing of cards; nothing tells which of them have none. */
static gboolean
can_unblock_pin(PfTokenItem *token)
{
    return has_pin(token) &&
           (pf_token_item_get_reader(token) != NULL || pf_token_item_is_blocked(token));
}

static gboolean
can_set_pin(PfTokenItem *token)
{
    return pf_pin_state_is_unset(pf_token_item_get_flags(token));
}

static gboolean
is_writable(PfTokenItem *token)
{
    return pf_token_item_get_flags(token) != NULL && !has_flag(token, "WRITE_PROTECTED");
}

static gboolean
can_generate(PfTokenItem *token)
{
    return pf_token_item_generates(token) && is_writable(token) && can_change_pin(token);
}

/* Only of these it is known how they are deleted. */
static gboolean
is_software_token(PfTokenItem *token)
{
    return pf_token_item_get_reader(token) == NULL && is_writable(token) &&
           strstr(pf_token_item_get_uri(token), ";manufacturer=SoftHSM%20project;") != NULL;
}

static gboolean
is_listed(PfTokenItem *token)
{
    return pf_token_item_get_flags(token) != NULL;
}

static gboolean
has_cached_pin(PfTokenItem *token)
{
    return pf_token_item_count_pins(token) > 0;
}

static const Entry entries[] = {
    /* Translators: these are entries of the menu of a token. The first has every program lose its
     * PIN. */
    {"forget", N_("_Forget PIN"), has_cached_pin},
    {NULL},
    {"change-pin", N_("_Change PIN…"), can_change_pin},
    {"unblock-pin", N_("_Unblock PIN…"), can_unblock_pin},
    {"set-pin", N_("_Set PIN…"), can_set_pin},
    {NULL},
    {"import", N_("_Import Certificate…"), is_writable},
    {"generate-key", N_("_Generate Key…"), can_generate},
    {"read-certificates", N_("_Read Certificates Again"), is_listed},
    {NULL},
    {"rename-token", N_("Re_name…"), is_listed},
    /* Translators: stands for “Rename…” where that cannot be done, and is no command itself. */
    {"rename-token", N_("Names are set by the administrator"), is_listed, TRUE},
    {"delete-token", N_("_Delete…"), is_software_token},
};

G_STATIC_ASSERT(G_N_ELEMENTS(entries) < 32);

static gboolean
is_offered(GActionGroup *application, gsize i)
{
    const char *action = entries[i].action;
    if (action == NULL || !g_action_group_has_action(application, action))
        return FALSE;
    gboolean has_reason = i + 1 < G_N_ELEMENTS(entries) && entries[i + 1].is_reason;
    if (!has_reason && !entries[i].is_reason)
        return TRUE;
    return g_action_group_get_action_enabled(application, action) != entries[i].is_reason;
}

guint
pf_token_menu_choose(GActionGroup *application, PfTokenItem *token)
{
    guint chosen = 0;
    if (pf_token_item_get_uri(token) == NULL)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        if (is_offered(application, i) && entries[i].fits(token))
            chosen |= 1u << i;
    }
    return chosen;
}

/* Takes SECTION. */
static void
end_section(GMenu *menu, GMenu *section)
{
    if (g_menu_model_get_n_items(G_MENU_MODEL(section)) > 0)
        g_menu_append_section(menu, NULL, G_MENU_MODEL(section));
    g_object_unref(section);
}

/* The URI; of "forget" also the application ID: none, which is each. */
static GVariant *
new_target(const Entry *entry, PfTokenItem *token)
{
    const char *uri = pf_token_item_get_uri(token);
    return entry->fits == has_cached_pin ? g_variant_new("(ss)", uri, "")
                                         : g_variant_new_string(uri);
}

static void
append(GMenu *section, const Entry *entry, PfTokenItem *token)
{
    g_autofree char *action = g_strconcat("app.", entry->action, NULL);
    g_autoptr(GMenuItem) item = g_menu_item_new(_(entry->label), NULL);
    g_menu_item_set_action_and_target_value(item, action, new_target(entry, token));
    g_menu_append_item(section, item);
}

GMenuModel *
pf_token_menu_new(PfTokenItem *token, guint chosen)
{
    if (chosen == 0)
        return NULL;
    GMenu *menu = g_menu_new();
    GMenu *section = g_menu_new();
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        if (entries[i].action == NULL) {
            end_section(menu, section);
            section = g_menu_new();
        } else if ((chosen & 1u << i) != 0) {
            append(section, &entries[i], token);
        }
    }
    end_section(menu, section);
    return G_MENU_MODEL(menu);
}
