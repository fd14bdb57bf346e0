/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfGeneralPage: bindings, and the autostart entry, which is no setting but a file. */
#include "general-page.h"

#include <glib/gi18n.h>

#include "autostart.h"
#include "choice-row.h"
#include "setting-group.h"
#include "setting-row.h"

struct _PfGeneralPage {
    GtkBox parent_instance;
    PfSettingGroup *mode_group;
    PfChoiceRow *off_row;
    PfSettingRow *prompt_row;
    PfSettingRow *confirm_row;
    PfSettingRow *delay_row;
    PfSettingRow *autostart_row;
    GtkSwitch *autostart_switch;
    GCancellable *cancellable;
    gboolean has_failed; /* the autostart entry could not be written last time */
};

G_DEFINE_FINAL_TYPE(PfGeneralPage, pf_general_page, GTK_TYPE_BOX)

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

static char *
dup_autostart_words(PfGeneralPage *self, PfAutostart state)
{
    g_autofree char *path = pf_autostart_dup_path();
    if (state == PF_AUTOSTART_BROKEN)
        /* Translators: %s is the path of a file. */
        return g_strdup_printf(_("%s is no desktop entry. It is left as it is."), path);
    if (self->has_failed)
        /* Translators: %s is the path of a file. */
        return g_strdup_printf(_("%s could not be written."), path);
    return g_strdup(_("Its icon is there from the start, and its first dialog comes sooner. PINs "
                      "are cached without it, too."));
}

/* The switch shows what is in the file, never what was wished for. */
static void
show_autostart(PfGeneralPage *self, PfAutostart state)
{
    gboolean on = state == PF_AUTOSTART_ON;
    g_autofree char *words = dup_autostart_words(self, state);
    pf_setting_row_set_subtitle(self->autostart_row, words);
    gtk_widget_set_sensitive(GTK_WIDGET(self->autostart_switch), state != PF_AUTOSTART_BROKEN);
    gtk_switch_set_state(self->autostart_switch, on);
    gtk_switch_set_active(self->autostart_switch, on);
}

static void
on_autostart_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
        return;
    show_autostart(user_data, pf_autostart_read_finish(result));
}

static void
read_autostart(PfGeneralPage *self)
{
    pf_autostart_read_async(self->cancellable, on_autostart_read, self);
}

static void
on_autostart_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = pf_autostart_write_finish(result, &error);
    if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
        return;
    PfGeneralPage *self = user_data;
    self->has_failed = !ok;
    if (!ok)
        g_message("The autostart entry: %s", error->message);
    read_autostart(self);
}

static gboolean
on_autostart_state_set(PfGeneralPage *self, gboolean on)
{
    if (on != gtk_switch_get_state(self->autostart_switch))
        pf_autostart_write_async(on, self->cancellable, on_autostart_written, self);
    return TRUE; /* the state follows when it is written */
}

void
pf_general_page_bind(PfGeneralPage *self, PfSettingsView *view, const PfConfig *config)
{
    if (config->cache_pin) {
        pf_setting_group_bind_choice(self->mode_group, view, "cache-mode");
    } else {
        GtkRadioButton *off = pf_choice_row_get_radio(self->off_row);
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(off), TRUE);
        pf_setting_group_lock(self->mode_group,
                              _("Switched off by “P11_EnableCachePIN” in pinfold.conf"));
    }
    pf_setting_row_bind_mapped(self->prompt_row, view, "prompt", "active", prompt_to_switch,
                               switch_to_prompt);
    pf_setting_row_bind(self->confirm_row, view, "confirm-signatures", "active");
    pf_setting_row_bind(self->delay_row, view, "release-delay", "value");
    read_autostart(self);
}

static void
dispose(GObject *object)
{
    PfGeneralPage *self = PF_GENERAL_PAGE(object);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    G_OBJECT_CLASS(pf_general_page_parent_class)->dispose(object);
}

static void
pf_general_page_class_init(PfGeneralPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_CHOICE_ROW);
    g_type_ensure(PF_TYPE_SETTING_GROUP);
    g_type_ensure(PF_TYPE_SETTING_ROW);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/general-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, mode_group);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, off_row);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, prompt_row);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, confirm_row);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, delay_row);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, autostart_row);
    gtk_widget_class_bind_template_child(widget_class, PfGeneralPage, autostart_switch);
    gtk_widget_class_bind_template_callback(widget_class, on_autostart_state_set);
}

static void
pf_general_page_init(PfGeneralPage *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
