/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The icon of a program, where the theme has it. */
#pragma once

#include <gtk/gtk.h>

/* Shows the themed icon NAME in IMAGE, which keeps its pixel size; NULL, a path, or a name that the
 * theme does not know: that of any program. */
void pf_program_icon_set(GtkImage *image, const char *name);
