/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A combo box of lengths of time. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_DURATION_COMBO (pf_duration_combo_get_type())
G_DECLARE_FINAL_TYPE(PfDurationCombo, pf_duration_combo, PF, DURATION_COMBO, GtkComboBoxText)

/* Property "seconds", a guint; 0: never. One that is not among the usual ones is shown, too. */

/* SECONDS in words; the caller's. */
char *pf_duration_combo_dup_words(guint seconds);
