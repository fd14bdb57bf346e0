/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTrayMenu: builds the dbusmenu tree from the model and turns clicks into actions. */
#include "tray-menu.h"

#include <libdbusmenu-glib/client.h>
#include <libdbusmenu-glib/menuitem.h>
#include <libdbusmenu-glib/server.h>

#include <glib/gi18n.h>

#include "agent-absence.h"
#include "offer-item.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbusmenuMenuitem, g_object_unref)

/* Detailed name of the action that an item stands for. */
#define ITEM_ACTION "pf-action"

struct _PfTrayMenu {
    GObject parent_instance;
    PfAgentModel *model;
    GListModel *offers;
    GActionGroup *actions; /* outlives the menu */
    DbusmenuServer *server;
};

G_DEFINE_FINAL_TYPE(PfTrayMenu, pf_tray_menu, G_TYPE_OBJECT)

static void
on_item_activated(DbusmenuMenuitem *item, guint timestamp, PfTrayMenu *self)
{
    const char *detailed = g_object_get_data(G_OBJECT(item), ITEM_ACTION);
    g_autofree char *name = NULL;
    g_autoptr(GVariant) target = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_action_parse_detailed_name(detailed, &name, &target, &error))
        g_warning("Menu: %s", error->message);
    else
        g_action_group_activate_action(self->actions, name, target);
}

/* Adds an item that does ACTION (NULL: it does nothing and is shown so). */
static DbusmenuMenuitem *
append(PfTrayMenu *self, DbusmenuMenuitem *parent, const char *label, const char *action)
{
    g_autoptr(DbusmenuMenuitem) item = dbusmenu_menuitem_new();
    dbusmenu_menuitem_property_set(item, DBUSMENU_MENUITEM_PROP_LABEL, label);
    dbusmenu_menuitem_property_set_bool(item, DBUSMENU_MENUITEM_PROP_ENABLED, action != NULL);
    if (action != NULL) {
        g_object_set_data_full(G_OBJECT(item), ITEM_ACTION, g_strdup(action), g_free);
        g_signal_connect_object(item, DBUSMENU_MENUITEM_SIGNAL_ITEM_ACTIVATED,
                                G_CALLBACK(on_item_activated), self, 0);
    }
    dbusmenu_menuitem_child_append(parent, item);
    return item; /* the parent holds it */
}

static void
append_separator(DbusmenuMenuitem *parent)
{
    g_autoptr(DbusmenuMenuitem) item = dbusmenu_menuitem_new();
    dbusmenu_menuitem_property_set(item, DBUSMENU_MENUITEM_PROP_TYPE,
                                   DBUSMENU_CLIENT_TYPES_SEPARATOR);
    dbusmenu_menuitem_child_append(parent, item);
}

/* In a menu's label an underscore marks a mnemonic; a token's own are doubled. */
static char *
escape_label(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "_", -1);
    return g_strjoinv("__", parts);
}

static void
append_token(PfTrayMenu *self, DbusmenuMenuitem *root, PfTokenItem *token)
{
    const char *uri = pf_token_item_get_uri(token);
    if (uri == NULL)
        return;
    g_autofree char *title = pf_token_item_dup_title(token);
    g_autofree char *state = pf_token_item_dup_state(token);
    g_autofree char *escaped = escape_label(title);
    g_autofree char *label = NULL;
    g_autofree char *action = NULL;
    if (pf_token_item_count_pins(token) > 0) {
        GVariant *target = g_variant_ref_sink(g_variant_new("(ss)", uri, ""));
        /* Translators: %s is the label of a token. */
        label = g_strdup_printf(_("Forget PIN of “%s”"), escaped);
        action = g_action_print_detailed_name("forget", target);
        g_variant_unref(target);
    } else {
        /* Translators: the label of a token, then its state: “Card: No PIN cached”. */
        label = g_strdup_printf(_("%s: %s"), escaped, state);
    }
    append(self, root, label, action);
}

/* The agent lists an ID once for each group of its programs; it ends as a whole. */
static gboolean
is_listed_before(GListModel *domains, guint index)
{
    g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, index);
    for (guint i = 0; i < index; i++) {
        g_autoptr(PfDomainItem) other = g_list_model_get_item(domains, i);
        if (pf_domain_item_is_open(other) &&
            g_str_equal(pf_domain_item_get_app_id(other), pf_domain_item_get_app_id(domain)))
            return TRUE;
    }
    return FALSE;
}

static void
append_open_logins(PfTrayMenu *self, DbusmenuMenuitem *root, PfTokenItem *token)
{
    GListModel *domains = pf_token_item_get_domains(token);
    g_autofree char *title = pf_token_item_dup_title(token);
    g_autofree char *escaped = escape_label(title);
    for (guint i = 0; i < g_list_model_get_n_items(domains); i++) {
        g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, i);
        if (!pf_domain_item_is_open(domain) || is_listed_before(domains, i))
            continue;
        const char *id = pf_domain_item_get_app_id(domain);
        g_autoptr(GVariant) target =
            g_variant_ref_sink(g_variant_new("(ss)", pf_domain_item_get_token_uri(domain), id));
        /* Translators: the first %s is the label of a token, the second an application ID, two
         * numbers with a colon: a login that stays without programs. */
        g_autofree char *label = g_strdup_printf(_("End Login of “%s” (ID %s)"), escaped, id);
        g_autofree char *action = g_action_print_detailed_name("close-id", target);
        append(self, root, label, action);
    }
}

