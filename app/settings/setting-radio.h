/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Radio buttons for a setting that is one word of several. */
#pragma once

#include <gtk/gtk.h>

/* BUTTON is active while KEY of SETTINGS has VALUE, which is static, and sets it; insensitive while
 * the key is locked. */
void pf_setting_radio_bind(GSettings *settings, const char *key, const char *value,
                           GtkRadioButton *button);
