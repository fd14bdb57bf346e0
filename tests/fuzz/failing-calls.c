/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Preloaded: makes the N-th of the calls fail that the code under test makes, and nobody else's.
 *
 * PF_FAIL_AT is N, PF_FAIL_LOG the file that gets a line when it came to that and one with the
 * number of calls at the end, PF_FAIL_OBJECTS the names of the libraries or programs whose calls
 * count, separated by colons. Whose call it is, the return address tells. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long fail_at;
static const char *objects;
static const char *log_path;
static atomic_ulong count;
/* What is called from within here is nobody's. */
static _Thread_local bool is_inside;

__attribute__((constructor)) static void
read_environment(void)
{
    const char *at = getenv("PF_FAIL_AT");
    objects = getenv("PF_FAIL_OBJECTS");
    log_path = getenv("PF_FAIL_LOG");
    fail_at = at != NULL && objects != NULL && log_path != NULL ? strtoul(at, NULL, 10) : 0;
    /* Not for the processes that this one starts. */
    unsetenv("PF_FAIL_AT");
}

/* Is NAME one of the words of OBJECTS, up to a version? */
static bool
is_object(const char *name)
{
    for (const char *word = objects; *word != '\0'; word += strspn(word, ":")) {
        size_t len = strcspn(word, ":");
        if (strncmp(name, word, len) == 0 && (name[len] == '\0' || name[len] == '.'))
            return true;
        word += len;
    }
    return false;
}

/* One line by one system call: this may be within malloc. */
static void
say(const char *line, int len)
{
    int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)len) < 0)
        abort();
    close(fd);
}

__attribute__((destructor)) static void
say_count(void)
{
    char line[64];
    is_inside = true;
    if (fail_at != 0)
        say(line, snprintf(line, sizeof line, "calls %lu\n", atomic_load(&count)));
    is_inside = false;
}

/* The object that CALLER is in, without its folder; dladdr(3) would look for the symbol too. */
static const char *
find_object(const struct dl_find_object *found)
{
    const char *path = found->dlfo_link_map->l_name;
    const char *slash = strrchr(path, '/');
    if (path[0] == '\0')
        return program_invocation_short_name;
    return slash != NULL ? slash + 1 : path;
}

static bool
should_fail(const char *call, const void *caller)
{
    struct dl_find_object found;
    if (fail_at == 0 || is_inside || _dl_find_object((void *)caller, &found) != 0)
        return false;
    is_inside = true;
    int saved = errno;
    const char *object = find_object(&found);
    bool fails = is_object(object) && atomic_fetch_add(&count, 1) + 1 == fail_at;
    if (fails) {
        char line[512];
        unsigned long offset = (unsigned long)caller - (unsigned long)found.dlfo_link_map->l_addr;
        say(line, snprintf(line, sizeof line, "%s %s+%#lx\n", call, object, offset));
    }
    errno = saved;
    is_inside = false;
    return fails;
}

/* What is found behind this library. */
static void *
find_real(const char *name)
{
    bool was_inside = is_inside;
    is_inside = true;
    void *found = dlsym(RTLD_NEXT, name);
    is_inside = was_inside;
    if (found == NULL)
        abort();
    return found;
}

#define EXPORT __attribute__((visibility("default")))

/* Defines NAME: fails with ERROR by returning FAILURE, or calls what it stands for. */
#define WRAP(type, name, parameters, arguments, failure, error)                                    \
    EXPORT type name parameters                                                                    \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (should_fail(#name, __builtin_return_address(0))) {                                     \
            errno = error;                                                                         \
            return failure;                                                                        \
        }                                                                                          \
        if (real == NULL)                                                                          \
            *(void **)&real = find_real(#name);                                                    \
        return real arguments;                                                                     \
    }

#ifdef PF_FAIL_MEMORY
/* The C library's own, which need not be looked up: looking up may allocate. */
// NOLINTBEGIN(bugprone-reserved-identifier): so the C library names them
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
// NOLINTEND(bugprone-reserved-identifier)

EXPORT void *
malloc(size_t size)
{
    if (should_fail("malloc", __builtin_return_address(0))) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

EXPORT void *
calloc(size_t number, size_t size)
{
    if (should_fail("calloc", __builtin_return_address(0))) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_calloc(number, size);
}

EXPORT void *
realloc(void *block, size_t size)
{
    if (should_fail("realloc", __builtin_return_address(0))) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(block, size);
}

WRAP(void *, reallocarray, (void *block, size_t number, size_t size), (block, number, size), NULL,
     ENOMEM)
WRAP(char *, strdup, (const char *text), (text), NULL, ENOMEM)
WRAP(char *, strndup, (const char *text, size_t size), (text, size), NULL, ENOMEM)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL, ENOMEM)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attr, void *(*run)(void *), void *data),
     (thread, attr, run, data), EAGAIN, EAGAIN)
#endif

WRAP(void *, mmap, (void *address, size_t size, int prot, int flags, int fd, off_t offset),
     (address, size, prot, flags, fd, offset), MAP_FAILED, ENOMEM)
WRAP(int, memfd_create, (const char *name, unsigned flags), (name, flags), -1, EMFILE)
WRAP(int, mlock, (const void *address, size_t size), (address, size), -1, ENOMEM)
WRAP(int, ftruncate, (int fd, off_t size), (fd, size), -1, ENOSPC)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
WRAP(int, connect, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size),
     -1, ECONNREFUSED)
WRAP(int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags),
     (fd, address, size, flags), -1, EMFILE)
WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *size),
     (fd, level, name, value, size), -1, ENOBUFS)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), -1,
     ECONNRESET)
WRAP(ssize_t, pread, (int fd, void *buffer, size_t size, off_t offset), (fd, buffer, size, offset),
     -1, EIO)

/* Counted where there is something to receive: how often it is looked for before, nobody knows. */
EXPORT ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, struct msghdr *, int);
    if (real == NULL)
        *(void **)&real = find_real("recvmsg");
    ssize_t size = real(fd, message, flags);
    if (size >= 0 && should_fail("recvmsg", __builtin_return_address(0))) {
        errno = ECONNRESET;
        return -1;
    }
    return size;
}

/* Takes a mode only where it creates. */
EXPORT int
open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    if (should_fail("open", __builtin_return_address(0))) {
        errno = EMFILE;
        return -1;
    }
    if (real == NULL)
        *(void **)&real = find_real("open");
    return real(path, flags, mode);
}

EXPORT int
fcntl(int fd, int command, ...)
{
    static int (*real)(int, int, ...);
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    bool makes = command == F_DUPFD_CLOEXEC || command == F_ADD_SEALS || command == F_GET_SEALS;
    if (makes && should_fail("fcntl", __builtin_return_address(0))) {
        errno = EMFILE;
        return -1;
    }
    if (real == NULL)
        *(void **)&real = find_real("fcntl");
    return real(fd, command, argument);
}
