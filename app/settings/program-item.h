/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A program as the setting `groups` names it, with the words and the icon for a person. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_PROGRAM_ITEM (pf_program_item_get_type())
G_DECLARE_FINAL_TYPE(PfProgramItem, pf_program_item, PF, PROGRAM_ITEM, GObject)

/* Of a PROGRAM of the setting: a desktop file's name (one that is not installed is shown by that
 * name) or the path of an executable, shown as NAME unless that is NULL. The caller owns the item.
 */
PfProgramItem *pf_program_item_new(const char *program, const char *name);

/* Of an installed application that has a desktop file. */
PfProgramItem *pf_program_item_new_installed(GAppInfo *info);

/* Borrowed, never NULL: the word in the setting, and plain text for a person. */
const char *pf_program_item_get_program(PfProgramItem *self);
const char *pf_program_item_get_title(PfProgramItem *self);

/* The same word as plain text, or NULL. Borrowed. */
const char *pf_program_item_get_place(PfProgramItem *self);

/* Borrowed. */
GIcon *pf_program_item_get_icon(PfProgramItem *self);

/* Does TEXT, as typed by a person, occur in title or program? */
gboolean pf_program_item_matches(PfProgramItem *self, const char *text);

/* By title, as the language sorts; as strcmp() does. */
int pf_program_item_compare(PfProgramItem *a, PfProgramItem *b);
