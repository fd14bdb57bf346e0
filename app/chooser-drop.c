/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A file chooser goes once GTK has nothing to do with it: not before it is done with the key that
 * ended it, and not while it waits for a folder.
 *
 * For 500 ms GTK waits for all of a folder, by a timer, and then shows what it has. The timer does
 * not end with the chooser: whoever still holds a part of it then (Escape does, which has the
 * folder read again) has GTK fill a list that is gone. What this file waits for begins later than
 * that timer and takes longer, so it comes after it however busy the computer is. */
#include "chooser-drop.h"

#define READING_MS 1000

void
pf_chooser_drop(GtkFileChooserNative *chooser, gpointer owner)
{
    if (chooser == NULL)
        return;
    g_signal_handlers_disconnect_by_data(chooser, owner);
    gtk_native_dialog_hide(GTK_NATIVE_DIALOG(chooser));
    gtk_native_dialog_set_transient_for(GTK_NATIVE_DIALOG(chooser), NULL); /* it would keep it */
    g_timeout_add_once(READING_MS, g_object_unref, chooser);
}
