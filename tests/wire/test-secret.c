/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests PfSecret: locked, guarded, not dumped, wiped, gone in a forked child. */
#include "secret.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifdef SANITIZED
static const bool locks_memory = false; /* the sanitizers' mlock() does nothing */
#else
static const bool locks_memory = true;
#endif

static unsigned long
locked_kib(void)
{
    char line[256];
    unsigned long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmLck: %lu", &kib) == 1)
            break;
    }
    if (status != NULL)
        fclose(status);
    return kib;
}

static void
test_bytes(void)
{
    static const unsigned char mixed[] = {'1', 0, '2', 0xff};
    PF_AUTO_SECRET secret = pf_secret_new(mixed, sizeof mixed);
    PF_AUTO_SECRET copy = pf_secret_dup(secret);
    CHECK(pf_secret_get_length(secret) == 4);
    CHECK(memcmp(pf_secret_get_bytes(secret), mixed, 4) == 0);
    CHECK(pf_secret_get_bytes(copy) != pf_secret_get_bytes(secret));
    CHECK(pf_secret_is_equal(copy, secret));
    PF_AUTO_SECRET empty = pf_secret_new(NULL, 0);
    CHECK(empty != NULL && pf_secret_get_length(empty) == 0);
    pf_secret_free(NULL);
}

static void
test_limits(void)
{
    unsigned char most[PF_SECRET_MAX + 1];
    memset(most, 'x', sizeof most);
    PF_AUTO_SECRET longest = pf_secret_new(most, PF_SECRET_MAX);
    CHECK(longest != NULL && pf_secret_get_length(longest) == PF_SECRET_MAX);
    errno = 0;
    CHECK(pf_secret_new(most, PF_SECRET_MAX + 1) == NULL && errno == E2BIG);
}

static void
test_equality(void)
{
    static const struct {
        const char *a, *b;
        size_t a_len, b_len;
        bool equal;
    } rows[] = {
        {"1234", "1234", 4, 4, true}, {"1234", "1235", 4, 4, false}, {"1234", "123", 4, 3, false},
        {"", "", 0, 0, true},         {"\0", "", 1, 0, false},       {"12\0", "12", 3, 2, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PF_AUTO_SECRET a = pf_secret_new(rows[i].a, rows[i].a_len);
        PF_AUTO_SECRET b = pf_secret_new(rows[i].b, rows[i].b_len);
        CHECK_MSG(pf_secret_is_equal(a, b) == rows[i].equal, "equality, row %zu", i);
        CHECK_MSG(pf_secret_is_equal(b, a) == rows[i].equal, "equality, row %zu turned round", i);
    }
}

static void
test_mapping(void)
{
    pf_secret_release_kept();
    unsigned long before = locked_kib();
    PF_AUTO_SECRET secret = pf_secret_new("1234", 4);
    /* A sanitizer makes mlock() do nothing; the build without one shows that the page is locked. */
    if (locks_memory) {
        CHECK(locked_kib() == before + (unsigned long)sysconf(_SC_PAGESIZE) / 1024);
        CHECK(pf_tap_mapping_has_flag(secret, "lo"));
    }
    CHECK(pf_tap_mapping_has_flag(secret, "dd"));
    CHECK(pf_tap_mapping_has_flag(secret, "wf"));
    pf_secret_clear(&secret);
    pf_secret_release_kept();
    CHECK(secret == NULL);
    CHECK(locked_kib() == before);
}

__attribute__((noreturn)) static void
read_at(void *data)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0);
    /* A sanitizer would turn the fault into an exit of its own. */
    signal(SIGSEGV, SIG_DFL);
    _exit(*(volatile unsigned char *)data == 0 ? 10 : 11);
}

static bool
faults(const void *address)
{
    int status = pf_tap_fork(read_at, (void *)address);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void
test_guards(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    PF_AUTO_SECRET secret = pf_secret_new("1234", 4);
    const char *start = (const char *)secret;
    CHECK(faults(start - 1));
    CHECK(faults(start + page));
    /* The page itself can be read in the child and holds nothing there. */
    int status = pf_tap_fork(read_at, (void *)pf_secret_get_bytes(secret));
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 10, "a forked child reads zeroes");
    CHECK(memcmp(pf_secret_get_bytes(secret), "1234", 4) == 0);
}

/* A second mapping of the same memory cannot be had, so the wipe is watched at the system call that
 * gives the page back: munmap() is this program's own and looks before it calls the kernel. */
static bool watched;
static bool wiped;

int
munmap(void *area, size_t size)
{
    if (watched) {
        const unsigned char *middle = (const unsigned char *)area + size / 3;
        wiped = true;
        for (size_t i = 0; i < size / 3; i++)
            wiped = wiped && middle[i] == 0;
        watched = false;
    }
    return (int)syscall(SYS_munmap, area, size);
}

