/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsDialog: binds the keys of org.pinfold that this version acts on. */
#include "settings-dialog.h"

struct _PfSettingsDialog {
    GtkDialog parent_instance;
    GtkRadioButton *mode_off;
    GtkRadioButton *mode_process;
    GtkRadioButton *mode_shared;
    GtkSwitch *prompt_switch;
    GtkSpinButton *release_delay_spin;
    GtkLabel *locked_label;
};

G_DEFINE_FINAL_TYPE(PfSettingsDialog, pf_settings_dialog, GTK_TYPE_DIALOG)

static const char *const shown_keys[] = {"cache-mode", "prompt", "release-delay"};

static gboolean
mode_to_radio(GValue *value, GVariant *variant, gpointer mode)
{
    g_value_set_boolean(value, g_str_equal(g_variant_get_string(variant, NULL), mode));
    return TRUE;
}

/* Only the button that becomes active says something; NULL leaves the key alone. */
static GVariant *
radio_to_mode(const GValue *value, const GVariantType *type, gpointer mode)
{
    return g_value_get_boolean(value) ? g_variant_new_string(mode) : NULL;
}

/* By bindings, not by the buttons' action: a group of radio buttons and an action both want to keep
 * just one active, and run in circles when the key is changed elsewhere. */
static void
bind_mode(GSettings *settings, GtkRadioButton *button, const char *mode)
{
    g_settings_bind_with_mapping(settings, "cache-mode", button, "active", G_SETTINGS_BIND_DEFAULT,
                                 mode_to_radio, radio_to_mode, (gpointer)mode, NULL);
}

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
pf_settings_dialog_new(GSettings *settings)
{
    PfSettingsDialog *self = g_object_new(PF_TYPE_SETTINGS_DIALOG, "use-header-bar", TRUE, NULL);
    bind_mode(settings, self->mode_off, "off");
    bind_mode(settings, self->mode_process, "process");
    bind_mode(settings, self->mode_shared, "shared");
    g_settings_bind_with_mapping(settings, "prompt", self->prompt_switch, "active",
                                 G_SETTINGS_BIND_DEFAULT, prompt_to_switch, switch_to_prompt, NULL,
                                 NULL);
    g_settings_bind(settings, "release-delay", self->release_delay_spin, "value",
                    G_SETTINGS_BIND_DEFAULT);
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

static void
pf_settings_dialog_class_init(PfSettingsDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GTK_DIALOG_CLASS(klass)->response = response;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/settings-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_off);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_process);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, mode_shared);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, prompt_switch);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, release_delay_spin);
    gtk_widget_class_bind_template_child(widget_class, PfSettingsDialog, locked_label);
}

static void
pf_settings_dialog_init(PfSettingsDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
