/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSecret: three pages a secret, the outer two inaccessible, the middle one locked. */
#include "secret.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct PfSecret {
    bool is_locked; /* not in a forked child, where the page was wiped and has no lock */
    size_t length;
    unsigned char bytes[PF_SECRET_MAX + 1]; /* the last one is always zero */
};

/* To lock a page costs more than all else around a PIN, so two are kept. */
static _Atomic(PfSecret *) kept[2];

static size_t
page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Returns a locked page between two inaccessible ones, or NULL with errno set. */
static void *
locked_page_new(void)
{
    size_t page = page_size();
    char *area =
        mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED)
        return NULL;
    char *middle = area + page;
    if (mprotect(middle, page, PROT_READ | PROT_WRITE) < 0 || mlock(middle, page) < 0 ||
        madvise(middle, page, MADV_DONTDUMP) < 0 || madvise(middle, page, MADV_WIPEONFORK) < 0) {
        int saved = errno;
        munmap(area, 3 * page);
        errno = saved;
        return NULL;
    }
    return middle;
}

static void
unmap(PfSecret *secret)
{
    munmap((char *)secret - page_size(), 3 * page_size());
}

static PfSecret *
take_kept(void)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        PfSecret *secret = atomic_exchange(&kept[i], NULL);
        if (secret != NULL && secret->is_locked)
            return secret;
        if (secret != NULL)
            unmap(secret);
    }
    return NULL;
}

/* Room for LEN bytes, all zero. */
static PfSecret *
make_empty(size_t len)
{
    if (len > PF_SECRET_MAX) {
        errno = E2BIG;
        return NULL;
    }
    PfSecret *secret = take_kept();
    if (secret == NULL && (secret = locked_page_new()) == NULL)
        return NULL;
    secret->is_locked = true;
    secret->length = len;
    return secret;
}

PfSecret *
pf_secret_new(const void *bytes, size_t len)
{
    PfSecret *secret = make_empty(len);
    if (secret != NULL && len > 0)
        memcpy(secret->bytes, bytes, len);
    return secret;
}

PfSecret *
pf_secret_read(int fd, off_t offset, size_t len)
{
    PfSecret *secret = make_empty(len);
    if (secret == NULL)
        return NULL;
    ssize_t got = pread(fd, secret->bytes, len, offset);
    if (got == (ssize_t)len)
        return secret;
    int saved = got < 0 ? errno : ENODATA;
    pf_secret_free(secret);
    errno = saved;
    return NULL;
}

void
pf_secret_cut(PfSecret *secret, size_t len)
{
    explicit_bzero(secret->bytes + len, secret->length - len);
    secret->length = len;
}

PfSecret *
pf_secret_splice(const PfSecret *secret, size_t start, size_t count, const void *bytes, size_t len)
{
    size_t length = secret != NULL ? secret->length : 0;
    if (start > length || count > length - start) {
        errno = EINVAL;
        return NULL;
    }
    if (len > PF_SECRET_MAX) {
        errno = E2BIG;
        return NULL;
    }
    PfSecret *made = make_empty(length - count + len);
    if (made == NULL)
        return NULL;
    if (secret != NULL) {
        memcpy(made->bytes, secret->bytes, start);
        memcpy(made->bytes + start + len, secret->bytes + start + count, length - start - count);
    }
    if (len > 0)
        memcpy(made->bytes + start, bytes, len);
    return made;
}

PfSecret *
pf_secret_dup(const PfSecret *secret)
{
    return pf_secret_new(secret->bytes, secret->length);
}

void
pf_secret_free(PfSecret *secret)
{
    if (secret == NULL)
        return;
    bool is_locked = secret->is_locked;
    explicit_bzero(secret, page_size());
    for (size_t i = 0; is_locked && i < sizeof kept / sizeof *kept; i++) {
        PfSecret *none = NULL;
        secret->is_locked = true;
        if (atomic_compare_exchange_strong(&kept[i], &none, secret))
            return;
    }
    secret->is_locked = false;
    unmap(secret);
}

void
pf_secret_release_kept(void)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        PfSecret *secret = atomic_exchange(&kept[i], NULL);
        if (secret != NULL)
            unmap(secret);
    }
}

const unsigned char *
pf_secret_get_bytes(const PfSecret *secret)
{
    return secret->bytes;
}

size_t
pf_secret_get_length(const PfSecret *secret)
{
    return secret->length;
}

bool
pf_secret_is_equal(const PfSecret *a, const PfSecret *b)
{
    /* The pages are zero behind the bytes, so comparing all of them is exact. */
    unsigned char differ = a->length != b->length;
    for (size_t i = 0; i < PF_SECRET_MAX; i++)
        differ |= a->bytes[i] ^ b->bytes[i];
    return differ == 0;
}

bool
pf_secret_is_available(void)
{
    PF_AUTO_SECRET probe = pf_secret_new("", 0);
    return probe != NULL;
}

void
pf_secret_clear(PfSecret **secret)
{
    pf_secret_free(*secret);
    *secret = NULL;
}
