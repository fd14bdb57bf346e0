/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSSH's configuration, as ssh itself reads it: PKCS11Provider in a file and in those that it
 * includes. */
#pragma once

#include <glib.h>

/* A line that sets the module. */
typedef struct {
    char *path;          /* of the file that has the line; NULL: the text itself */
    char *line;          /* as it is there */
    char *library;       /* what it is set to */
    gboolean is_for_all; /* for every host, as far as the lines before it tell */
} PfSshConfigSetting;

/* Where names of included files begin. */
typedef struct {
    const char *root;   /* before absolute names: "" but for an image of a system */
    const char *folder; /* of names that are not absolute; may begin with "~/" */
    /* Where the text is from: that file is not read a second time, whoever includes it. */
    const char *self;
} PfSshConfigBase;

/* What LINE sets the module to; NULL if it does not. Free with g_free(). */
char *pf_ssh_config_dup_library(const char *line);

/* The names that LINE includes, as they are there, patterns; empty if it does not. */
char **pf_ssh_config_dup_includes(const char *line);

/* PfSshConfigSetting of TEXT, in the order in which ssh meets them: the first that is for a host
 * holds. BASE NULL: what it includes is not read. What cannot be read is left out. */
GPtrArray *pf_ssh_config_list(const char *text, const PfSshConfigBase *base);
