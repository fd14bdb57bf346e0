/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The text of an entry for a PIN, in a PfSecret: nothing of what is deleted stays behind. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_PIN_BUFFER (pf_pin_buffer_get_type())
G_DECLARE_FINAL_TYPE(PfPinBuffer, pf_pin_buffer, PF, PIN_BUFFER, GtkEntryBuffer)

/* An empty one. It takes no text beyond PF_SECRET_MAX bytes, and none where memory cannot be
 * locked.
 */
GtkEntryBuffer *pf_pin_buffer_new(void);
