/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The file in which Flatpak tells a program, and us, what it is. */
#pragma once

#include <glib.h>

/* The application ID in the file at PATH, or NULL: no such file, not a regular one, too big, or
 * what it says is no ID. A process can have anything there, in a root of its own, so this never
 * waits. Free with g_free(). */
char *pf_flatpak_info_dup_id(const char *path);

/* The same of what such a file holds. */
char *pf_flatpak_info_parse(const char *text, gsize len);
