/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingGroup: looks after what all groups have in common. */
#include "setting-group.h"

#include "choice-row.h"
#include "lock-note.h"
#include "setting-radio.h"
#include "text-properties.h"

struct _PfSettingGroup {
    GtkBox parent_instance;
    GtkLabel *title_label;
    PfLockNote *lock_note;
    GtkBox *row_box;
    GtkLabel *note_label;
    gboolean has_rows;
};

G_DEFINE_FINAL_TYPE(PfSettingGroup, pf_setting_group, GTK_TYPE_BOX)

/* In the order in which the class names them. */
enum { PROP_TITLE = 1, PROP_NOTE };

void
pf_setting_group_bind_choice(PfSettingGroup *self, PfSettingsView *view, const char *key)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->row_box));
    GtkRadioButton *first = NULL;
    /* All are of one group before any is bound: one alone is always active. */
    for (GList *l = rows; l != NULL; l = l->next) {
        if (!PF_IS_CHOICE_ROW(l->data))
            continue; /* a line between them */
        GtkRadioButton *radio = pf_choice_row_get_radio(PF_CHOICE_ROW(l->data));
        gtk_radio_button_join_group(radio, first);
        first = radio;
    }
    for (GList *l = rows; l != NULL; l = l->next) {
        if (!PF_IS_CHOICE_ROW(l->data))
            continue;
        PfChoiceRow *row = PF_CHOICE_ROW(l->data);
        pf_setting_radio_bind(pf_settings_view_get_for(view, key), key,
                              pf_choice_row_get_value(row), pf_choice_row_get_radio(row));
    }
    pf_lock_note_watch(self->lock_note, view, key);
}

void
pf_setting_group_lock(PfSettingGroup *self, const char *text)
{
    gtk_widget_set_sensitive(GTK_WIDGET(self->row_box), FALSE);
    pf_lock_note_set_text(self->lock_note, text);
}

/* Not a GtkListBox: that one takes the arrow keys from the radio buttons in its rows. */
static void
add(GtkContainer *container, GtkWidget *child)
{
    PfSettingGroup *self = PF_SETTING_GROUP(container);
    if (self->row_box == NULL) { /* of the template */
        GTK_CONTAINER_CLASS(pf_setting_group_parent_class)->add(container, child);
        return;
    }
    if (self->has_rows) {
        GtkWidget *line = gtk_separator_new(GTK_ORIENTATION_HORIZONTAL);
        gtk_widget_show(line);
        gtk_container_add(GTK_CONTAINER(self->row_box), line);
    }
    self->has_rows = TRUE;
    gtk_container_add(GTK_CONTAINER(self->row_box), child);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    PfSettingGroup *self = PF_SETTING_GROUP(object);
    const char *text = g_value_get_string(value);
    gtk_label_set_text(id == PROP_TITLE ? self->title_label : self->note_label, text);
    if (id == PROP_TITLE)
        atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->row_box)), text);
    else
        gtk_widget_show(GTK_WIDGET(self->note_label));
}

static void
pf_setting_group_class_init(PfSettingGroupClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = set_property;
    GTK_CONTAINER_CLASS(klass)->add = add;
    g_type_ensure(PF_TYPE_LOCK_NOTE);
    pf_text_properties_install(object_class, (const char *const[]){"title", "note", NULL});
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/setting-group.ui");
    gtk_widget_class_bind_template_child(widget_class, PfSettingGroup, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfSettingGroup, lock_note);
    gtk_widget_class_bind_template_child(widget_class, PfSettingGroup, row_box);
    gtk_widget_class_bind_template_child(widget_class, PfSettingGroup, note_label);
}

static void
pf_setting_group_init(PfSettingGroup *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
