/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Program icon: only by names of the theme, since a path would make the app read a file of
 * somebody's choice. */
#include "program-icon.h"

#include <string.h>

#define FALLBACK "application-x-executable"

void
pf_program_icon_set(GtkImage *image, const char *name)
{
    gboolean known = name != NULL && strchr(name, '/') == NULL &&
                     gtk_icon_theme_has_icon(gtk_icon_theme_get_default(), name);
    gtk_image_set_from_icon_name(image, known ? name : FALLBACK, GTK_ICON_SIZE_DIALOG);
}
