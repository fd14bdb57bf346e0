/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingRow: texts at the start, the control at the end. */
#include "setting-row.h"

#include "lock-note.h"
#include "text-properties.h"
#include "wheel-pass.h"

struct _PfSettingRow {
    GtkBox parent_instance;
    GtkBox *row_box;
    GtkLabel *title_label;
    GtkLabel *subtitle_label;
    PfLockNote *lock_note;
    GtkWidget *control; /* borrowed */
    char *subtitle;
};

G_DEFINE_FINAL_TYPE(PfSettingRow, pf_setting_row, GTK_TYPE_BOX)

/* In the order in which the class names them. */
enum { PROP_TITLE = 1, PROP_SUBTITLE };

/* Words for those who do not see the row. */
static void
name_control(PfSettingRow *self)
{
    AtkObject *row = gtk_widget_get_accessible(GTK_WIDGET(self));
    const char *name = gtk_label_get_text(self->title_label);
    atk_object_set_name(row, name);
    if (self->control == NULL)
        return;
    AtkObject *control = gtk_widget_get_accessible(self->control);
    /* A combo box's own name is what is chosen in it; the label's mnemonic relates it to the title.
     */
    if (!GTK_IS_COMBO_BOX(self->control))
        atk_object_set_name(control, name);
    atk_object_set_description(control, self->subtitle != NULL ? self->subtitle : "");
}

void
pf_setting_row_set_subtitle(PfSettingRow *self, const char *subtitle)
{
    g_free(self->subtitle);
    self->subtitle = g_strdup(subtitle);
    gtk_label_set_text(self->subtitle_label, subtitle != NULL ? subtitle : "");
    gtk_widget_set_visible(GTK_WIDGET(self->subtitle_label), subtitle != NULL);
    name_control(self);
}

void
pf_setting_row_bind_mapped(PfSettingRow *self, PfSettingsView *view, const char *key,
                           const char *property, GSettingsBindGetMapping get_mapping,
                           GSettingsBindSetMapping set_mapping)
{
    g_settings_bind_with_mapping(pf_settings_view_get_for(view, key), key, self->control, property,
                                 G_SETTINGS_BIND_DEFAULT, get_mapping, set_mapping, NULL, NULL);
    pf_lock_note_watch(self->lock_note, view, key);
}

void
pf_setting_row_bind(PfSettingRow *self, PfSettingsView *view, const char *key, const char *property)
{
    pf_setting_row_bind_mapped(self, view, key, property, NULL, NULL);
}

static void
add(GtkContainer *container, GtkWidget *child)
{
    PfSettingRow *self = PF_SETTING_ROW(container);
    if (self->row_box == NULL) { /* of the template */
        GTK_CONTAINER_CLASS(pf_setting_row_parent_class)->add(container, child);
        return;
    }
    self->control = child;
    pf_wheel_pass(child);
    gtk_widget_set_valign(child, GTK_ALIGN_CENTER);
    gtk_box_pack_end(self->row_box, child, FALSE, FALSE, 0);
    gtk_label_set_mnemonic_widget(self->title_label, child);
    name_control(self);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    PfSettingRow *self = PF_SETTING_ROW(object);
    if (id == PROP_TITLE) {
        gtk_label_set_text_with_mnemonic(self->title_label, g_value_get_string(value));
        name_control(self);
    } else {
        pf_setting_row_set_subtitle(self, g_value_get_string(value));
    }
}

static void
finalize(GObject *object)
{
    g_free(PF_SETTING_ROW(object)->subtitle);
    G_OBJECT_CLASS(pf_setting_row_parent_class)->finalize(object);
}

static void
pf_setting_row_class_init(PfSettingRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = set_property;
    object_class->finalize = finalize;
    GTK_CONTAINER_CLASS(klass)->add = add;
    g_type_ensure(PF_TYPE_LOCK_NOTE);
    pf_text_properties_install(object_class, (const char *const[]){"title", "subtitle", NULL});
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/setting-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfSettingRow, row_box);
    gtk_widget_class_bind_template_child(widget_class, PfSettingRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfSettingRow, subtitle_label);
    gtk_widget_class_bind_template_child(widget_class, PfSettingRow, lock_note);
}

static void
pf_setting_row_init(PfSettingRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
