/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what a program is known by, and of which files only root can make another. */
#include "program-key.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *top; /* a directory of ours, writable by nobody else */

static char *
make_file(const char *folder, const char *name)
{
    char *path = g_build_filename(top, folder, name, NULL);
    g_autofree char *above = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(above, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    g_assert_cmpint(chmod(path, 0755), ==, 0);
    return path;
}

static const struct {
    const char *what;
    mode_t top_mode;
    mode_t folder_mode;
    mode_t file_mode;
    gboolean is_safe;
} trees[] = {
    {"as packages have it", 0755, 0755, 0755, TRUE},
    {"nobody else may read", 0700, 0700, 0500, TRUE},
    {"setuid", 0755, 0755, 04755, TRUE},
    {"file of a group", 0755, 0755, 0775, FALSE},
    {"file of all", 0755, 0755, 0757, FALSE},
    {"folder of a group", 0755, 0775, 0755, FALSE},
    {"folder of all", 0755, 0757, 0755, FALSE},
    {"folder like /tmp", 0755, 01777, 0755, FALSE},
    {"folder above of a group", 0775, 0755, 0755, FALSE},
    {"folder above of all", 0757, 0755, 0755, FALSE},
};

static void
test_modes(void)
{
    g_autofree char *path = make_file("modes", "program");
    g_autofree char *folder = g_build_filename(top, "modes", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(trees); i++) {
        PfFileId file = {0};
        g_test_message("%s", trees[i].what);
        chmod(top, trees[i].top_mode);
        chmod(folder, trees[i].folder_mode);
        chmod(path, trees[i].file_mode);
        g_assert_cmpint(pf_safe_file_check(path, top, geteuid(), &file), ==, trees[i].is_safe);
        g_assert_cmpint(file.inode != 0, ==, trees[i].is_safe);
        /* Somebody else's is not safe whatever its mode is. */
        g_assert_false(pf_safe_file_check(path, top, geteuid() + 1, &file));
    }
    chmod(top, 0755);
}

static void
test_no_file(void)
{
    PfFileId file;
    g_autofree char *path = make_file("links", "program");
    g_autofree char *folder = g_build_filename(top, "links", NULL);
    g_autofree char *missing = g_build_filename(top, "links", "missing", NULL);
    g_autofree char *link = g_build_filename(top, "links", "link", NULL);
    g_autofree char *folder_link = g_build_filename(top, "folder-link", NULL);
    g_autofree char *through = g_build_filename(folder_link, "program", NULL);
    g_autofree char *fifo = g_build_filename(top, "links", "fifo", NULL);
    g_assert_cmpint(symlink(path, link), ==, 0);
    g_assert_cmpint(symlink(folder, folder_link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0755), ==, 0);
    g_assert_true(pf_safe_file_check(path, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check(missing, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check(link, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check(through, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check(folder, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check(fifo, top, geteuid(), &file));
    g_assert_false(pf_safe_file_check("program", top, geteuid(), &file));
    g_assert_false(pf_safe_file_check("/bin", top, geteuid(), &file));
}

typedef struct {
    pid_t child;
    PfPeerIdentity *identity;
} Peer;

/* A process closes what an exec closes before it has its new arguments. */
static void
wait_for_arguments(pid_t child)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)child);
    gsize len = 0;
    while (len == 0) {
        g_autofree char *text = NULL;
        g_assert_cmpint(waitpid(child, NULL, WNOHANG), ==, 0);
        g_assert_true(g_file_get_contents(path, &text, &len, NULL));
        g_usleep(len == 0 ? 1000 : 0);
    }
}

/* Starts ARGV in FOLDER as a process that is connected to us, and identifies it. What is in the
 * socket stays there, so ARGV need not know of it. */
static void
start_peer(Peer *peer, const char *folder, char **argv)
{
    struct sockaddr address = {.sa_family = AF_UNIX};
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    int started[2];
    char byte;
    g_assert_nonnull(argv[0]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(listener, &address, sizeof address.sa_family), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&bound, &size), ==, 0);
    g_assert_cmpint(pipe2(started, O_CLOEXEC), ==, 0); /* at its end: exec has happened */
    peer->child = fork();
    if (peer->child == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
        if (connect(fd, (struct sockaddr *)&bound, size) == 0 && chdir(folder) == 0)
            execv(argv[0], argv);
        _exit(1);
    }
    int fd = accept(listener, NULL, NULL);
    close(started[1]);
    g_assert_cmpint(read(started[0], &byte, 1), ==, 0);
    close(started[0]);
    close(listener);
    wait_for_arguments(peer->child);
    peer->identity = pf_peer_identity_new(fd, NULL, NULL);
    g_assert_nonnull(peer->identity);
    close(fd);
}

static void
end_peer(Peer *peer)
{
    kill(peer->child, SIGKILL);
    waitpid(peer->child, NULL, 0);
    g_clear_pointer(&peer->identity, pf_peer_identity_free);
}

/* Where a package has it, symbolic links followed. */
static char *
find_program(const char *name)
{
    g_autofree char *found = g_find_program_in_path(name);
    char *resolved = found != NULL ? realpath(found, NULL) : NULL;
    return resolved;
}

static PfProgramKey *
make_key(Peer *peer, const char *folder, char **argv)
{
    start_peer(peer, folder, argv);
    return pf_program_key_new(peer->identity);
}

static void
test_packaged_program(void)
{
    Peer peer;
    g_autofree char *path = find_program("sleep");
    g_autoptr(PfProgramKey) key = make_key(&peer, "/", (char *[]){path, (char *)"60", NULL});
    g_assert_true(key->is_known);
    g_assert_cmpstr(key->executable, ==, path);
    g_assert_null(key->script);
    g_assert_true(pf_program_key_may_remember(key));
    /* By the same name another file: of another mount, or of later. */
    key->executable_file.inode++;
    g_assert_false(pf_program_key_may_remember(key));
    end_peer(&peer);
}

static void
test_own_program(void)
{
    Peer peer;
    Peer second;
    g_autofree char *path = make_file("own", "program");
    g_autofree char *original = find_program("sleep");
    g_autofree char *text = NULL;
    gsize len;
    g_assert_true(g_file_get_contents(original, &text, &len, NULL));
    g_assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
    chmod(path, 0755);
    char *argv[] = {path, (char *)"60", NULL};
    g_autoptr(PfProgramKey) key = make_key(&peer, "/", argv);
    g_assert_true(key->is_known);
    g_assert_false(pf_program_key_may_remember(key)); /* it lies below a directory for all */
    g_autoptr(PfProgramKey) again = make_key(&second, "/", argv);
    g_assert_true(pf_program_key_is_equal(key, again));
    end_peer(&second);
    /* Replaced: the name is the same, the program is not. */
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
    chmod(path, 0755);
    g_autoptr(PfProgramKey) other = make_key(&second, "/", argv);
    g_assert_true(pf_program_key_has_same_names(key, other));
    g_assert_false(pf_program_key_is_equal(key, other));
    end_peer(&second);
    end_peer(&peer);
}

static void
test_scripts(void)
{
    Peer peer;
    g_autofree char *shell = find_program("sh");
    g_autofree char *script = make_file("scripts", "tool");
    g_autofree char *folder = g_path_get_dirname(script);
    g_autofree char *link = g_build_filename(top, "scripts", "link", NULL);
    const char *text = "read x </dev/zero\n";
    g_assert_true(g_file_set_contents(script, text, -1, NULL));
    g_assert_cmpint(symlink(script, link), ==, 0);
    const struct {
        const char *arg;
        const char *second;
        const char *script;
        gboolean is_relative;
    } cases[] = {
        {script, NULL, script, FALSE}, {link, NULL, script, FALSE},
        {"tool", NULL, script, TRUE},  {"./../scripts/tool", NULL, script, TRUE},
        {"-c", text, NULL, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *argv[] = {shell, (char *)cases[i].arg, (char *)cases[i].second, NULL};
        g_autoptr(PfProgramKey) key = make_key(&peer, folder, argv);
        g_test_message("%s", cases[i].arg);
        g_assert_true(key->is_known);
        g_assert_cmpstr(key->script, ==, cases[i].script);
        g_assert_cmpint(key->is_relay, ==, cases[i].script == NULL);
        g_assert_cmpint(key->is_script_relative, ==, cases[i].is_relative);
        g_assert_false(pf_program_key_may_remember(key)); /* the script is ours to change */
        end_peer(&peer);
    }
}

/* The rule itself, with a script that a package brings. */
static void
test_packaged_script(void)
{
    g_autofree char *shell = find_program("sh");
    g_autofree char *script = find_program("ldd");
    PfFileId file;
    if (script == NULL || !pf_safe_file_check(script, "/", 0, &file)) {
        g_test_skip("there is no script of a package here");
        return;
    }
    g_autoptr(PfProgramKey) key = pf_program_key_new_from_names(shell, script, NULL);
    g_assert_false(pf_program_key_may_remember(key)); /* no files are known */
    g_assert_true(pf_safe_file_check(shell, "/", 0, &key->executable_file));
    key->script_file = file;
    g_assert_true(pf_program_key_may_remember(key));
    key->is_script_relative = TRUE;
    g_assert_false(pf_program_key_may_remember(key));
    key->is_script_relative = FALSE;
    key->is_relay = TRUE;
    g_assert_false(pf_program_key_may_remember(key));
}

static void
test_gone_or_changed(void)
{
    Peer peer;
    g_autofree char *path = find_program("sleep");
    start_peer(&peer, "/", (char *[]){path, (char *)"60", NULL});
    peer.identity->exe_inode++; /* as if it had run another program since */
    g_autoptr(PfProgramKey) changed = pf_program_key_new(peer.identity);
    g_assert_false(changed->is_known);
    peer.identity->exe_inode--;
    kill(peer.child, SIGKILL);
    waitpid(peer.child, NULL, 0);
    g_autoptr(PfProgramKey) gone = pf_program_key_new(peer.identity);
    g_assert_false(gone->is_known);
    g_assert_false(pf_program_key_may_remember(gone));
    g_assert_false(pf_program_key_is_equal(gone, gone));
    pf_peer_identity_free(peer.identity);
}

static void
test_names(void)
{
    static const struct {
        const char *names[3];
        gboolean is_same;
    } others[] = {
        {{"/bin/a", "/s", "org.x"}, TRUE},  {{"/bin/b", "/s", "org.x"}, FALSE},
        {{"/bin/a", "/t", "org.x"}, FALSE}, {{"/bin/a", NULL, "org.x"}, FALSE},
        {{"/bin/a", "/s", NULL}, FALSE},
    };
    g_autoptr(PfProgramKey) key = pf_program_key_new_from_names("/bin/a", "/s", "org.x");
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        const char *const *names = others[i].names;
        g_autoptr(PfProgramKey) other = pf_program_key_new_from_names(names[0], names[1], names[2]);
        g_assert_cmpint(pf_program_key_has_same_names(key, other), ==, others[i].is_same);
    }
    g_autoptr(PfProgramKey) copy = pf_program_key_dup(key);
    g_assert_true(pf_program_key_is_equal(key, copy));
    copy->is_known = FALSE;
    g_assert_false(pf_program_key_has_same_names(key, copy));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    top = g_dir_make_tmp("pf-program-key-XXXXXX", NULL);
    g_assert_nonnull(top);
    chmod(top, 0755);
    g_test_add_func("/program-key/modes", test_modes);
    g_test_add_func("/program-key/no-file", test_no_file);
    g_test_add_func("/program-key/packaged-program", test_packaged_program);
    g_test_add_func("/program-key/own-program", test_own_program);
    g_test_add_func("/program-key/scripts", test_scripts);
    g_test_add_func("/program-key/packaged-script", test_packaged_script);
    g_test_add_func("/program-key/gone-or-changed", test_gone_or_changed);
    g_test_add_func("/program-key/names", test_names);
    int status = g_test_run();
    g_autofree char *command = g_strdup_printf("rm -rf -- %s", top);
    g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
    g_free(top);
    return status;
}
