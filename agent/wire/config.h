/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfold.conf as agent, module and helper read it: one parser, one set of checks (DESIGN 9). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits on what a file may hold; beyond them a line is a problem, not a crash. */
#define PF_CONFIG_MODULES_MAX  32u
#define PF_CONFIG_PROBLEMS_MAX 16u
#define PF_CONFIG_SIZE_MAX     (256L * 1024) /* bytes; a bigger file is not read at all */

typedef struct {
    char *name; /* as in [Modules], unique */
    char *path; /* absolute */
} PfConfigModule;

/* Marks a reason for the translators; whoever shows it has it translated. */
#define PF_CONFIG_REASON(text) text

/* A line or a file that was not understood: what it would have set keeps its built-in default. */
typedef struct {
    char *file;
    unsigned line; /* 0: the file as a whole */
    char *reason;
} PfConfigProblem;

/* Words of a list value; the array ends with NULL. NULL where the key is not set. */
typedef char **PfConfigWords;

typedef struct {
    char *system_path; /* of the file that may lock */
    char *user_path;   /* of the user's own; NULL: none is read */
    PfConfigModule *modules;
    size_t module_count;
    bool has_default_modules; /* no file names any: they are the built-in ones */
    bool cache_pin;           /* [PKCS11] P11_EnableCachePIN, default true */
    bool has_app_id;
    uint64_t app_id;                 /* [Misc] AppIdMajor, AppIdMinor: low 32 bits of each */
    PfConfigWords no_protected_path; /* [Policy], program names; NULL: the shipped list */
    PfConfigWords protected_path;
    PfConfigWords lock;
    PfConfigProblem *problems;
    size_t problem_count;
} PfConfig;

/* Reads /etc/pinfold/pinfold.conf and then the user's file, or only the file that PINFOLD_CONF
 * names; a setuid process reads the first alone. A missing file is no problem; a file that somebody
 * else could have written is one and is not used. The user's file overrides the system's per key,
 * but for keys in the system's `lock` and P11_EnableCachePIN = 0. Never returns NULL but for lack
 * of memory. Any thread; free with pf_config_free(). */
PfConfig *pf_config_load(void);

/* The same without the user's own file: what would hold if there were none. */
PfConfig *pf_config_load_system(void);

/* What a user's own file with that text says by itself: modules that it removes are there, with an
 * empty path; paths are NULL. For programs that change the file. Returns NULL for lack of memory.
 */
PfConfig *pf_config_parse(const char *text, size_t len);

/* NULL is fine. */
void pf_config_free(PfConfig *config);

/* Does WORDS hold WORD (exact)? NULL holds nothing. */
bool pf_config_words_contain(PfConfigWords words, const char *word);
