/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads one pinfold.conf into a PfConfig. Internal to the wire library. */
#pragma once

#include <stdio.h>

#include "config.h"

typedef enum {
    PF_CONFIG_ORIGIN_SYSTEM,
    PF_CONFIG_ORIGIN_USER, /* may not touch what the system's file locks */
} PfConfigOrigin;

/* Reads STREAM line by line; what is not understood becomes a problem with its line. PATH names
 * the file in problems. */
void pf_config_file_read(PfConfig *config, const char *path, FILE *stream, PfConfigOrigin origin);

/* Notes a problem; beyond PF_CONFIG_PROBLEMS_MAX they are dropped. */
void pf_config_file_add_problem(PfConfig *config, const char *path, unsigned line,
                                const char *reason);

/* Adds a module or gives it another path; an empty path marks it as removed. Returns 0, or -ENOSPC
 * or -ENOMEM. */
int pf_config_file_set_module(PfConfig *config, const char *name, const char *path);

/* Is NAME added or removed by a file? */
bool pf_config_file_names_module(const PfConfig *config, const char *name);

/* Did any file add a module? A removal alone leaves the built-in ones to be removed from. */
bool pf_config_file_has_modules(const PfConfig *config);

/* Takes out the modules that were marked as removed, once the built-in ones are in. */
void pf_config_file_drop_removed(PfConfig *config);
