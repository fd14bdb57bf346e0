/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Row button: the action's target and the description go together. */
#include "row-button.h"

void
pf_row_button_set(GtkButton *button, GVariant *target, const char *description)
{
    gtk_actionable_set_action_target_value(GTK_ACTIONABLE(button), target);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(button)), description);
}
