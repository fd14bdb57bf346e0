/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests which script a command line is said to run, and that nothing doubtful is one. */
#include "program-script.h"

#define ARGS_MAX 6

static const struct {
    const char *executable;
    const char *args[ARGS_MAX]; /* without the program's own name */
    PfProgramSort sort;
    const char *script;
} lines[] = {
    {"/usr/bin/ssh", {"host"}, PF_PROGRAM_ITSELF, NULL},
    {"/usr/lib/firefox/firefox", {"-P"}, PF_PROGRAM_ITSELF, NULL},
    {"/usr/bin/shutter", {"/x"}, PF_PROGRAM_ITSELF, NULL},
    {"/usr/bin/python3.11", {"/usr/bin/tool"}, PF_PROGRAM_SCRIPT, "/usr/bin/tool"},
    {"/usr/bin/python3.11", {"tool.py", "-c", "x"}, PF_PROGRAM_SCRIPT, "tool.py"},
    {"/usr/bin/python3.11-dbg", {"-IsB", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/python3.11", {NULL}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-c", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-m", "tool"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-Ic", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-i", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"-X", "dev", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/python3.11", {"--unheard-of", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/perl", {"-wT", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/perl", {"-e", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/perl", {"-Mlib", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/ruby3.1", {"-w", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/ruby3.1", {"-r", "x", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/node", {"--no-warnings", "/t.js"}, PF_PROGRAM_SCRIPT, "/t.js"},
    {"/usr/bin/node", {"--require", "/x", "/t.js"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/nodejs", {"-e", "1"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/dash", {"-eu", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/dash", {"-c", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/dash", {"-s", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/bash", {"--posix", "-e", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/bash", {"--rcfile", "/x", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/bash", {"-exc", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/bash", {"-O", "extglob", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/jvm/17/bin/java", {"-jar", "/t.jar", "x"}, PF_PROGRAM_SCRIPT, "/t.jar"},
    {"/usr/lib/jvm/17/bin/java", {"-jar"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/jvm/17/bin/java", {"Main"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/jvm/17/bin/java", {"-cp", "/x", "Main"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/jvm/17/bin/java", {"-javaagent:/x", "-jar", "/t.jar"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/jvm/17/bin/java", {"@file", "-jar", "/t.jar"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/php8.2", {"-f", "/t.php"}, PF_PROGRAM_SCRIPT, "/t.php"},
    {"/usr/bin/php8.2", {"-r", "x"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/lua5.4", {"-E", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/lua5.4", {"-l", "/x", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/tclsh8.6", {"/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/gjs-console", {"-m", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/gjs-console", {"-c", "x"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/guile-3.0", {"--no-auto-compile", "-s", "/t"}, PF_PROGRAM_SCRIPT, "/t"},
    {"/usr/bin/guile-3.0", {"-l", "/x", "/t"}, PF_PROGRAM_RELAY, NULL},
    {"/bin/busybox", {"/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/bin/qemu-x86_64", {"/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", {"/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/libexec/valgrind/memcheck-amd64-linux", {"/t"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/libexec/p11-kit/p11-kit-remote", {"/m.so"}, PF_PROGRAM_RELAY, NULL},
    {"/usr/lib/openssh/ssh-pkcs11-helper", {NULL}, PF_PROGRAM_RELAY, NULL},
};

static GByteArray *
make_cmdline(const char *executable, const char *const *args)
{
    GByteArray *line = g_byte_array_new();
    g_byte_array_append(line, (const guint8 *)executable, (guint)strlen(executable) + 1);
    for (gsize i = 0; i < ARGS_MAX && args[i] != NULL; i++)
        g_byte_array_append(line, (const guint8 *)args[i], (guint)strlen(args[i]) + 1);
    return line;
}

static void
test_lines(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *script = NULL;
        g_autoptr(GByteArray) line = make_cmdline(lines[i].executable, lines[i].args);
        g_test_message("%s %s", lines[i].executable, lines[i].args[0]);
        PfProgramSort sort = pf_program_script_find(lines[i].executable, (const char *)line->data,
                                                    line->len, &script);
        g_assert_cmpint(sort, ==, lines[i].sort);
        g_assert_cmpstr(script, ==, lines[i].script);
    }
}

/* Whatever of a command line was read: a script that is not there in full is none. */
static void
test_cut(void)
{
    static const char *const args[ARGS_MAX] = {"-I", "/usr/bin/tool", NULL};
    g_autoptr(GByteArray) line = make_cmdline("/usr/bin/python3", args);
    for (guint len = 0; len <= line->len; len++) {
        g_autofree char *script = NULL;
        g_autofree char *copy = g_memdup2(line->data, len);
        PfProgramSort sort = pf_program_script_find("/usr/bin/python3", copy, len, &script);
        g_assert_cmpint(sort, ==, len == line->len ? PF_PROGRAM_SCRIPT : PF_PROGRAM_RELAY);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program-script/lines", test_lines);
    g_test_add_func("/program-script/cut", test_cut);
    return g_test_run();
}
