/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Wheel pass: a control that the mouse wheel does not change. */
#pragma once

#include <gtk/gtk.h>

/* Has the wheel scroll the page where the pointer is over CONTROL, which is not realized yet. GTK
 * has it change the values of combo boxes and spin buttons, and a page that is scrolled brings one
 * after the other under the pointer. Main thread. */
void pf_wheel_pass(GtkWidget *control);
