/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Says once, ever, that a closed window does not end Pinfold (DESIGN 11). */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_CLOSING_HINT (pf_closing_hint_get_type())
G_DECLARE_FINAL_TYPE(PfClosingHint, pf_closing_hint, PF, CLOSING_HINT, GObject)

/* Reads whether it was said before; nothing is said while that is not known. */
PfClosingHint *pf_closing_hint_new(void);

/* Shows the hint unless it was shown before, and remembers it in the user's state directory. */
void pf_closing_hint_show(PfClosingHint *self, GtkApplication *application);
