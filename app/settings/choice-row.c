/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfChoiceRow: a radio button and what choosing it means. */
#include "choice-row.h"

#include "text-properties.h"

struct _PfChoiceRow {
    GtkBox parent_instance;
    GtkRadioButton *radio;
    GtkLabel *subtitle_label;
    char *value;
};

G_DEFINE_FINAL_TYPE(PfChoiceRow, pf_choice_row, GTK_TYPE_BOX)

/* In the order in which the class names them. */
enum { PROP_TITLE = 1, PROP_SUBTITLE, PROP_VALUE };

const char *
pf_choice_row_get_value(PfChoiceRow *self)
{
    return self->value;
}

GtkRadioButton *
pf_choice_row_get_radio(PfChoiceRow *self)
{
    return self->radio;
}

static void
set_title(PfChoiceRow *self, const char *title)
{
    GtkWidget *label = gtk_bin_get_child(GTK_BIN(self->radio));
    gtk_label_set_text_with_mnemonic(GTK_LABEL(label), title);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)),
                        gtk_label_get_text(GTK_LABEL(label)));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->radio)),
                        gtk_label_get_text(GTK_LABEL(label)));
}

static void
set_subtitle(PfChoiceRow *self, const char *subtitle)
{
    gtk_label_set_text(self->subtitle_label, subtitle);
    gtk_widget_show(GTK_WIDGET(self->subtitle_label));
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self->radio)), subtitle);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    PfChoiceRow *self = PF_CHOICE_ROW(object);
    const char *text = g_value_get_string(value);
    if (id == PROP_TITLE) {
        set_title(self, text);
    } else if (id == PROP_SUBTITLE) {
        set_subtitle(self, text);
    } else {
        g_free(self->value);
        self->value = g_strdup(text);
    }
}

static void
finalize(GObject *object)
{
    g_free(PF_CHOICE_ROW(object)->value);
    G_OBJECT_CLASS(pf_choice_row_parent_class)->finalize(object);
}

static void
pf_choice_row_class_init(PfChoiceRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = set_property;
    object_class->finalize = finalize;
    pf_text_properties_install(object_class,
                               (const char *const[]){"title", "subtitle", "value", NULL});
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/choice-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfChoiceRow, radio);
    gtk_widget_class_bind_template_child(widget_class, PfChoiceRow, subtitle_label);
}

static void
pf_choice_row_init(PfChoiceRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
