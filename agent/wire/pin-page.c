/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinPage: create, seal, receive and wipe the page that carries a PIN between processes. */
#include "pin-page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The thread sanitizer knows no fences; what it watches is one process, and readers are others. */
#ifdef __SANITIZE_THREAD__
#define LENGTH_BEFORE_BYTES() atomic_signal_fence(memory_order_seq_cst)
#else
#define LENGTH_BEFORE_BYTES() atomic_thread_fence(memory_order_seq_cst)
#endif

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)

/* LENGTH is 0 once the sender has begun to wipe: what is read beside it then is no PIN. */
typedef struct {
    _Atomic uint32_t length;
    unsigned char bytes[PF_SECRET_MAX];
} PinPageLayout;

static size_t
page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Maps FD for writing and pins it in memory before anything secret is in it. */
static int
map_locked(int fd, void **ret_map)
{
    size_t size = page_size();
    if (ftruncate(fd, (off_t)size) < 0)
        return -errno;
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    if (mlock(map, size) < 0 || madvise(map, size, MADV_DONTDUMP) < 0 ||
        madvise(map, size, MADV_DONTFORK) < 0) {
        int saved = errno;
        munmap(map, size);
        return -saved;
    }
    *ret_map = map;
    return 0;
}

static _Atomic(PfPinPage *) prepared;

static int
make_empty(PfPinPage *page)
{
    PfPinPage made = {.fd = memfd_create("pinfold-pin", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (made.fd < 0)
        return -errno;
    int r = map_locked(made.fd, &made.map);
    if (r == 0 && fcntl(made.fd, F_ADD_SEALS, SEALS) < 0)
        r = -errno;
    if (r < 0) {
        pf_pin_page_wipe(&made);
        return r;
    }
    *page = made;
    return 0;
}

void
pf_pin_page_prepare(void)
{
    PfPinPage *page = NULL;
    if (atomic_load(&prepared) != NULL || (page = calloc(1, sizeof *page)) == NULL)
        return;
    PfPinPage *none = NULL;
    if (make_empty(page) >= 0) {
        if (atomic_compare_exchange_strong(&prepared, &none, page))
            return;
        pf_pin_page_wipe(page);
    }
    free(page);
}

int
pf_pin_page_create(PfPinPage *page, const void *bytes, size_t len)
{
    PfPinPage made = PF_PIN_PAGE_NONE;
    if (len > PF_SECRET_MAX)
        return -E2BIG;
    PfPinPage *ready = atomic_exchange(&prepared, NULL);
    int r = 0;
    if (ready != NULL)
        made = *ready;
    else
        r = make_empty(&made);
    free(ready);
    if (made.map == NULL)
        return r;
    PinPageLayout *layout = made.map;
    if (len > 0)
        memcpy(layout->bytes, bytes, len);
    atomic_store(&layout->length, (uint32_t)len);
    *page = made;
    return 0;
}

void
pf_pin_page_zero(PfPinPage *page)
{
    if (page->map == NULL)
        return;
    atomic_store(&((PinPageLayout *)page->map)->length, 0);
    LENGTH_BEFORE_BYTES();
    explicit_bzero(page->map, page_size());
}

void
pf_pin_page_wipe(PfPinPage *page)
{
    if (page->map != NULL) {
        pf_pin_page_zero(page);
        munmap(page->map, page_size());
    }
    if (page->fd >= 0)
        close(page->fd);
    *page = PF_PIN_PAGE_NONE;
}

static bool
read_length(int fd, uint32_t *ret_length)
{
    return pread(fd, ret_length, sizeof *ret_length, (off_t)offsetof(PinPageLayout, length)) ==
           (ssize_t)sizeof *ret_length;
}

int
pf_pin_page_receive(int fd, PfSecret **ret_pin)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0 ||
        st.st_size != (off_t)page_size())
        return -EBADMSG;
    /* Read by the kernel, never mapped: the host program may dump core or fork in another thread
     * meanwhile. The length after all bytes that there can be: whoever wipes the page begins with
     * it, so that a page that is wiped meanwhile does not become half a PIN, which would cost the
     * token a try. */
    uint32_t len = 0;
    PF_AUTO_SECRET pin = pf_secret_read(fd, (off_t)offsetof(PinPageLayout, bytes), PF_SECRET_MAX);
    if (pin == NULL)
        return -errno;
    if (!read_length(fd, &len) || len > PF_SECRET_MAX)
        return -EBADMSG;
    if (len == 0)
        return -ENODATA;
    pf_secret_cut(pin, len);
    *ret_pin = pin;
    pin = NULL;
    return 0;
}
