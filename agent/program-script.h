/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which script an interpreter runs, as its command line says. Pure: nothing is looked up. */
#pragma once

#include <glib.h>

typedef enum {
    PF_PROGRAM_ITSELF, /* the executable is the program */
    PF_PROGRAM_SCRIPT, /* an interpreter, with a script that can be named */
    PF_PROGRAM_RELAY,  /* runs or serves others: its own name says nothing of them */
} PfProgramSort;

/* Judges a program by the path of its EXECUTABLE. CMDLINE, of LEN bytes, is what /proc/PID/cmdline
 * has: arguments that each end in a NUL; the last one is left out when it does not. With
 * PF_PROGRAM_SCRIPT *RET_SCRIPT is the script as the command line has it, maybe a relative path;
 * free with g_free(). Whatever is not known for certain to be a script is none. */
PfProgramSort pf_program_script_find(const char *executable, const char *cmdline, gsize len,
                                     char **ret_script);
