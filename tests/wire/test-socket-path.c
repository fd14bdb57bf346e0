/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests where the private socket is sought and which directories are not trusted. */
#include "socket-path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap.h"

static void
test_get(void)
{
    char path[PATH_MAX], longest[PATH_MAX];
    const size_t room = sizeof((struct sockaddr_un *)NULL)->sun_path;
    setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1);
    CHECK(pf_socket_path_get(path, sizeof path) == 0 &&
          strcmp(path, "/run/user/1000/pinfold/agent") == 0);
    CHECK(pf_socket_path_get(path, strlen("/run/user/1000/pinfold/agent")) == -ENAMETOOLONG);
    CHECK(pf_socket_path_get(path, strlen("/run/user/1000/pinfold/agent") + 1) == 0);
    setenv("XDG_RUNTIME_DIR", "run", 1);
    CHECK(pf_socket_path_get(path, sizeof path) == -ENOENT);
    setenv("XDG_RUNTIME_DIR", "", 1);
    CHECK(pf_socket_path_get(path, sizeof path) == -ENOENT);
    unsetenv("XDG_RUNTIME_DIR");
    CHECK(pf_socket_path_get(path, sizeof path) == -ENOENT);
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    longest[room - strlen("/pinfold/agent") - 1] = '\0';
    setenv("XDG_RUNTIME_DIR", longest, 1);
    CHECK(pf_socket_path_get(path, sizeof path) == 0 && strlen(path) == room - 1);
    longest[room - strlen("/pinfold/agent") - 1] = 'x';
    longest[room - strlen("/pinfold/agent")] = '\0';
    setenv("XDG_RUNTIME_DIR", longest, 1);
    CHECK(pf_socket_path_get(path, sizeof path) == -ENAMETOOLONG);
}

static void
check_mode(const char *dir, const char *socket, mode_t mode, int expect)
{
    CHECK(chmod(dir, mode) == 0);
    CHECK_MSG(pf_socket_path_check(socket) == expect, "directory of mode %04o", (unsigned)mode);
}

static void
test_check(void)
{
    char base[] = "/tmp/pinfold-socket-path-XXXXXX";
    char dir[64], socket[80], link[64], via_link[80];
    if (!CHECK(mkdtemp(base) != NULL))
        return;
    snprintf(dir, sizeof dir, "%s/pinfold", base);
    snprintf(socket, sizeof socket, "%s/agent", dir);
    snprintf(link, sizeof link, "%s/link", base);
    snprintf(via_link, sizeof via_link, "%s/agent", link);
    CHECK(pf_socket_path_check(socket) == -ENOENT);
    CHECK(mkdir(dir, 0700) == 0 && pf_socket_path_check(socket) == 0);
    check_mode(dir, socket, 0710, -EACCES);
    check_mode(dir, socket, 0701, -EACCES);
    check_mode(dir, socket, 0777, -EACCES);
    check_mode(dir, socket, 0500, 0);
    check_mode(dir, socket, 0700, 0);
    CHECK(symlink(dir, link) == 0);
    CHECK_MSG(pf_socket_path_check(via_link) == -EACCES, "a link to a good directory");
    CHECK_MSG(pf_socket_path_check("agent") == -EINVAL, "no directory in the path");
    if (geteuid() == 0) {
        CHECK(chown(dir, 65534, 65534) == 0);
        CHECK_MSG(pf_socket_path_check(socket) == -EACCES, "somebody else's directory");
    } else {
        CHECK_MSG(pf_socket_path_check("/etc/agent") == -EACCES, "somebody else's directory");
    }
    unlink(link);
    rmdir(dir);
    FILE *file = fopen(dir, "we");
    CHECK(file != NULL && fclose(file) == 0 && chmod(dir, 0700) == 0);
    CHECK_MSG(pf_socket_path_check(socket) == -EACCES, "a file instead of the directory");
    unlink(dir);
    rmdir(base);
}

int
main(void)
{
    test_get();
    test_check();
    return pf_tap_done();
}
