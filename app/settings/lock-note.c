/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLockNote: an icon and a sentence. */
#include "lock-note.h"

#include <glib/gi18n.h>

struct _PfLockNote {
    GtkBox parent_instance;
    GtkLabel *text_label;
    char *key;
    char *file;
};

G_DEFINE_FINAL_TYPE(PfLockNote, pf_lock_note, GTK_TYPE_BOX)

char *
pf_lock_note_dup_words(const char *file)
{
    /* Translators: of a setting that cannot be changed; %s is the path of a file. */
    return g_strdup_printf(_("Set by the administrator in %s"), file);
}

void
pf_lock_note_set_text(PfLockNote *self, const char *text)
{
    gtk_label_set_text(self->text_label, text);
    gtk_widget_show(GTK_WIDGET(self));
}

static void
update(PfLockNote *self, GSettings *settings)
{
    if (self->file != NULL) {
        g_autofree char *words = pf_lock_note_dup_words(self->file);
        pf_lock_note_set_text(self, words);
    } else if (!g_settings_is_writable(settings, self->key)) {
        pf_lock_note_set_text(self, _("Set by the administrator of this computer"));
    } else {
        gtk_widget_hide(GTK_WIDGET(self));
    }
}

static void
on_settings_writable_changed(PfLockNote *self, const char *key, GSettings *settings)
{
    update(self, settings);
}

void
pf_lock_note_watch(PfLockNote *self, PfSettingsView *view, const char *key)
{
    GSettings *settings = pf_settings_view_get_for(view, key);
    g_autofree char *signal = g_strconcat("writable-changed::", key, NULL);
    self->key = g_strdup(key);
    self->file = g_strdup(pf_settings_view_get_locking_file(view, key));
    g_signal_connect_object(settings, signal, G_CALLBACK(on_settings_writable_changed), self,
                            G_CONNECT_SWAPPED);
    update(self, settings);
}

static void
finalize(GObject *object)
{
    PfLockNote *self = PF_LOCK_NOTE(object);
    g_free(self->key);
    g_free(self->file);
    G_OBJECT_CLASS(pf_lock_note_parent_class)->finalize(object);
}

static void
pf_lock_note_class_init(PfLockNoteClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/lock-note.ui");
    gtk_widget_class_bind_template_child(widget_class, PfLockNote, text_label);
}

static void
pf_lock_note_init(PfLockNote *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
