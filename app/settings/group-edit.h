/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Changes to the setting `groups`, as functions from one value to the next. */
#pragma once

#include <glib.h>

/* What can be said of a text as an ID. */
typedef enum {
    PF_GROUP_ID_GOOD,
    PF_GROUP_ID_MALFORMED,
    PF_GROUP_ID_TAKEN,
} PfGroupId;

#define PF_GROUP_EDIT_TYPE ((const GVariantType *)"a(ssas)")

/* GROUPS is a value of the setting, borrowed; what is given back is the caller's, not floating. An
 * INDEX beyond the end changes nothing. A program is in one group at most. */
GVariant *pf_group_edit_add(GVariant *groups, const char *name, const char *app_id);
GVariant *pf_group_edit_change(GVariant *groups, guint index, const char *name, const char *app_id);
GVariant *pf_group_edit_remove(GVariant *groups, guint index);

/* PROGRAM, a desktop file's name or a path, leaves the group that it is in. */
GVariant *pf_group_edit_add_program(GVariant *groups, guint index, const char *program);
GVariant *pf_group_edit_remove_program(GVariant *groups, guint index, const char *program);

/* Where GROUP, an element of another value of the setting, is in GROUPS: the same one, or else the
 * only one of the same name and ID, or of the same ID, whatever else was changed meanwhile. FALSE:
 * it is gone. */
gboolean pf_group_edit_find(GVariant *groups, GVariant *group, guint *ret_index);

/* The name of the group that PROGRAM is in; NULL: in none. The caller's. */
char *pf_group_edit_dup_group_of(GVariant *groups, const char *program);

/* May TEXT stand as the ID of the group INDEX (or of a new one): "MAJOR:MINOR" of 32 bits each,
 * that no other group has, or nothing? */
PfGroupId pf_group_edit_check_id(GVariant *groups, guint index, const char *text);
