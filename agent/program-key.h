/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramKey: what a decision about a program is about (DESIGN 5): its executable, its script or
 * sandbox, and the very files that it runs. */
#pragma once

#include "peer-identity.h"
#include "safe-file.h"

typedef struct {
    gboolean is_known;           /* else nothing else is, and it equals nothing */
    gboolean is_relay;           /* acts for others, or an interpreter whose script is not known */
    char *executable;            /* path */
    char *script;                /* path without symbolic links, or NULL */
    char *sandbox;               /* Flatpak or Snap ID, or NULL */
    gboolean is_script_relative; /* it was named relative to a directory that may have changed */
    PfFileId executable_file;    /* as it runs */
    PfFileId script_file;        /* as it is seen by the process */
} PfProgramKey;

/* Looks the process up. Never NULL; what cannot be read, or is another program by now, is not
 * known. */
PfProgramKey *pf_program_key_new(const PfPeerIdentity *identity);

/* A key as it was written down: it names no files. Strings are copied, NULL where there is none. */
PfProgramKey *pf_program_key_new_from_names(const char *executable, const char *script,
                                            const char *sandbox);
PfProgramKey *pf_program_key_dup(const PfProgramKey *key);

/* NULL is fine. */
void pf_program_key_free(PfProgramKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfProgramKey, pf_program_key_free)

/* Have both the same names, and are they known? */
gboolean pf_program_key_has_same_names(const PfProgramKey *a, const PfProgramKey *b);

/* Do both run the same files too? */
gboolean pf_program_key_is_equal(const PfProgramKey *a, const PfProgramKey *b);

/* May the program be allowed for ever? Only what nobody but root can replace: it is known, no
 * relay, and its executable and script are, now, those files, and pf_safe_file_check(). */
gboolean pf_program_key_may_remember(const PfProgramKey *key);
