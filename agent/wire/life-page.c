/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLifePage: a robust mutex in shared memory, read by others as one word. */
#include "life-page.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared-page.h"

#define LIFE_PAGE_MAGIC 0x46494c50u

struct PfLifePage {
    uint32_t magic;
    uint32_t word_offset; /* of the mutex's futex word: the agent's C library decides where */
    pthread_mutex_t mutex;
};

static int
take_mutex(PfLifePage *page)
{
    pthread_mutexattr_t attr;
    int r = pthread_mutexattr_init(&attr);
    if (r != 0)
        return -r;
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    r = pthread_mutex_init(&page->mutex, &attr);
    pthread_mutexattr_destroy(&attr);
    if (r == 0)
        r = pthread_mutex_lock(&page->mutex);
    return -r;
}

int
pf_life_page_create(PfLifePage **ret_page)
{
    void *map;
    int fd = pf_shared_page_create("pinfold-life", 1, &map);
    if (fd < 0)
        return fd;
    PfLifePage *page = map;
    int r = take_mutex(page);
    if (r < 0) {
        pf_shared_page_unmap(map);
        close(fd);
        return r;
    }
    page->word_offset = (uint32_t)offsetof(PfLifePage, mutex.__data.__lock);
    page->magic = LIFE_PAGE_MAGIC;
    *ret_page = page;
    return fd;
}

void
pf_life_page_end(PfLifePage *page)
{
    if (page == NULL)
        return;
    pthread_mutex_unlock(&page->mutex);
    pf_shared_page_unmap(page);
}

static bool
is_word_offset(uint32_t offset)
{
    return offset % sizeof(uint32_t) == 0 && offset <= 4096 - sizeof(uint32_t);
}

int
pf_life_page_map(int fd, const PfLifePage **ret_page)
{
    void *map;
    int r = pf_shared_page_map(fd, PROT_READ, 1, &map);
    if (r < 0)
        return r;
    const PfLifePage *page = map;
    if (page->magic != LIFE_PAGE_MAGIC || !is_word_offset(page->word_offset)) {
        pf_shared_page_unmap(map);
        return -EBADMSG;
    }
    *ret_page = page;
    return 0;
}

void
pf_life_page_unmap(const PfLifePage *page)
{
    pf_shared_page_unmap(page);
}

bool
pf_life_page_is_alive(const PfLifePage *page)
{
    /* Looked at each time: its maker can write it after the check at mapping. */
    uint32_t offset = *(const volatile uint32_t *)&page->word_offset;
    if (!is_word_offset(offset))
        return false;
    const _Atomic uint32_t *word =
        (const _Atomic uint32_t *)(const void *)((const char *)page + offset);
    uint32_t value = atomic_load_explicit(word, memory_order_acquire);
    return (value & FUTEX_TID_MASK) != 0 && (value & FUTEX_OWNER_DIED) == 0;
}
