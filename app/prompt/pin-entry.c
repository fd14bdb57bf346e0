/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinEntry: locked memory for the text, and no input method. */
#include "pin-entry.h"

#include <string.h>

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#include "pin-buffer.h"

/* Wider than the line of state below it, so that no dialog changes its size with what that says. */
#define WIDTH_CHARS 34

struct _PfPinEntry {
    GtkEntry parent_instance;
};

G_DEFINE_FINAL_TYPE(PfPinEntry, pf_pin_entry, GTK_TYPE_ENTRY)

const char *
pf_pin_entry_get_text(PfPinEntry *self)
{
    return gtk_entry_get_text(GTK_ENTRY(self));
}

int
pf_pin_entry_copy(PfPinEntry *self, PfPinPage *page)
{
    const char *text = pf_pin_entry_get_text(self);
    return pf_pin_page_create(page, text, strlen(text));
}

void
pf_pin_entry_wipe(PfPinEntry *self)
{
    gtk_entry_set_text(GTK_ENTRY(self), "");
}

void
pf_pin_entry_focus(PfPinEntry *self)
{
    gtk_entry_grab_focus_without_selecting(GTK_ENTRY(self));
}

/* An input method is another process that would see the PIN. On Wayland the module that speaks to
 * the compositor, which sees every key anyway, brings the on-screen keyboard. */
static const char *
get_input_module(GdkDisplay *display)
{
#ifdef GDK_WINDOWING_X11
    if (!GDK_IS_X11_DISPLAY(display))
        return "wayland";
#endif
    return "gtk-im-context-simple";
}

/* Not earlier: the property "buffer" is set at construction, to NULL unless somebody gives one, and
 * a buffer of ordinary memory then takes the place of any other. */
static void
constructed(GObject *object)
{
    g_autoptr(GtkEntryBuffer) buffer = pf_pin_buffer_new();
    G_OBJECT_CLASS(pf_pin_entry_parent_class)->constructed(object);
    gtk_entry_set_buffer(GTK_ENTRY(object), buffer);
}

static void
pf_pin_entry_class_init(PfPinEntryClass *klass)
{
    G_OBJECT_CLASS(klass)->constructed = constructed;
}

static void
pf_pin_entry_init(PfPinEntry *self)
{
    g_object_set(self, "im-module", get_input_module(gtk_widget_get_display(GTK_WIDGET(self))),
                 "visibility", FALSE, "caps-lock-warning", FALSE, "input-purpose",
                 GTK_INPUT_PURPOSE_PASSWORD, "input-hints",
                 GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_NO_EMOJI, "truncate-multiline", TRUE,
                 "width-chars", WIDTH_CHARS, NULL);
}
