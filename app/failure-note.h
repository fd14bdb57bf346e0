/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The message when a file could not be read or written. */
#pragma once

#include <gtk/gtk.h>

/* TITLE says what did not work, REASON why; both are plain. */
void pf_failure_note_show(GtkApplication *application, const char *title, const char *reason);
