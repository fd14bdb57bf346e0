/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a person calls a program: its desktop file's name and icon, its sandbox's ID. */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

/* The Flatpak or Snap ID of a process, or NULL. */
char *pf_program_name_find_sandbox(pid_t pid);

/* Does the desktop file FILE ("NAME.desktop") start EXE, or in a sandbox belong to its ID? */
gboolean pf_program_name_is_of_desktop_file(const char *file, const char *exe, const char *sandbox);

/* Does the desktop file of INFO start EXE? */
gboolean pf_program_name_is_started_by(GAppInfo *info, const char *exe);

/* Name and icon by INFO, or by what is known without one (NULL). */
void pf_program_name_describe(GAppInfo *info, const char *exe, const char *sandbox, char **ret_name,
                              char **ret_icon);

/* Name and icon for an executable ("" when unknown) in SANDBOX (or NULL). The icon is "" when there
 * is none. Reads every desktop file when it does not know the program from an earlier call. */
void pf_program_name_look_up(const char *exe, const char *sandbox, char **ret_name,
                             char **ret_icon);
