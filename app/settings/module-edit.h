/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The section [Modules] of a pinfold.conf as the person changes it; what else is in the file stays
 * as it is, comments included. */
#pragma once

#include <glib.h>

/* One line of the section. */
typedef struct {
    char *name;
    char *path; /* "": the module of that name is removed */
} PfModuleEntry;

PfModuleEntry *pf_module_entry_new(const char *name, const char *path);
void pf_module_entry_free(PfModuleEntry *entry);

/* What TEXT has in the section, as the parser of agent and modules reads it; of PfModuleEntry. */
GPtrArray *pf_module_edit_list(const char *text);

/* TEXT with ENTRIES, in this order, in the section. The caller's. Errors: G_IO_ERROR_INVALID_DATA,
 * when TEXT has faults, or the parser would not read from the result just what is wanted: a path
 * may hold what no line can say. */
char *pf_module_edit_apply(const char *text, const GPtrArray *entries, GError **error);

/* A name for the module PATH that none of ENTRIES has, nor any of the NULL-terminated NAMES. The
 * caller's. */
char *pf_module_edit_dup_name(const char *path, const GPtrArray *entries, const char *const *names);
