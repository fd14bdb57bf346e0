/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A button in the row of a list: its action needs to know of which row it is, and so does one who
 * cannot see where it stands. */
#pragma once

#include <gtk/gtk.h>

/* Gives BUTTON's action the TARGET, which is taken if it is floating, and screen readers the
 * DESCRIPTION, plain text that says more than the button's own words. */
void pf_row_button_set(GtkButton *button, GVariant *target, const char *description);
