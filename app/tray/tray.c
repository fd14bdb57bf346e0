/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTray: exports the item, registers it with each watcher that appears, and keeps it true. */
#include "tray.h"

#include <glib/gi18n.h>

#include "status-notifier-item.h"
#include "tray-menu.h"
#include "tray-pixmap.h"

#define ITEM_PATH    "/StatusNotifierItem"
#define MENU_PATH    "/org/pinfold/Pinfold/TrayMenu"
#define WATCHER_NAME "org.kde.StatusNotifierWatcher"
#define ICON_PREFIX  "org.pinfold.Pinfold-"

struct _PfTray {
    GObject parent_instance;
    PfAgentModel *model;
    GActionGroup *actions; /* outlives the tray */
    PfDbusStatusNotifierItem *item;
    PfTrayMenu *menu;
    GCancellable *cancellable;
    guint watch_id;
    gboolean shown;
};

G_DEFINE_FINAL_TYPE(PfTray, pf_tray, G_TYPE_OBJECT)

/* The icon for what the model says, without its prefix. */
static const char *
get_icon_state(PfTray *self)
{
    PfAgentState state = pf_agent_model_get_state(self->model);
    if (state == PF_AGENT_STATE_LOST || state == PF_AGENT_STATE_FOREIGN)
        return "attention";
    if (pf_agent_model_count_pins(self->model) > 0)
        return "cached";
    return pf_agent_model_count_tokens(self->model) > 0 ? "token" : "no-token";
}

static char *
dup_description(PfTray *self)
{
    guint pins = pf_agent_model_count_pins(self->model);
    guint tokens = pf_agent_model_count_tokens(self->model);
    switch (pf_agent_model_get_state(self->model)) {
    case PF_AGENT_STATE_LOST:
        return g_strdup(_("PIN caching is off: the agent is not running"));
    case PF_AGENT_STATE_FOREIGN:
        return g_strdup(_("Another program answers as Pinfold’s agent"));
    case PF_AGENT_STATE_CONNECTING:
        return g_strdup(_("Looking for tokens…"));
    case PF_AGENT_STATE_READY:
        break;
    }
    if (pins > 0)
        return g_strdup_printf(ngettext("%u PIN cached", "%u PINs cached", pins), pins);
    if (tokens > 0)
        return g_strdup_printf(ngettext("%u token, no PIN cached", "%u tokens, no PIN cached",
                                        tokens),
                               tokens);
    return g_strdup(_("No token"));
}

/* The description, and why there is no PIN any more. */
static char *
dup_reason(PfTray *self, const char *description)
{
    const char *reason = pf_agent_model_get_last_forgotten(self->model);
    if (reason == NULL || pf_agent_model_get_state(self->model) != PF_AGENT_STATE_READY ||
        pf_agent_model_count_pins(self->model) > 0)
        return g_strdup(description);
    /* Translators: the first %s is how many tokens there are, the second one a reason: “screen
     * locked”. */
    return g_strdup_printf(_("%s\nPIN forgotten: %s"), description, reason);
}

/* The same, and who goes on without it. */
static char *
dup_tool_tip(PfTray *self, const char *description)
{
    g_autofree char *text = dup_reason(self, description);
    g_autofree char *still = pf_agent_model_dup_still_open(self->model);
    if (still == NULL)
        return g_steal_pointer(&text);
    /* Translators: the last %s is a program, or several with commas, that is using the token
     * although its PIN is forgotten. */
    return g_strdup_printf(_("%s\nStill open in %s"), text, still);
}

/* By name where the panel finds it too, so that it comes in the panel's own size; else as pixels.
 */
static void
set_icon(PfTray *self, const char *name)
{
    gboolean themed = pf_tray_pixmap_is_themed(name);
    GVariant *pixmap = pf_tray_pixmap_new(name);
    gboolean attention = g_str_has_suffix(name, "attention");
    const char *shown = themed ? name : "";
    g_object_set(self->item, "icon-name", shown, "icon-pixmap", pixmap, "attention-icon-name",
                 attention ? shown : "", NULL);
    if (attention)
        pf_dbus_status_notifier_item_set_attention_icon_pixmap(self->item, pixmap);
}

static void
on_model_changed(PfTray *self)
{
    const char *state = get_icon_state(self);
    gboolean lost = g_str_equal(state, "attention");
    g_autofree char *icon = g_strconcat(ICON_PREFIX, state, NULL);
    g_autofree char *description = dup_description(self);
    g_autofree char *tool_tip = dup_tool_tip(self, description);
    const char *status = lost ? "NeedsAttention" : "Active";
    GVariant *no_pixmap = g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0);

    set_icon(self, icon);
    pf_dbus_status_notifier_item_set_icon_accessible_desc(self->item, description);
    pf_dbus_status_notifier_item_set_attention_accessible_desc(self->item, description);
    pf_dbus_status_notifier_item_set_tool_tip(self->item,
                                              g_variant_new("(s@a(iiay)ss)", "", no_pixmap,
                                                            _("Pinfold"), tool_tip));
    pf_dbus_status_notifier_item_set_status(self->item, status);

    pf_dbus_status_notifier_item_emit_new_icon(self->item);
    pf_dbus_status_notifier_item_emit_new_attention_icon(self->item);
    pf_dbus_status_notifier_item_emit_new_tool_tip(self->item);
    pf_dbus_status_notifier_item_emit_new_status(self->item, status);
}