static void
append_tokens(PfTrayMenu *self, DbusmenuMenuitem *root)
{
    GListModel *tokens = pf_agent_model_get_tokens(self->model);
    const char *absence = pf_agent_absence_get_words(self->model);
    if (absence != NULL)
        append(self, root, absence, NULL);
    else if (pf_agent_model_count_tokens(self->model) == 0)
        append(self, root, _("No token"), NULL);
    if (pf_agent_model_get_state(self->model) == PF_AGENT_STATE_LOST)
        append(self, root, _("Start the _Agent"), "start-agent");
    for (guint i = 0; i < g_list_model_get_n_items(tokens); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(tokens, i);
        append_token(self, root, token);
        append_open_logins(self, root, token);
    }
}

/* A notification is gone after a moment; here an offer stays until it is withdrawn. */
static void
append_offers(PfTrayMenu *self, DbusmenuMenuitem *root)
{
    guint count = g_list_model_get_n_items(self->offers);
    for (guint i = 0; i < count; i++) {
        g_autoptr(PfOfferItem) item = g_list_model_get_item(self->offers, i);
        const PfPinRequest *request = pf_offer_item_get_request(item);
        g_autoptr(GVariant) target =
            g_variant_ref_sink(g_variant_new_uint64(pf_pin_request_get_number(request)));
        g_autofree char *offer = pf_pin_request_dup_offer(request);
        g_autofree char *escaped = escape_label(offer);
        g_autofree char *label = g_strconcat(escaped, "…", NULL);
        g_autofree char *action = g_action_print_detailed_name("decide", target);
        append(self, root, label, action);
    }
    if (count > 0)
        append_separator(root);
}

static void
append_mode(PfTrayMenu *self, DbusmenuMenuitem *parent, const char *mode, const char *label)
{
    g_autoptr(GVariant) state = g_action_group_get_action_state(self->actions, "cache-mode");
    g_autofree char *action = g_strconcat("cache-mode::", mode, NULL);
    gboolean enabled = g_action_group_get_action_enabled(self->actions, "cache-mode");
    DbusmenuMenuitem *item = append(self, parent, label, enabled ? action : NULL);
    gboolean active = state != NULL && g_str_equal(g_variant_get_string(state, NULL), mode);
    dbusmenu_menuitem_property_set(item, DBUSMENU_MENUITEM_PROP_TOGGLE_TYPE,
                                   DBUSMENU_MENUITEM_TOGGLE_RADIO);
    dbusmenu_menuitem_property_set_int(item, DBUSMENU_MENUITEM_PROP_TOGGLE_STATE,
                                       active ? DBUSMENU_MENUITEM_TOGGLE_STATE_CHECKED
                                              : DBUSMENU_MENUITEM_TOGGLE_STATE_UNCHECKED);
}

static void
rebuild(PfTrayMenu *self)
{
    g_autoptr(DbusmenuMenuitem) root = dbusmenu_menuitem_new();
    append(self, root, _("_Open Pinfold"), "open");
    append_separator(root);
    append_offers(self, root);
    append_tokens(self, root);
    append_separator(root);
    DbusmenuMenuitem *modes = append(self, root, _("_Cache Mode"), NULL);
    dbusmenu_menuitem_property_set_bool(modes, DBUSMENU_MENUITEM_PROP_ENABLED, TRUE);
    /* Translators: cache modes: no PIN is cached; each program has its own; programs share them. */
    append_mode(self, modes, "off", _("_Off"));
    append_mode(self, modes, "process", _("_Per Program"));
    append_mode(self, modes, "shared", _("_Shared"));
    append(self, root, _("_History"), "history");
    append(self, root, _("_Settings"), "settings");
    append_separator(root);
    append(self, root, _("_Forget All PINs"),
           pf_agent_model_count_pins(self->model) > 0 ? "forget-all" : NULL);
    append(self, root, _("_Quit (PINs stay cached)"), "quit");
    dbusmenu_server_set_root(self->server, root);
}

static void
on_model_changed(PfTrayMenu *self)
{
    rebuild(self);
}

static void
on_offers_changed(PfTrayMenu *self)
{
    rebuild(self);
}

static void
on_cache_mode_changed(PfTrayMenu *self)
{
    rebuild(self);
}

PfTrayMenu *
pf_tray_menu_new(const char *path, PfAgentModel *model, GListModel *offers, GActionGroup *actions)
{
    PfTrayMenu *self = g_object_new(PF_TYPE_TRAY_MENU, NULL);
    self->model = g_object_ref(model);
    self->offers = g_object_ref(offers);
    self->actions = actions;
    self->server = dbusmenu_server_new(path);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(offers, "items-changed", G_CALLBACK(on_offers_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(actions, "action-state-changed::cache-mode",
                            G_CALLBACK(on_cache_mode_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(actions, "action-enabled-changed::cache-mode",
                            G_CALLBACK(on_cache_mode_changed), self, G_CONNECT_SWAPPED);
    rebuild(self);
    return self;
}

static void
dispose(GObject *object)
{
    PfTrayMenu *self = PF_TRAY_MENU(object);
    g_clear_object(&self->server);
    g_clear_object(&self->model);
    g_clear_object(&self->offers);
    G_OBJECT_CLASS(pf_tray_menu_parent_class)->dispose(object);
}

static void
pf_tray_menu_class_init(PfTrayMenuClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_tray_menu_init(PfTrayMenu *self)
{
}
