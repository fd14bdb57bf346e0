/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Scripts: a table of interpreters and of the flags that may stand before a script. */
#include "program-script.h"

#include <string.h>

/* What stands before a script is read by this alone. A flag that is in no list may take a value or
 * be code, so that nothing after it is known to be the script. */
typedef struct {
    const char *name;    /* of the executable */
    gboolean is_script;  /* a first argument that is no flag is a script */
    const char *letters; /* flags of one letter without a value; several may stand together */
    const char *flag;    /* after it stands the script */
    const char *words;   /* flags without a value that are words, with blanks between */
} Interpreter;

static const Interpreter interpreters[] = {
    {"python", TRUE, "bBdEIOPqsSuv", NULL, NULL},
    {"pypy", TRUE, "bBdEIOPqsSuv", NULL, NULL},
    {"perl", TRUE, "fsTtUwWX", NULL, NULL},
    {"ruby", TRUE, "vw", NULL, NULL},
    {"node", TRUE, NULL, NULL, "--enable-source-maps --no-deprecation --no-warnings"},
    {"nodejs", TRUE, NULL, NULL, "--enable-source-maps --no-deprecation --no-warnings"},
    {"sh", TRUE, "aefmuvx", NULL, NULL},
    {"dash", TRUE, "aefmuvx", NULL, NULL},
    {"bash", TRUE, "aefmpuvx", NULL, "--noprofile --norc --posix"},
    {"rbash", TRUE, "aefmpuvx", NULL, NULL},
    {"zsh", TRUE, "aefuvx", NULL, NULL},
    {"ksh", TRUE, "aefmpuvx", NULL, NULL},
    {"mksh", TRUE, "aefmpuvx", NULL, NULL},
    {"fish", TRUE, NULL, NULL, NULL},
    {"php", TRUE, NULL, "-f", NULL},
    {"lua", TRUE, "EW", NULL, NULL},
    {"luajit", TRUE, NULL, NULL, NULL},
    {"tclsh", TRUE, NULL, NULL, NULL},
    {"wish", TRUE, NULL, NULL, NULL},
    {"gjs", TRUE, "m", NULL, "--module"},
    {"guile", TRUE, NULL, "-s", "--no-auto-compile"},
    {"java", FALSE, NULL, "-jar", "-client -server"},
    {"mono", TRUE, NULL, NULL, NULL},
    /* They run what no argument is certain to name. */
    {"busybox", FALSE, NULL, NULL, NULL},
    {"bun", FALSE, NULL, NULL, NULL},
    {"deno", FALSE, NULL, NULL, NULL},
    {"dotnet", FALSE, NULL, NULL, NULL},
    {"electron", FALSE, NULL, NULL, NULL},
    {"gawk", FALSE, NULL, NULL, NULL},
    {"pwsh", FALSE, NULL, NULL, NULL},
    {"qemu", FALSE, NULL, NULL, NULL},
    {"R", FALSE, NULL, NULL, NULL},
    {"wine", FALSE, NULL, NULL, NULL},
};

/* They use tokens for whoever asks them. */
static const char *const relays[] = {
    "p11-kit", "p11-kit-remote", "p11-kit-server", "pkcs11-daemon", "ssh-pkcs11-helper",
};

/* python3.11, php8.2-cgi, gjs-console, qemu-x86_64: a name, and what is no letter after it. */
static const Interpreter *
find_interpreter(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(interpreters); i++) {
        const char *known = interpreters[i].name;
        if (g_str_has_prefix(name, known) && !g_ascii_isalpha(name[strlen(known)]))
            return &interpreters[i];
    }
    return NULL;
}

/* The dynamic loader runs any file that it is given, under its own name; a checker as valgrind's
 * does likewise. */
static gboolean
is_loader(const char *name)
{
    return g_str_has_prefix(name, "ld-") || g_str_has_prefix(name, "ld.so") ||
           g_str_has_prefix(name, "ld64.so") || g_strrstr(name, "-amd64-linux") != NULL ||
           g_strrstr(name, "-arm64-linux") != NULL;
}

static gboolean
is_relay(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(relays); i++) {
        if (strcmp(name, relays[i]) == 0)
            return TRUE;
    }
    return is_loader(name);
}

static gboolean
is_word_of(const char *words, const char *word)
{
    g_auto(GStrv) list = g_strsplit(words != NULL ? words : "", " ", -1);
    return g_strv_contains((const char *const *)list, word);
}

static gboolean
is_harmless_flag(const Interpreter *interpreter, const char *arg)
{
    // cppcheck-suppress nullPointerRedundantCheck ; who looks for NULL has the rest of a list
    if (arg[0] != '-' || arg[1] == '\0')
        return FALSE;
    if (is_word_of(interpreter->words, arg))
        return TRUE;
    return interpreter->letters != NULL && arg[1 + strspn(arg + 1, interpreter->letters)] == '\0';
}

/* The argument that begins at *REST and ends before END, or NULL; *REST goes behind it. */
static const char *
next_argument(const char **rest, const char *end)
{
    const char *arg = *rest;
    const char *nul = arg < end ? memchr(arg, '\0', (gsize)(end - arg)) : NULL;
    if (nul == NULL)
        return NULL;
    *rest = nul + 1;
    return arg;
}

/* Borrowed from the command line, or NULL. */
static const char *
find_script(const Interpreter *interpreter, const char *cmdline, gsize len)
{
    const char *end = cmdline + len;
    const char *rest = cmdline;
    const char *arg = next_argument(&rest, end); /* the program's own name */
    while (arg != NULL && (arg = next_argument(&rest, end)) != NULL) {
        if (g_strcmp0(arg, interpreter->flag) == 0)
            return next_argument(&rest, end);
        if (arg[0] != '-')
            return interpreter->is_script ? arg : NULL;
        if (!is_harmless_flag(interpreter, arg))
            return NULL;
    }
    return NULL;
}

PfProgramSort
pf_program_script_find(const char *executable, const char *cmdline, gsize len, char **ret_script)
{
    g_autofree char *name = g_path_get_basename(executable);
    const Interpreter *interpreter = find_interpreter(name);
    if (is_relay(name))
        return PF_PROGRAM_RELAY;
    if (interpreter == NULL)
        return PF_PROGRAM_ITSELF;
    const char *script = find_script(interpreter, cmdline, len);
    if (script == NULL || script[0] == '\0' || script[0] == '-')
        return PF_PROGRAM_RELAY;
    *ret_script = g_strdup(script);
    return PF_PROGRAM_SCRIPT;
}