static gboolean
handle_activate(PfTray *self, GDBusMethodInvocation *invocation, int x, int y)
{
    g_action_group_activate_action(self->actions, "open", NULL);
    pf_dbus_status_notifier_item_complete_activate(self->item, invocation);
    return TRUE;
}

static gboolean
handle_secondary_activate(PfTray *self, GDBusMethodInvocation *invocation, int x, int y)
{
    g_action_group_activate_action(self->actions, "open", NULL);
    pf_dbus_status_notifier_item_complete_secondary_activate(self->item, invocation);
    return TRUE;
}

/* Hosts that draw no menu of their own send this one: the window offers the same. */
static gboolean
handle_context_menu(PfTray *self, GDBusMethodInvocation *invocation, int x, int y)
{
    g_action_group_activate_action(self->actions, "open", NULL);
    pf_dbus_status_notifier_item_complete_context_menu(self->item, invocation);
    return TRUE;
}

static gboolean
handle_scroll(PfTray *self, GDBusMethodInvocation *invocation, int delta, const char *orientation)
{
    pf_dbus_status_notifier_item_complete_scroll(self->item, invocation);
    return TRUE;
}

static void
on_register_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfTray *self = user_data;
    self->shown = reply != NULL;
    if (reply == NULL)
        g_message("The panel does not take the tray icon: %s", error->message);
}

/* By the unique name, which exists for sure: a panel that asks before a name of ours is acquired
 * would drop the icon. */
static void
on_watcher_appeared(GDBusConnection *connection, const char *name, const char *owner,
                    gpointer user_data)
{
    PfTray *self = user_data;
    g_dbus_connection_call(connection, owner, "/StatusNotifierWatcher", WATCHER_NAME,
                           "RegisterStatusNotifierItem",
                           g_variant_new("(s)", g_dbus_connection_get_unique_name(connection)),
                           NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable,
                           on_register_done, self);
}

static void
on_watcher_vanished(GDBusConnection *connection, const char *name, gpointer user_data)
{
    PF_TRAY(user_data)->shown = FALSE;
}

static void
init_item(PfTray *self)
{
    g_object_set(self->item, "category", "ApplicationStatus", "id", "pinfold", "title",
                 _("Pinfold"), "status", "Active", "overlay-icon-name", "", "item-is-menu", FALSE,
                 "menu", MENU_PATH, NULL);
    pf_dbus_status_notifier_item_set_attention_icon_pixmap(
        self->item, g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0));
    g_signal_connect_swapped(self->item, "handle-activate", G_CALLBACK(handle_activate), self);
    g_signal_connect_swapped(self->item, "handle-secondary-activate",
                             G_CALLBACK(handle_secondary_activate), self);
    g_signal_connect_swapped(self->item, "handle-context-menu", G_CALLBACK(handle_context_menu),
                             self);
    g_signal_connect_swapped(self->item, "handle-scroll", G_CALLBACK(handle_scroll), self);
}

PfTray *
pf_tray_new(GDBusConnection *connection, PfAgentModel *model, GListModel *offers,
            GActionGroup *actions)
{
    PfTray *self = g_object_new(PF_TYPE_TRAY, NULL);
    g_autoptr(GError) error = NULL;
    self->model = g_object_ref(model);
    self->actions = actions;
    init_item(self);
    on_model_changed(self);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    if (connection == NULL)
        return self;
    self->menu = pf_tray_menu_new(MENU_PATH, model, offers, actions);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->item), connection,
                                          ITEM_PATH, &error)) {
        g_warning("Tray icon: %s", error->message);
        return self;
    }
    self->watch_id =
        g_bus_watch_name_on_connection(connection, WATCHER_NAME, 0, on_watcher_appeared,
                                       on_watcher_vanished, self, NULL);
    return self;
}

gboolean
pf_tray_is_shown(PfTray *self)
{
    return self->shown;
}

static void
dispose(GObject *object)
{
    PfTray *self = PF_TRAY(object);
    g_clear_handle_id(&self->watch_id, g_bus_unwatch_name);
    g_cancellable_cancel(self->cancellable);
    if (self->item != NULL) {
        g_signal_handlers_disconnect_by_data(self->item, self);
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->item));
    }
    g_clear_object(&self->menu);
    g_clear_object(&self->item);
    g_clear_object(&self->model);
    g_clear_object(&self->cancellable);
    G_OBJECT_CLASS(pf_tray_parent_class)->dispose(object);
}

static void
pf_tray_class_init(PfTrayClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_tray_init(PfTray *self)
{
    self->cancellable = g_cancellable_new();
    self->item = pf_dbus_status_notifier_item_skeleton_new();
}
