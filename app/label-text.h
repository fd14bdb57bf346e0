/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Shows foreign text in a label. */
#pragma once

#include <gtk/gtk.h>

/* Sets TEXT as plain text, never as markup; what does not fit is read in the tooltip. NULL hides
 * the label. */
void pf_label_text_set(GtkLabel *label, const char *text);
