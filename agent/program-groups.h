/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramGroups: the setting `groups`: which programs share an application ID in the mode shared.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *name; /* unique */
    gboolean has_id;
    guint64 app_id;      /* with has_id, unique */
    GPtrArray *programs; /* of char *: desktop files and absolute paths */
} PfProgramGroup;

/* What a process is, for finding its group. */
typedef struct {
    const char *exe;     /* "" when it cannot be read: such a process is in no group */
    const char *script;  /* that an interpreter runs, or NULL */
    const char *sandbox; /* Flatpak or Snap ID, or NULL */
} PfProgramFacts;

typedef struct PfProgramGroups PfProgramGroups;

/* Reads a value of type a(ssas), NULL for none. What makes no sense in it is left out, with a line
 * in the log: groups without a name or with one or an ID that another has, or an ID that is none,
 * programs that are neither a desktop file's name nor an absolute path. */
PfProgramGroups *pf_program_groups_new(GVariant *value);

/* NULL is fine. */
void pf_program_groups_free(PfProgramGroups *groups);

/* The first group that has the program: by its path, its script's, or a desktop file that starts it
 * or belongs to its sandbox; what runs in a sandbox is not the file of that path outside. NULL:
 * none. Borrowed. */
const PfProgramGroup *pf_program_groups_find(const PfProgramGroups *groups,
                                             const PfProgramFacts *program);

/* The group with that ID, or NULL. */
const PfProgramGroup *pf_program_groups_find_id(const PfProgramGroups *groups, guint64 app_id);
