/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A file chooser that is not needed any more. */
#pragma once

#include <gtk/gtk.h>

/* CHOOSER is taken, from the screen, too; NULL does nothing. OWNER's handlers do not hear of it any
 * more. It may be in the middle of its response. Main thread. */
void pf_chooser_drop(GtkFileChooserNative *chooser, gpointer owner);
