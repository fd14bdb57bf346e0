/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramKey: /proc/PID of the process, and the files that it names. */
#include "program-key.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program-script.h"

/* A script stands among the first arguments. */
#define CMDLINE_MAX 16384u

/* Beginning of the command line, at most CMDLINE_MAX bytes. NULL when it cannot be read. */
static char *
read_cmdline(pid_t pid, gsize *ret_len)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)pid);
    g_autofree char *text = g_malloc(CMDLINE_MAX);
    gsize len = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    while (len < CMDLINE_MAX && got > 0) {
        got = read(fd, text + len, CMDLINE_MAX - len);
        if (got > 0)
            len += (gsize)got;
    }
    close(fd);
    if (got < 0)
        return NULL;
    *ret_len = len;
    return g_steal_pointer(&text);
}

/* As the process named it, made absolute. NULL when its directory is not known. */
static char *
make_absolute(pid_t pid, const char *name)
{
    if (g_path_is_absolute(name))
        return g_strdup(name);
    g_autofree char *link = g_strdup_printf("/proc/%d/cwd", (int)pid);
    g_autofree char *cwd = g_file_read_link(link, NULL);
    return cwd != NULL && g_path_is_absolute(cwd) ? g_build_filename(cwd, name, NULL) : NULL;
}

static gboolean
stat_file(const char *path, PfFileId *ret_file)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return FALSE;
    *ret_file = (PfFileId){st.st_dev, st.st_ino};
    return TRUE;
}

static gboolean
is_same_file(PfFileId a, PfFileId b)
{
    return a.device == b.device && a.inode == b.inode;
}

/* The script by a path that is good here, if the process sees the same file by the name that it
 * used: in other mounts the same name is another file. */
static gboolean
resolve_script(PfProgramKey *key, pid_t pid, const char *name)
{
    PfFileId here;
    g_autofree char *absolute = make_absolute(pid, name);
    g_autofree char *there =
        absolute != NULL ? g_strdup_printf("/proc/%d/root%s", (int)pid, absolute) : NULL;
    char *resolved = absolute != NULL ? realpath(absolute, NULL) : NULL;
    gboolean is_good = resolved != NULL && stat_file(there, &key->script_file) &&
                       stat_file(resolved, &here) && is_same_file(here, key->script_file);
    if (is_good) {
        key->script = g_strdup(resolved);
        key->is_script_relative = !g_path_is_absolute(name);
    }
    free(resolved);
    return is_good;
}

static void
look_up_script(PfProgramKey *key, pid_t pid)
{
    gsize len = 0;
    g_autofree char *name = NULL;
    g_autofree char *cmdline = read_cmdline(pid, &len);
    PfProgramSort sort =
        pf_program_script_find(key->executable, cmdline != NULL ? cmdline : "", len, &name);
    key->is_relay =
        sort == PF_PROGRAM_RELAY || (sort == PF_PROGRAM_SCRIPT && !resolve_script(key, pid, name));
}

/* Is what was read under the pid still of the process that IDENTITY means? */
static gboolean
is_still_there(const PfPeerIdentity *identity)
{
    struct pollfd watch = {.fd = identity->pidfd, .events = POLLIN};
    return identity->pidfd >= 0 && poll(&watch, 1, 0) == 0 &&
           pf_peer_identity_is_unchanged(identity);
}

PfProgramKey *
pf_program_key_new(const PfPeerIdentity *identity)
{
    g_autoptr(PfProgramKey) key = g_new0(PfProgramKey, 1);
    if (!identity->is_exe_known)
        return g_steal_pointer(&key);
    key->executable = g_strdup(identity->exe);
    key->sandbox = g_strdup(identity->sandbox);
    key->executable_file = (PfFileId){identity->exe_device, identity->exe_inode};
    look_up_script(key, identity->pid);
    if (!is_still_there(identity))
        return g_new0(PfProgramKey, 1);
    key->is_known = TRUE;
    return g_steal_pointer(&key);
}

PfProgramKey *
pf_program_key_new_from_names(const char *executable, const char *script, const char *sandbox)
{
    PfProgramKey *key = g_new0(PfProgramKey, 1);
    key->is_known = TRUE;
    key->executable = g_strdup(executable);
    key->script = g_strdup(script);
    key->sandbox = g_strdup(sandbox);
    return key;
}

PfProgramKey *
pf_program_key_dup(const PfProgramKey *key)
{
    PfProgramKey *copy = g_memdup2(key, sizeof *key);
    copy->executable = g_strdup(key->executable);
    copy->script = g_strdup(key->script);
    copy->sandbox = g_strdup(key->sandbox);
    return copy;
}

void
pf_program_key_free(PfProgramKey *key)
{
    if (key == NULL)
        return;
    g_free(key->executable);
    g_free(key->script);
    g_free(key->sandbox);
    g_free(key);
}

gboolean
pf_program_key_has_same_names(const PfProgramKey *a, const PfProgramKey *b)
{
    return a->is_known && b->is_known && g_strcmp0(a->executable, b->executable) == 0 &&
           g_strcmp0(a->script, b->script) == 0 && g_strcmp0(a->sandbox, b->sandbox) == 0;
}

gboolean
pf_program_key_is_equal(const PfProgramKey *a, const PfProgramKey *b)
{
    return pf_program_key_has_same_names(a, b) &&
           is_same_file(a->executable_file, b->executable_file) &&
           is_same_file(a->script_file, b->script_file);
}

static gboolean
is_roots_file(const char *path, PfFileId wanted)
{
    PfFileId found;
    return pf_safe_file_check(path, "/", 0, &found) && is_same_file(found, wanted);
}

gboolean
pf_program_key_may_remember(const PfProgramKey *key)
{
    return key->is_known && !key->is_relay && !key->is_script_relative &&
           is_roots_file(key->executable, key->executable_file) &&
           (key->script == NULL || is_roots_file(key->script, key->script_file));
}
