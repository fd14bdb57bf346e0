/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsDialog: binds the keys of org.pinfold that this version acts on. */
#include "settings-dialog.h"

#include "groups-page.h"
#include "keyring-page.h"
#include "permissions-page.h"
#include "setting-radio.h"

struct _PfSettingsDialog {
    GtkDialog parent_instance;
    GtkRadioButton *mode_off;
    GtkRadioButton *mode_process;
    GtkRadioButton *mode_shared;
    GtkSwitch *prompt_switch;
    GtkSpinButton *release_delay_spin;
    GtkRadioButton *reset_never;
    GtkRadioButton *reset_on_lock;
    GtkRadioButton *reset_always;
    GtkViewport *general_viewport;
    GtkLabel *locked_label;
    GtkStack *stack;
    PfGroupsPage *groups_page;
    PfPermissionsPage *permissions_page;
    PfKeyringPage *keyring_page;
};

G_DEFINE_FINAL_TYPE(PfSettingsDialog, pf_settings_dialog, GTK_TYPE_DIALOG)

static const char *const shown_keys[] = {"cache-mode",       "prompt",       "release-delay",
                                         "reset-card",       "sharing",      "groups",
                                         "share-by-default", "allow-keyring"};

static gboolean
prompt_to_switch(GValue *value, GVariant *variant, gpointer unused)
{
    g_value_set_boolean(value, g_str_equal(g_variant_get_string(variant, NULL), "agent"));
    return TRUE;
}

static GVariant *
switch_to_prompt(const GValue *value, const GVariantType *type, gpointer unused)
{
    return g_variant_new_string(g_value_get_boolean(value) ? "agent" : "application");
}

/* A key that is not writable is insensitive by its binding; this says why. */
static void
update_locked(PfSettingsDialog *self, GSettings *settings)
{
    gboolean locked = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(shown_keys); i++)
        locked |= !g_settings_is_writable(settings, shown_keys[i]);
    gtk_widget_set_visible(GTK_WIDGET(self->locked_label), locked);
}

static void
on_settings_writable_changed(PfSettingsDialog *self, const char *key, GSettings *settings)
{
    update_locked(self, settings);
}

PfSettingsDialog *
pf_settings_dialog_new(GSettings *settings, PfAgentModel *model, GDBusConnection *connection)
{
    PfSettingsDialog *self = g_object_new(PF_TYPE_SETTINGS_DIALOG, "use-header-bar", TRUE, NULL);
    pf_setting_radio_bind(settings, "cache-mode", "off", self->mode_off);
    pf_setting_radio_bind(settings, "cache-mode", "process", self->mode_process);
    pf_setting_radio_bind(settings, "cache-mode", "shared", self->mode_shared);
    g_settings_bind_with_mapping(settings, "prompt", self->prompt_switch, "active",
                                 G_SETTINGS_BIND_DEFAULT, prompt_to_switch, switch_to_prompt, NULL,
                                 NULL);
    g_settings_bind(settings, "release-delay", self->release_delay_spin, "value",
                    G_SETTINGS_BIND_DEFAULT);
    pf_setting_radio_bind(settings, "reset-card", "never", self->reset_never);
    pf_setting_radio_bind(settings, "reset-card", "on-lock", self->reset_on_lock);
    pf_setting_radio_bind(settings, "reset-card", "always", self->reset_always);
    pf_groups_page_bind(self->groups_page, settings, model);
    pf_permissions_page_bind(self->permissions_page, settings, connection);
    pf_keyring_page_bind(self->keyring_page, settings, connection);
    g_signal_connect_object(settings, "writable-changed", G_CALLBACK(on_settings_writable_changed),
                            self, G_CONNECT_SWAPPED);
    update_locked(self, settings);
    return self;
}

static void
response(GtkDialog *dialog, int response)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* The pages stand in the header bar, which a dialog has only once it is made. */
static void
constructed(GObject *object)
{
    PfSettingsDialog *self = PF_SETTINGS_DIALOG(object);
    G_OBJECT_CLASS(pf_settings_dialog_parent_class)->constructed(object);
    GtkWidget *switcher = gtk_stack_switcher_new();
    gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), self->stack);
    gtk_widget_show(switcher);
    GtkWidget *bar = gtk_dialog_get_header_bar(GTK_DIALOG(self));
    gtk_header_bar_set_custom_title(GTK_HEADER_BAR(bar), switcher);
}

static void
pf_settings_dialog_class_init(PfSettingsDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->constructed = constructed;
    GTK_DIALOG_CLASS(klass)->response = response;
    g_type_ensure(PF_TYPE_GROUPS_PAGE);
    g_type_ensure(PF_TYPE_PERMISSIONS_PAGE);
    g_type_ensure(PF_TYPE_KEYRING_PAGE);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/settings-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_off);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_process);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_shared);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, prompt_switch);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, release_delay_spin);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, reset_never);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, reset_on_lock);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, reset_always);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, general_viewport);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, locked_label);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, stack);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, groups_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, permissions_page);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, keyring_page);
}

static void
pf_settings_dialog_init(PfSettingsDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    /* What has the keyboard's focus is scrolled into view. */
    gtk_container_set_focus_vadjustment(GTK_CONTAINER(self->general_viewport),
                                        gtk_scrollable_get_vadjustment(
                                            GTK_SCROLLABLE(self->general_viewport)));
}
