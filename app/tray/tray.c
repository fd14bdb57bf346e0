/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTray: exports the item and keeps it true. */
#include "tray.h"

#include <glib/gi18n.h>

#include "status-notifier-item.h"
#include "tray-host.h"
#include "tray-menu.h"
#include "tray-pixmap.h"
#include "tray-state.h"

#define ITEM_PATH "/StatusNotifierItem"
#define MENU_PATH "/org/pinfold/Pinfold/TrayMenu"

struct _PfTray {
    GObject parent_instance;
    PfAgentModel *model;
    GListModel *offers;
    GActionGroup *actions; /* outlives the tray */
    PfDbusStatusNotifierItem *item;
    PfTrayMenu *menu;
    PfTrayHost *host;
    const char *icon; /* that the item has; NULL: none yet */
};

G_DEFINE_FINAL_TYPE(PfTray, pf_tray, G_TYPE_OBJECT)

/* By name where the panel finds it too, so that it comes in the panel's own size; else as pixels.
 */
static void
set_icon(PfTray *self, PfTrayState state)
{
    const char *name = pf_tray_state_get_icon_name(state);
    const char *status = pf_tray_state_wants_person(state) ? "NeedsAttention" : "Active";
    if (self->icon == name)
        return;
    self->icon = name;
    const char *shown = pf_tray_pixmap_is_themed(name) ? name : "";
    g_autoptr(GVariant) pixmap = g_variant_ref_sink(pf_tray_pixmap_new(name));
    /* Both, whatever the status is: no host draws an old icon while it asks for the new one. */
    g_object_set(self->item, "icon-name", shown, "icon-pixmap", pixmap, "attention-icon-name",
                 shown, "attention-icon-pixmap", pixmap, "status", status, NULL);
    pf_dbus_status_notifier_item_emit_new_icon(self->item);
    pf_dbus_status_notifier_item_emit_new_attention_icon(self->item);
    pf_dbus_status_notifier_item_emit_new_status(self->item, status);
}

static void
update(PfTray *self)
{
    g_autofree char *summary = pf_tray_state_dup_summary(self->model, self->offers);
    g_autofree char *tool_tip = pf_tray_state_dup_tool_tip(self->model, self->offers);
    GVariant *no_pixmap = g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0);

    pf_dbus_status_notifier_item_set_icon_accessible_desc(self->item, summary);
    pf_dbus_status_notifier_item_set_attention_accessible_desc(self->item, summary);
    pf_dbus_status_notifier_item_set_tool_tip(self->item,
                                              g_variant_new("(s@a(iiay)ss)", "", no_pixmap,
                                                            _("Pinfold"), tool_tip));
    pf_dbus_status_notifier_item_emit_new_tool_tip(self->item);
    set_icon(self, pf_tray_state_find(self->model, self->offers));
}

static void
on_model_changed(PfTray *self)
{
    update(self);
}

static void
on_offers_changed(PfTray *self)
{
    update(self);
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
init_item(PfTray *self)
{
    g_object_set(self->item, "category", "ApplicationStatus", "id", "pinfold", "title",
                 _("Pinfold"), "overlay-icon-name", "", "item-is-menu", FALSE, "menu", MENU_PATH,
                 NULL);
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
    self->offers = g_object_ref(offers);
    self->actions = actions;
    init_item(self);
    update(self);
    g_signal_connect_object(model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(offers, "items-changed", G_CALLBACK(on_offers_changed), self,
                            G_CONNECT_SWAPPED);
    if (connection == NULL)
        return self;
    self->menu = pf_tray_menu_new(MENU_PATH, model, offers, actions);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->item), connection,
                                          ITEM_PATH, &error)) {
        g_warning("Tray icon: %s", error->message);
        return self;
    }
    self->host = pf_tray_host_new(connection);
    return self;
}

gboolean
pf_tray_is_shown(PfTray *self)
{
    return self->host != NULL && pf_tray_host_is_drawing(self->host);
}

static void
dispose(GObject *object)
{
    PfTray *self = PF_TRAY(object);
    g_clear_object(&self->host);
    if (self->item != NULL) {
        GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON(self->item);
        g_signal_handlers_disconnect_by_data(self->item, self);
        /* Without a session bus it never was. */
        if (g_dbus_interface_skeleton_get_connection(skeleton) != NULL)
            g_dbus_interface_skeleton_unexport(skeleton);
    }
    g_clear_object(&self->menu);
    g_clear_object(&self->item);
    g_clear_object(&self->offers);
    g_clear_object(&self->model);
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
    self->item = pf_dbus_status_notifier_item_skeleton_new();
}
