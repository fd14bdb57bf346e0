/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* State page and session board: made by the agent, mapped by the module. */
#include "state-page.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared-page.h"

int
pf_state_page_create(PfStatePage **ret_page)
{
    void *map;
    int fd = pf_shared_page_create("pinfold-state", 1, &map);
    if (fd < 0)
        return fd;
    PfStatePage *page = map;
    page->magic = PF_STATE_PAGE_MAGIC;
    page->version = PF_STATE_PAGE_VERSION;
    page->entry_count = PF_STATE_ENTRIES;
    *ret_page = page;
    return fd;
}

int
pf_session_board_create(void)
{
    return pf_shared_page_create("pinfold-board", 0, NULL);
}

/* *VALUE is 0 when it cannot be read. */
static void
read_number(int fd, size_t array, unsigned entry, void *value, size_t size)
{
    if (entry >= PF_STATE_ENTRIES ||
        pread(fd, value, size, (off_t)(array + entry * size)) != (ssize_t)size)
        memset(value, 0, size);
}

static uint32_t
read_count(int fd, size_t array, unsigned entry)
{
    uint32_t count;
    read_number(fd, array, entry, &count, sizeof count);
    return count;
}

uint32_t
pf_session_board_read(int fd, unsigned entry)
{
    return read_count(fd, offsetof(PfSessionBoard, sessions), entry);
}

uint32_t
pf_session_board_read_read_only(int fd, unsigned entry)
{
    return read_count(fd, offsetof(PfSessionBoard, read_only), entry);
}

uint64_t
pf_session_board_read_ended_lease(int fd, unsigned entry)
{
    uint64_t lease;
    read_number(fd, offsetof(PfSessionBoard, ended_lease), entry, &lease, sizeof lease);
    return lease;
}

uint32_t
pf_session_board_read_windows(int fd, unsigned entry)
{
    return read_count(fd, offsetof(PfSessionBoard, windows), entry);
}

uint32_t
pf_session_board_read_closings(int fd, unsigned entry)
{
    return read_count(fd, offsetof(PfSessionBoard, closings), entry);
}

int
pf_state_page_map(int fd, const PfStatePage **ret_page)
{
    void *map;
    int r = pf_shared_page_map(fd, PROT_READ, 1, &map);
    if (r < 0)
        return r;
    const PfStatePage *page = map;
    if (page->magic != PF_STATE_PAGE_MAGIC || page->version != PF_STATE_PAGE_VERSION ||
        page->entry_count != PF_STATE_ENTRIES) {
        pf_shared_page_unmap(map);
        return -EBADMSG;
    }
    *ret_page = page;
    return 0;
}

int
pf_session_board_map(int fd, PfSessionBoard **ret_board)
{
    void *map;
    int r = pf_shared_page_map(fd, PROT_READ | PROT_WRITE, 0, &map);
    if (r == 0)
        *ret_board = map;
    return r;
}

void
pf_state_page_unmap(const PfStatePage *page)
{
    pf_shared_page_unmap(page);
}

void
pf_session_board_unmap(PfSessionBoard *board)
{
    pf_shared_page_unmap(board);
}
