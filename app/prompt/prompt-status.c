/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptStatus: sign, weight and words, never colour alone. */
#include "prompt-status.h"

struct _PfPromptStatus {
    GtkBox parent_instance;

    GtkSpinner *spinner;
    GtkImage *message_icon;
    GtkLabel *message_label;
    GtkProgressBar *progress_bar;
    GtkBox *caps_lock_box;

    GtkWidget *described; /* borrowed: a widget of the same dialog */
    GdkKeymap *keymap;
    gulong keymap_handler;
};

G_DEFINE_FINAL_TYPE(PfPromptStatus, pf_prompt_status, GTK_TYPE_BOX)

/* The line keeps its height when empty, so that nothing jumps under the pointer. */
static void
set_text(PfPromptStatus *self, PfPinTone tone, const char *text)
{
    gboolean is_loud = tone == PF_PIN_TONE_WARNING || tone == PF_PIN_TONE_BLOCKED;
    g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
    if (is_loud)
        pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
    /* Sign and weight, not colour: they are seen in every theme and by everybody. */
    gtk_label_set_attributes(self->message_label, attributes);
    gtk_image_set_from_icon_name(self->message_icon,
                                 tone == PF_PIN_TONE_BLOCKED ? "dialog-error-symbolic"
                                                             : "dialog-warning-symbolic",
                                 GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(GTK_WIDGET(self->message_icon), is_loud);
    gtk_label_set_text(self->message_label, text != NULL ? text : "");

    /* A screen reader says the line when it is told that the description changed. */
    if (self->described != NULL)
        atk_object_set_description(gtk_widget_get_accessible(self->described),
                                   text != NULL ? text : "");
}

void
pf_prompt_status_show(PfPromptStatus *self, PfPinTone tone, const char *text)
{
    gtk_spinner_stop(self->spinner);
    gtk_widget_hide(GTK_WIDGET(self->spinner));
    gtk_widget_hide(GTK_WIDGET(self->progress_bar));
    set_text(self, tone, text);
}

void
pf_prompt_status_show_work(PfPromptStatus *self, const char *text)
{
    gtk_widget_show(GTK_WIDGET(self->spinner));
    gtk_spinner_start(self->spinner);
    gtk_widget_hide(GTK_WIDGET(self->progress_bar));
    set_text(self, PF_PIN_TONE_PLAIN, text);
}

void
pf_prompt_status_show_progress(PfPromptStatus *self, const char *text, guint done, guint total)
{
    /* Not said again with each step. */
    if (g_strcmp0(gtk_label_get_text(self->message_label), text) != 0)
        pf_prompt_status_show_work(self, text);
    gtk_progress_bar_set_fraction(self->progress_bar, total > 0 ? (double)done / total : 0);
    gtk_widget_set_visible(GTK_WIDGET(self->progress_bar), total > 0);
}

void
pf_prompt_status_describe(PfPromptStatus *self, GtkWidget *widget)
{
    self->described = widget;
}

static void
on_keymap_state_changed(PfPromptStatus *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->caps_lock_box),
                           gdk_keymap_get_caps_lock_state(self->keymap));
}

void
pf_prompt_status_watch_caps_lock(PfPromptStatus *self)
{
    self->keymap = gdk_keymap_get_for_display(gtk_widget_get_display(GTK_WIDGET(self)));
    self->keymap_handler = g_signal_connect_swapped(self->keymap, "state-changed",
                                                    G_CALLBACK(on_keymap_state_changed), self);
    on_keymap_state_changed(self);
}

static void
dispose(GObject *object)
{
    PfPromptStatus *self = PF_PROMPT_STATUS(object);
    g_clear_signal_handler(&self->keymap_handler, self->keymap);
    self->described = NULL;
    G_OBJECT_CLASS(pf_prompt_status_parent_class)->dispose(object);
}

static void
pf_prompt_status_class_init(PfPromptStatusClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/prompt-status.ui");
    gtk_widget_class_bind_template_child(widget_class, PfPromptStatus, spinner);
    gtk_widget_class_bind_template_child(widget_class, PfPromptStatus, message_icon);
    gtk_widget_class_bind_template_child(widget_class, PfPromptStatus, message_label);
    gtk_widget_class_bind_template_child(widget_class, PfPromptStatus, progress_bar);
    gtk_widget_class_bind_template_child(widget_class, PfPromptStatus, caps_lock_box);
}

static void
pf_prompt_status_init(PfPromptStatus *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
