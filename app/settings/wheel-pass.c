/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Wheel pass: what does not ask for the wheel leaves it to what is behind. */
#include "wheel-pass.h"

static void
ask_for_none(GtkWidget *widget, gpointer unused)
{
    int events = gtk_widget_get_events(widget);
    gtk_widget_set_events(widget, events & ~(GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK));
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), ask_for_none, NULL);
}

void
pf_wheel_pass(GtkWidget *control)
{
    ask_for_none(control, NULL);
}