static bool
is_zero(const unsigned char *bytes)
{
    for (size_t i = 0; i < PF_SECRET_MAX; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static void
test_wiped_on_free(void)
{
    unsigned char most[PF_SECRET_MAX];
    PfSecret *secrets[3];
    memset(most, 'x', sizeof most);
    for (size_t i = 0; i < 3; i++)
        secrets[i] = pf_secret_new(most, sizeof most);
    const unsigned char *bytes = pf_secret_get_bytes(secrets[0]);
    pf_secret_clear(&secrets[0]);
    CHECK_MSG(secrets[0] == NULL && is_zero(bytes), "a page that is kept holds nothing");
    pf_secret_free(secrets[1]);
    watched = true;
    pf_secret_free(secrets[2]);
    CHECK_MSG(!watched && wiped, "every byte is zero when the page is given back");
}

__attribute__((noreturn)) static void
lock_in_child(void *data)
{
    PF_AUTO_SECRET secret = pf_secret_new("5678", 4);
    bool is_good = secret != NULL && (!locks_memory || pf_tap_mapping_has_flag(secret, "lo"));
    _exit(is_good ? 10 : 11);
}

static void
test_kept_pages(void)
{
    PfSecret *secret = pf_secret_new("12345678", 8);
    const unsigned char *bytes = pf_secret_get_bytes(secret);
    pf_secret_free(secret);
    secret = pf_secret_new("99", 2);
    CHECK_MSG(pf_secret_get_bytes(secret) == bytes, "a kept page is taken again");
    CHECK(memcmp(bytes, "99\0\0\0\0\0", 8) == 0);
    CHECK(!locks_memory || pf_tap_mapping_has_flag(secret, "lo"));
    pf_secret_free(secret);
    int status = pf_tap_fork(lock_in_child, NULL);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 10, "a child locks a page of its own");
    unsigned long before = locked_kib();
    pf_secret_release_kept();
    CHECK(!locks_memory || locked_kib() < before);
}

/* Without privilege and without a limit there is no locked memory: then no secret either. */
static void
test_no_lock_no_secret(void)
{
    struct rlimit none = {0, 0};
    if (!locks_memory)
        return;
    pid_t child = fork();
    if (child == 0) {
        if (setrlimit(RLIMIT_MEMLOCK, &none) < 0 || (geteuid() == 0 && setuid(65534) < 0))
            _exit(3);
        if (pf_secret_is_available())
            _exit(4);
        _exit(pf_secret_new("1234", 4) == NULL && (errno == EPERM || errno == ENOMEM) ? 0 : 5);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "no memory lock, no secret");
    CHECK(pf_secret_is_available());
}

static void
test_read(void)
{
    int fd = memfd_create("bytes", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, "..1234", 6) == 6);
    PfSecret *pin = pf_secret_read(fd, 2, 4);
    CHECK(pin != NULL && pf_secret_get_length(pin) == 4 &&
          memcmp(pf_secret_get_bytes(pin), "1234", 4) == 0);
    pf_secret_cut(pin, 2);
    CHECK(pf_secret_get_length(pin) == 2 && memcmp(pf_secret_get_bytes(pin), "12\0\0", 4) == 0);
    pf_secret_free(pin);
    errno = 0;
    CHECK(pf_secret_read(fd, 3, 4) == NULL && errno == ENODATA);
    CHECK(pf_secret_read(fd, 0, PF_SECRET_MAX + 1) == NULL && errno == E2BIG);
    CHECK(pf_secret_read(-1, 0, 1) == NULL && errno == EBADF);
    close(fd);
}

static void
test_splice(void)
{
    static const struct {
        const char *before;
        size_t start, count;
        const char *put;
        const char *after;
    } rows[] = {
        {"", 0, 0, "12", "12"},   {"12", 1, 0, "x", "1x2"}, {"12", 2, 0, "3", "123"},
        {"1234", 1, 2, "", "14"}, {"1234", 0, 4, "", ""},   {"1234", 3, 1, "567", "123567"},
        {"1234", 0, 2, "", "34"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PF_AUTO_SECRET before = pf_secret_new(rows[i].before, strlen(rows[i].before));
        PF_AUTO_SECRET after = pf_secret_splice(before, rows[i].start, rows[i].count, rows[i].put,
                                                strlen(rows[i].put));
        CHECK_MSG(after != NULL && pf_secret_get_length(after) == strlen(rows[i].after) &&
                      strcmp((const char *)pf_secret_get_bytes(after), rows[i].after) == 0,
                  "splice, row %zu", i);
    }
    unsigned char most[PF_SECRET_MAX];
    memset(most, 'x', sizeof most);
    PF_AUTO_SECRET full = pf_secret_splice(NULL, 0, 0, most, sizeof most);
    CHECK(full != NULL && pf_secret_get_bytes(full)[PF_SECRET_MAX] == 0);
    errno = 0;
    CHECK(pf_secret_splice(full, 0, 0, "1", 1) == NULL && errno == E2BIG);
    CHECK(pf_secret_splice(full, 0, 0, "1", SIZE_MAX) == NULL && errno == E2BIG);
    errno = 0;
    CHECK(pf_secret_splice(full, 2, PF_SECRET_MAX - 1, NULL, 0) == NULL && errno == EINVAL);
    CHECK(pf_secret_splice(NULL, 1, 0, "1", 1) == NULL && errno == EINVAL);
}

int
main(void)
{
    test_bytes();
    test_limits();
    test_equality();
    test_mapping();
    test_guards();
    test_wiped_on_free();
    test_kept_pages();
    test_no_lock_no_secret();
    test_read();
    test_splice();
    return pf_tap_done();
}
